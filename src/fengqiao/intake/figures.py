"""Response, resolution and satisfaction with what they rest on, and how often a person has to come again."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncWeek

from fengqiao.intake import queries
from fengqiao.intake.models import Category, Contact, Rating
from fengqiao.intake.rules import About, Stage
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.models import Deadline

SMALL = 30
"""Below this base only counts are shown."""
REPEAT_DAYS = 30
GOOD_SCORE = 4


@dataclasses.dataclass(frozen=True)
class Rate:
    """A share with its base. `excluded` were left out of both for a stated reason that may be appealed."""

    part: int
    whole: int
    excluded: int = 0

    @property
    def is_small(self) -> bool:
        return self.whole < SMALL


@dataclasses.dataclass(frozen=True)
class Row:
    """One category or the whole: the three rates and the counter-figure."""

    name: str
    received: int
    response: Rate
    resolution: Rate
    satisfaction: Rate
    repeated: Rate


def _received(actor: Actor, since: dt.datetime, until: dt.datetime) -> QuerySet[Contact]:
    return queries.visible_to(actor).filter(received_at__gte=since, received_at__lt=until).exclude(stage=Stage.MERGED)


def counted(rows: QuerySet[Contact]) -> dict[str, int]:
    """Everything the rates rest on.

    Response: answered in time, of those answered or past their limit; excluded: passed on or withdrawn before.
    Resolution: accepted by the person, of those accepted or closed by silence.
    """
    closed_early = [Stage.TRANSFERRED, Stage.WITHDRAWN]
    found = rows.aggregate(
        received=Count("pk"),
        response_excluded=Count("pk", filter=Q(stage__in=closed_early)),
        accepted=Count("pk", filter=Q(stage=Stage.ACCEPTED)),
        lapsed=Count("pk", filter=Q(stage=Stage.LAPSED)),
    )
    clocks = Deadline.objects.filter(kind="response", subject__in=rows.exclude(stage__in=closed_early).values("number"))
    ended = clocks.aggregate(
        in_time=Count("subject", distinct=True, filter=Q(state="met")),
        late=Count("subject", distinct=True, filter=Q(state="missed")),
    )
    return {**found, **ended, "repeated": _repeats(rows).count()}


def _repeats(rows: QuerySet[Contact]) -> QuerySet[Contact]:
    """Contacts whose own person had told us of the same matter within the thirty days before.

    The same matter: the same topic at the same place, as the machine read it or as the desk decided. A neighbour who
    tells the same is no repeat, and whoever gave neither name nor number is nobody's.
    """
    same = Q(issue_key=OuterRef("issue_key")) | Q(category=OuterRef("category"), place=OuterRef("place"))
    before = Contact.objects.filter(
        same,
        person=OuterRef("person"),
        received_at__lt=OuterRef("received_at"),
        received_at__gte=OuterRef("received_at") - dt.timedelta(days=REPEAT_DAYS),
    ).exclude(stage=Stage.MERGED)
    return rows.filter(Exists(before), person__isnull=False)


def ratings(rows: QuerySet[Contact]) -> dict[str, int]:
    """Answers of people about the result; an excluded one stays out unless its appeal was upheld."""
    kept = Q(excluded_reason="") | Q(appeal_outcome="upheld")
    given = Rating.objects.filter(contact__in=rows, about=About.RESULT, score__isnull=False)
    return given.aggregate(
        good=Count("pk", filter=kept & Q(score__gte=GOOD_SCORE)),
        given=Count("pk", filter=kept),
        excluded=Count("pk", filter=~kept),
    )


def row(name: str, rows: QuerySet[Contact]) -> Row:
    base, rated = counted(rows), ratings(rows)
    return Row(
        name=name,
        received=base["received"],
        response=Rate(base["in_time"], base["in_time"] + base["late"], base["response_excluded"]),
        resolution=Rate(base["accepted"], base["accepted"] + base["lapsed"]),
        satisfaction=Rate(rated["good"], rated["given"], rated["excluded"]),
        repeated=Rate(base["repeated"], base["received"]),
    )


def table(actor: Actor, *, since: dt.datetime, until: dt.datetime, whole: str) -> list[Row]:
    """The whole period first, then each category of the first level, in the order of the taxonomy: never ranked."""
    rows = _received(actor, since, until)
    found = [row(whole, rows)]
    for category in Category.objects.filter(level=1, is_active=True).order_by("code"):
        below = Q(category=category) | Q(category__parent=category) | Q(category__parent__parent=category)
        part = rows.filter(below)
        if part.exists():
            found.append(row(category.name, part))
    return found


def weekly(actor: Actor, *, since: dt.datetime, until: dt.datetime) -> list[dict[str, Any]]:
    """Received and closed by acceptance, week by week."""
    rows = _received(actor, since, until)
    weeks = rows.annotate(week=TruncWeek("received_at")).values("week")
    counted = weeks.annotate(received=Count("pk"), accepted=Count("pk", filter=Q(stage=Stage.ACCEPTED)))
    return [dict(week) for week in counted.order_by("week")]


def exclusions(actor: Actor, *, most: int = 50) -> Iterable[Rating]:
    """Excluded ratings in scope, those with an open appeal first."""
    visible = queries.visible_to(actor)
    found = Rating.objects.filter(contact__in=visible).exclude(excluded_reason="").select_related("contact")
    return found.order_by(F("appeal_outcome").asc(), "-answered_at")[:most]
