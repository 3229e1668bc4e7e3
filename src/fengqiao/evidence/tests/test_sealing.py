"""Events get their places in the order they were recorded; what was removed leaves a gap that is reported."""

import pytest
from django.db import connection
from tests import world

from fengqiao.evidence import actions, settled, tiles
from fengqiao.evidence.models import Counter, Incident, Leaf, Log, Pending
from fengqiao.evidence.tests.ground import AT, happen, turn

pytestmark = pytest.mark.django_db


def remove(*ids, pending=True):
    """As somebody with the owner's rights would: the trigger off, the rows gone."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_event DISABLE TRIGGER event_append_only")
        cursor.execute("DELETE FROM kernel_event WHERE id = ANY(%s)", [list(ids)])
        cursor.execute("ALTER TABLE kernel_event ENABLE TRIGGER event_append_only")
        if pending:
            cursor.execute("DELETE FROM evidence_pending WHERE event_id = ANY(%s)", [list(ids)])


@pytest.fixture(autouse=True)
def nothing_waits():
    """What migrations recorded is out of the way."""
    turn()


def test_every_event_gets_one_leaf_in_its_order():
    made = happen(5)
    turn()
    held = list(Leaf.objects.filter(event_id__in=[one.pk for one in made]).order_by("index"))
    assert [leaf.event_id for leaf in held] == [one.pk for one in made]
    assert not Pending.objects.exists()
    assert not Incident.objects.exists()


def test_a_second_turn_changes_nothing():
    happen(3)
    turn()
    log = Log.objects.get()
    before = settled.store_of(log).read("checkpoint")
    turn()
    assert settled.store_of(log).read("checkpoint") == before


def test_each_district_has_its_own_log():
    places = world.places()
    turn()
    here = happen(2, subject="a", place_id=places.grid.pk)
    happen(1, subject="a")  # no place of its own: it follows the first event of its subject
    there = happen(1, subject="b", place_id=places.other_district.pk)
    turn()
    log = Log.objects.get(unit=places.district.code)
    assert log.origin == f"log.example/evidence/{places.district.code}/2026"
    assert Leaf.objects.get(event_id=here[0].pk).log == log
    assert Leaf.objects.filter(log=log, subject="a").count() == 3
    assert Leaf.objects.get(event_id=there[0].pk).log.unit == places.other_district.code


@pytest.mark.parametrize("pending", [True, False])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_an_event_removed_before_it_is_sealed_is_reported(which, pending):
    made = happen(3)
    remove(made[which].pk, pending=pending)
    turn()
    incident = Incident.objects.get()
    assert incident.kind == "missing"
    number = Counter.objects.get(lane=incident.facts["lane"], unit_id=0).last - 2 + which
    assert (incident.facts["from"], incident.facts["to"]) == (number, number)
    gap = Leaf.objects.get(entry__contains="evidence.missing")
    assert gap.event_id is None
    assert Leaf.objects.filter(event_id__in=[one.pk for one in made]).count() == 2


def test_a_gap_is_reported_once():
    remove(happen(1)[0].pk)
    turn()
    turn()
    happen(1)
    turn()
    assert Incident.objects.count() == 1


def test_a_turn_places_no_more_than_it_was_told():
    happen(5)
    first = actions.seal(at=AT, most=3)
    assert (first.count, first.is_full, first.gaps) == (3, True, 0)
    assert actions.seal(at=AT, most=3).count == 2
    assert not Incident.objects.exists()


def test_leaves_cannot_be_changed_or_removed():
    happen(1)
    turn()
    for statement in ("UPDATE evidence_leaf SET entry = ''", "DELETE FROM evidence_leaf"):
        with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
            cursor.execute("SAVEPOINT s")
            try:
                cursor.execute(statement)
            finally:
                cursor.execute("ROLLBACK TO SAVEPOINT s")


def test_the_files_are_the_tree_of_the_leaves():
    happen(300)
    turn()
    log = Log.objects.get()
    store = settled.store_of(log)
    entries = [leaf.entry.encode() for leaf in Leaf.objects.filter(log=log).order_by("index")]
    assert list(tiles.read_entries(store.read, log.size)) == entries
    assert tiles.root(store.read, log.size) == tiles.top([tiles.leaf_hash(entry) for entry in entries])
