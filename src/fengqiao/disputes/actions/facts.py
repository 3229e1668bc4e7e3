"""The list of undisputed facts: written apart, signed by every party, the one paper that crosses to the trial."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import events, queries, rules
from fengqiao.disputes.actions.common import locked, require_party, write
from fengqiao.disputes.actions.opening import party_in
from fengqiao.disputes.models import FactSheet, FactSignature
from fengqiao.disputes.rules import ConsentBy, LineKind
from fengqiao.kernel import events as log
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused


@transaction.atomic
def write_facts(*, number: str, facts: Sequence[str], actor: Actor, at: dt.datetime) -> FactSheet:
    """The mediator lists what neither side disputes. A new list replaces the old one and its signatures.

    Refuses: anybody but the mediator of this matter; an empty list. Basis: 特邀调解规定 22; 在线调解规则 18.
    """
    dispute = locked(number)
    if not queries.is_mediator(dispute, actor):
        raise Forbidden(rules.CHANGE, _("The mediator of this matter writes this list."), code="mediation.secret")
    kept = [fact.strip() for fact in facts if fact.strip()]
    if not kept:
        raise Refused("facts.empty", _("Write at least one fact."))
    dispute.fact_sheets.filter(replaced_at__isnull=True).update(replaced_at=at)
    sheet = FactSheet.objects.create(dispute=dispute, facts=kept, written_at=at, actor=actor.id)
    log.record(events.DisputeChanged(number=number, deed="facts_written"), actor=actor.id, at=at)
    return sheet


@transaction.atomic
def sign_facts(*, number: str, sheet_id: int, party_id: int, by: ConsentBy, actor: Actor, at: dt.datetime) -> FactSheet:
    """A party confirms the list as it stands. With the last signature it crosses.

    Refuses: a list that was replaced in the meantime; staff without a part in the mediation.
    """
    dispute = locked(number)
    party = party_in(dispute, party_id)
    require_party(actor, party)
    if queries.party_of(dispute, actor) is None and not queries.is_mediator(dispute, actor):
        raise Forbidden(rules.CONSENT, _("The mediator or the party signs here."), code="mediation.secret")
    sheet = dispute.fact_sheets.select_for_update().filter(pk=sheet_id).first()
    if sheet is None:
        raise Http404
    if sheet.replaced_at is not None:
        raise Refused("facts.replaced", _("The list has changed. Please read the new one first."))
    FactSignature.objects.get_or_create(
        sheet=sheet, party=party, defaults={"by": by, "signed_at": at, "actor": actor.id}
    )
    signed = sheet.signatures.values("party").distinct().count()
    if sheet.signed_at is None and signed == queries.parties(dispute).count():
        sheet.signed_at = at
        with scoping.unscoped("disputes.sign_facts"):
            sheet.save(update_fields=["signed_at"])
        write(dispute, LineKind.FACTS_SIGNED, actor=actor, at=at, sheet=sheet.pk)
        log.record(events.FactsSigned(number=number, sheet_id=sheet.pk), actor=actor.id, at=at)
    return sheet
