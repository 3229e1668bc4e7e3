"""What is erased is gone for good, and everything else still proves itself."""

import datetime as dt
import io
import json
import subprocess
import zipfile

import pytest
from tests import world

from fengqiao.evidence import actions, anchors, queries, settled, verifier
from fengqiao.evidence.models import Anchor, Leaf, Package
from fengqiao.evidence.tests.ground import AT, happen, turn
from fengqiao.kernel.actor import Actor, system
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.people.rules import Role

pytestmark = pytest.mark.django_db
NUMBER = "01226-0000001-1"


@pytest.fixture
def officers():
    """The data officer 纪洁, the auditor 贺兰, and a clerk who has no say."""
    place = world.places().district
    return [world.actor(role, place) for role in (Role.DATA_OFFICER, Role.AUDITOR, Role.CLERK)]


@pytest.fixture
def matter():
    made = happen(3, subject=NUMBER)
    happen(2, subject="another")
    turn()
    return made


def grant(officers, subject=NUMBER, **more):
    asked = actions.ask_erasure(subject=subject, actor=Actor(id="resident:x", role="resident"), at=AT, **more)
    for one in officers[:2]:
        actions.grant_erasure(pk=asked.pk, actor=one, at=AT)
    return asked


def carry_out():
    return actions.carry_out(actor=system("tests"), at=AT)


def test_erasing_leaves_the_tree_and_every_other_proof(officers, matter):
    mine = queries.proof(matter[0].pk)
    before = Leaf.objects.get(event_id=matter[0].pk)
    log, sealed = before.log, bytes(before.sealed)
    root = log.checkpoints.latest("size").root
    grant(officers)
    assert carry_out() == 1
    assert queries.state_of(matter[0].pk) == "erased"
    assert queries.record(Leaf.objects.get(event_id=matter[0].pk)) is None
    assert bytes(Leaf.objects.get(event_id=matter[0].pk).sealed) == sealed  # the log is not touched, its key is gone
    bare = verifier.judge(queries.proof(matter[0].pk), queries.trusted())
    assert bare.agrees and bare.record is None
    assert verifier.judge(mine, queries.trusted()).agrees  # her own copy still proves itself
    other = Leaf.objects.get(event_id__gt=matter[-1].pk, subject="another", entry__contains=f'"n":{5}')
    assert verifier.judge(queries.proof(other.event_id), queries.trusted()).record["subject"] == "another"
    turn()
    assert log.checkpoints.earliest("size").root == root


def test_single_parts_can_be_erased(officers, matter):
    grant(officers, only=[matter[1].pk])
    carry_out()
    assert [queries.state_of(one.pk) for one in matter] == ["sealed", "erased", "sealed"]


def test_one_person_is_not_enough(officers, matter):
    asked = actions.ask_erasure(subject=NUMBER, actor=system("x"), at=AT)
    actions.grant_erasure(pk=asked.pk, actor=officers[0], at=AT)
    with pytest.raises(Refused, match=r"erasure\.two_persons"):
        actions.grant_erasure(pk=asked.pk, actor=officers[0], at=AT)
    with pytest.raises(Forbidden):
        actions.grant_erasure(pk=asked.pk, actor=officers[2], at=AT)
    assert carry_out() == 0
    actions.grant_erasure(pk=asked.pk, actor=officers[1], at=AT)
    with pytest.raises(Refused, match=r"erasure\.not_open"):
        actions.grant_erasure(pk=asked.pk, actor=officers[1], at=AT)


def test_a_hold_goes_before_and_the_request_wakes_by_itself(officers, matter):
    review = AT.date() + dt.timedelta(days=30)
    asked = grant(officers)
    hold = actions.place_hold(subject=NUMBER, reason="异议案未结", review_on=review, actor=officers[0], at=AT)
    assert carry_out() == 0
    assert queries.state_of(matter[0].pk) == "sealed"
    later = actions.ask_erasure(subject=NUMBER, actor=system("x"), at=AT, only=[matter[0].pk])
    with pytest.raises(Refused, match=r"erasure\.legal_hold") as refused:
        actions.grant_erasure(pk=later.pk, actor=officers[0], at=AT)
    assert "异议案未结" in str(refused.value.message)
    actions.lift_hold(pk=hold.pk, actor=officers[0], at=AT)
    assert carry_out() == 1
    asked.refresh_from_db()
    assert (asked.done_at, asked.records) == (AT, 3)


@pytest.mark.parametrize("days", [None, 0, 400])
def test_a_hold_without_a_day_to_look_again_is_refused(officers, days):
    review = None if days is None else AT.date() + dt.timedelta(days=days)
    with pytest.raises(Refused, match=r"hold\.needs_review"):
        actions.place_hold(subject=NUMBER, reason="x", review_on=review, actor=officers[0], at=AT)


def test_asking_twice_is_asking_once(matter):
    first, second = (actions.ask_erasure(subject=NUMBER, actor=system("x"), at=AT) for _time in range(2))
    assert first == second


def test_an_authority_gets_the_package_on_its_letter(officers, matter):
    ask = {"subject": NUMBER, "recipient": "云汀区人民法院", "ground": "（2026）调字1号", "at": AT}
    with pytest.raises(Forbidden):
        actions.give(**ask, actor=officers[2])
    content = actions.give(**ask, actor=officers[0])
    archive = zipfile.ZipFile(io.BytesIO(content))
    sums = json.loads(archive.read("manifest.json"))["sha256"]
    assert {"cover.html", "policy", "verifier.py"} <= sums.keys()
    assert "举证包" in archive.read("cover.html").decode()
    assert Package.objects.get().recipient == "云汀区人民法院"


def test_a_checkpoint_is_anchored_once_a_day(matter):
    fake = anchors.Recorded(b"token of 2026-07-12")
    assert actions.anchor([fake], at=AT) == 1
    assert actions.anchor([fake], at=AT) == 0
    assert bytes(Anchor.objects.get().token) == b"token of 2026-07-12"
    assert len(fake.asked[0]) == 32


def test_a_time_stamp_request_is_read_by_others(tmp_path):
    digest = bytes(range(32))
    (tmp_path / "q").write_bytes(anchors.request(digest))
    try:
        read = subprocess.run(
            ["openssl", "ts", "-query", "-in", tmp_path / "q", "-text"], capture_output=True, text=True, check=True
        )
    except FileNotFoundError:
        pytest.skip("no openssl program")
    assert "Hash Algorithm: sha256" in read.stdout
    assert "Certificate required: yes" in read.stdout
    granted = bytes([0x30, 0x29, 0x30, 0x03, 0x02, 0x01, 0x00, 0x04, 0x20]) + digest + b"\0\0"
    anchors.check(granted, digest)
    for wrong in (b"", granted[:-5], granted.replace(b"\x02\x01\x00", b"\x02\x01\x02")):
        with pytest.raises(anchors.Unanchored):
            anchors.check(wrong, digest)
    with pytest.raises(anchors.Unanchored):
        anchors.check(granted, bytes(32))


def test_only_known_authorities_can_be_named():
    assert anchors.named("rfc3161=https://tsa.example/x").name == "rfc3161 tsa.example"
    with pytest.raises(ValueError, match="no such"):
        anchors.named("rfc3161=http://tsa.example")


def test_keys_of_erased_records_do_not_come_back(officers, matter, settings, tmp_path):
    """The database of yesterday with the vault of today opens nothing that was erased."""
    leaf = Leaf.objects.get(event_id=matter[0].pk)
    grant(officers)
    carry_out()
    settled._vault.cache_clear()
    assert queries.words_of(leaf) is None
