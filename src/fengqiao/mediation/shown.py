"""How disputes and mediations read on pages: steps, whose move, clocks, lines of history in plain words."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Collection
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from fengqiao.disputes import queries as disputes
from fengqiao.disputes.actions import LineKind, Mover, SeatRole
from fengqiao.disputes.actions import Stage as DisputeStage
from fengqiao.kernel import deadlines
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Text
from fengqiao.kernel.models import Deadline
from fengqiao.mediation import queries
from fengqiao.mediation.models import Mediation
from fengqiao.mediation.rules import Field, Ground, Reason, Stage, Tried
from fengqiao.people import queries as people
from fengqiao.people.rules import Role
from fengqiao.shell.said import is_chinese

CLOCK_NAMES: dict[str, Text] = {
    "choose": gettext_lazy("Choose a mediator together"),
    "assign": gettext_lazy("Assign a mediator"),
    "accept": gettext_lazy("Accept or decline"),
    "contact": gettext_lazy("Contact the other side"),
    "mediation": gettext_lazy("Time for mediation"),
    "docketing": gettext_lazy("The court decides on docketing"),
    "duty_violence": gettext_lazy("Duty: domestic violence"),
    "duty_minor": gettext_lazy("Duty: a minor at risk"),
    "duty_crime": gettext_lazy("Duty: suspected crime"),
}

STEPS: tuple[tuple[DisputeStage, Text], ...] = (
    (DisputeStage.OPEN, gettext_lazy("opened")),
    (DisputeStage.OFFERED, gettext_lazy("both asked")),
    (DisputeStage.MEDIATING, gettext_lazy("in mediation")),
    (DisputeStage.AGREED, gettext_lazy("agreement")),
    (DisputeStage.PERFORMING, gettext_lazy("performance")),
    (DisputeStage.CLOSED, gettext_lazy("closed")),
)
ASIDE = {DisputeStage.FAILED, DisputeStage.DOCKETED, DisputeStage.INTERRUPTED, DisputeStage.WITHDRAWN}

DEEDS: dict[str, Text] = {
    "consent": gettext_lazy("say whether they want mediation"),
    "choose": gettext_lazy("choose a mediator together"),
    "list": gettext_lazy("send the list of mediators"),
    "assign": gettext_lazy("assign a mediator"),
    "accept": gettext_lazy("accept the matter or give it back"),
    "contact": gettext_lazy("contact the other side"),
    "talk": gettext_lazy("lead the talks"),
    "suit": gettext_lazy("go to court, or try again"),
    "docket": gettext_lazy("docket the suit"),
    "duty": gettext_lazy("do the duty that was named"),
    "offer": gettext_lazy("offer mediation"),
    "perform": gettext_lazy("do what was agreed"),
    "nothing": gettext_lazy("nothing is open"),
}


@dataclasses.dataclass(frozen=True)
class Step:
    label: Text
    state: str


@dataclasses.dataclass(frozen=True)
class Clock:
    """One running limit with its name, as `{% clock %}` reads it."""

    name: Text
    left: Any
    due_at: dt.datetime
    plain_due_at: dt.datetime
    is_moved: bool
    is_provisional: bool
    kind: str


def clocks(number: str, *, at: dt.datetime, actor: Actor) -> list[Clock]:
    """The open limits of a matter, the nearest first. Duties of a stopped matter are the helpers' alone."""
    subject = f"{number}/d"
    found = [one for one in deadlines.for_subjects([subject])[subject] if one.is_open]
    return [
        clock_of(one, at)
        for one in sorted(found, key=lambda one: one.due_at)
        if not one.kind.startswith("duty_") or actor.holds("safety")
    ]


def clock_of(one: Deadline, at: dt.datetime) -> Clock:
    name = CLOCK_NAMES.get(one.kind, one.kind)
    moved = one.due_at.date() != one.plain_due_at.date()
    return Clock(name, deadlines.remaining(one, at), one.due_at, one.plain_due_at, moved, one.is_provisional, one.kind)


def steps(stage: DisputeStage) -> list[Step]:
    """The way of a matter; where it left the ordinary way the last step says where it stands."""
    order = [one for one, _label in STEPS]
    if stage in ASIDE:
        return [Step(STEPS[0][1], "done"), Step(STEPS[1][1], "done"), Step(stage.label, "now")]
    here = order.index(stage)
    return [Step(label, "done" if n < here else "now" if n == here else "") for n, (_one, label) in enumerate(STEPS)]


