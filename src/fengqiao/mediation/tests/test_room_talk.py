"""Coming in, talking together and alone, pausing, the whiteboard, the judge on call."""

import uuid

import pytest
from django.http import Http404

from fengqiao.disputes.actions import ConsentBy, ConsentTo
from fengqiao.kernel import scoping
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import actions, room_queries
from fengqiao.mediation.actions import room
from fengqiao.mediation.room_models import Room, RoomCard, RoomLine
from fengqiao.mediation.room_rules import CardKind, CardState, Channel, CheckedBy, Hand, LineKind
from fengqiao.mediation.tests import room_ground as r

pytestmark = pytest.mark.django_db


def texts(here, actor, channel):
    with scoping.scoped(actor):
        return [line.text for line in room_queries.lines(room_queries.newest(here.number, actor), channel)]


def test_nobody_speaks_before_the_check_and_the_warning():
    here = r.opened()
    with pytest.raises(Refused) as refused:
        r.say(here, here.chen)
    assert (refused.value.code, bool(refused.value.law)) == ("identity.unchecked", True)
    r.as_(here.xu, room.check_identity, number=here.number, party_id=here.quarrel.chen.pk, how=CheckedBy.ID_CARD)
    with pytest.raises(Refused):
        r.say(here, here.chen)
    r.as_(here.chen, room.come_in, number=here.number, online=False, warned=True, by=ConsentBy.CODE)
    with pytest.raises(Refused) as refused:
        r.say(here, here.chen)
    assert refused.value.code == "room.not_online"
    r.as_(here.chen, room.come_in, number=here.number, online=True, warned=True, by=ConsentBy.CODE)
    assert r.say(here, here.chen).n == 1


def test_the_mediator_s_word_to_one_side_needs_no_check():
    here = r.opened()
    assert r.say(here, here.xu, channel=Channel.RESPONDENT).n == 1
    assert r.say(here, here.ma, channel=Channel.RESPONDENT).n == 2


def test_consent_to_the_form_is_taken_back_at_once():
    here = r.inside()
    r.as_(here.ma, room.take_consent_back, number=here.number, to=ConsentTo.ONLINE)
    with pytest.raises(Refused) as refused:
        r.say(here, here.ma)
    assert refused.value.code == "room.not_online"


def test_private_words_stay_private_and_leave_no_gap():
    here = r.inside()
    r.say(here, here.chen, "一起说的")
    r.say(here, here.chen, "只对调解员说", Channel.APPLICANT)
    r.say(here, here.ma, "马也一起说")
    assert texts(here, here.chen, Channel.APPLICANT) == ["只对调解员说"]
    assert texts(here, here.xu, Channel.APPLICANT) == ["只对调解员说"]
    assert texts(here, here.ma, Channel.APPLICANT) == []
    with scoping.scoped(here.ma):
        seen = room_queries.lines(room_queries.newest(here.number, here.ma), Channel.JOINT)
    assert [line.n for line in seen] == [1, 2]
    for actor in (here.ma, here.zhao, here.quarrel.wei):
        with pytest.raises(Http404):
            r.say(here, actor, "x", Channel.APPLICANT)


def test_a_line_sent_twice_is_one_line():
    here = r.inside()
    key = uuid.uuid4()
    first, again = (r.say(here, here.chen, client_id=key) for _ in range(2))
    assert first.pk == again.pk
    assert RoomLine.objects.filter(kind=LineKind.SAY).count() == 1


def test_words_by_the_mediator_s_hand_are_marked():
    here = r.inside()
    line = r.say(here, here.xu, "我同意修", party_id=here.quarrel.ma.pk, hand=Hand.SMS)
    assert (line.party_id, line.hand, line.name) == (here.quarrel.ma.pk, Hand.SMS, "马建业")
    with pytest.raises(Forbidden):
        r.say(here, here.chen, "我同意修", party_id=here.quarrel.ma.pk, hand=Hand.SMS)
    with pytest.raises(Refused):
        r.say(here, here.xu, "无名", hand=Hand.PHONE)


