"""Weighing an agreement against the court: a side reckons, the mediator proposes a range."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import queries as dispute_queries
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import events, queries_weigh
from fengqiao.mediation import rules_weigh as weigh
from fengqiao.mediation.actions.common import locked, require_mediator
from fengqiao.mediation.models import Mediation
from fengqiao.mediation.models_weigh import RangeProposal, Reckoning

MOST_FEN = 10**14
MOST_RECKONINGS = 12


def _record(mediation: Mediation, deed: str, *, number: str, actor: Actor, at: dt.datetime) -> None:
    log.record(events.MediationChanged(number=number, mediation_id=mediation.pk, deed=deed), actor=actor.id, at=at)


def _side(mediation: Mediation, side: str, actor: Actor) -> tuple[str, bool]:
    """(the side somebody writes for, whether by the mediator's hand). Refuses: the other side, and everybody else."""
    if not actor.may(weigh.WEIGH):
        raise Forbidden(weigh.WEIGH, code="mediation.not_yours")
    if dispute_queries.is_mediator(mediation.dispute, actor):
        if side not in queries_weigh.SIDES:
            raise Refused("weigh.side", _("Say for which side."))
        return side, True
    own = queries_weigh.side_of(mediation, actor)
    if not own or side not in {"", own}:
        raise Forbidden(weigh.WEIGH, code="mediation.not_yours")
    return own, False


@transaction.atomic
def reckon(
    *, number: str, actor: Actor, at: dt.datetime, side: str = "", calculator: str = "", given: Any = None,
    low_fen: int | None = None, high_fen: int | None = None, note: str = "",
) -> Reckoning:  # fmt: skip
    """A side works out what a court may award: with a calculator, or by naming the least and the most itself.

    Units: fen, paid by the respondent to the applicant. Refuses: another side's; an upside-down or absurd range; what
    the calculator refuses.
    """
    mediation = locked(number, actor)
    side, by_hand = _side(mediation, side, actor)
    if calculator:
        if calculator not in dispute_queries.AWARDS:
            raise Refused("weigh.calculator", _("This calculator gives no sum a court could award."))
        low_fen, high_fen = dispute_queries.award(calculator, given, on=at.date())
    if low_fen is None or high_fen is None or not 0 <= low_fen <= high_fen <= MOST_FEN:
        raise Refused("weigh.range", _("The least comes first, then the most; both in yuan."))
    if Reckoning.objects.filter(mediation=mediation, side=side, gone_at__isnull=True).count() >= MOST_RECKONINGS:
        raise Refused("weigh.full", _("There are twelve reckonings already. Please remove one first."))
    made = Reckoning.objects.create(
        mediation=mediation, dispute_id=mediation.dispute_id, side=side, calculator=calculator, given=_as_json(given),
        low_in_fen=str(low_fen), high_in_fen=str(high_fen), note=note.strip()[:200], by_hand=by_hand, made_at=at,
        actor=actor.id,
    )  # fmt: skip
    _record(mediation, "reckoned", number=number, actor=actor, at=at)
    return made


def _as_json(given: Any) -> str:
    """What went into a calculator, to be looked at again."""
    if given is None:
        return ""
    if isinstance(given, Mapping):
        return json.dumps(dict(given), ensure_ascii=False, default=str)
    return str(given.model_dump_json(by_alias=True, exclude_defaults=True, fallback=str))


@transaction.atomic
def drop_reckoning(*, number: str, reckoning_id: int, actor: Actor, at: dt.datetime) -> Reckoning:
    """Take a reckoning out. The side itself, or the mediator."""
    mediation = locked(number, actor)
    found = Reckoning.objects.filter(pk=reckoning_id, mediation=mediation, gone_at__isnull=True).first()
    if found is None:
        raise Http404
    _side(mediation, found.side, actor)
    found.gone_at = at
    found.save(update_fields=["gone_at"])
    _record(mediation, "reckoning_dropped", number=number, actor=actor, at=at)
    return found


@transaction.atomic
def propose_range(
    *, number: str, low_fen: int, high_fen: int, actor: Actor, at: dt.datetime, words: str = ""
) -> RangeProposal:
    """The mediator puts a range to both sides. It binds nobody and replaces the one before.

    Units: fen. Refuses: anybody but the mediator; a range upside down; one that names an edge of the band, because a
    party would read from it what the other would accept. Basis: 人民调解法 22; 在线调解规则 18.
    """
    mediation = locked(number, actor)
    require_mediator(actor, weigh.PROPOSE, mediation)
    if not 0 <= low_fen < high_fen <= MOST_FEN:
        raise Refused("weigh.range", _("The least comes first, then the most; both in yuan."))
    _sides, band = queries_weigh.both(mediation, actor, on=at.date())
    if weigh.tells(low_fen, high_fen, band):
        raise Refused(
            "weigh.edge",
            _("This names the very sum up to which a side would go, and tells it to the other."),
            law=_("Online Mediation art. 18"),
            next_step=_("Take a narrower range, in round sums."),
        )
    RangeProposal.objects.filter(mediation=mediation, gone_at__isnull=True).update(gone_at=at)
    made = RangeProposal.objects.create(
        mediation=mediation, dispute_id=mediation.dispute_id, low_in_fen=str(low_fen), high_in_fen=str(high_fen),
        words=words.strip()[:400], made_at=at, actor=actor.id,
    )  # fmt: skip
    _record(mediation, "range_proposed", number=number, actor=actor, at=at)
    return made


@transaction.atomic
def take_back_range(*, number: str, actor: Actor, at: dt.datetime) -> None:
    """The mediator takes the proposal back."""
    mediation = locked(number, actor)
    require_mediator(actor, weigh.PROPOSE, mediation)
    if not RangeProposal.objects.filter(mediation=mediation, gone_at__isnull=True).update(gone_at=at):
        raise Refused("weigh.none", _("No proposal stands."))
    _record(mediation, "range_taken_back", number=number, actor=actor, at=at)
