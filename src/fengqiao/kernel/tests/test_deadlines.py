"""Clocks run, wait, change hands, warn, lapse and climb: by one job, from data alone."""

import datetime as dt

import pytest
from django.db import connection

from fengqiao.kernel import calendar, clock, deadlines, tasks
from fengqiao.kernel.actor import Actor, system
from fengqiao.kernel.calendar import OFFICE_HOURS, WorkingHours
from fengqiao.kernel.deadlines import STATES, NewDeadline, State
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import Deadline, Event, Heartbeat
from fengqiao.kernel.tests.ground import at

DUAN = Actor(id="member:7", name="段敏", role="operator", level="district", area_id=1)
NUMBER = "01226-0004827-5"
APRIL = "2026-04-30 16:50"

pytestmark = pytest.mark.django_db


def start(kind="response", rule_key="intake.response.default", began=APRIL, number=NUMBER, owner_id=1, mover="desk"):
    return deadlines.start(
        subject=number,
        kind=kind,
        rule_key=rule_key,
        began_at=at(began),
        owner_id=owner_id,
        mover=mover,
        at=at(began),
        actor=DUAN,
    )


def told(kind: str) -> list[tuple[str, int]]:
    rows = Event.objects.filter(kind=kind).order_by("pk")
    return [(row.facts["deadline_kind"], row.facts["level"]) for row in rows]


@pytest.mark.parametrize(("now", "then"), [(a, b) for a in State for b in State])
def test_every_pair_of_states_is_decided(now, then) -> None:
    if then in STATES.moves[now]:
        STATES.check(now, then)
    else:
        with pytest.raises(Refused):
            STATES.check(now, then)


def test_response_and_completion_are_separate_clocks() -> None:
    start()
    start("completion", "intake.completion.ordinary", mover="unit")
    deadlines.meet(subject=NUMBER, kind="response", at=at("2026-05-06 10:15"), actor=DUAN)
    states = {one.kind: one.state for one in deadlines.for_subjects([NUMBER])[NUMBER]}
    assert states == {"response": "met", "completion": "running"}
    assert deadlines.nearest(deadlines.for_subjects([NUMBER])[NUMBER]).kind == "completion"


def test_a_second_clock_of_a_kind_is_refused_while_the_first_is_open() -> None:
    start()
    with pytest.raises(Refused, match=r"deadline\.runs_already"):
        start()
    deadlines.meet(subject=NUMBER, kind="response", at=at("2026-05-06 10:15"), actor=DUAN)
    assert start(began="2026-05-08 09:00").state == "running"


def test_meeting_what_is_not_open_answers_nothing() -> None:
    assert deadlines.meet(subject=NUMBER, kind="response", at=at(APRIL), actor=DUAN) is None


def test_a_clock_met_after_its_end_stays_missed_with_its_date() -> None:
    start()
    late = deadlines.meet(subject=NUMBER, kind="response", at=at("2026-05-07 17:31"), actor=DUAN)
    assert (late.state, late.met_at, late.is_open) == ("missed", at("2026-05-07 17:31"), False)


# -- waiting for someone else ----------------------------------------------------------------------------------------


def test_pausing_and_resuming_at_once_changes_nothing() -> None:
    before = start()
    deadlines.pause(subject=NUMBER, reason="person", at=at("2026-05-06 11:00"), actor=DUAN)
    [after] = deadlines.resume(subject=NUMBER, at=at("2026-05-06 11:00"), actor=DUAN)
    assert (after.due_at, after.warn_at, after.state) == (before.due_at, before.warn_at, "running")


def test_while_the_clock_waits_the_person_owes_the_next_move() -> None:
    assert start().next_mover == "desk"
    [waiting] = deadlines.pause(subject=NUMBER, reason="person", at=at("2026-05-06 11:00"), actor=DUAN)
    assert (waiting.state, waiting.next_mover) == ("paused", "person")
    assert deadlines.tick(at("2026-06-30 09:00")) == deadlines.Looked(0, 0, 0)
    [again] = deadlines.resume(subject=NUMBER, at=at("2026-06-30 09:00"), actor=DUAN)
    assert (again.due_at, again.next_mover) == (at("2026-07-01 17:30"), "desk")


def test_the_wait_of_an_appraisal_is_nobodys_move_but_the_units() -> None:
    start("completion", "intake.completion.hard", mover="unit")
    [waiting] = deadlines.pause(subject=NUMBER, reason="appraisal", at=at("2026-05-06 11:00"), actor=DUAN)
    assert waiting.next_mover == "unit"