def test_a_party_that_comes_to_the_counter_is_brought_in_by_the_mediator():
    here = r.opened()
    ma = here.quarrel.ma.pk
    r.as_(here.xu, room.check_identity, number=here.number, party_id=ma, how=CheckedBy.COUNTER, hand=Hand.COUNTER)
    r.as_(here.xu, room.read_warning, number=here.number, party_id=ma, by=ConsentBy.ORAL)
    assert r.say(here, here.xu, "风机装消音器", party_id=ma, hand=Hand.COUNTER).n == 1


def test_anybody_pauses_and_nobody_is_hurried():
    here = r.inside()
    r.as_(here.ma, room.pause, number=here.number, until=r.later(30))
    with pytest.raises(Refused) as refused:
        r.say(here, here.chen)
    assert refused.value.code == "room.paused"
    assert r.say(here, here.chen, "歇一会", Channel.APPLICANT).n == 1
    with pytest.raises(Forbidden):
        r.as_(here.chen, room.resume, number=here.number)
    assert r.say(here, here.chen, at=r.later(31)).text
    r.as_(here.ma, room.resume, number=here.number)
    assert r.say(here, here.chen).text


def test_the_whiteboard():
    here = r.inside()
    issue = r.as_(here.xu, room.put_card, number=here.number, kind=CardKind.ISSUE, text="谁来修")
    own = r.as_(
        here.chen,
        room.put_card,
        number=here.number,
        kind=CardKind.INTEREST,
        text="夜里要睡觉",
        channel=Channel.APPLICANT,
    )
    r.as_(here.xu, room.move_card, number=here.number, card_id=issue.pk, state=CardState.NOW)
    with scoping.scoped(here.ma):
        assert [card.text for card in RoomCard.objects.all()] == ["谁来修"]
    with pytest.raises(Forbidden):
        r.as_(here.xu, room.move_card, number=here.number, card_id=own.pk, show=True)
    r.as_(here.chen, room.move_card, number=here.number, card_id=own.pk, show=True)
    with scoping.scoped(here.ma):
        assert RoomCard.objects.count() == 2


def test_what_was_agreed_is_confirmed_by_each():
    here = r.inside()
    line = r.say(here, here.xu, "5月31日前装消音器", agreed=True)
    assert line.kind == LineKind.AGREE
    for actor in (here.chen, here.ma, here.ma):
        r.as_(actor, room.acknowledge, number=here.number, line_uid=line.uid)
    assert line.acks.count() == 2


def test_the_judge_on_call_answers_in_the_room_and_leaves_before_offers():
    here = r.inside()
    jiang = here.quarrel.jiang
    question = r.as_(here.xu, room.ask_judge, number=here.number, judge_id=jiang.user_id, text="排风怎样才算合理？")
    offer = {"number": here.number, "terms": "我装消音器", "valid_until": r.later(60)}
    with pytest.raises(Refused) as refused:
        r.as_(here.ma, room.offer, **offer)
    assert refused.value.code == "judge.present"
    r.as_(jiang, actions.answer_question, question_id=question.pk, text="看必要限度。", articles="民法典288、294")
    with scoping.scoped(here.chen):
        found = room_queries.newest(here.number, here.chen)
        lines = room_queries.lines(found, Channel.JOINT)
        assert [line.kind for line in lines] == [LineKind.ASKED, LineKind.ANSWERED]
        assert room_queries.questions_of(lines)[question.pk].answer == "看必要限度。"
    assert r.as_(here.ma, room.offer, **offer).n == 1
    with scoping.scoped(jiang):
        assert not RoomLine.objects.exists()
        assert not Room.objects.exists()


def test_a_judge_who_does_not_answer_is_let_go():
    here = r.inside()
    jiang = here.quarrel.jiang
    question = r.as_(here.xu, room.ask_judge, number=here.number, judge_id=jiang.user_id, text="排风怎样才算合理？")
    r.as_(here.xu, room.release_judge, number=here.number)
    with pytest.raises(Refused):
        r.as_(jiang, actions.answer_question, question_id=question.pk, text="迟了")
    assert r.as_(here.ma, room.offer, number=here.number, terms="装消音器", valid_until=r.later(60)).n == 1


