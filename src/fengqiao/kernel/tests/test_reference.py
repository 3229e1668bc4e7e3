"""Holidays and rules come in, are corrected by hand, and never change in silence."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import Error, transaction

from fengqiao.kernel import calendar, deadlines, reference, rulebook
from fengqiao.kernel.actor import Actor, system
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.models import CalendarYear, Event, Holiday, Rule
from fengqiao.kernel.reference import Day
from fengqiao.kernel.tests.ground import at, day

AT = at("2026-11-24 10:00")
ZENG = Actor(id="member:1", name="曾一凡", role="administrator", level="all")
LIN = Actor(id="member:2", name="林晓梅", role="grid_worker", level="grid", area_id=1)
JOB = system("sync")
NEW_YEAR = Day(day("2027-01-01"), "holiday", "New Year's Day")

pytestmark = pytest.mark.django_db


def version(**change):
    row = next(row for row in reference.read_rules() if row["key"] == "intake.response.default")
    return {**row, **change}


def test_the_tables_are_filled_from_the_start_and_syncing_again_changes_nothing() -> None:
    assert CalendarYear.objects.filter(status="official").count() == 23
    before = (Holiday.objects.count(), Rule.objects.count(), Event.objects.count())
    assert reference.sync_calendar(at=AT, actor=JOB) == []
    assert reference.sync_rules(at=AT, actor=JOB) == reference.RulesChanged([], [], [])
    assert (Holiday.objects.count(), Rule.objects.count(), Event.objects.count()) == before


def test_the_command_says_what_changed(capsys) -> None:
    call_command("sync_reference")
    assert capsys.readouterr().out.splitlines() == [
        "calendar: 0 years changed",
        "rules: 0 added, 0 closed, 0 annotated",
    ]


def test_the_calendar_is_read_from_the_table() -> None:
    assert calendar.current().is_working_day(day("2026-10-10"))
    assert not calendar.current().is_working_day(day("2026-10-07"))
    assert calendar.current().is_provisional(day("2026-12-31"), day("2027-01-01"))


def test_a_day_set_by_hand_does_not_keep_a_year_from_becoming_official(monkeypatch) -> None:
    spring = Day(day("2027-02-08"), "holiday", "Spring Festival")
    reference.set_day(day=day("2027-01-04"), kind="holiday", name="灾后清理", actor=ZENG, at=AT)
    reference.set_day(day=NEW_YEAR.day, kind="ordinary", name="", actor=ZENG, at=AT)
    assert calendar.current().is_provisional(day("2027-01-04"), day("2027-01-04"))
    published = reference.published_days() | {2027: {NEW_YEAR, spring}}
    monkeypatch.setattr(reference, "published_days", lambda: published)
    assert reference.sync_calendar(at=AT, actor=JOB) == [2027]
    now = calendar.current()
    assert not now.is_provisional(day("2027-01-04"), day("2027-12-31"))
    assert [now.is_working_day(day(f"2027-{one}")) for one in ("01-01", "01-04", "02-08")] == [True, False, False]
    assert reference.sync_calendar(at=AT, actor=JOB) == []


def test_an_import_leaves_a_day_set_by_hand_alone() -> None:
    reference.set_day(day=day("2026-06-01"), kind="holiday", name="灾后清理", actor=ZENG, at=AT)
    assert not calendar.current().is_working_day(day("2026-06-01"))
    assert reference.sync_calendar(at=AT, actor=JOB) == []
    assert Holiday.objects.filter(day="2026-06-01").exists()


def test_an_import_repairs_a_year_nobody_edited() -> None:
    Holiday.objects.filter(day="2026-10-01").delete()
    assert reference.sync_calendar(at=AT, actor=JOB) == [2026]
    assert not calendar.current().is_working_day(day("2026-10-01"))


def test_a_day_becomes_ordinary_again() -> None:
    reference.set_day(day=day("2026-10-01"), kind="ordinary", name="", actor=ZENG, at=AT)
    assert calendar.current().is_working_day(day("2026-10-01"))


@pytest.mark.parametrize("verb", ["day", "year"])
def test_only_the_administrator_edits_the_calendar(verb) -> None:
    with pytest.raises(Forbidden):
        if verb == "day":
            reference.set_day(day=day("2026-06-01"), kind="holiday", name="x", actor=LIN, at=AT)
        else:
            reference.make_year_official(year=2027, days=[NEW_YEAR], actor=LIN, at=AT)


def test_a_list_of_another_year_is_refused() -> None:
    with pytest.raises(Refused, match=r"calendar\.wrong_year"):
        reference.make_year_official(year=2027, days=[Day(day("2026-10-01"), "holiday", "x")], actor=ZENG, at=AT)
    with pytest.raises(Refused, match=r"calendar\.day_twice"):
        reference.make_year_official(year=2027, days=[NEW_YEAR, NEW_YEAR], actor=ZENG, at=AT)


def test_an_announced_year_moves_the_promises_that_reach_it() -> None:
    clock = deadlines.start(
        subject="01226-0000001-1",
        kind="response",
        rule_key="intake.response.default",
        began_at=at("2026-12-31 10:00"),
        owner_id=None,
        mover="desk",
        at=AT,
        actor=JOB,
    )
    assert (clock.due_at, clock.is_provisional) == (at("2027-01-04 17:30"), True)
    days = [NEW_YEAR, Day(day("2027-01-04"), "holiday", "New Year's Day")]
    assert reference.make_year_official(year=2027, days=days, actor=ZENG, at=AT) == 1
    clock.refresh_from_db()
    assert (clock.due_at, clock.is_provisional) == (at("2027-01-06 17:30"), False)
    moved = Event.objects.get(kind="deadline.moved")
    assert (moved.subject, moved.actor) == (clock.subject, ZENG.id)
    assert Event.objects.get(kind="reference.calendar_changed").facts["moved"] == 1


# -- rules -----------------------------------------------------------------------------------------------------------


def test_the_day_of_the_fact_chooses_the_version() -> None:
    old = version(valid_to=day("2026-06-30"))
    new = version(valid_from=day("2026-07-01"), value="1")
    change = reference.sync_rules([old, new], at=AT, actor=JOB)
    assert (len(change.added), len(change.closed)) == (1, 1)
    assert rulebook.rule("intake.response.default", on=day("2026-06-30")).whole == 2
    assert rulebook.rule("intake.response.default", on=day("2026-07-01")).whole == 1
    assert Event.objects.filter(kind="reference.rules_changed").latest("id").facts["closed"] == change.closed


def test_a_rewritten_row_is_refused_and_says_how_to_do_it() -> None:
    with pytest.raises(reference.RuleRewritten, match=r"changes value; add a version"):
        reference.sync_rules([version(value="3")], at=AT, actor=JOB)


def test_a_note_may_be_corrected() -> None:
    assert reference.sync_rules([version(note_en="Better said.")], at=AT, actor=JOB).annotated


def test_two_versions_cannot_hold_on_one_day() -> None:
    with pytest.raises(Error, match="hold on the same day"), transaction.atomic():
        Rule.objects.create(**version(valid_from=day("2026-01-01")))


@pytest.mark.parametrize("spoil", [lambda rules: rules.update(value="9"), lambda rules: rules.delete()])
def test_what_a_rule_says_is_not_rewritten(spoil) -> None:
    with pytest.raises(Error, match="rule"), transaction.atomic():
        spoil(Rule.objects.filter(key="intake.undo"))


def test_the_nearest_jurisdiction_wins() -> None:
    Rule.objects.create(**version(key="test.near", jurisdiction="national", value="5"))
    reference.cached.changed("rules")
    assert rulebook.rule("test.near", on=AT.date()).whole == 5
    Rule.objects.create(**version(key="test.near", jurisdiction="demo-province", value="4"))
    reference.cached.changed("rules")
    assert rulebook.rule("test.near", on=AT.date()).whole == 4
    assert rulebook.rule("test.near", on=AT.date(), jurisdiction="national").whole == 5


def test_a_missing_rule_is_named() -> None:
    with pytest.raises(rulebook.MissingRule, match=r"'intake\.tea' holds on 2026-11-24 in demo-local"):
        rulebook.rule("intake.tea", on=AT.date())
    with pytest.raises(rulebook.MissingRule):
        rulebook.rule("intake.response.default", on=dt.date(1999, 1, 1))


def test_another_process_sees_a_change_by_the_token() -> None:
    assert calendar.current().is_working_day(day("2026-06-01"))
    Holiday.objects.create(day="2026-06-01", kind="holiday", name="x")
    assert calendar.current().is_working_day(day("2026-06-01"))
    reference.cached.changed("calendar")
    assert not calendar.current().is_working_day(day("2026-06-01"))


PUBLISHED = ("rate.", "income.", "traffic.limit.", "traffic.no_fault.", "number.", "personal.coefficient.")
"""Figures and standards that are published, not enacted: there is no article to name."""


def test_every_rule_of_the_file_is_whole() -> None:
    for row in reference.read_rules():
        assert row["note_zh"] and row["note_en"] and row["instrument"], row["key"]
        assert row["kind"] in Rule.Kind.values and row["unit"] in Rule.Unit.values, row["key"]
        assert row["kind"] != "law" or row["article"] or row["key"].startswith(PUBLISHED), row["key"]
