"""The room's pages: who gets in, what is said where, all without script; journey 11 byte by byte; who hears what."""

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from fengqiao.disputes import actions as dispute_actions
from fengqiao.disputes import queries as disputes
from fengqiao.disputes.actions import InterruptKind, SeatRole
from fengqiao.kernel import clock, scoping
from fengqiao.mediation import access, actions
from fengqiao.mediation.actions import room
from fengqiao.mediation.room_models import BlindRound, Room, RoomLine
from fengqiao.mediation.room_rules import Channel
from fengqiao.mediation.tests import room_ground as r
from fengqiao.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def evening(monkeypatch, settings, tmp_path):
    settings.ERASABLE_KEYS, settings.MEDIA_ROOT = tmp_path / "keys", tmp_path / "files"
    monkeypatch.setattr(clock, "now", lambda: r.later(5))


def party(here, side="chen"):
    """A browser that showed the party's own code."""
    client = Client()
    code = disputes.party_code(getattr(here.quarrel, side), here.number)
    answer = client.post(reverse("mediation:room_door"), {"number": here.number, "code": code})
    assert answer.status_code == 302, answer.content.decode()
    return client


def signed_in(actor):
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id), backend="django.contrib.auth.backends.ModelBackend")
    return client


def url(here, name="room", *more):
    return reverse(f"mediation:{name}", args=[here.number, *more])


def test_the_door_takes_a_party_s_own_code_and_pauses_after_five_tries():
    here = r.opened()
    door = reverse("mediation:room_door")
    client = Client()
    for _n in range(5):
        assert client.post(door, {"number": here.number, "code": "000000"}).status_code == 404
    code = disputes.party_code(here.quarrel.chen, here.number)
    assert client.post(door, {"number": here.number, "code": code}).status_code == 429
    assert client.get(url(here)).url.startswith(door)


def test_who_gets_in():
    here = r.inside()
    chen, xu = party(here), signed_in(here.xu)
    assert chen.get(url(here)).status_code == 200
    assert xu.get(url(here)).status_code == 200
    for who in (here.quarrel.he, here.quarrel.wei, here.quarrel.jiang, here.duan, here.manager, here.zhao):
        client = signed_in(who)
        for name, more in (("room", ()), ("room_alone", ()), ("room_table", ()), ("room_lines", ("joint",)),
                           ("room_state", ("joint",)), ("room_signals", ()), ("room_papers", ())):  # fmt: skip
            assert client.get(url(here, name, *more)).status_code == 404, (who.name, name)
    assert chen.get(url(here, "room_side", "respondent")).status_code == 404
    assert chen.get(url(here, "room_lines", "respondent")).status_code == 404
    assert xu.get(url(here, "room_side", "respondent")).status_code == 200


def test_the_stream_opens_to_whom_the_page_opens():
    here = r.inside()
    now, uid = clock.now(), Room.objects.get().uid
    own = access.topics(party(here).session, here.number, now=now)
    assert own == {f"room:{uid}:joint", f"room:{uid}:applicant", f"room:{uid}:to-p{here.quarrel.chen.pk}"}
    assert f"room:{uid}:lead" in access.topics(signed_in(here.xu).session, here.number, now=now)
    for who in (here.quarrel.he, here.quarrel.wei, here.quarrel.jiang, here.duan, here.manager, here.zhao):
        assert access.topics(signed_in(who).session, here.number, now=now) is None, who.name
    assert access.topics(Client().session, here.number, now=now) is None


def test_together_and_alone_by_plain_posts():
    here = r.inside()
    chen, ma, xu = party(here), party(here, "ma"), signed_in(here.xu)
    assert chen.post(url(here), {"text": "大家好", "client_id": uuid.uuid4()}).status_code == 302
    assert chen.post(url(here, "room_alone"), {"text": "底线四百", "client_id": uuid.uuid4()}).status_code == 302
    page = chen.get(url(here, "room_alone")).content.decode()
    assert "底线四百" in page
    assert "大家好" not in page
    assert "底线四百" in xu.get(url(here, "room_side", "applicant")).content.decode()
    for name in ("room", "room_alone", "room_table", "room_papers"):
        assert "底线四百" not in ma.get(url(here, name)).content.decode()
    assert "大家好" in ma.get(url(here)).content.decode()


def test_a_line_sent_twice_by_the_script_is_one_and_is_caught_up_by_number():
    here = r.inside()
    chen, ma = party(here), party(here, "ma")
    sent = {"text": "在吗", "client_id": str(uuid.uuid4()), "after": "0"}
    for _n in range(2):
        answer = chen.post(url(here), sent, headers={"accept": "application/json"})
        assert [line["n"] for line in answer.json()["lines"]] == [1]
    found = ma.get(url(here, "room_lines", "joint")).json()["lines"]
    assert [line["n"] for line in found] == [1]
    assert ma.get(url(here, "room_lines", "joint"), {"after": 1}).json()["lines"] == []


def test_a_file_is_there_for_its_talk():
    here = r.inside()
    chen, ma = party(here), party(here, "ma")
    upload = SimpleUploadedFile("收据.txt", "收据".encode())
    chen.post(url(here, "room_alone"), {"text": "", "client_id": uuid.uuid4(), "file": upload})
    uid = RoomLine.objects.get(kind="file").uid
    assert chen.get(url(here, "room_file", uid)).status_code == 200
    assert ma.get(url(here, "room_file", uid)).status_code == 404