def whose_move(dispute: Any, mediation: Mediation | None, stage: DisputeStage) -> tuple[Text, Text]:
    """Who owes the next move, and what it is."""
    mover = Mover(dispute.mover) if stage == dispute.stage else Mover.PARTIES
    return mover.label, DEEDS[_deed(dispute, mediation, stage)]


def _deed(dispute: Any, mediation: Mediation | None, stage: DisputeStage) -> str:
    if stage == DisputeStage.INTERRUPTED:
        return "duty"
    if dispute.docketing_asked_at and not dispute.docketed_at and dispute.mover == Mover.COURT:
        return "docket"
    if mediation is not None and mediation.is_open:
        return _deed_of_mediation(mediation)
    by_stage = {DisputeStage.OPEN: "offer", DisputeStage.FAILED: "suit", DisputeStage.AGREED: "perform"}
    return by_stage.get(stage, "perform" if stage == DisputeStage.PERFORMING else "nothing")


def _deed_of_mediation(mediation: Mediation) -> str:
    if mediation.stage == Stage.CHOOSING:
        return "choose" if mediation.chosen_at is None and not mediation.sent_at else "assign"
    if mediation.stage == Stage.RUNNING:
        return "talk" if mediation.contacted_at else "contact"
    return {Stage.PROPOSED: "consent", Stage.SENT: "accept"}[Stage(mediation.stage)]


MOVER_OF_ROLE: dict[str, tuple[Mover, ...]] = {
    Role.MEDIATOR: (Mover.MEDIATOR, Mover.ORGANISATION),
    Role.ORGANISATION_MANAGER: (Mover.ORGANISATION,),
    Role.JUDGE_ASSISTANT: (Mover.COURT,),
    Role.RESIDENT: (Mover.PARTIES,),
    **dict.fromkeys((Role.OPERATOR, Role.CLERK, Role.DISPATCHER, Role.DUTY_SUPERVISOR), (Mover.DESK,)),
}


def is_mine(dispute: Any, actor: Actor) -> bool:
    return dispute.mover in MOVER_OF_ROLE.get(actor.role, ())


# -- history ----------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Line:
    at: dt.datetime
    title: Text
    text: str
    by: str
    wall: str
    is_now: bool


def history(dispute: Any, actor: Actor, *, most: int = 200) -> list[Line]:
    """The lines this reader may see, in plain words, newest first."""
    rows = list(disputes.history(dispute, actor)[:most])
    units = people.organisation_names({int(row.facts["unit"]) for row in rows if row.facts.get("unit")} or [0])
    names = dict(disputes.parties(dispute).values_list("pk", "name"))
    return [
        Line(
            row.at,
            _title(row, units, names),
            row.text,
            " · ".join(part for part in (row.actor_name, row.organisation.name if row.organisation else "") if part),
            row.compartment if row.compartment != "open" else "",
            n == 0,
        )
        for n, row in enumerate(rows)
    ]


def told(rows: list[Any], names: dict[int, str]) -> list[dict[str, Any]]:
    """Moments and titles of lines, with the names as this reader may see them."""
    units = people.organisation_names({int(row.facts["unit"]) for row in rows if row.facts.get("unit")} or [0])
    return [{"at": row.at, "title": _title(row, units, names)} for row in rows]


def _title(row: Any, units: dict[int, str], names: dict[int, str]) -> str:
    facts = row.facts
    kind = LineKind(row.kind)
    more = ""
    if facts.get("party"):
        more = names.get(int(facts["party"]), "")
    elif facts.get("unit"):
        more = units.get(int(facts["unit"]), "")
    elif facts.get("ground"):
        more = str(Ground(facts["ground"]).label)
    elif facts.get("tried"):
        more = "、".join(str(Tried(one).label) for one in facts["tried"])
    elif facts.get("case_number"):
        more = str(facts["case_number"])
    colon = "：" if is_chinese(get_language() or "") else ": "
    return f"{kind.label}{colon}{more}" if more else str(kind.label)


# -- candidates and register ------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class ShownCandidate:
    """One line of the list: who, of which house, why, how much they have in hand."""

    pk: int
    mediator_id: int
    name: str
    house: str
    reasons: tuple[Text, ...]
    load: int
    capacity: int
    chosen_by: tuple[str, ...]


