"""Questions about weighing: what each side reckons with, the band, and what became of like matters.

A side's own reckoning is read through the net, so nobody gets at the other side's. Like matters are looked for with
open eyes across the whole house, and leave this file as counts, shares, times and coarse ranges alone.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import queries as disputes
from fengqiao.disputes.actions import ClaimKind, Side
from fengqiao.disputes.queries import Closed
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused
from fengqiao.mediation import rules_weigh as weigh
from fengqiao.mediation.models import Mediation
from fengqiao.mediation.models_agreement import Agreement, Term
from fengqiao.mediation.models_weigh import RangeProposal, Reckoning
from fengqiao.mediation.rules import Field, Ground, field_of
from fengqiao.mediation.rules_agreement import IN_EFFECT
from fengqiao.mediation.rules_weigh import Alternative, Band, Like, Outcome, Share, Spread

SIDES = (Side.APPLICANT, Side.RESPONDENT)


def side_of(mediation: Mediation, actor: Actor) -> str:
    """The side whose alternative is the actor's own; "" for the mediator, for third parties and for everybody else."""
    party = disputes.party_of(mediation.dispute, actor)
    return str(party.side) if party is not None and party.side in SIDES else ""


def readable_sides(mediation: Mediation, actor: Actor) -> tuple[str, ...]:
    """Whose alternative the actor reads: the mediator both, a party its own, nobody else any."""
    if disputes.is_mediator(mediation.dispute, actor):
        return tuple(SIDES)
    own = side_of(mediation, actor)
    return (own,) if own else ()


# -- one side ---------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Weighed:
    """A side with its live reckonings and what follows. Units: fen. `fee_law`: the article of the court fee."""

    side: str
    reckonings: list[Reckoning]
    alternative: Alternative | None
    fee_law: str

    @property
    def name(self) -> str:
        return str(Side(self.side).label)


def of_side(mediation: Mediation, side: str, *, on: dt.date) -> Weighed:
    """One side's alternative. The caller has checked that the reader may have it; the net checks again."""
    rows = list(Reckoning.objects.filter(mediation=mediation, side=side, gone_at__isnull=True))
    sums = [(one.low_fen, one.high_fen) for one in rows]
    if not sums:
        return Weighed(side, rows, None, "")
    is_labour = field_of(mediation.dispute.name) == Field.LABOUR
    fee, law = disputes.court_fee_fen(
        _claimed(mediation) or max(high for _low, high in sums), is_labour=is_labour, on=on
    )
    return Weighed(side, rows, weigh.alternative(side, sums, fee_fen=fee), law)


def _claimed(mediation: Mediation) -> int:
    """What the applicants ask for in money; the amount of the matter where no claim is written down. Units: fen."""
    live = mediation.dispute.claims.filter(withdrawn_at__isnull=True, kind=ClaimKind.MONEY)
    asked = live.filter(party__side=Side.APPLICANT).aggregate(sum=Sum("amount_fen"))["sum"]
    return int(asked or mediation.dispute.amount_fen or 0)


def both(mediation: Mediation, actor: Actor, *, on: dt.date) -> tuple[list[Weighed], Band | None]:
    """What the actor may read of either side, and the band for the mediator alone, once both have reckoned."""
    found = [of_side(mediation, side, on=on) for side in readable_sides(mediation, actor)]
    alternatives = [one.alternative for one in found if one.alternative is not None]
    return found, weigh.band(*alternatives) if len(alternatives) == len(SIDES) else None


def proposal(mediation: Mediation) -> RangeProposal | None:
    """The range the mediator proposes; the net shows it to the mediator and the parties."""
    return RangeProposal.objects.filter(mediation=mediation, gone_at__isnull=True).first()


# -- like matters -----------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Similar:
    """What became of closed matters of one cause. Money in fen, times in days; what fewer than 30 matters say is None.

    `kept_percent`: the sum agreed for each hundred claimed. `agreed_fen` and `fee_fen`: the middle half, made coarse.
    """

    cause: str
    likes: tuple[Like, ...]
    since: dt.date
    n: int
    outcomes: list[tuple[Outcome, Share]]
    kept_percent: Spread | None
    agreed_fen: tuple[int, int] | None
    talk_days: Spread | None
    court_days: Spread | None
    fee_fen: tuple[int, int] | None


