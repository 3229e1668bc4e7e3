"""Nothing is recorded unless every party agreed; it stops with the next piece; its key gone, it is gone."""

import pytest
from django.http import Http404

from fengqiao.disputes.actions import ConsentTo
from fengqiao.kernel import keys
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation.actions import room
from fengqiao.mediation.actions.room import picturing
from fengqiao.mediation.room_models import RecordingPiece, RoomRecording
from fengqiao.mediation.tests import room_ground as r

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(settings, tmp_path):
    settings.ERASABLE_KEYS, settings.MEDIA_ROOT = tmp_path / "keys", tmp_path / "files"
    return r.inside()


def start(here):
    return r.as_(here.xu, room.start_recording, number=here.number)


def piece(here, recording, n=0, data=b"picture", **more):
    facts = {"number": here.number, "uid": recording.uid, "track": "lead-v", "n": n, "data": data}
    return r.as_(here.xu, room.add_piece, **facts | more)


def bytes_on_disk(settings):
    return b"".join(path.read_bytes() for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


def test_without_everybody_s_consent_not_a_byte(here, settings):
    with pytest.raises(Refused) as refused:
        start(here)
    assert (refused.value.code, bool(refused.value.law)) == ("recording.no_consent", True)
    from fengqiao.disputes import actions as disputes
    from fengqiao.disputes.actions import ConsentBy
    from fengqiao.mediation.room_models import Room

    r.as_(here.chen, disputes.consent, number=here.number, party_id=here.quarrel.chen.pk, to=(ConsentTo.RECORDING,),
          by=ConsentBy.CODE, step=Room.objects.get().step)  # fmt: skip
    with pytest.raises(Refused):
        start(here)
    assert not settings.MEDIA_ROOT.exists() or not bytes_on_disk(settings)
    assert not RoomRecording.objects.exists()


def test_a_piece_is_kept_sealed_once_and_read_in_order(here, settings):
    r.may_record(here)
    recording = start(here)
    for n, data in ((1, b"-two"), (0, b"one"), (1, b"-two")):
        piece(here, recording, n, data)
    recording.refresh_from_db()
    assert (recording.size, recording.tracks) == (7, ["lead-v"])
    assert b"one" not in bytes_on_disk(settings)
    assert b"".join(picturing.pieces(recording, "lead-v")) == b"one-two"


def test_a_consent_taken_back_stops_it_with_the_next_piece(here):
    r.may_record(here)
    recording = start(here)
    piece(here, recording)
    r.as_(here.ma, room.take_consent_back, number=here.number, to=ConsentTo.RECORDING, at=r.later(1))
    recording.refresh_from_db()
    assert recording.stopped_at == r.later(1)
    with pytest.raises(Refused) as refused:
        piece(here, recording, 1)
    assert refused.value.code == "recording.stopped"
    assert RecordingPiece.objects.count() == 1


def test_whoever_sits_there_may_stop_it_and_only_the_mediator_s_browser_keeps_it(here):
    r.may_record(here)
    recording = start(here)
    with pytest.raises(Forbidden):
        r.as_(here.chen, room.add_piece, number=here.number, uid=recording.uid, track="p1-v", n=0, data=b"x")
    for track in ("../x", "lead", "q1-v"):
        with pytest.raises(Refused):
            piece(here, recording, track=track)
    r.as_(here.chen, room.stop_recording, number=here.number)
    with pytest.raises(Refused):
        piece(here, recording, 2)


def test_erased_means_the_key_is_gone(here, settings, django_capture_on_commit_callbacks):
    r.may_record(here)
    recording = start(here)
    piece(here, recording)
    copy = bytes_on_disk(settings)
    with pytest.raises(Refused):
        r.as_(here.chen, room.erase_recording, number=here.number, uid=recording.uid)
    r.as_(here.chen, room.stop_recording, number=here.number)
    with django_capture_on_commit_callbacks(execute=True):
        r.as_(here.chen, room.erase_recording, number=here.number, uid=recording.uid)
    assert not bytes_on_disk(settings)
    with pytest.raises(keys.Destroyed):
        keys.unseal(recording.uid, copy, purpose="lead-v 0")


def test_kept_no_longer_than_the_rule_says(here, django_capture_on_commit_callbacks):
    r.may_record(here)
    recording = start(here)
    r.as_(here.xu, room.stop_recording, number=here.number)
    assert (recording.keep_until - r.EVENING.date()).days == 180
    assert room.erase_what_is_over(at=r.later(180 * 24 * 60)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert room.erase_what_is_over(at=r.later(181 * 24 * 60)) == 1
    assert not keys.exists(recording.uid)


def test_strangers_find_no_recording(here):
    r.may_record(here)
    recording = start(here)
    for who in (here.zhao, here.quarrel.he, here.duan):
        with pytest.raises(Http404):
            r.as_(who, room.erase_recording, number=here.number, uid=recording.uid)