def test_a_clock_past_its_end_cannot_be_saved_by_a_pause() -> None:
    start()
    assert deadlines.pause(subject=NUMBER, reason="person", at=at("2026-05-07 17:31"), actor=DUAN) == []


def test_only_the_named_kinds_are_paused() -> None:
    start()
    start("completion", "intake.completion.ordinary")
    paused = deadlines.pause(
        subject=NUMBER, reason="person", at=at("2026-05-06 09:00"), actor=DUAN, kinds=["completion"]
    )
    assert [one.kind for one in paused] == ["completion"]
    assert Event.objects.get(kind="deadline.paused").facts["deadline_kinds"] == ["completion"]


def test_a_paused_clock_may_be_met() -> None:
    start()
    deadlines.pause(subject=NUMBER, reason="person", at=at("2026-05-06 09:00"), actor=DUAN)
    assert deadlines.meet(subject=NUMBER, kind="response", at=at("2026-05-30 09:00"), actor=DUAN).state == "met"


def test_a_clock_met_while_it_waited_runs_on_as_if_it_had_waited_all_along() -> None:
    """Paused on working day 1, met while paused, reopened: the wait and the rest are both given back."""
    start()
    deadlines.pause(subject=NUMBER, reason="person", at=at("2026-05-06 09:00"), actor=DUAN)
    deadlines.meet(subject=NUMBER, kind="response", at=at("2026-05-18 09:00"), actor=DUAN)
    again = deadlines.reopen(subject=NUMBER, kind="response", at=at("2026-06-01 09:00"), actor=DUAN)
    assert (again.state, again.met_at, again.due_at) == ("running", None, at("2026-06-02 17:30"))


def test_a_withdrawn_matter_has_no_open_clock() -> None:
    start()
    start("completion", "intake.completion.ordinary")
    deadlines.tick(at("2026-06-01 09:00"))
    assert len(deadlines.cancel(subject=NUMBER, at=at("2026-06-01 09:00"), actor=DUAN)) == 2
    assert not any(one.is_open for one in Deadline.objects.all())
    assert deadlines.tick(at("2026-07-01 09:00")) == deadlines.Looked(0, 0, 0)


# -- handing over ----------------------------------------------------------------------------------------------------


@pytest.fixture
def early_birds():
    """Organisation 2 works from six to noon."""
    kept = list(calendar._providers)
    early = WorkingHours.parse({day: [["06:00", "12:00"]] for day in ("mon", "tue", "wed", "thu", "fri")})
    calendar.know_hours(lambda owner_ids: {2: early} if 2 in owner_ids else {})
    yield early
    calendar._providers[:] = kept


def test_handing_over_counts_in_the_new_owners_hours(early_birds) -> None:
    mine = start()
    assert mine.warn_at == at("2026-05-06 08:30")
    [theirs] = deadlines.hand_over(subject=NUMBER, owner_id=2, at=at("2026-04-30 17:00"), actor=DUAN)
    assert (theirs.owner_id, theirs.warn_at, theirs.due_at) == (2, at("2026-05-06 06:00"), mine.due_at)


def test_the_new_owner_is_warned_again(early_birds) -> None:
    start()
    deadlines.tick(at("2026-05-06 09:00"))
    deadlines.hand_over(subject=NUMBER, owner_id=2, at=at("2026-05-06 10:00"), actor=DUAN)
    deadlines.tick(at("2026-05-06 10:01"))
    assert [row.facts["owner_id"] for row in Event.objects.filter(kind="deadline.warned").order_by("pk")] == [1, 2]


def test_passing_the_move_leaves_the_time_alone() -> None:
    before = start()
    deadlines.pass_move(subject=NUMBER, mover="unit", at=at(APRIL), actor=DUAN)
    after = Deadline.objects.get()
    assert (after.mover, after.due_at) == ("unit", before.due_at)


# -- the job of every minute -----------------------------------------------------------------------------------------


def test_a_promise_is_warned_of_lapses_and_climbs() -> None:
    start()
    assert deadlines.tick(at("2026-05-06 08:29")) == deadlines.Looked(0, 0, 0)
    assert deadlines.tick(at("2026-05-06 08:30")) == deadlines.Looked(lapsed=0, warned=1, escalated=0)
    assert deadlines.tick(at("2026-05-07 17:30")) == deadlines.Looked(0, 0, 0)
    assert deadlines.tick(at("2026-05-07 17:31")) == deadlines.Looked(lapsed=1, warned=0, escalated=0)
    assert deadlines.tick(at("2026-05-08 17:30")) == deadlines.Looked(lapsed=0, warned=0, escalated=1)
    assert deadlines.tick(at("2026-05-09 17:30")) == deadlines.Looked(0, 0, 0)
    assert deadlines.tick(at("2026-05-11 17:30")) == deadlines.Looked(lapsed=0, warned=0, escalated=1)
    assert deadlines.tick(at("2026-09-01 09:00")) == deadlines.Looked(0, 0, 0)
    assert told("deadline.lapsed") == [("response", 1)]
    assert told("deadline.escalated") == [("response", 2), ("response", 3)]


