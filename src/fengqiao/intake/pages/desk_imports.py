"""Files of messages: send in, see what the columns mean, start, watch, interrupt, fetch what was not taken."""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from fengqiao.intake import forms_import, import_runs, rules
from fengqiao.intake.models import ImportMapping, ImportRun
from fengqiao.intake.pages.desk_common import go
from fengqiao.kernel.errors import Refused
from fengqiao.shell.pages import Request, page

MOST_LISTED = 50


@page(rules.IMPORT)
def imports(request: Request) -> HttpResponse:
    """Send a file in, and the runs of one's own office, the newest first."""
    form = forms_import.SendIn(request.POST or None, request.FILES or None, mappings=_mappings())
    if request.method == "POST" and form.is_valid():
        try:
            run = import_runs.send_in(
                upload=form.cleaned_data["file"],
                mapping=form.cleaned_data["mapping"],
                actor=request.actor,
                at=request.now,
            )
        except Refused as refusal:
            form.add_error("file", str(refusal.message))
        else:
            return redirect("intake:import_run", run.pk)
    runs = import_runs.visible_to(request.actor).order_by("-sent_at", "-pk")[:MOST_LISTED]
    return render(request, "intake/desk/imports.html", {"form": form, "runs": runs}, status=422 if form.errors else 200)


def _mappings() -> list[str]:
    return list(ImportMapping.objects.order_by("name").values_list("name", flat=True))


@page(rules.IMPORT)
def run(request: Request, pk: int) -> HttpResponse:
    """Before its start: the first rows and the columns to put right. After it: how far it is."""
    found = _run_of(request, pk)
    if found.state != ImportRun.State.WAITING:
        return _progress(request, found)
    header = import_runs.header(found)
    initial = {"channel": found.channel} | {f"column_{ours}": theirs for ours, theirs in found.columns.items()}
    initial["save_as"] = "" if found.mapping == import_runs.AUTO else found.mapping
    form = forms_import.Columns(request.POST or None, initial=initial, header=header)
    if request.method == "POST" and form.is_valid():
        begun = import_runs.start(
            pk=pk,
            columns=form.columns(),
            channel=form.cleaned_data["channel"],
            save_as=form.cleaned_data["save_as"],
            actor=request.actor,
            at=request.now,
        )
        known = begun.pk != pk
        words = _("This file has come in before: here is its run.") if known else ""
        return go(request, reverse("intake:import_run", args=[begun.pk]), words)
    context = {"run": found, "form": form, "header": header, "rows": import_runs.first_rows(found)}
    return render(request, "intake/desk/import_columns.html", context, status=422 if form.errors else 200)


def _progress(request: Request, found: ImportRun) -> HttpResponse:
    is_silent = import_runs.is_silent(found, at=request.now)
    is_open = found.state in {ImportRun.State.STOPPED, ImportRun.State.FAILED}
    until = found.finished_at + dt.timedelta(days=import_runs.FINISHED_DAYS) if found.finished_at else None
    context = {"run": found, "is_silent": is_silent, "may_go_on": is_silent or is_open, "kept_until": until}
    return render(request, "intake/desk/import_run.html", context)


def _run_of(request: Request, pk: int) -> ImportRun:
    found = import_runs.visible_to(request.actor).select_related("file").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@page(rules.IMPORT, methods=("POST",))
def stop(request: Request, pk: int) -> HttpResponse:
    import_runs.stop(pk=pk, actor=request.actor, at=request.now)
    return go(request, reverse("intake:import_run", args=[pk]), _("It stops after the rows under way."))


@page(rules.IMPORT, methods=("POST",))
def resume(request: Request, pk: int) -> HttpResponse:
    import_runs.resume(pk=pk, actor=request.actor, at=request.now)
    return go(request, reverse("intake:import_run", args=[pk]), _("It goes on where it stopped."))


@page(rules.IMPORT, methods=("GET",))
def rejected(request: Request, pk: int) -> HttpResponse:
    """What was not taken, with reasons: mend it and send it in again."""
    found = _run_of(request, pk)
    if not found.rejected or found.file is None:
        raise Http404
    answer = StreamingHttpResponse(iter(list(import_runs.rejected_rows(found))), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="rejected-{found.pk}.csv"'
    return answer  # type: ignore[return-value]