def candidates(mediation: Mediation) -> list[ShownCandidate]:
    rows = mediation.candidates.filter(gone_at__isnull=True).select_related(
        "mediator__user", "mediator__body__organisation"
    )
    chosen: dict[int, list[str]] = {}
    for choice in mediation.choices.select_related("party"):
        chosen.setdefault(choice.candidate_id, []).append(choice.party.name)
    return [
        ShownCandidate(
            row.pk,
            row.mediator_id,
            row.mediator.user.name,
            row.mediator.body.organisation.name,
            tuple(Reason(one).label for one in row.reasons),
            row.load,
            row.capacity,
            tuple(chosen.get(row.pk, ())),
        )
        for row in rows
    ]


def spoken(thing: Any, name: str) -> str:
    """A text kept in both languages, in the reader's; where one is missing, the other."""
    ours, other = ("zh", "en") if is_chinese(get_language() or "") else ("en", "zh")
    return str(getattr(thing, f"{name}_{ours}") or getattr(thing, f"{name}_{other}"))


def field_names(codes: list[str]) -> list[str]:
    return [str(Field(code).label) for code in codes if code in Field.values]


def judges(number: str, *, court_id: int | None, on: dt.date) -> list[tuple[int, str]]:
    """Judges of the court who may be asked or named."""
    held = people.duties_of(court_id, roles=(Role.JUDGE,), on=on) if court_id else []
    return [(duty.user_id, duty.user.name) for duty in held]


def assistants(*, court_id: int | None, on: dt.date) -> list[tuple[int, str]]:
    held = people.duties_of(court_id, roles=(Role.JUDGE_ASSISTANT,), on=on) if court_id else []
    return [(duty.user_id, duty.user.name) for duty in held]


@dataclasses.dataclass(frozen=True)
class Matter:
    """Everything a page or a form asks about one matter, for one reader at one moment."""

    dispute: Any
    mediation: Mediation | None
    actor: Actor
    now: dt.datetime

    @property
    def number(self) -> str:
        return str(self.dispute.number)

    @property
    def stage(self) -> DisputeStage:
        return disputes.stage_for(self.dispute, self.actor)

    @property
    def live(self) -> Mediation | None:
        return self.mediation if self.mediation is not None and self.mediation.is_open else None

    @functools.cached_property
    def is_mediator(self) -> bool:
        return disputes.is_mediator(self.dispute, self.actor)

    @property
    def is_asked(self) -> bool:
        """Whether this reader, or the house this reader manages, owes the answer."""
        live = self.live
        if live is None or live.stage != Stage.SENT or self.actor.organisation_id != live.unit_id:
            return False
        own = live.mediator is not None and live.mediator.user_id == self.actor.user_id
        return own or self.actor.role == Role.ORGANISATION_MANAGER

    @functools.cached_property
    def is_seated_judge(self) -> bool:
        return disputes.has_seat(self.dispute, self.actor.user_id, SeatRole.CHECKER, SeatRole.DECIDER, SeatRole.GUIDE)

    def parties(self) -> list[tuple[int, str]]:
        return [(party.pk, f"{party.name}（{party.get_side_display()}）") for party in disputes.parties(self.dispute)]


def matter_of(number: str, actor: Actor, at: dt.datetime) -> Matter | None:
    """The matter as this reader may open it: through the dispute, or through the mediation they were asked to take."""
    dispute = disputes.by_number(number, actor)
    newest = queries.of_dispute(number, actor).first()
    if dispute is None and newest is not None:
        dispute = newest.dispute
    return Matter(dispute, newest, actor, at) if dispute is not None else None


def title_of(matter: Matter) -> str:
    """Who against whom, in a line; names only."""
    return titles([matter.dispute.pk])[matter.dispute.pk]


def titles(dispute_ids: Collection[int]) -> dict[int, str]:
    """The same for many disputes, by one query."""
    sides: dict[int, dict[str, list[str]]] = {key: {} for key in dispute_ids}
    for key, side, name in disputes.names_of_parties(dispute_ids):
        sides[key].setdefault(side, []).append(name)
    return {
        key: _("%(ours)s and %(theirs)s")
        % {"ours": "、".join(found.get("applicant", [])), "theirs": "、".join(found.get("respondent", []))}
        for key, found in sides.items()
    }
