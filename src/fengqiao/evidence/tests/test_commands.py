"""What operators type: look it over, prove, export, seal files."""

import random
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from fengqiao.evidence import audit, verifier
from fengqiao.evidence.models import Log
from fengqiao.evidence.tests.ground import happen, turn

pytestmark = pytest.mark.django_db


def said(*words):
    out = StringIO()
    call_command("evidence", *words, stdout=out)
    return out.getvalue()


def test_a_whole_log_agrees():
    happen(30)
    said("seal")
    assert "全部一致" in said("fsck")


def test_an_event_that_was_changed_or_removed_later_is_found():
    made = happen(3)
    turn()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_event DISABLE TRIGGER event_append_only")
        cursor.execute("DELETE FROM kernel_event WHERE id = %s", [made[1].pk])
    with pytest.raises(CommandError):
        said("fsck")


def test_proofs_and_the_export_work_alone(tmp_path):
    made = happen(3, subject="01226-0000001-1")
    turn()
    assert "3 份" in said("prove", "01226-0000001-1", "--to", str(tmp_path))
    words = [str(tmp_path / f"{made[0].pk}.tlog-proof"), "--policy", str(tmp_path / "policy")]
    assert verifier.main(words) == 0
    said("export", str(tmp_path / "out"))
    copy = tmp_path / "out" / Log.objects.get().folder
    assert said("fsck", str(copy)).endswith("Everything agrees. · 全部一致。\n")
    with pytest.raises(CommandError):
        said("prove", "01226-0000009-9", "--to", str(tmp_path))


def test_a_turned_bit_anywhere_in_the_files_is_found(tmp_path):
    """Tiles, entries, checkpoint, pieces of earlier sizes: each change is named."""
    happen(300)
    turn()
    happen(7)
    turn()
    said("export", str(tmp_path))
    folder = tmp_path / Log.objects.get().folder
    policy = verifier.Policy(logs=(verifier.parse_key((folder / "vkey").read_text()),))
    assert audit.audit(folder, policy)[1] == []
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "vkey")
    chance = random.Random(3)
    for _try in range(25):
        path = chance.choice(files)
        whole = path.read_bytes()
        turned = bytearray(whole)
        turned[chance.randrange(len(turned))] ^= 1 << chance.randrange(8)
        path.write_bytes(turned)
        assert audit.audit(folder, policy)[1], path
        path.write_bytes(whole)


def test_a_leaf_that_was_changed_is_named(tmp_path):
    happen(300)
    turn()
    said("export", str(tmp_path))
    folder = tmp_path / Log.objects.get().folder
    policy = verifier.Policy(logs=(verifier.parse_key((folder / "vkey").read_text()),))
    tile = bytearray((folder / "tile/0/000").read_bytes())
    tile[77 * 32] ^= 1
    (folder / "tile/0/000").write_bytes(tile)
    assert any("leaf 77 " in problem for problem in audit.audit(folder, policy)[1])


def test_files_are_sealed_outside_the_platform(tmp_path):
    (tmp_path / "照片.jpg").write_bytes(b"x" * 1000)
    assert "照片.jpg.tlog-proof" in said("append-file", "--log", str(tmp_path / "log"), str(tmp_path / "照片.jpg"))
    assert "全部一致" in said("fsck", str(tmp_path / "log"))
