"""Weighing an agreement against the court: each side's alternative, the band between them, what became of like matters.

Pure functions. Money is whole fen. Nothing here says who would win: amounts are what each side itself reckons with,
shares and times are counted from matters that are closed, always with their number and an interval.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.actor import permit
from fengqiao.kernel.errors import Refused
from fengqiao.people.rules import Role

WEIGH = permit("mediation.weigh", {Role.MEDIATOR, Role.RESIDENT})
"""Reckon with the court: a party for its own side, the mediator of the matter for both."""
PROPOSE = permit("mediation.propose_range", {Role.MEDIATOR})

FEWEST = 30
"""Closed matters below this number say nothing, and nothing is said."""
SMALLEST = 5
"""No outcome that fewer matters had is shown by itself."""
MOST = 500
"""The newest matters looked at."""
YEARS = 3
CONFIDENCE = 0.9


class Like(TextChoices):
    """What a closed matter may have in common with this one besides its cause."""

    PARTIES = "parties", _("persons and firms on the same sides")
    AMOUNT = "amount", _("an amount of the same size")


class Outcome(TextChoices):
    """What became of a closed matter."""

    PERFORMED = "performed", _("settled, and performed")
    AGREED = "agreed", _("settled; performance not recorded")
    COURT = "court", _("not settled, went to court")
    NEITHER = "neither", _("not settled, not taken to court")
    REST = "rest", _("other outcomes, too few to name each")


# -- intervals --------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Spread:
    """Where the middle of a sample lies: `n` values, the median, its interval, and the middle half.

    Result: low <= middle <= high, quarter <= middle <= three_quarters.
    """

    n: int
    middle: int
    low: int
    high: int
    quarter: int
    three_quarters: int


@dataclasses.dataclass(frozen=True)
class Share:
    """`k` of `n`, with the interval in tenths of a percent, rounded outward."""

    k: int
    n: int
    low_permille: int
    high_permille: int

    @property
    def low(self) -> str:
        return _percent(self.low_permille)

    @property
    def high(self) -> str:
        return _percent(self.high_permille)


def _percent(permille: int) -> str:
    return f"{permille // 10}.{permille % 10}%"


def order_statistics(n: int, share: float, *, confidence: float = CONFIDENCE) -> tuple[int, int]:
    """Positions (from 1) of the two ordered values between which a quantile lies with at least this confidence.

    Distribution-free: the number of values below the quantile is binomial, so the two positions cut off at most half
    of the rest on either side. Where no position does, the end of the sample is named. Basis: order-statistic interval
    (Conover, Practical Nonparametric Statistics, 3.2).
    """
    assert n >= 1 and 0 < share < 1, (n, share)
    tail = (1 - confidence) / 2
    below = 0.0
    first, last = 1, n
    for k in range(n + 1):
        if below + _binomial(k, n, share) <= tail:
            first = min(k + 1, n)
        below += _binomial(k, n, share)
        if below >= 1 - tail:
            last = min(k + 1, n)
            break
    return min(first, last), last


def _binomial(k: int, n: int, p: float) -> float:
    logs = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(logs + k * math.log(p) + (n - k) * math.log1p(-p))


def spread(values: Iterable[int]) -> Spread:
    """The spread of a sample. Refuses: fewer than `FEWEST` values."""
    found = sorted(values)
    enough(len(found))
    n = len(found)
    first, last = order_statistics(n, 0.5)
    return Spread(
        n, found[(n - 1) // 2], found[first - 1], found[last - 1], found[(n - 1) // 4], found[-1 - (n - 1) // 4]
    )


def share_of(k: int, n: int, *, z: float = 1.6448536269514722) -> Share:
    """A share with its 90 % interval (Wilson's score interval), rounded outward to a tenth of a percent."""
    assert 0 <= k <= n and n >= 1, (k, n)
    p, z2 = k / n, z * z
    middle, half = p + z2 / (2 * n), z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = ((middle + sign * half) / (1 + z2 / n) * 1000 for sign in (-1, 1))
    return Share(k, n, max(0, math.floor(low + 1e-9)), min(1000, math.ceil(high - 1e-9)))


def enough(n: int) -> None:
    """Refuses: a number of closed matters too small to say anything."""
    if n < FEWEST:
        raise Refused(
            "weigh.too_few",
            _("Fewer than 30 matters like this one are closed here. So few say nothing, so no figure is shown."),
            next_step=_("Ask for fewer things in common, or go by the calculators alone."),
        )


# -- nobody is to be recognised ---------------------------------------------------------------------------------------

_STEPS = (10, 15, 20, 30, 50, 70, 100)


def rounded(fen: int, *, up: bool) -> int:
    """An amount of closed matters as coarse as it is shown: to the next of 10, 15, 20, 30, 50, 70 … yuan.

    Units: fen. Result: never inside the true value (down is not above it, up not below it); 0 stays 0.
    """
    assert fen >= 0, fen
    if fen == 0:
        return 0
    unit = 10 ** (len(str(fen)) - 2) if fen >= 10 else 1
    if fen < 1000:
        return 1000 if up else 0
    steps = [step * unit for step in _STEPS]
    return next(step for step in steps if step >= fen) if up else max(step for step in steps if step <= fen)


def as_range(found: Spread) -> tuple[int, int]:
    """The middle half of amounts as a coarse range."""
    return rounded(found.quarter, up=False), rounded(found.three_quarters, up=True)


def guarded(counts: Mapping[Outcome, int]) -> dict[Outcome, int]:
    """Counts of which none below `SMALLEST` is told, nor can be reckoned back from the sum.

    Too small ones are put together; if together they are still too few, the next smallest goes with them.
    Result: the same sum; every count is 0 or at least `SMALLEST`, if the sum is.
    """
    told = {outcome: n for outcome, n in counts.items() if n >= SMALLEST}
    rest = sum(counts.values()) - sum(told.values())
    while told and 0 < rest < SMALLEST:
        rest += told.pop(min(told, key=lambda outcome: (told[outcome], outcome)))
    return told | ({Outcome.REST: rest} if rest else {})


# -- the two sides ----------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Alternative:
    """What a side has without an agreement, by its own reckoning. Units: fen, paid by respondent to applicant.

    `award_*`: what a court may award. `fee_fen`: the court fee at most, borne by whoever loses. `low_fen` to
    `high_fen`: the amounts of an agreement that are worth as much to this side as the court.
    """

    side: str
    award_low_fen: int
    award_high_fen: int
    fee_fen: int
    low_fen: int
    high_fen: int


APPLICANT, RESPONDENT = "applicant", "respondent"


def alternative(side: str, reckonings: Sequence[tuple[int, int]], *, fee_fen: int) -> Alternative | None:
    """A side's alternative from everything it reckoned; None when it has not reckoned yet.

    The applicant at worst gets the least and bears the fee, at best the most and nothing of it; the respondent at best
    pays the least, at worst the most with the fee. Never below zero.
    Basis: 诉讼费用交纳办法 29 — 诉讼费用由败诉方负担.
    """
    assert side in {APPLICANT, RESPONDENT} and fee_fen >= 0, (side, fee_fen)
    if not reckonings:
        return None
    low, high = min(one for one, _high in reckonings), max(one for _low, one in reckonings)
    assert 0 <= low <= high, reckonings
    if side == APPLICANT:
        return Alternative(side, low, high, fee_fen, max(0, low - fee_fen), high)
    return Alternative(side, low, high, fee_fen, low, high + fee_fen)


@dataclasses.dataclass(frozen=True)
class Band:
    """What lies between two alternatives.

    The band `low_fen` to `high_fen` holds every amount that neither side, at its most careful, need refuse; `gap_fen`
    is what is missing when there is none. `between`: from one side's own amounts to the other's, whether they meet or
    not.
    """

    low_fen: int
    high_fen: int
    gap_fen: int
    between_low_fen: int
    between_high_fen: int

    @property
    def is_open(self) -> bool:
        """Whether there is an amount both would accept."""
        return self.gap_fen == 0


def band(ours: Alternative, theirs: Alternative) -> Band:
    """The overlap of what the applicant (`ours`) and the respondent (`theirs`) would accept.

    The applicant need not take less than its worst day in court, the respondent need not pay more than its own.
    """
    assert (ours.side, theirs.side) == (APPLICANT, RESPONDENT)
    least, most = ours.low_fen, theirs.high_fen
    awards = (ours.award_low_fen, ours.award_high_fen, theirs.award_low_fen, theirs.award_high_fen)
    return Band(min(least, most), max(least, most), max(0, least - most), min(awards), max(awards))


def careful(found: Band) -> tuple[int, int] | None:
    """A range the mediator may propose without telling where either side stands: the middle half, in round yuan.

    Result: strictly inside the band; None where there is no band, or it is too narrow to hide its edges.
    """
    if not found.is_open:
        return None
    quarter = (found.high_fen - found.low_fen) // 4
    low, high = found.low_fen + quarter, found.high_fen - quarter
    for unit in (100_000, 10_000, 1_000, 100):
        up, down = -(-low // unit) * unit, high // unit * unit
        if quarter >= 2 * unit and up < down:
            return up, down
    return None


def tells(low_fen: int, high_fen: int, found: Band | None) -> bool:
    """Whether a proposal would name an edge of the band, and with it what one side would accept."""
    return found is not None and bool({low_fen, high_fen} & {found.low_fen, found.high_fen})
