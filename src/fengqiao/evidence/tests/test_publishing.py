"""A crash at any step repairs itself; files that contradict the tables stop everything."""

import pytest
from django.db import connection

from fengqiao.evidence import actions, settled, steps, tiles, verifier
from fengqiao.evidence.models import Checkpoint, Incident, Leaf, Log
from fengqiao.evidence.tests.ground import AT, happen, turn

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def kill_at(monkeypatch):
    def choose(name):
        def end(reached):
            if reached == name:
                raise Killed

        monkeypatch.setattr(steps, "at", end)

    return choose


def log_and_store():
    log = Log.objects.get()
    return log, settled.store_of(log)


def check_all():
    """The checkpoint is signed, leads to the leaves of the tables, and each event has one leaf."""
    log, store = log_and_store()
    note = verifier.parse_note(store.read("checkpoint"))
    checkpoint = verifier.parse_checkpoint(note)
    assert settled.keys(log)[0].holds(note.text, note.signatures[0])
    entries = list(Leaf.objects.filter(log=log).order_by("index").values_list("entry", flat=True))
    assert checkpoint.size == log.size == len(entries)
    assert checkpoint.root == tiles.top([tiles.leaf_hash(entry.encode()) for entry in entries])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM kernel_event e FULL JOIN evidence_leaf l ON l.event_id = e.id"
            " WHERE l.id IS NULL OR e.id IS NULL"
        )
        assert cursor.fetchone()[0] == 0


@pytest.mark.parametrize("step", steps.NAMES)
def test_a_kill_at_any_step_repairs_itself(step, kill_at, monkeypatch):
    happen(20)
    turn()
    happen(290)
    kill_at(step)
    with pytest.raises(Killed):
        turn()
    monkeypatch.setattr(steps, "at", lambda name: None)
    happen(3)
    turn()
    check_all()
    assert not Incident.objects.exists()


def test_a_half_written_file_is_written_over():
    happen(10)
    turn()
    log, store = log_and_store()
    happen(10)
    actions.seal(at=AT)
    log.refresh_from_db()
    (store.root / f"tile/0/000.p/{log.size}").write_bytes(b"half")
    turn()
    check_all()


def test_a_log_that_was_shown_longer_than_the_tables_stops():
    """As after a restore from a backup of this morning: going on would fork what strangers have seen."""
    happen(10)
    turn()
    log, _store = log_and_store()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE evidence_leaf DISABLE TRIGGER leaf_append_only")
        cursor.execute("ALTER TABLE evidence_checkpoint DISABLE TRIGGER checkpoint_append_only")
        cursor.execute("DELETE FROM evidence_leaf WHERE index >= %s", [log.size - 4])
        cursor.execute("DELETE FROM evidence_checkpoint")
    Log.objects.update(size=log.size - 4)
    for _again in range(2):
        with pytest.raises(actions.Contradiction):
            actions.publish(Log.objects.get(), at=AT)
    assert Incident.objects.get().kind == "rollback"
    assert actions.adopt(Log.objects.get(), at=AT) == 4
    happen(2)
    turn()
    log, store = log_and_store()
    assert verifier.parse_checkpoint(verifier.parse_note(store.read("checkpoint"))).size == log.size


def test_a_second_root_of_a_size_is_never_signed():
    happen(3)
    turn()
    log, store = log_and_store()
    forged = verifier.Checkpoint(log.origin, log.size, bytes(32))
    store.write_all([("checkpoint", forged.text().encode() + b"\n" + store.read("checkpoint").rpartition(b"\n\n")[2])])
    happen(1)
    with pytest.raises(actions.Contradiction):
        turn()
    assert Incident.objects.get().kind == "fork"
    assert Checkpoint.objects.count() == 1