def test_deeds_are_offered_to_whose_they_are_and_a_refusal_stays_on_the_page():
    here = r.inside()
    chen = party(here)
    assert chen.get(url(here, "room_act", "check")).status_code == 404
    assert chen.get(url(here, "room_act", "offer")).status_code == 200
    assert chen.post(url(here, "room_act", "offer"), {"terms": ""}).status_code == 422
    answer = chen.post(url(here, "room_act", "offer"), {"terms": "修好就行", "hours": "24", "yuan": "1200.00"})
    assert answer.status_code == 302
    assert "1,200.00" in party(here, "ma").get(url(here, "room_table")).content.decode()
    assert chen.post(url(here, "room_act", "yes"), {"on": "999999"}).status_code == 404


def test_nobody_opens_an_envelope_at_its_address():
    here = r.inside()
    one = r.as_(here.xu, room.open_round, number=here.number, about="数额", closes_at=r.later(60))
    chen, xu = party(here), signed_in(here.xu)
    assert chen.post(url(here, "room_act", "seal"), {"on": one.pk, "yuan": "300"}).status_code == 302
    for client in (xu, chen):
        answer = client.get(url(here, "room_envelope", one.pk))
        assert answer.status_code == 403
        assert "300" not in re.sub(r'value="[^"]*"', "", answer.content.decode().split("<main", 1)[1])
    assert signed_in(here.duan).get(url(here, "room_envelope", one.pk)).status_code == 404
    assert BlindRound.objects.get().envelopes.count() == 1


def test_every_page_of_every_guest_renders_in_every_state():
    here = r.inside()
    jiang = here.quarrel.jiang
    r.as_(here.xu, room.ask_judge, number=here.number, judge_id=jiang.user_id, text="排风怎样才算合理？")
    r.say(here, here.xu, "5月31日前装消音器", agreed=True)
    r.as_(here.ma, room.pause, number=here.number, until=r.later(30))
    clients = (party(here), party(here, "ma"), signed_in(here.xu))
    for _ended in (False, True):
        for client in clients:
            for name in ("room", "room_table", "room_papers"):
                assert client.get(url(here, name)).status_code == 200
        r.as_(here.xu, room.end_room, number=here.number) if not _ended else None


def test_the_mediator_opens_the_first_meeting_from_its_page():
    from fengqiao.mediation.tests import ground as g

    here = g.ground()
    g.running(here)
    xu, chen = signed_in(here.xu), party(here)
    assert "btn-primary" in xu.get(url(here)).content.decode()
    assert "btn-primary" not in chen.get(url(here)).content.decode().split("<main", 1)[1]
    assert xu.post(url(here), {"open": "1"}).status_code == 302
    assert Room.objects.count() == 1


# -- journey 11 -------------------------------------------------------------------------------------------------------


def plain(content: bytes) -> str:
    """A page without what differs on every load: tokens, fresh ids."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", content.decode())
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "", text)


def everything_of(client, here):
    names = (("room", ()), ("room_alone", ()), ("room_table", ()), ("room_papers", ()), ("room_lines", ("joint",)),
             ("room_state", ("joint",)), ("room_signals", ()))  # fmt: skip
    answers = [client.get(url(here, name, *more)) for name, more in names]
    return [(answer.status_code, plain(answer.content)) for answer in answers]


def test_in_the_other_s_world_not_one_byte_differs():
    """Paired: before, during and after; once ended in the ordinary way, once because of a private word."""
    here = r.inside()
    r.say(here, here.chen, "谈谈房子")
    ma = party(here, "ma")
    before = everything_of(ma, here)
    views, during = [], []
    for by_signal in (False, True):
        undo = _savepoint()
        if by_signal:
            r.say(here, here.chen, "他在旁边，上周又打了我和孩子", Channel.APPLICANT, at=r.later(10))
        during.append(everything_of(ma, here))
        if by_signal:
            r.as_(here.xu, room.end_for_help, number=here.number, kind=InterruptKind.VIOLENCE, at=r.later(12))
        else:
            r.as_(here.xu, actions.end, number=here.number, ground=actions.Ground.OTHER, at=r.later(12))
        views.append(everything_of(ma, here))
        undo()
    assert during == [before, before]
    assert views[0] == views[1]
    assert views[0] != before


def _savepoint():
    from django.db import transaction

    sid = transaction.savepoint()
    return lambda: transaction.savepoint_rollback(sid)


def test_the_silent_signal_shows_on_the_mediator_s_page_alone():
    here = r.inside()
    chen, ma, xu = party(here), party(here, "ma"), signed_in(here.xu)
    before = plain(chen.get(url(here, "room_alone")).content)
    assert chen.post(url(here, "room_act", "help"), {"back": "alone"}).status_code == 302
    assert plain(chen.get(url(here, "room_alone")).content) == before
    assert url(here, "room_act", "stop") in xu.get(url(here)).content.decode()
    assert url(here, "room_act", "stop") not in ma.get(url(here)).content.decode()


def test_planted_concessions_are_on_no_page_of_the_trial_side():
    here = r.inside()
    number = here.number
    actions.name_decider(number=number, user_id=here.quarrel.wei.user_id, actor=here.quarrel.he, at=r.EVENING)
    dispute_actions.seat(here.quarrel.dispute, SeatRole.GUIDE, at=r.EVENING, user_id=here.quarrel.jiang.user_id)
    r.say(here, here.ma, "最多出一千二退让暗记")
    r.as_(here.ma, room.offer, number=number, terms="退让暗记", valid_until=r.later(60))
    for who in (here.quarrel.he, here.quarrel.wei, here.quarrel.jiang, here.duan, here.manager):
        client = signed_in(who)
        for address in (reverse("mediation:turn"), f"/mediation/{number}/", f"/mediation/{number}/?see=secret",
                        f"/search/?q={number}", url(here), url(here, "room_papers")):  # fmt: skip
            assert "退让暗记" not in client.get(address, follow=True).content.decode(), (who.name, address)
    with scoping.scoped(here.quarrel.wei):
        assert not RoomLine.objects.exists()