def test_a_room_is_opened_by_its_mediator_once_and_ends_with_the_mediation():
    here = r.opened()
    with pytest.raises(Refused) as refused:
        r.as_(here.xu, room.open_room, number=here.number)
    assert refused.value.code == "room.open"
    for actor in (here.zhao, here.duan, here.quarrel.he, here.manager):
        with pytest.raises((Forbidden, Http404)):
            r.as_(actor, room.open_room, number=here.number)
    r.as_(here.xu, actions.end, number=here.number, ground=actions.Ground.GAP)
    assert Room.objects.get().ended_at == r.EVENING
    with pytest.raises(Refused) as refused:
        r.say(here, here.chen)
    assert refused.value.code == "room.ended"


def test_a_second_sitting_asks_again():
    here = r.inside()
    r.as_(here.xu, room.end_room, number=here.number)
    r.as_(here.xu, room.open_room, number=here.number, at=r.later(600))
    with pytest.raises(Refused) as refused:
        r.say(here, here.chen, at=r.later(600))
    assert refused.value.code == "identity.unchecked"


def test_hints_tell_of_situations():
    here = r.inside()
    here.quarrel.ma.credit_code, here.quarrel.ma.kind = "91110000000000001X", "legal"
    here.quarrel.ma.save()
    with scoping.scoped(here.xu):
        hints = room_queries.hints(Room.objects.get(), at=r.EVENING)
    assert [str(hint.side) for hint in hints] == ["applicant"]


def test_the_record_is_confirmed_by_each_and_anew_when_it_changes():
    here = r.inside()
    record = r.as_(here.xu, room.write_record, number=here.number, text="19:30开始，双方到场。")
    r.as_(here.chen, room.confirm_record, number=here.number, record_id=record.pk, by=ConsentBy.CODE)
    second = r.as_(here.xu, room.write_record, number=here.number, text="19:30开始，双方到场，未录音。")
    with pytest.raises(Refused) as refused:
        r.as_(here.ma, room.confirm_record, number=here.number, record_id=record.pk, by=ConsentBy.CODE)
    assert refused.value.code == "record.replaced"
    for actor, remark in ((here.chen, ""), (here.ma, "我说的是6月")):
        r.as_(actor, room.confirm_record, number=here.number, record_id=second.pk, by=ConsentBy.CODE, remark=remark)
    second.refresh_from_db()
    assert second.confirmed_at == r.EVENING


def test_before_signing_each_says_it_in_own_words():
    here = r.inside()
    words = {"mine": "装消音器，5月31日前", "theirs": "不再投诉", "broken": "可以申请强制执行"}
    for actor in (here.chen, here.ma):
        r.as_(actor, room.say_in_own_words, number=here.number, about="offer 1", words=words, is_free=True)
    assert room_queries.all_understood(here.mediation, "offer 1")
    r.as_(here.ma, room.say_in_own_words, number=here.number, about="offer 1", words=words, is_free=False)
    assert not room_queries.all_understood(here.mediation, "offer 1")
    with scoping.scoped(here.chen):
        assert {one.party_id for one in room_queries.Understanding.objects.all()} == {here.quarrel.chen.pk}


def test_identity_is_a_condition_of_signing():
    here = r.opened()
    with pytest.raises(Refused) as refused:
        room.require_identity(here.mediation)
    assert refused.value.code == "identity.unchecked"
    for party, actor in ((here.quarrel.chen, here.chen), (here.quarrel.ma, here.ma)):
        r.as_(here.xu, room.check_identity, number=here.number, party_id=party.pk, how=CheckedBy.FACE)
        r.as_(actor, room.come_in, number=here.number, online=True, warned=True, by=ConsentBy.CODE)
    room.require_identity(here.mediation)