def similar(mediation: Mediation, actor: Actor, *, likes: Collection[Like] = (), on: dt.date) -> Similar:
    """What became of matters like this one that closed here in the last years. For the mediator and the parties.

    Refuses: `weigh.too_few` below 30; `weigh.no_cause` where the matter has neither cause nor topic. Matters in which
    somebody was in danger are left out, and so is this one. No person, place or single sum leaves this function.
    """
    dispute = mediation.dispute
    if not dispute.name:
        raise Refused("weigh.no_cause", _("The matter names no cause yet, so there is nothing to compare it with."))
    since = _since(on)
    with scoping.unscoped("mediation.similar"):
        found = _like(dispute, likes, disputes.closed_like(dispute, since=since, most=weigh.MOST))
        weigh.enough(len(found))
        return _told(dispute.name, tuple(likes), since, found, on=on)


def _since(on: dt.date) -> dt.date:
    """The first day of the quarter, `YEARS` ago: two readings on neighbouring days look at the same matters."""
    return dt.date(on.year - weigh.YEARS, (on.month - 1) // 3 * 3 + 1, 1)


def _like(dispute: Any, likes: Collection[Like], found: list[Closed]) -> list[Closed]:
    if Like.PARTIES in likes:
        own = disputes.firms_in([dispute.pk]).get(dispute.pk, (False, False))
        found = [one for one in found if one.firms == own]
    if Like.AMOUNT in likes:
        size = _size(dispute.amount_fen)
        found = [one for one in found if _size(one.amount_fen) == size]
    return found


def _size(fen: int | None) -> int:
    """How many figures an amount has; 0 for none."""
    return len(str(fen)) if fen else 0


def _told(cause: str, likes: tuple[Like, ...], since: dt.date, found: list[Closed], *, on: dt.date) -> Similar:
    keys = [one.pk for one in found]
    talks, agreed = _talks(keys), _agreed(keys)
    outcomes = Counter(_outcome(one, agreed) for one in found)
    in_court = [one for one in found if one.pk not in agreed and one.docketed_at is not None]
    sums = {one.pk: (agreed[one.pk][0], one.amount_fen) for one in found if one.pk in agreed and agreed[one.pk][0]}
    fees = [disputes.court_fee_fen(one.amount_fen, is_labour=False, on=on)[0] for one in in_court if one.amount_fen]
    return Similar(
        cause=cause,
        likes=likes,
        since=since,
        n=len(found),
        outcomes=[(one, weigh.share_of(n, len(found))) for one, n in weigh.guarded(outcomes).items()],
        kept_percent=_spread(5 * round(20 * got / asked) for got, asked in sums.values() if asked),
        agreed_fen=_range(got for got, _asked in sums.values()),
        talk_days=_spread(talks.values()),
        court_days=_spread((one.closed_at - one.docketed_at).days for one in in_court if one.docketed_at is not None),
        fee_fen=_range(fees),
    )


def _talks(keys: Sequence[int]) -> dict[int, int]:
    """Days from acceptance to end of the last mediation of each dispute."""
    rows = Mediation.objects.filter(dispute_id__in=keys, accepted_at__isnull=False, ended_at__isnull=False)
    found = rows.order_by("attempt").values_list("dispute_id", "accepted_at", "ended_at")
    return {key: (ended - accepted).days for key, accepted, ended in found if accepted and ended}


def _agreed(keys: Sequence[int]) -> dict[int, tuple[int, bool]]:
    """(sum agreed to be paid, performed) of the disputes that were settled. Units: fen."""
    settled = Mediation.objects.filter(dispute_id__in=keys, ground=Ground.AGREED).values_list("dispute_id", flat=True)
    found = dict.fromkeys(settled, (0, False))
    signed = Agreement.objects.filter(dispute_id__in=keys, status__in=IN_EFFECT)
    paid = dict(
        Term.objects.filter(agreement__in=signed, amount_fen__isnull=False)
        .values_list("agreement__dispute_id")
        .annotate(sum=Sum("amount_fen"))
    )
    for key, performed_at in signed.values_list("dispute_id", "performed_at"):
        found[key] = (int(paid.get(key, 0)), performed_at is not None)
    return found


def _outcome(one: Closed, agreed: dict[int, tuple[int, bool]]) -> Outcome:
    if one.pk in agreed:
        return Outcome.PERFORMED if agreed[one.pk][1] else Outcome.AGREED
    return Outcome.COURT if one.docketed_at is not None else Outcome.NEITHER


def _spread(values: Iterable[int]) -> Spread | None:
    try:
        return weigh.spread(values)
    except Refused:
        return None


def _range(values: Iterable[int]) -> tuple[int, int] | None:
    found = _spread(values)
    return weigh.as_range(found) if found is not None else None
