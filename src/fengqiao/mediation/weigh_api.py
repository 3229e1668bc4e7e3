"""Weighing an agreement against the court as JSON: a party its own side, the mediator both and the band."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from ninja.errors import ValidationError
from pydantic import BaseModel, Field
from pydantic import ValidationError as Malformed

from fengqiao.kernel import numbers
from fengqiao.kernel.errors import Forbidden
from fengqiao.mediation import actions, queries_weigh, shown
from fengqiao.mediation import rules_weigh as weigh
from fengqiao.mediation.api import Body, Code, Key, Words
from fengqiao.mediation.models import Mediation
from fengqiao.mediation.rules_weigh import Like
from fengqiao.shell.api import operation

router = Router(tags=["disputes"])
WORDS = {
    "read_alternatives": _("What each side has without an agreement, as far as the caller may know"),
    "add_reckoning": _("A side works out what a court may award"),
    "drop_reckoning": _("Take a reckoning out"),
    "read_similar": _("What became of like matters that are closed"),
    "propose_range": _("The mediator proposes a range to both sides"),
}
Sum = Annotated[int, Field(ge=0, le=10**14)]


class NewReckoning(Body):
    """Units: fen, paid by respondent to applicant. Either `calculator` with its `input`, or the least and the most."""

    side: Annotated[str, Field(pattern="^(applicant|respondent)?$")] = ""
    calculator: Code = ""
    input: dict[str, Any] = Field(default_factory=dict)
    low_fen: Sum | None = None
    high_fen: Sum | None = None
    note: Annotated[Words, Field(max_length=200)] = ""


class NewRange(Body):
    low_fen: Sum
    high_fen: Sum
    words: Annotated[Words, Field(max_length=400)] = ""


class ReckoningOut(BaseModel):
    id: int
    calculator: str
    low_fen: int
    high_fen: int
    note: str
    by_hand: bool


class SideOut(BaseModel):
    """Units: fen. `low_fen` to `high_fen`: agreements worth as much to this side as the court; null if not reckoned."""

    side: str
    reckonings: list[ReckoningOut]
    award_low_fen: int | None
    award_high_fen: int | None
    fee_fen: int | None
    fee_law: str
    low_fen: int | None
    high_fen: int | None


class BandOut(BaseModel):
    """For the mediator alone. `is_open`: there is a sum both would take; otherwise `gap_fen` is missing."""

    is_open: bool
    low_fen: int | None
    high_fen: int | None
    gap_fen: int
    between_low_fen: int
    between_high_fen: int


class RangeOut(BaseModel):
    low_fen: int
    high_fen: int
    words: str
    made_at: dt.datetime


class WeighedOut(BaseModel):
    sides: list[SideOut]
    band: BandOut | None
    proposal: RangeOut | None
    note: str


class SpreadOut(BaseModel):
    """Median with its 90 % interval, from `n` matters."""

    n: int
    middle: int
    low: int
    high: int


class OutcomeOut(BaseModel):
    outcome: str
    k: int
    n: int
    low: str
    high: str


class SimilarOut(BaseModel):
    """Closed matters as counts, times in days and coarse ranges in fen. What fewer than 30 of them say is null."""

    cause: str
    like: list[str]
    since: dt.date
    n: int
    outcomes: list[OutcomeOut]
    kept_percent: SpreadOut | None
    agreed_fen: list[int] | None
    talk_days: SpreadOut | None
    court_days: SpreadOut | None
    fee_fen: list[int] | None
    note: str


class Asked(BaseModel):
    parties: bool = Field(False, description="Only matters with persons and firms on the same sides")
    amount: bool = Field(False, description="Only matters with an amount of the same size")


def _edge(request: HttpRequest) -> dict[str, Any]:
    return {"actor": request.actor, "at": request.now}  # type: ignore[attr-defined]


def _live(request: HttpRequest, number: str) -> tuple[str, Mediation]:
    """(number, live mediation) for its mediator and its parties. Refuses: `mediation.secret` for all others."""
    written = numbers.normalise(number)
    edge = _edge(request)
    matter = shown.matter_of(written, edge["actor"], edge["at"]) if written else None
    if matter is None or matter.live is None:
        raise Http404
    if not queries_weigh.readable_sides(matter.live, edge["actor"]):
        raise Forbidden(
            weigh.WEIGH,
            _("What was said to settle stays with the mediator and the parties."),
            code="mediation.secret",
            law=_("Online Mediation art. 18"),
        )
    return written, matter.live


def _side_out(found: queries_weigh.Weighed) -> SideOut:
    one = found.alternative
    return SideOut(
        side=found.side,
        reckonings=[
            ReckoningOut(
                id=row.pk, calculator=row.calculator, low_fen=row.low_fen, high_fen=row.high_fen, note=row.note,
                by_hand=row.by_hand,
            )
            for row in found.reckonings
        ],
        award_low_fen=one.award_low_fen if one else None,
        award_high_fen=one.award_high_fen if one else None,
        fee_fen=one.fee_fen if one else None,
        fee_law=found.fee_law,
        low_fen=one.low_fen if one else None,
        high_fen=one.high_fen if one else None,
    )  # fmt: skip


def _weighed(request: HttpRequest, mediation: Mediation) -> WeighedOut:
    edge = _edge(request)
    sides, band = queries_weigh.both(mediation, edge["actor"], on=edge["at"].date())
    standing = queries_weigh.proposal(mediation)
    return WeighedOut(
        sides=[_side_out(one) for one in sides],
        band=BandOut(
            is_open=band.is_open,
            low_fen=band.low_fen if band.is_open else None,
            high_fen=band.high_fen if band.is_open else None,
            gap_fen=band.gap_fen,
            between_low_fen=band.between_low_fen,
            between_high_fen=band.between_high_fen,
        )
        if band
        else None,
        proposal=RangeOut(
            low_fen=standing.low_fen, high_fen=standing.high_fen, words=standing.words, made_at=standing.made_at
        )
        if standing
        else None,
        note=str(_("For orientation only: the court decides.")),
    )


@router.get(
    "/disputes/{number}/alternatives", response=WeighedOut,
    summary="What each side has without an agreement, as far as the caller may know",
)  # fmt: skip
@operation(weigh.WEIGH)
def read_alternatives(request: HttpRequest, number: str) -> Any:
    """A party reads its own side, the mediator both and what lies between."""
    return _weighed(request, _live(request, number)[1])


@router.post("/disputes/{number}/reckonings", response=WeighedOut, summary="A side works out what a court may award")
@operation(weigh.WEIGH)
def add_reckoning(request: HttpRequest, number: str, sent: NewReckoning) -> Any:
    written, mediation = _live(request, number)
    given = sent.input if sent.calculator else None
    try:
        actions.reckon(
            number=written, side=sent.side, calculator=sent.calculator, given=given, low_fen=sent.low_fen,
            high_fen=sent.high_fen, note=sent.note, **_edge(request),
        )  # fmt: skip
    except Malformed as error:
        raise ValidationError(
            [{"loc": ("body", "input", *one["loc"]), "type": one["type"], "msg": one["msg"]} for one in error.errors()]
        ) from error
    return _weighed(request, mediation)


@router.post("/disputes/{number}/reckonings/{key}/drop", response=WeighedOut, summary="Take a reckoning out")
@operation(weigh.WEIGH)
def drop_reckoning(request: HttpRequest, number: str, key: Key) -> Any:
    written, mediation = _live(request, number)
    actions.drop_reckoning(number=written, reckoning_id=key, **_edge(request))
    return _weighed(request, mediation)


@router.get("/disputes/{number}/similar", response=SimilarOut, summary="What became of like matters that are closed")
@operation(weigh.WEIGH)
def read_similar(request: HttpRequest, number: str, asked: Query[Asked]) -> Any:
    """Refused with `weigh.too_few` when fewer than 30 are closed. No person, place, single sum or forecast."""
    _number, mediation = _live(request, number)
    edge = _edge(request)
    likes = [like for like, wanted in ((Like.PARTIES, asked.parties), (Like.AMOUNT, asked.amount)) if wanted]
    found = queries_weigh.similar(mediation, edge["actor"], likes=likes, on=edge["at"].date())
    return SimilarOut(
        cause=found.cause,
        like=[str(one.value) for one in found.likes],
        since=found.since,
        n=found.n,
        outcomes=[
            OutcomeOut(outcome=outcome.value, k=share.k, n=share.n, low=share.low, high=share.high)
            for outcome, share in found.outcomes
        ],
        kept_percent=_spread(found.kept_percent),
        agreed_fen=list(found.agreed_fen) if found.agreed_fen else None,
        talk_days=_spread(found.talk_days),
        court_days=_spread(found.court_days),
        fee_fen=list(found.fee_fen) if found.fee_fen else None,
        note=str(_("For orientation only: the court decides.")),
    )


def _spread(found: weigh.Spread | None) -> SpreadOut | None:
    return SpreadOut(n=found.n, middle=found.middle, low=found.low, high=found.high) if found else None


@router.post("/disputes/{number}/range", response=WeighedOut, summary="The mediator proposes a range to both sides")
@operation(weigh.PROPOSE)
def propose_range(request: HttpRequest, number: str, sent: NewRange) -> Any:
    """Binds nobody. Refused with `weigh.edge` where it would name what one side would take."""
    written, mediation = _live(request, number)
    actions.propose_range(
        number=written, low_fen=sent.low_fen, high_fen=sent.high_fen, words=sent.words, **_edge(request)
    )
    return _weighed(request, mediation)
