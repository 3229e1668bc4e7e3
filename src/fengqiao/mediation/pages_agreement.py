"""Pages of the agreement for the mediator and the house that seals, issued papers, and the public check."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fengqiao.disputes import queries as disputes
from fengqiao.kernel import files, limits
from fengqiao.mediation import actions, forms_agreement, queries, queries_agreement, queries_register, rules_agreement
from fengqiao.mediation.rules_register import TemplateKind
from fengqiao.shell.pages import Request, page

CHECKS_AN_HOUR = 60
PDF = "application/pdf"


def _party_names(dispute: Any) -> list[tuple[int, str]]:
    return [(party.pk, party.name) for party in disputes.parties(dispute)]


@page(rules_agreement.AGREEMENTS)
def agreement(request: Request, number: str) -> HttpResponse:
    """The agreement of a matter: the mediator writes, the house seals, the judge reads."""
    actor = request.actor
    found = queries_agreement.current(number, actor)
    live = queries.live(number, actor)
    dispute = disputes.by_number(number, actor)
    is_mediator = dispute is not None and disputes.is_mediator(dispute, actor)
    writes = live is not None and is_mediator and (found is None or found.status in {"draft", "signing"})
    if dispute is None or actor.role == "resident" or (found is None and not writes):
        raise Http404
    wants_to_write = writes and (found is None or found.status == "draft" or "again" in request.GET)
    parties = _party_names(dispute)
    data = request.POST if request.method == "POST" else None
    if data is not None and not writes:
        raise Http404
    form = forms_agreement.Draft(data, initial=_initial(found))
    terms = forms_agreement.term_forms(found, parties, data)
    offered = list(_templates(request, dispute, live)) if wants_to_write else []
    if data is not None and (used := data.get("use", "")).isdigit():
        form, terms = _with_template(request, int(used), found, parties)
    elif data is not None and form.is_valid() and all(one.is_valid() for one in terms):
        said = form.cleaned_data
        actions.draft(
            number=number, terms=[one.wish() for one in terms if not one.is_empty], actor=actor, at=request.now, **said
        )
        messages.success(request, _("Saved. Nobody but you sees it until it goes out for signature."))
        return redirect("mediation:agreement", number)
    context = _context(request, dispute, found)
    context |= {"templates": offered}
    context |= {"form": form, "terms": terms, "writes": wants_to_write, "is_mediator": is_mediator, "parties": parties}
    is_wrong = data is not None and "use" not in data
    return render(request, "mediation/agreement.html", context, status=422 if is_wrong else 200)


def _templates(request: Request, dispute: Any, live: Any) -> Any:
    field = live.field if live is not None else ""
    return queries_register.templates_for(request.actor, field=field, cause=dispute.name)


def _with_template(request: Request, pk: int, found: Any, parties: Any) -> tuple[Any, Any]:
    """The form as typed so far, with the words of a template put into the first empty place they fit. Saves nothing."""
    chosen = queries_register.templates_of(request.actor).filter(pk=pk).first()
    if chosen is None:
        raise Http404
    typed, words = request.POST.copy(), queries_register.words_of(chosen).text
    if chosen.kind == TemplateKind.TERM:
        places = [f"t{n}-text" for n in range(forms_agreement.MOST_TERMS)]
        names = [name for name in places if not typed.get(name)]
    else:
        names = ["facts"] if chosen.kind == TemplateKind.FACTS else ["issues"]
    if names:
        typed[names[0]] = f"{typed.get(names[0], '')}\n{words}".strip()
    terms = forms_agreement.term_forms(found, parties, typed)
    filled = [n for n, one in enumerate(terms) if one["text"].value()]
    return forms_agreement.Draft(typed), terms[: min(len(terms), (filled[-1] if filled else -1) + 3)]


def _initial(found: Any) -> dict[str, Any]:
    if found is None:
        return {"settles_all": True}
    return {
        "facts": found.facts, "issues": found.issues, "responsibility": found.responsibility,
        "place": found.place_of_performance, "touches": found.touches, "settles_all": found.settles_all,
        "on_paper": found.on_paper,
    }  # fmt: skip


def _context(request: Request, dispute: Any, found: Any) -> dict[str, Any]:
    actor = request.actor
    context: dict[str, Any] = {"dispute": dispute, "agreement": found, "matter": dispute, "number": dispute.number}
    if found is None:
        return context
    signed = {one.party_id: one for one in found.signatures.all()}
    offices = {one.signer: one for one in found.signatures.all() if one.party_id is None}
    parties = list(disputes.parties(dispute))
    all_signed = all(one.pk in signed for one in parties)
    own_house = actor.organisation_id == found.unit_id and actor.may(rules_agreement.SEAL)
    return context | {
        "gaps": queries_agreement.gaps(found) if found.status == "draft" else [],
        "lines": queries_agreement.lines(found, today=request.now.date()),
        "term_rows": list(found.terms.select_related("debtor", "creditor")),
        "signers": [(party.name, party.get_side_display(), signed.get(party.pk)) for party in parties],
        "mediator_signed": offices.get("mediator"),
        "sealed": offices.get("organisation"),
        "all_signed": all_signed,
        "may_sign": found.status == "signing" and all_signed and "mediator" not in offices,
        "may_seal": found.status == "signing" and "mediator" in offices and own_house,
        "stroke": forms_agreement.Stroke(initial={"text_sha256": found.text_sha256}),
        "on_paper": forms_agreement.OnPaper(parties=[(one.pk, one.name) for one in parties if one.pk not in signed]),
        "papers": list(queries_agreement.documents(dispute.number, actor)),
        "follow_ups": list(found.follow_ups.all()),
    }


@page(rules_agreement.AGREEMENTS, methods=("POST",))
def deed(request: Request, number: str, key: str) -> HttpResponse:
    """Send out, sign as mediator, bring in a signed paper, seal."""
    actor, at = request.actor, request.now
    if disputes.by_number(number, actor) is None or actor.role == "resident":
        raise Http404
    if key == "send":
        actions.send_out(number=number, actor=actor, at=at)
        said = _("It is out. Every party gets a message, reads it and signs.")
    elif key == "sign":
        stroke = request.POST.get("stroke", "")
        sha = request.POST.get("text_sha256", "")
        actions.sign_as_mediator(number=number, text_sha256=sha, stroke=stroke, actor=actor, at=at)
        said = _("Signed. The seal of the organisation comes last.")
    elif key == "paper":
        _bring_paper(request, number)
        said = _("Written down as signed on paper.")
    elif key == "seal":
        actions.seal(number=number, actor=actor, at=at)
        said = _("Sealed. The agreement is in effect; the certificate of mediation is issued.")
    else:
        raise Http404
    messages.success(request, said)
    return redirect("mediation:agreement", number)


def _bring_paper(request: Request, number: str) -> None:
    upload = request.FILES.get("photo")
    if upload is None or not request.POST.get("party", "").isdigit():
        raise Http404
    photo = files.store(upload, actor=request.actor, at=request.now)
    actions.sign_on_paper(
        number=number, party_id=int(request.POST["party"]), photo=photo, actor=request.actor, at=request.now,
        has_fingerprint="has_fingerprint" in request.POST,
    )  # fmt: skip


@page(rules_agreement.AGREEMENTS, methods=("GET",))
def paper(request: Request, number: str, pk: int) -> FileResponse:
    """The file of an issued paper, for whoever may read it."""
    found = queries_agreement.documents(number, request.actor).filter(pk=pk).first()
    if found is None:
        raise Http404
    return files.file_response(queries_agreement.newest(found).file, download=True)


# -- the public check -------------------------------------------------------------------------------------------------


@page(None)
def check_door(request: Request) -> HttpResponse:
    """Enter the code by hand, for whoever cannot scan."""
    form = forms_agreement.Check(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("mediation:check", _normal(form.cleaned_data["code"]) or "-")
    return render(request, "mediation/check.html", {"form": form})


def _normal(typed: str) -> str:
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))


@page(None)
def check(request: Request, code: str) -> HttpResponse:
    """What was issued under a code, and whether an uploaded file is it. Nobody's name, no sum, no account needed."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    if not limits.hit(f"check:{address}", CHECKS_AN_HOUR, 3600, request.now):
        return render(request, "mediation/check.html", {"form": forms_agreement.Check(), "is_paused": True}, status=429)
    found = queries_agreement.known(code)
    if found is None:
        context = {"form": forms_agreement.Check(), "is_unknown": True}
        return render(request, "mediation/check.html", context, status=404)
    context = {"paper": found, "file_form": forms_agreement.CheckFile()}
    upload = request.FILES.get("file")
    if request.method == "POST":
        if upload is None:
            context["lacks_file"] = True
            return render(request, "mediation/check.html", context, status=422)
        context["answer"] = queries_agreement.check(code, queries_agreement.hash_of(upload.chunks()))
    return render(request, "mediation/check.html", context)
