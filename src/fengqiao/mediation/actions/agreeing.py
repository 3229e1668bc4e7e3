"""Write the agreement, version by version, and send it out for signature."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.kernel import calendar as calendars
from fengqiao.kernel import events as log
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused
from fengqiao.mediation import events, queries_agreement, rules_agreement
from fengqiao.mediation.actions.common import locked, require_mediator
from fengqiao.mediation.actions.issuing import add_edition, open_document
from fengqiao.mediation.models import Mediation
from fengqiao.mediation.models_agreement import Agreement, Duty, Term
from fengqiao.mediation.rules import Stage
from fengqiao.mediation.rules_agreement import STATUSES, Paper, Status, TermKind, Touches, Wish


def locked_agreement(number: str, *statuses: Status) -> Agreement:
    """The live agreement of a matter, locked, under the actor's own scope. Absent and unseen look the same."""
    rows = Agreement.objects.select_for_update(of=("self",)).exclude(status=Status.REPLACED)
    rows = rows.select_related(
        "dispute__cause", "dispute__court", "unit", "mediation__mediator__user", "mediation__unit"
    )
    found = rows.filter(dispute__number=number).order_by("-pk").first()
    if found is None:
        raise Http404
    if statuses and found.status not in statuses:
        raise Refused(
            "agreement.stage",
            _("This cannot be done while the agreement is “%(now)s”.") % {"now": Status(found.status).label},
        )
    return found


@transaction.atomic
def draft(
    *, number: str, facts: str, issues: str, responsibility: str, place: str, terms: Sequence[Wish], actor: Actor,
    at: dt.datetime, touches: Collection[str] = (), settles_all: bool = True, on_paper: bool = False,
) -> Agreement:  # fmt: skip
    """The mediator writes the agreement. A draft is written over; a text that went out becomes a new version, and the
    signatures under the old one fall with it.

    Refuses: anybody but the mediator; a mediation that does not run; a party who is none of this matter.
    """
    mediation = locked(number, actor)
    require_mediator(actor, rules_agreement.DRAFT, mediation)
    if mediation.stage != Stage.RUNNING:
        raise Refused("mediation.not_running", _("Only a running mediation can end in an agreement."))
    disputes.require_ordinary(mediation.dispute, actor)
    made = _version(mediation, actor=actor, at=at)
    made.facts, made.issues, made.responsibility = facts.strip(), issues.strip(), responsibility.strip()
    made.place_of_performance, made.settles_all = place.strip(), settles_all
    made.touches = [Touches(one) for one in touches]
    made.on_paper = on_paper
    made.save()
    _write_terms(made, terms)
    _tell(made, "drafted", actor=actor, at=at)
    return made


def _version(mediation: Mediation, *, actor: Actor, at: dt.datetime) -> Agreement:
    """The draft in work, or a new one that replaces the text that went out."""
    live = mediation.agreements.select_for_update().exclude(status=Status.REPLACED).first()
    if live is not None and live.status == Status.DRAFT:
        return live
    if live is not None:
        STATUSES.check(Status(live.status), Status.REPLACED)
        live.status = Status.REPLACED
        live.save(update_fields=["status"])
        live.documents.update(replaced_at=at)
    assert mediation.unit_id is not None, "a running mediation lies with an organisation"
    return Agreement(
        dispute_id=mediation.dispute_id,
        mediation=mediation,
        unit_id=mediation.unit_id,
        version=mediation.agreements.count() + 1,
        kind=mediation.kind,
        drafted_at=at,
        actor=actor.id,
    )


def _write_terms(agreement: Agreement, terms: Sequence[Wish]) -> None:
    parties = {party.pk for party in dispute_queries.parties(agreement.dispute)}
    calendar = calendars.current()
    agreement.duties.all().delete()
    agreement.terms.all().delete()
    for order, wish in enumerate(terms, start=1):
        if wish.debtor_id not in parties or (wish.creditor_id is not None and wish.creditor_id not in parties):
            raise Refused("party.unknown", _("This party is not part of the matter."))
        pays = wish.kind == TermKind.PAY
        if pays and (not wish.amount_fen or wish.amount_fen <= 0 or wish.creditor_id is None):
            raise Refused(
                "agreement.incomplete",
                _("Who pays how much to whom: term %(n)s does not say it.") % {"n": order},
                law=rules_agreement.PML_29,
            )
        term = Term.objects.create(
            agreement=agreement, order=order, kind=wish.kind, debtor_id=wish.debtor_id, creditor_id=wish.creditor_id,
            text=wish.text.strip(), manner=wish.manner.strip(), amount_fen=wish.amount_fen if pays else None,
        )  # fmt: skip
        parts = wish.shares_fen or ((wish.amount_fen,) if pays and len(wish.days) == 1 else ())
        if pays and not parts and wish.days:
            parts = rules_agreement.shares(wish.amount_fen or 0, len(wish.days))
        for n, plain in enumerate(wish.days):
            due = rules_agreement.due_day(plain, calendar)
            share = parts[n] if pays and n < len(parts) else None
            Duty.objects.create(
                agreement=agreement, term=term, order=n + 1, amount_fen=share, plain_on=due.plain, due_on=due.day,
                is_provisional=due.is_provisional,
            )  # fmt: skip


@transaction.atomic
def send_out(*, number: str, actor: Actor, at: dt.datetime) -> Agreement:
    """The text is fixed and goes out for signature; its hash is what everybody signs.

    Refuses: an element the law requires that is missing, each with its article; electronic signing of what must be on
    paper (`document.paper_only`). Basis: 人民调解法 29; 电子签名法 3.
    """
    mediation = locked(number, actor)
    require_mediator(actor, rules_agreement.DRAFT, mediation)
    agreement = locked_agreement(number, Status.DRAFT)
    missing = queries_agreement.gaps(agreement)
    if missing:
        raise Refused("agreement.incomplete", missing[0].message, law=missing[0].law)
    if not agreement.on_paper and rules_agreement.is_paper_only(agreement.touches, mediation.field):
        raise paper_only()
    STATUSES.check(Status(agreement.status), Status.SIGNING)
    with scoping.unscoped("mediation.send_out"):
        document = open_document(
            kind=Paper.AGREEMENT, dispute=agreement.dispute, unit=agreement.unit, actor=actor, at=at,
            agreement=agreement, is_final=False,
        )  # fmt: skip
        blocks = queries_agreement.agreement_blocks(agreement)
        edition = add_edition(document, blocks, actor=actor, at=at, is_sealed=False)
    agreement.status, agreement.text_sha256, agreement.signing_since = Status.SIGNING, edition.sha256, at
    agreement.save()
    _tell(agreement, "sent_out", actor=actor, at=at)
    return agreement


def paper_only() -> Refused:
    return Refused(
        "document.paper_only",
        _("This agreement touches personal relations or the supply of water, heat or gas: it is signed on paper."),
        law=_("Electronic Signature Law art. 3"),
        next_step=_("Print it, sign it by hand, and add a photo of the signed paper."),
    )


def _tell(agreement: Agreement, deed: str, *, actor: Actor, at: dt.datetime) -> None:
    fact = events.AgreementChanged(
        agreement.dispute.number, mediation_id=agreement.mediation_id, agreement_id=agreement.pk, deed=deed
    )
    log.record(fact, actor=actor.id, at=at)
