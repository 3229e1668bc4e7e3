"""Ninety days of contacts in every state. Seeded: the same district every time, moved to today."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator

from django.db import connection

from fengqiao.config.demo import people, texts
from fengqiao.config.demo.district import District
from fengqiao.intake import rules
from fengqiao.intake.actions.receiving import Draft, assemble
from fengqiao.intake.models import Category, Contact, Entry, Rating
from fengqiao.intake.routing import Router
from fengqiao.intake.rules import CLOSED, About, Channel, ClockClass, EntryKind, Mover, Stage, Urgency, next_mover
from fengqiao.intake.understood import Reader
from fengqiao.kernel import bulk, deadlines, numbers
from fengqiao.kernel.actor import system
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.models import Deadline
from fengqiao.people.actions import bulk_persons
from fengqiao.people.models import Area, Membership, Person

DAYS = 90
A_DAY = (20, 34)
"""Fewest and most contacts of a day."""

CHANNELS = (
    (Channel.CITY_HOTLINE, 38),
    (Channel.COURT_HOTLINE, 18),
    (Channel.WEB, 16),
    (Channel.QR, 12),
    (Channel.GRID, 10),
    (Channel.WINDOW, 4),
    (Channel.OPEN311, 2),
)
BUSY = "港云社区第3网格"
"""The grid of the worker whose account is printed: somebody who looks around should find something there."""

QUICK = 6
"""How many times faster a matter promised within hours is done than one promised within days."""

AGAIN = 0.4
"""How often, where the same was told from the same place before, it is the same person who tells it again."""

HOURS = range(7, 22)
SEED = 20_260_301


_END_CLOCKS = """
UPDATE kernel_deadline SET state = new.state, met_at = new.met_at, paused_at = new.paused_at,
  pause_reason = new.reason, warned_at = coalesce(warned_at, warn_at)
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[])
  AS new(id, state, met_at, paused_at, reason)
