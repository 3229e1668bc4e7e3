"""Issue a paper: its number, its code, its files. Anybody may later ask whether a file is the issued one."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.kernel import events as log
from fengqiao.kernel import files, scoping
from fengqiao.kernel.actor import LEVELS, Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import events, paper_texts, papers, queries_agreement, rules_agreement, sealing
from fengqiao.mediation.models_agreement import Agreement, Document, Edition
from fengqiao.mediation.papers import Block
from fengqiao.mediation.rules_agreement import Paper
from fengqiao.people.models import Organisation

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_SIGNS = 16
"""Eighty bits: a code cannot be guessed, and no number counts up to it."""


def new_code() -> str:
    signs = "".join(secrets.choice(ALPHABET) for _ in range(CODE_SIGNS))
    return "-".join(signs[start : start + 4] for start in range(0, CODE_SIGNS, 4))


def check_url(code: str) -> str:
    return f"{settings.SITE_URL}/check/{code}/"


def number_for(dispute_id: int, number: str, kind: str) -> str:
    """The matter's number, the sign of the paper, a running figure: 01226-0004827-3-协1."""
    count = Document.objects.filter(dispute_id=dispute_id, kind=kind).count()
    return f"{number}-{rules_agreement.SIGNS[kind]}{count + 1}"


def open_document(
    *, kind: Paper, dispute: Any, unit: Organisation | None, actor: Actor, at: dt.datetime,
    agreement: Agreement | None = None, number: str = "", is_final: bool = True,
) -> Document:  # fmt: skip
    """The row of a paper, before its file: number and code are printed on it. The caller checked the actor."""
    row = Document(
        kind=kind,
        wall=rules_agreement.WALLS[kind],
        dispute=dispute,
        agreement=agreement,
        unit=unit,
        issued_at=at,
        actor=actor.id,
        is_final=is_final,
        code=new_code(),
    )
    row.number = number or number_for(row.dispute_id, row.dispute.number, kind)
    row.place_id = row.dispute.place_id
    for level in LEVELS:
        setattr(row, f"{level}_id", getattr(row.dispute, f"{level}_id"))
    row.save()
    return row


def sheet_of(document: Document, blocks: Sequence[Block], *, sha256: str = "") -> papers.Sheet:
    return papers.Sheet(
        kind=document.kind,
        number=document.number,
        issuer=document.unit.name if document.unit is not None else "",
        blocks=tuple(blocks),
        url=check_url(document.code),
        sha256=sha256,
    )


def add_edition(
    document: Document, blocks: Sequence[Block], *, actor: Actor, at: dt.datetime, is_sealed: bool, sha256: str = ""
) -> Edition:
    """Set the paper and keep the file; sealed by the organisation where it is final. Call with everything in scope."""
    data = papers.pdf(sheet_of(document, blocks, sha256=sha256))
    if is_sealed:
        assert document.unit is not None, "nobody seals this"
        data = sealing.seal(data, code=document.unit.code, name=document.unit.name, reason=document.number)
    kept = files.keep(data, kind="pdf", name=f"{document.number}.pdf", actor=actor, at=at)
    return Edition.objects.create(document=document, file=kept, sha256=kept.sha256, is_sealed=is_sealed, made_at=at)


def issue(
    *, kind: Paper, dispute: Any, blocks: Sequence[Block], unit: Organisation | None, actor: Actor, at: dt.datetime,
    agreement: Agreement | None = None, number: str = "",
) -> Document:  # fmt: skip
    """A paper that is final as it leaves. Sealed where an organisation issues it."""
    with scoping.unscoped("mediation.issue"):
        Document.objects.filter(dispute=dispute, kind=kind, agreement=agreement, replaced_at__isnull=True).update(
            replaced_at=at
        )
        document = open_document(
            kind=kind, dispute=dispute, unit=unit, actor=actor, at=at, agreement=agreement, number=number
        )
        edition = add_edition(document, blocks, actor=actor, at=at, is_sealed=unit is not None)
    log.record(events.DocumentIssued(document.dispute.number, document.pk, kind, edition.sha256), actor=actor.id, at=at)
    return document


# -- papers of the matter itself ---------------------------------------------------------------------------------------


@transaction.atomic
def issue_paper(*, number: str, kind: Paper, actor: Actor, at: dt.datetime) -> Document:
    """The application, the service address form, the docketing set, the signed list of undisputed facts.

    Refuses: whoever has no part in the matter; facts that not every party signed. Papers of the agreement have verbs
    of their own. Nothing said to settle is on any of these.
    """
    dispute = disputes.locked(number)
    if dispute_queries.party_of(dispute, actor) is None and not dispute_queries.is_mediator(dispute, actor):
        disputes.require(actor, rules_agreement.PERFORM, dispute)
    with scoping.unscoped("mediation.issue_paper"):
        matter = queries_agreement.matter_text(dispute)
        if kind == Paper.FACTS:
            blocks = _facts(dispute, matter)
        elif kind == Paper.SERVICE:
            electronic = dispute_queries.all_consent(dispute, disputes.ConsentTo.SERVICE)
            blocks = paper_texts.service(matter, electronic=electronic)
        elif kind in {Paper.APPLICATION, Paper.DOCKETING}:
            if not actor.holds("case"):
                raise Forbidden(rules_agreement.PERFORM, code="mediation.secret")
            blocks = _told(dispute, matter, kind)
        else:
            raise Http404
    return issue(kind=kind, dispute=dispute, blocks=blocks, unit=None, actor=actor, at=at)


def _facts(dispute: Any, matter: papers.Matter) -> list[Block]:
    signed = queries_agreement.signed_facts(dispute)
    if signed is None:
        raise Refused(
            "facts.unsigned",
            _("The list of undisputed facts crosses only when every party has signed it."),
            law=_("Invited Mediation art. 22"),
        )
    return paper_texts.facts(matter, listed=signed.facts, signed=signed.by)


def _told(dispute: Any, matter: papers.Matter, kind: Paper) -> list[Block]:
    told = queries_agreement.told_by_applicant(dispute)
    if kind == Paper.APPLICATION:
        return paper_texts.application(matter, facts=told.facts, wishes=told.claims, asked_at=told.asked_at)
    return paper_texts.docketing(matter, claims=told.claims, facts_text=told.facts, proofs=told.proofs)