def test_j2_an_urgent_matter_nobody_takes_goes_up_after_thirty_minutes() -> None:
    start("take_up", "intake.take_up.urgent", began="2026-02-14 08:14")
    assert deadlines.tick(at("2026-02-14 08:37")).warned == 1
    assert deadlines.tick(at("2026-02-14 08:45")).lapsed == 1
    assert deadlines.tick(at("2026-02-14 08:59")).escalated == 1
    assert deadlines.tick(at("2026-02-14 09:14")).escalated == 1
    deadlines.meet(subject=NUMBER, kind="take_up", at=at("2026-02-14 09:20"), actor=DUAN)
    assert deadlines.tick(at("2026-02-14 12:00")) == deadlines.Looked(0, 0, 0)


def test_looking_twice_tells_nobody_twice() -> None:
    start()
    for moment in ("2026-05-06 09:00", "2026-05-08 09:00"):
        deadlines.tick(at(moment))
        assert deadlines.tick(at(moment)) == deadlines.Looked(0, 0, 0)
    assert len(told("deadline.warned")) == len(told("deadline.lapsed")) == 1


def test_a_worker_that_slept_for_a_week_catches_up_one_level_a_look() -> None:
    start()
    assert deadlines.tick(at("2026-05-20 03:00")) == deadlines.Looked(lapsed=1, warned=0, escalated=1)
    assert deadlines.tick(at("2026-05-20 03:01")) == deadlines.Looked(lapsed=0, warned=0, escalated=1)
    assert deadlines.tick(at("2026-05-20 03:02")) == deadlines.Looked(0, 0, 0)


def test_a_promise_is_spoken_of_in_working_hours_an_emergency_at_once() -> None:
    start()
    start("take_up", "intake.take_up.emergency", began="2026-05-09 23:00")
    deadlines.tick(at("2026-05-09 23:30"))
    tell = {row.facts["deadline_kind"]: row.facts["tell_at"] for row in Event.objects.filter(kind="deadline.lapsed")}
    assert tell == {"response": at("2026-05-11 08:30").isoformat(), "take_up": at("2026-05-09 23:30").isoformat()}


def test_the_job_looks_and_leaves_a_sign_of_life() -> None:
    start()
    with clock.standing_at(at("2026-05-08 09:00")):
        tasks.look_at_the_clocks(0)
    assert Deadline.objects.get().state == "missed"
    assert Heartbeat.objects.get(pk="clock").at == at("2026-05-08 09:00")


# -- many at once ----------------------------------------------------------------------------------------------------


def test_many_clocks_are_started_like_single_ones(early_birds) -> None:
    one = start(number="a", owner_id=2)
    new = [
        NewDeadline(f"n{i}", "response", "intake.response.default", at(APRIL), 2, "desk", place=one) for i in range(3)
    ]
    assert len(deadlines.start_many(new, at=at(APRIL), actor=system("import"))) == 3
    skip = {"id", "subject"}
    rows = [{k: v for k, v in row.items() if k not in skip} for row in Deadline.objects.values()]
    assert rows[0] == rows[1] == rows[3]


def test_a_page_of_clocks_costs_one_query(django_assert_num_queries) -> None:
    for i in range(5):
        start(number=f"n{i}")
    with django_assert_num_queries(1):
        found = deadlines.for_subjects([f"n{i}" for i in range(7)])
    assert [len(found[f"n{i}"]) for i in range(7)] == [1, 1, 1, 1, 1, 0, 0]


def test_the_job_reads_small_indexes_only() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'kernel_deadline'")
        indexes = dict(cursor.fetchall())
    for name in ("deadline_to_warn", "deadline_to_lapse", "deadline_to_escalate"):
        assert " WHERE " in indexes[name]


def test_a_promise_can_be_told_before_the_clock_starts() -> None:
    assert deadlines.times_of("intake.response.default", began_at=at(APRIL)).due_at == at("2026-05-07 17:30")
    assert calendar.hours_of([99]) == {99: OFFICE_HOURS}
    assert deadlines.remaining(start(), at("2026-05-06 09:00")).amount == 1
    assert dt.timedelta(0) < deadlines.times_of("intake.undo", began_at=at(APRIL)).due_at - at(APRIL)
