"""Public: the log's files, the check page and the verifier. For those who watch it: how the log stands."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from fengqiao.evidence import actions, forms, queries, rules, settled, tiles, verifier
from fengqiao.evidence.models import Erasure, Hold, Incident, Leaf, Log, Package
from fengqiao.kernel import scoping
from fengqiao.shell.pages import Request, page

OCTETS, TEXT = "application/octet-stream", "text/plain; charset=utf-8"


def _log(unit: str, year: int) -> Log:
    log = Log.objects.filter(unit=unit, year=year).first()
    if log is None:
        raise Http404
    return log


def _file(log: Log, path: str, content_type: str, caching: str) -> HttpResponse:
    try:
        content = settled.store_of(log).read(path)
    except (tiles.Missing, IsADirectoryError) as error:
        raise Http404 from error
    response = HttpResponse(content, content_type=content_type)
    response["Cache-Control"] = caching
    response["Access-Control-Allow-Origin"] = "*"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@page(None, methods=("GET",))
def checkpoint(request: Request, unit: str, year: int) -> HttpResponse:
    """The newest checkpoint (C2SP tlog-tiles)."""
    return _file(_log(unit, year), "checkpoint", TEXT, "no-cache, max-age=5")


@page(None, methods=("GET",))
def tile(request: Request, unit: str, year: int, path: str) -> HttpResponse:
    """A tile or an entry bundle: the same for ever."""
    if not tiles.PATH.fullmatch(f"tile/{path}"):
        raise Http404
    return _file(_log(unit, year), f"tile/{path}", OCTETS, "public, max-age=31536000, immutable")


@page(None, methods=("GET",))
def verify(request: Request) -> HttpResponse:
    """查验存证: the browser checks; works without signing in."""
    with scoping.unscoped("evidence.verify"):
        context = _trust()
    return render(request, "evidence/verify.html", context)


def _trust() -> dict[str, object]:
    return {"policy": queries.policy_text(), "witnesses": [one.name for one in settled.policy().witnesses]}


@page(None, methods=("GET",))
def saved_page(request: Request) -> HttpResponse:
    """The check page as one file to keep: script, style and keys inside, nothing is fetched."""
    script, style = _static("evidence/verify.js"), _static("evidence/saved.css")
    with scoping.unscoped("evidence.verify"):
        context = {
            **_trust(), "script": mark_safe(script), "style": mark_safe(style), "now": request.now,  # noqa: S308 (our own files)
            "script_hash": _hash(script), "style_hash": _hash(style), "site": settings.SITE_URL,
        }  # fmt: skip
    whole = render_to_string("evidence/saved.html", context).encode()
    return _attached(whole, "text/html; charset=utf-8", "check-a-proof.html")


def _hash(text: str) -> SafeString:
    return mark_safe(base64.b64encode(hashlib.sha256(text.encode()).digest()).decode())  # noqa: S308 (base64)


@functools.cache
def _static(name: str) -> str:
    found = finders.find(name)
    assert isinstance(found, str), name
    return Path(found).read_text(encoding="utf-8")


def _attached(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@page(None, methods=("GET",))
def verifier_file(request: Request) -> HttpResponse:
    """The program for specialists."""
    return _attached(Path(verifier.__file__).read_bytes(), "text/x-python; charset=utf-8", "verifier.py")


@page(None, methods=("GET",))
def policy(request: Request) -> HttpResponse:
    """The keys of our logs and the witnesses (C2SP tlog-policy)."""
    with scoping.unscoped("evidence.policy"):
        return HttpResponse(queries.policy_text(), content_type=TEXT)


@page(rules.LOOK, methods=("GET",))
def state(request: Request) -> HttpResponse:
    """How the logs stand: sizes, what waits, witnesses, incidents. No contents."""
    waiting, lag = queries.waiting(at=request.now)
    context = {
        "logs": queries.logs(),
        "waiting": waiting,
        "lag": lag,
        "is_halted": queries.is_halted(),
        "incidents": Incident.objects.order_by("-pk")[:50],
        "witnesses": settled.policy().witnesses,
        "may_settle": request.actor.may(rules.SETTLE),
    }
    return render(request, "evidence/state.html", context)


@page(rules.SETTLE, methods=("POST",))
def settle(request: Request, pk: int) -> HttpResponse:
    """An auditor has looked into an incident and answers for going on."""
    if not Incident.objects.filter(pk=pk).exists():
        raise Http404
    actions.settle(pk, actor=request.actor, at=request.now)
    messages.success(request, _("Noted under your name. Receipts are given out again when nothing else is open."))
    return redirect("evidence:state")


@page(rules.GRANT, methods=("GET",))
def keeping(request: Request) -> HttpResponse:
    """删除与保全: what is asked to be erased, and what is held."""
    return _keeping(request, forms.Hold(), forms.Package())


def _keeping(request: Request, hold: forms.Hold, package: forms.Package) -> HttpResponse:
    held = set(Hold.objects.filter(lifted_at=None).values_list("subject", flat=True))
    context = {
        "waiting": [(one, one.subject in held) for one in Erasure.objects.filter(done_at=None).order_by("asked_at")],
        "done": Erasure.objects.filter(done_at__isnull=False).order_by("-done_at")[:20],
        "holds": Hold.objects.filter(lifted_at=None).order_by("review_on"),
        "given": Package.objects.order_by("-pk")[:20],
        "hold_form": hold,
        "package_form": package,
        "may_keep": request.actor.may(rules.KEEP),
        "mine": request.actor.id,
        "today": request.now.date(),
    }
    status = 422 if hold.is_bound or package.is_bound else 200
    return render(request, "evidence/keeping.html", context, status=status)


@page(rules.KEEP, methods=("POST",))
def hold(request: Request) -> HttpResponse:
    form = forms.Hold(request.POST)
    if not form.is_valid():
        return _keeping(request, form, forms.Package())
    actions.place_hold(**form.cleaned_data, actor=request.actor, at=request.now)
    messages.success(request, _("Held. Nothing of it is erased until you lift this."))
    return redirect("evidence:keeping")


@page(rules.KEEP, methods=("POST",))
def lift(request: Request, pk: int) -> HttpResponse:
    if not Hold.objects.filter(pk=pk).exists():
        raise Http404
    actions.lift_hold(pk=pk, actor=request.actor, at=request.now)
    messages.success(request, _("Lifted. Requests that waited go on by themselves."))
    return redirect("evidence:keeping")


@page(rules.GRANT, methods=("POST",))
def grant(request: Request, pk: int) -> HttpResponse:
    if not Erasure.objects.filter(pk=pk).exists():
        raise Http404
    made = actions.grant_erasure(pk=pk, actor=request.actor, at=request.now)
    done = _("Granted by two. It is carried out within the hour.")
    messages.success(request, done if made.granted_at else _("Noted. A second person must agree."))
    return redirect("evidence:keeping")


@page(rules.KEEP, methods=("POST",))
def package(request: Request) -> HttpResponse:
    """举证包 for an authority, on its letter."""
    form = forms.Package(request.POST)
    if not form.is_valid():
        return _keeping(request, forms.Hold(), form)
    if not Leaf.objects.filter(subject=form.cleaned_data["subject"]).exists():
        form.add_error("subject", _("Nothing is sealed under this number."))
        return _keeping(request, forms.Hold(), form)
    with scoping.unscoped("evidence.package"):
        content = actions.give(**form.cleaned_data, actor=request.actor, at=request.now)
    return _attached(content, "application/zip", f"evidence-{form.cleaned_data['subject']}.zip")
