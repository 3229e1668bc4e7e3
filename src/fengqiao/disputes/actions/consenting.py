"""Yes and no of the parties: each to one thing, each to be taken back, a clear no at once in force."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import events, queries
from fengqiao.disputes.actions.common import locked, require_ordinary, require_party, write
from fengqiao.disputes.actions.opening import party_in
from fengqiao.disputes.models import Consent, Refusal
from fengqiao.disputes.rules import SENSITIVE, ConsentBy, ConsentTo, LineKind
from fengqiao.kernel import events as log
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import StoredFile


@transaction.atomic
def consent(
    *,
    number: str,
    party_id: int,
    to: tuple[ConsentTo, ...],
    by: ConsentBy,
    actor: Actor,
    at: dt.datetime,
    step: str = "",
    paper: StoredFile | None = None,
) -> list[Consent]:
    """A party agrees. What needs a consent of its own is never asked together with something else.

    Refuses: `consent.separate`; a paper consent without its photograph; consent by anybody else.
    Basis: 特邀调解规定 11; 在线调解规则 4, 22; 个人信息保护法 14, 29.
    """
    dispute = locked(number)
    party = party_in(dispute, party_id)
    require_party(actor, party)
    if len(to) > 1 and SENSITIVE & set(to):
        raise Refused(
            "consent.separate",
            _("This is asked by itself, never together with something else."),
            law=_("Personal Information Protection Law art. 29"),
        )
    if by == ConsentBy.PAPER and paper is None:
        raise Refused("consent.paper_missing", _("Please add a photograph of the signed paper."))
    if ConsentTo.MEDIATION in to:
        require_ordinary(dispute, actor)
    given = []
    with scoping.unscoped("disputes.consent"):
        for one in to:
            row, is_new = Consent.objects.get_or_create(
                party=party,
                to=one,
                step=step,
                withdrawn_at=None,
                defaults={"by": by, "given_at": at, "actor": actor.id, "paper": paper},
            )
            given.append(row)
            if is_new:
                write(dispute, LineKind.CONSENTED, actor=actor, at=at, party=party.pk, to=one, by=by)
                log.record(
                    events.Consented(number=number, party_id=party.pk, to=one),
                    actor=actor.id,
                    at=at,
                    place_id=dispute.place_id,
                )
        if ConsentTo.MEDIATION in to:
            party.refusals.filter(lifted_at__isnull=True).update(lifted_at=at)
    return given


@transaction.atomic
def revoke(*, number: str, party_id: int, to: ConsentTo, actor: Actor, at: dt.datetime, step: str = "") -> None:
    """A party takes a consent back: one tap, no reason asked, in force at once.

    Basis: 个人信息保护法 15; 在线调解规则 4; 在线诉讼规则 4.
    """
    dispute = locked(number)
    party = party_in(dispute, party_id)
    require_party(actor, party)
    with scoping.unscoped("disputes.revoke"):
        live = Consent.objects.filter(party=party, to=to, step=step, withdrawn_at__isnull=True)
        changed = live.update(withdrawn_at=at)
    if not changed:
        raise Refused("consent.none", _("There is no consent of this kind to take back."))
    write(dispute, LineKind.REVOKED, actor=actor, at=at, party=party.pk, to=to)
    log.record(
        events.ConsentRevoked(number=number, party_id=party.pk, to=to), actor=actor.id, at=at, place_id=dispute.place_id
    )


@transaction.atomic
def refuse_mediation(*, number: str, party_id: int, by: ConsentBy, actor: Actor, at: dt.datetime) -> Refusal:
    """A party says no to mediation. It costs the party no right, and whatever runs ends with this event.

    Basis: 人民调解法 17, 23; 民事诉讼法 125; 在线调解规则 15.
    """
    dispute = locked(number)
    party = party_in(dispute, party_id)
    require_party(actor, party)
    with scoping.unscoped("disputes.refuse"):
        refusal, _is_new = Refusal.objects.get_or_create(
            party=party, lifted_at=None, defaults={"by": by, "said_at": at, "actor": actor.id}
        )
        Consent.objects.filter(party=party, to=ConsentTo.MEDIATION, withdrawn_at__isnull=True).update(withdrawn_at=at)
    write(dispute, LineKind.REVOKED, actor=actor, at=at, party=party.pk, to=ConsentTo.MEDIATION, refused=True)
    log.record(
        events.MediationRefused(number=number, party_id=party.pk), actor=actor.id, at=at, place_id=dispute.place_id
    )
    return refusal


def require_willing(number: str) -> None:
    """Refuses: mediation while a party has said no. Only that party's own consent opens the way again."""
    with scoping.unscoped("disputes.require_willing"):
        dispute = queries.disputes_of([number])[number]
        if queries.is_refused(dispute):
            raise Refused(
                "mediation.refused",
                _("A party has clearly refused mediation. It is not offered again unless that party asks."),
                law=_("People's Mediation Law art. 17; Civil Procedure Law art. 125"),
                next_step=_("The court can docket the suit at once."),
            )
