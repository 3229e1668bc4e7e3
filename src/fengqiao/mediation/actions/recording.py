"""Record of proceedings: the mediator writes it, each party confirms it as it stands."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.kernel import events as log
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused
from fengqiao.mediation import events, paper_texts, papers, queries_agreement, rules_agreement
from fengqiao.mediation.actions.common import locked, require_mediator
from fengqiao.mediation.actions.issuing import issue
from fengqiao.mediation.models_agreement import Confirmed, Proceeding
from fengqiao.mediation.rules_agreement import Paper


@transaction.atomic
def write_record(
    *, number: str, held_at: dt.datetime, text: str, is_online: bool, actor: Actor, at: dt.datetime,
    replaces: int | None = None,
) -> Proceeding:  # fmt: skip
    """The mediator writes what was done in a session. A corrected record replaces the old one and its confirmations.

    Refuses: anybody but the mediator; an empty record; a session in the future. Basis: 人民调解法 27; 在线调解规则 22.
    """
    mediation = locked(number, actor)
    require_mediator(actor, rules_agreement.DRAFT, mediation)
    if not text.strip():
        raise Refused("record.empty", _("Please write a sentence first."))
    if held_at > at:
        raise Refused("record.future", _("The session has not taken place yet."))
    if replaces is not None:
        mediation.proceedings.filter(pk=replaces, replaced_at__isnull=True).update(replaced_at=at)
    made = Proceeding.objects.create(
        dispute_id=mediation.dispute_id, mediation=mediation, held_at=held_at, is_online=is_online, text=text.strip(),
        sha256=hashlib.sha256(text.strip().encode()).hexdigest(), written_at=at, actor=actor.id,
    )  # fmt: skip
    log.record(
        events.MediationChanged(number=number, mediation_id=mediation.pk, deed="record_written"), actor=actor.id, at=at
    )
    return made


@transaction.atomic
def confirm_record(*, number: str, record_id: int, party_id: int, actor: Actor, at: dt.datetime) -> Proceeding:
    """A party confirms; with the last one the record is issued as a paper of the mediation side.

    Refuses: a record that was corrected in the meantime. Basis: 在线调解规则 22.
    """
    found = Proceeding.objects.select_for_update(of=("self",)).filter(pk=record_id, dispute__number=number).first()
    if found is None:
        raise Http404
    party = dispute_queries.parties(found.dispute).filter(pk=party_id).first()
    if party is None:
        raise Http404
    disputes.require_party(actor, party)
    if found.replaced_at is not None:
        raise Refused("record.replaced", _("The record was corrected. Please read the new one first."))
    Confirmed.objects.get_or_create(
        proceeding=found, party=party, defaults={"dispute_id": found.dispute_id, "confirmed_at": at, "actor": actor.id}
    )
    log.record(
        events.MediationChanged(number=number, mediation_id=found.mediation_id, deed="record_confirmed"),
        actor=actor.id,
        at=at,
    )
    with scoping.unscoped("mediation.confirm_record"):
        confirmed = list(found.confirmations.select_related("party").order_by("pk"))
        if found.confirmed_at is None and len(confirmed) == dispute_queries.parties(found.dispute).count():
            found.confirmed_at = at
            found.save(update_fields=["confirmed_at"])
            matter = queries_agreement.matter_text(found.dispute, mediation=found.mediation)
            strips = [
                papers.Strip("当事人", one.party.name, f"已确认，{papers.moment(one.confirmed_at)}")
                for one in confirmed
            ]
            blocks = paper_texts.record(
                matter, held_at=found.held_at, is_online=found.is_online, words=found.text, strips=strips
            )
            issue(
                kind=Paper.RECORD, dispute=found.dispute, blocks=blocks, unit=found.mediation.unit, actor=actor, at=at
            )
    return found