WHERE kernel_deadline.id = new.id
"""


@dataclasses.dataclass
class Line:
    """One line of history to be written."""

    kind: EntryKind
    at: dt.datetime
    actor: str
    name: str
    organisation_id: int | None = None
    text: str = ""
    facts: dict[str, object] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Plan:
    """One contact and how its story went."""

    contact: Contact
    lines: list[Line]
    clocks: list[tuple[deadlines.NewDeadline, dt.datetime | None]]
    ratings: list[Rating]


class Teller:
    """Tells the stories of one district. `at` is the present moment."""

    def __init__(self, district: District, *, at: dt.datetime) -> None:
        self.district, self.at = district, at
        self.random = random.Random(SEED)  # noqa: S311 - a repeatable district, not a secret
        self.router = Router.load()
        self.reader = Reader()
        self.grids = [area for area in district.areas.values() if area.kind == "grid"]
        self.shares = [8 if grid.name == BUSY else 1 for grid in self.grids]
        self.communities = {area.pk: area for area in district.areas.values() if area.kind == "community"}
        self.categories = {category.code: category for category in Category.objects.all()}
        self.workers = _workers()
        self.tellers: dict[tuple[int | None, int | None], Person | None] = {}

    def _again(self, contact: Contact, person: Person | None) -> Person | None:
        """Who tells it: now and then somebody who has told of the same matter before."""
        earlier = self.tellers.get((contact.place_id, contact.category_id))
        if earlier is not None and self.random.random() < AGAIN:
            return earlier
        self.tellers[contact.place_id, contact.category_id] = person
        return person

    def tell(self) -> int:
        """Write all contacts with their history and clocks. Must run in one transaction. Result: how many."""
        told = list(self._told())
        readings = self.reader.read(
            [(draft.title, draft.text) for draft, _c, _p in told], at=[d.received_at or self.at for d, _c, _p in told]
        )
        persons = bulk_persons([self._person() for _ in told], at=self.at)
        plans = []
        for (draft, channel, place), reading, person in zip(told, readings, persons, strict=True):
            contact = assemble(
                draft, reading, place=place, channel=channel, router=self.router, at=draft.received_at or self.at
            )
            contact.person, contact.respondent = (None if draft.is_anonymous else self._again(contact, person)), ""
            plans.append(self._play(contact, self.categories[draft.respondent]))
        self._number([plan.contact for plan in plans])
        self._write(plans)
        return len(plans)

    def _told(self) -> Iterator[tuple[Draft, Channel, Area]]:
        for age in range(DAYS, -1, -1):
            day = (self.at - dt.timedelta(days=age)).date()
            for _n in range(self.random.randint(*A_DAY)):
                moment = dt.datetime.combine(
                    day, dt.time(self.random.choice(HOURS), self.random.randrange(60)), tzinfo=CHINA
                )
                if moment < self.at:
                    yield self._draft(moment)

    def _draft(self, moment: dt.datetime) -> tuple[Draft, Channel, Area]:
        stories = texts.STORIES
        code, _weight, title, text = self.random.choices(stories, [weight for _c, weight, _t, _x in stories])[0]
        place = self.random.choices(self.grids, self.shares)[0]
        community = self.communities[place.community_id or 0]
        words = {
            "estate": self.random.choice(community.aliases or [community.name]),
            "building": self.random.randint(1, 12),
            "floor": self.random.randint(2, 18),
            "n": (n := self.random.randint(3, 28)),
            "degrees": 10 + n % 6,
        }
        channel = self.random.choices([one for one, _w in CHANNELS], [weight for _c, weight in CHANNELS])[0]
        draft = Draft(
            text=text.format(**words),
            title=title.format(**words),
            received_at=moment,
            is_anonymous=self.random.random() < 0.04,
            respondent=code,
        )
        return draft, channel, place

    def _person(self) -> tuple[str, str]:
        """One of a good thousand neighbours, so that some call again."""
        n = self.random.randrange(1300)
        name = people.SURNAMES[n % len(people.SURNAMES)] + people.GIVEN[n * 7 % len(people.GIVEN)]
        return name, f"1380000{n:04d}"

    # -- how a story went ------------------------------------------------------------------------------------------

    def _play(self, contact: Contact, category: Category) -> Plan:
        """Decide how far the story came, by its age, and write its steps. The desk names the category on dispatch."""
        plan = Plan(contact, [], [], [])
        self._step(plan, EntryKind.RECEIVED, contact.received_at, facts={"channel": contact.channel})
        contact.clock_class = rules.clock_class(category_class=category.clock_class, channel=contact.channel)
        stage = self._stage(contact)
        response = self._clock(plan, "response", rules.response_rule(contact.urgency), contact.received_at)
        if stage == Stage.RECEIVED:
            self._clock(plan, "take_up", rules.take_up_rule(contact.urgency), contact.received_at)
            return self._end(plan, stage)
        contact.category_id = category.pk
        self._dispatch(plan)
        if stage == Stage.DISPATCHED:
            return self._end(plan, stage)
        self._handle(plan, stage, response)
        return self._end(plan, stage)

    def _stage(self, contact: Contact) -> Stage:
        age = (self.at - contact.received_at).total_seconds() / 86_400 * (QUICK if _is_quick(contact) else 1)
        if age < 0.5:
            table = {Stage.RECEIVED: 70, Stage.DISPATCHED: 25, Stage.HANDLING: 5}
        elif age < 2:
            table = {Stage.RECEIVED: 18, Stage.DISPATCHED: 26, Stage.HANDLING: 42, Stage.WAITING: 7, Stage.DONE: 7}
        elif age < 8:
            table = {
                Stage.HANDLING: 42, Stage.WAITING: 5, Stage.DONE: 22, Stage.ACCEPTED: 24, Stage.WITHDRAWN: 3,
                Stage.TRANSFERRED: 3, Stage.DISPATCHED: 1,
            }  # fmt: skip
        else:
            table = {
                Stage.ACCEPTED: 80, Stage.LAPSED: 7, Stage.WITHDRAWN: 4, Stage.TRANSFERRED: 4, Stage.DONE: 2,
                Stage.HANDLING: 3 if age < 30 else 0,
            }  # fmt: skip
        return self.random.choices(list(table), list(table.values()))[0]

    def _dispatch(self, plan: Plan) -> None:
        contact = plan.contact
        route = self.router.route(category_id=contact.category_id, place=contact.place, urgency=contact.urgency)
        contact.unit_id, contact.moves = route.unit_id, 1
        moment = self._later(contact.received_at, 1, 5)
        self._step(plan, EntryKind.DISPATCHED, moment, who="desk", facts={"unit": route.unit_id})
        self._clock(plan, "completion", rules.completion_rule(contact.clock_class, contact.urgency), moment)
        self._clock(plan, "take_up", rules.take_up_rule(contact.urgency), moment)

    def _handle(self, plan: Plan, stage: Stage, response: int) -> None:
        contact = plan.contact
        taken = self._later(plan.lines[-1].at, 1, 5)
        self._step(plan, EntryKind.TAKEN, taken, who="unit")
        self._met(plan, "take_up", taken)
        answered = self._later(taken, 2, 40 if self.random.random() < 0.08 else 12)
        if answered < self.at:
            contact.responded_at = answered
            self._step(plan, EntryKind.ANSWER, answered, who="unit", text=self._say(texts.ANSWERS))
            self._met(plan, "response", answered)
        moment = max(taken, answered) if answered < self.at else taken
        if self.random.random() < 0.35:
            moment = self._more(plan, moment, EntryKind.PROGRESS, texts.PROGRESS)
        if self.random.random() < 0.2:
            moment = self._more(plan, moment, EntryKind.NOTE, texts.NOTES)
        if stage == Stage.WAITING:
            self._more(plan, moment, EntryKind.ASKED, texts.REASONS_TO_ASK)
        elif stage in {Stage.WITHDRAWN, Stage.TRANSFERRED}:
            kind = EntryKind.WITHDRAWN if stage == Stage.WITHDRAWN else EntryKind.TRANSFERRED
            self._step(plan, kind, self._later(moment, 1, 20), who="desk", facts={"to": "市级主管部门"})
        elif stage in {Stage.DONE, Stage.ACCEPTED, Stage.LAPSED}:
            self._finish(plan, stage, moment)

    def _more(self, plan: Plan, after: dt.datetime, kind: EntryKind, words: tuple[str, ...]) -> dt.datetime:
        moment = self._later(after, *((1, 4) if _is_quick(plan.contact) else (3, 24)))
        self._step(plan, kind, moment, who="unit", text=self._say(words))
        return moment

    def _finish(self, plan: Plan, stage: Stage, after: dt.datetime) -> None:
        contact = plan.contact
        moment = self._later(after, *((1, 8) if _is_quick(contact) else (4, 60)))
        if self.random.random() < 0.09:
            self._step(plan, EntryKind.DONE, moment, who="unit", text=self._say(texts.RESULTS))
            moment = self._later(moment, 4, 40)
            self._step(plan, EntryKind.OBJECTED, moment, who="person", text=self._say(texts.OBJECTIONS))
            contact.reopened = 1
            moment = self._later(moment, 10, 50)
        self._step(plan, EntryKind.DONE, moment, who="unit", text=self._say(texts.RESULTS))
        self._step(plan, EntryKind.NOTICE, moment, who="unit", facts={"times": 1})
        contact.done_at = moment
        self._met(plan, "completion", moment)
        self._clock(plan, "acceptance", "intake.acceptance.ask_again", moment)
        if stage == Stage.ACCEPTED:
            accepted = self._later(moment, 2, 70)
            self._step(plan, EntryKind.ACCEPTED, accepted, who="person")
            self._met(plan, "acceptance", accepted)
            self._rate(plan, accepted)
        elif stage == Stage.LAPSED:
            self._step(plan, EntryKind.LAPSED, moment + dt.timedelta(days=15), who="job", facts={"notices": 2})

    def _rate(self, plan: Plan, moment: dt.datetime) -> None:
        score = self.random.choices([5, 4, 3, 2, 1], [52, 30, 10, 5, 3])[0]
        excluded = "政策原因，经复核" if score <= 2 and self.random.random() < 0.2 else ""
        plan.ratings.append(
            Rating(
                contact=plan.contact,
                about=About.RESULT,
                asked_by="system",
                asked_at=plan.contact.done_at or moment,
                answered_at=moment,
                is_resolved=score >= 2,
                score=score,
                excluded_reason=excluded,
                excluded_by="member:demo" if excluded else "",
            )
        )

    def _end(self, plan: Plan, stage: Stage) -> Plan:
        """The last stage whose line lies in the past decides."""
        contact = plan.contact
        plan.lines = [line for line in plan.lines if line.at <= self.at]
        reached = {line.kind for line in plan.lines}
        contact.stage = _reached(stage, reached)
        contact.mover = next_mover(contact.stage)
        contact.changed_at = plan.lines[-1].at
        contact.closed_at = plan.lines[-1].at if contact.stage in CLOSED else None
        if contact.stage in {Stage.RECEIVED, Stage.DISPATCHED, Stage.HANDLING, Stage.WAITING}:
            contact.done_at = None
        if contact.stage == Stage.RECEIVED:
            contact.unit_id, contact.moves = None, 0
        plan.ratings = plan.ratings if contact.stage == Stage.ACCEPTED else []
        return plan

    # -- small helpers ---------------------------------------------------------------------------------------------

    def _say(self, words: tuple[str, ...]) -> str:
        return self.random.choice(words).format(n=self.random.randint(9, 11))

    def _later(self, moment: dt.datetime, least: int, most: int) -> dt.datetime:
        """Some hours later, in working hours of some day."""
        later = moment + dt.timedelta(hours=self.random.randint(least, most), minutes=self.random.randrange(60))
        if later.hour < 8 or later.hour >= 18:
            later = later.replace(hour=self.random.randint(9, 16)) + dt.timedelta(days=1 if later.hour >= 18 else 0)
        return later if later > moment else moment + dt.timedelta(minutes=30)

    def _step(
        self,
        plan: Plan,
        kind: EntryKind,
        moment: dt.datetime,
        *,
        who: str = "person",
        text: str = "",
        facts: dict[str, object] | None = None,
    ) -> None:
        contact = plan.contact
        unit = {"desk": contact.desk_id, "unit": contact.unit_id}.get(who)
        someone = self.workers.get(unit) if unit else None
        if who == "person":
            actor, name = f"resident:{contact.channel}", ""
        else:
            actor, name = someone or ("job:demo", "")
        plan.lines.append(Line(kind, moment, actor, name, unit, text, facts or {}))

    def _clock(self, plan: Plan, kind: str, rule_key: str, began: dt.datetime) -> int:
        contact = plan.contact
        mover = Mover.PERSON if kind == "acceptance" else (Mover.UNIT if contact.unit_id else Mover.DESK)
        plan.clocks = [one for one in plan.clocks if not (one[0].kind == kind and one[1] is None)]
        plan.clocks.append(
            (deadlines.NewDeadline(str(id(contact)), kind, rule_key, began, contact.owner_id, mover, contact), None)
        )
        return len(plan.clocks) - 1

    def _met(self, plan: Plan, kind: str, moment: dt.datetime) -> None:
        plan.clocks = [(new, moment if new.kind == kind and met is None else met) for new, met in plan.clocks]

    def _number(self, contacts: list[Contact]) -> None:
        codes = {area.pk: area.number_code for area in self.district.areas.values() if area.kind == "street"}
        groups: dict[tuple[str, int], list[Contact]] = {}
        for contact in contacts:
            groups.setdefault((codes.get(contact.street_id or 0, "000"), contact.received_at.year), []).append(contact)
        for (code, year), members in groups.items():
            for contact, number in zip(
                members, numbers.issue_many(code, dt.date(year, 1, 1), len(members)), strict=True
            ):
                contact.number = number

    def _write(self, plans: list[Plan]) -> None:
        running: list[deadlines.NewDeadline] = []
        met: dict[tuple[str, str], dt.datetime] = {}
        for plan in plans:
            for new, moment in plan.clocks:
                if new.began_at > self.at:
                    continue
                running.append(dataclasses.replace(new, subject=plan.contact.number))
                if moment is not None and moment <= self.at:
                    met[plan.contact.number, new.kind] = moment
        deadlines.start_many(running, at=self.at, actor=system("demo"))
        earliest = self._close_clocks({plan.contact.number: plan.contact for plan in plans}, met)
        for plan in plans:
            plan.contact.due_at, plan.contact.due_kind = earliest.get(plan.contact.number, (None, ""))
        bulk.insert_many([plan.contact for plan in plans])
        bulk.insert_many([self._entry(plan.contact, line) for plan in plans for line in plan.lines])
        for plan in plans:
            for rating in plan.ratings:
                rating.contact_id = plan.contact.pk
        bulk.insert_many([rating for plan in plans for rating in plan.ratings])

    def _close_clocks(
        self, contacts: dict[str, Contact], met: dict[tuple[str, str], dt.datetime]
    ) -> dict[str, tuple[dt.datetime, str]]:
        """Clocks of the past end as they did: kept, missed or cancelled. Result: the earliest still running of each."""
        changed: list[tuple[int, str, dt.datetime | None, dt.datetime | None, str]] = []
        earliest: dict[str, tuple[dt.datetime, str]] = {}
        for clock in Deadline.objects.filter(subject__in=list(contacts)).order_by("-due_at"):
            contact, moment = contacts[clock.subject], met.get((clock.subject, clock.kind))
            if moment is not None:
                state = Deadline.State.MET if moment <= clock.due_at else Deadline.State.MISSED
                changed.append((clock.pk, state, moment, None, ""))
            elif contact.closed_at is not None:
                changed.append((clock.pk, Deadline.State.CANCELLED, None, None, ""))
            elif contact.stage == Stage.WAITING and clock.due_at > contact.changed_at:
                changed.append((clock.pk, Deadline.State.PAUSED, None, contact.changed_at, Deadline.Pause.PERSON))
            else:
                earliest[clock.subject] = (clock.due_at, clock.kind)
        with connection.cursor() as cursor:
            cursor.execute(_END_CLOCKS, [list(column) for column in zip(*changed, strict=True)])
        return earliest

    def _entry(self, contact: Contact, line: Line) -> Entry:
        return Entry(
            contact_id=contact.pk,
            at=line.at,
            kind=line.kind,
            is_internal=line.kind in rules.INTERNAL_KINDS,
            actor=line.actor,
            actor_name=line.name,
            organisation_id=line.organisation_id,
            text=line.text,
            facts=line.facts,
        )


def _is_quick(contact: Contact) -> bool:
    """Whether it is promised within hours: such matters end sooner, or every one of them would be overdue."""
    return contact.clock_class == ClockClass.UTILITY or contact.urgency != Urgency.ORDINARY


def _workers() -> dict[int, tuple[str, str]]:
    """Who acts for each organisation: the id and the name of one who works there."""
    held = Membership.objects.select_related("user").order_by("-pk")
    return {duty.organisation_id: (f"member:{duty.pk}", duty.user.name) for duty in held}


def _reached(stage: Stage, lines: set[EntryKind]) -> Stage:
    """The stage the last written line leaves the contact in."""
    ends = {
        EntryKind.ACCEPTED: Stage.ACCEPTED,
        EntryKind.LAPSED: Stage.LAPSED,
        EntryKind.WITHDRAWN: Stage.WITHDRAWN,
        EntryKind.TRANSFERRED: Stage.TRANSFERRED,
        EntryKind.DONE: Stage.DONE,
        EntryKind.ASKED: Stage.WAITING,
        EntryKind.TAKEN: Stage.HANDLING,
        EntryKind.DISPATCHED: Stage.DISPATCHED,
    }
    for kind, reached in ends.items():
        if kind in lines and not (kind == EntryKind.ASKED and stage != Stage.WAITING):
            return reached
    return Stage.RECEIVED
