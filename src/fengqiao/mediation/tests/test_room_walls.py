"""Concessions planted in every table of the room: its mediator and its parties find them, the trial side does not."""

import datetime as dt
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.cast import member

from fengqiao.disputes import actions as disputes
from fengqiao.disputes.actions import InterruptKind, SeatRole
from fengqiao.kernel import files, scoping
from fengqiao.kernel.models import Event
from fengqiao.mediation import actions
from fengqiao.mediation.actions import room
from fengqiao.mediation.models import Mediation
from fengqiao.mediation.room_models import Room, RoomAlert, RoomLine, RoomSignal
from fengqiao.mediation.room_rules import CardKind, Channel, SignalKind
from fengqiao.mediation.tests import room_ground as r
from fengqiao.mediation.tests.test_secrecy import words_seen
from fengqiao.people.rules import Role

pytestmark = pytest.mark.django_db

WORD, ALONE = "退让暗记", "底线暗记"


@pytest.fixture
def here(settings, tmp_path):
    settings.ERASABLE_KEYS, settings.MEDIA_ROOT = tmp_path / "keys", tmp_path / "files"
    here = r.inside()
    number = here.number
    r.say(here, here.ma, f"我最多出1200{WORD}")
    r.say(here, here.chen, f"四百也行{ALONE}", Channel.APPLICANT)
    file = files.store(SimpleUploadedFile("让.txt", b"x"), actor=here.chen, at=r.EVENING)
    r.say(here, here.chen, f"收据{WORD}", file=file)
    r.as_(here.xu, room.put_card, number=number, kind=CardKind.ISSUE, text=f"退多少{WORD}")
    r.as_(here.chen, room.put_card, number=number, kind=CardKind.INTEREST, text=f"要面子{ALONE}",
          channel=Channel.APPLICANT)  # fmt: skip
    r.as_(here.ma, room.offer, number=number, terms=f"给1200{WORD}", valid_until=r.later(60), amount_fen=120000)
    r.as_(here.xu, room.open_round, number=number, about=f"一次付{WORD}", closes_at=r.later(60))
    r.as_(here.xu, room.write_record, number=number, text=f"马说可以{WORD}")
    words = {"mine": f"收钱{ALONE}", "theirs": "付钱", "broken": "执行"}
    r.as_(here.chen, room.say_in_own_words, number=number, about="offer 1", words=words, is_free=True)
    r.as_(here.chen, room.send_signal, number=number, to="lead", kind=SignalKind.OFFER, body=f"sdp{WORD}")
    actions.name_decider(number=number, user_id=here.quarrel.wei.user_id, actor=here.quarrel.he, at=r.EVENING)
    jiang = here.quarrel.jiang.user_id
    disputes.seat(here.quarrel.dispute, SeatRole.GUIDE, at=r.EVENING, user_id=jiang)
    return here


def test_the_mediator_and_the_parties_find_them(here):
    assert words_seen(here.xu).count(WORD) >= 7
    assert words_seen(here.ma).count(WORD) >= 7
    assert words_seen(here.chen).count(ALONE) == 3
    assert words_seen(here.xu).count(ALONE) == 3


def test_the_other_side_finds_nothing_of_a_private_talk(here):
    assert ALONE not in words_seen(here.ma)


def test_nobody_of_the_trial_side_and_no_rank_finds_any(here):
    quarrel, cast = here.quarrel, here.quarrel.cast
    leader = member("lead", "陆怀远", Role.LEADER, quarrel.court, cast.district)
    manager = member("pei", "裴青", Role.COURT_MANAGER, quarrel.court, cast.district)
    wide = member("wide", "全市审计", Role.AUDITOR, cast.centre)
    for who in (
        quarrel.he, quarrel.wei, quarrel.jiang, leader, manager, wide, here.zhao, here.leng, here.manager,
        here.duan, cast.han, cast.supervisor, cast.administrator, cast.auditor, cast.lin, cast.shi,
    ):  # fmt: skip
        seen = words_seen(who)
        assert WORD not in seen, who.name
        assert ALONE not in seen, who.name


def test_neither_events_nor_open_lines_carry_a_word(here):
    told = "\n".join(str(facts) for facts in Event.objects.values_list("facts", flat=True))
    assert WORD not in told
    assert ALONE not in told


# -- journey 11: the word that stops the room -------------------------------------------------------------------------


def ending(end):
    """An ordinary sitting; then `end`. Result: everything the other side can read afterwards, as bytes."""
    here = r.inside()
    r.say(here, here.chen, "谈谈房子", client_id=uuid.UUID(int=1))
    r.say(here, here.ma, "好", client_id=uuid.UUID(int=2))
    end(here)
    return here


def test_a_private_word_calls_the_mediator_and_changes_nothing_else():
    here = r.inside()
    r.say(here, here.chen, "他在旁边，上周又打了我和孩子", Channel.APPLICANT)
    assert RoomAlert.objects.get().party_id == here.quarrel.chen.pk
    for who in (here.ma, here.chen, here.quarrel.wei):
        with scoping.application_filter_off(), scoping.scoped(who):
            assert not RoomAlert.objects.exists()
    with scoping.scoped(here.xu):
        assert RoomAlert.objects.count() == 1
    assert Room.objects.get().ended_at is None


def test_an_ordinary_word_calls_nobody_and_the_silent_signal_does():
    here = r.inside()
    r.say(here, here.chen, "我想再考虑一下价钱", Channel.APPLICANT)
    assert not RoomAlert.objects.exists()
    r.as_(here.chen, room.signal_for_help, number=here.number)
    assert RoomAlert.objects.get().by_person


def test_for_the_other_side_it_ended_like_any_other(django_capture_on_commit_callbacks):
    """Paired: one sitting ended by the mediator, one because of a private word. Not one byte differs for 丁."""
    from django.db import transaction

    views = []
    for by_signal in (False, True):
        with transaction.atomic():
            here = ending(_by_signal if by_signal else _plainly)
            told = _told(here)
            views.append((_pages(here), told))
            transaction.set_rollback(True)
    assert views[0] == views[1]


def _plainly(here):
    r.as_(here.xu, actions.end, number=here.number, ground=actions.Ground.OTHER, at=r.later(12))


def _by_signal(here):
    r.say(here, here.chen, "他在旁边，上周又打了我和孩子", Channel.APPLICANT, at=r.later(10))
    r.as_(here.xu, room.end_for_help, number=here.number, kind=InterruptKind.VIOLENCE, at=r.later(12))
    assert RoomAlert.objects.get().settled_at is not None
    assert Mediation.objects.get().ground == actions.Ground.OTHER


def _told(here):
    """What the stream of the other side would have heard: lines by number, in order."""
    with scoping.scoped(here.ma):
        return list(RoomLine.objects.filter(channel="joint").values_list("n", "kind", "at", "name"))


def _pages(here):
    from fengqiao.disputes import queries as dispute_queries
    from fengqiao.mediation import room_queries

    with scoping.scoped(here.ma):
        found = room_queries.newest(here.number, here.ma)
        dispute = dispute_queries.by_number(here.number, here.ma)
        return (
            [(line.n, line.kind, line.text) for line in room_queries.lines(found, Channel.JOINT)],
            room_queries.last_numbers(found),
            dispute_queries.stage_for(dispute, here.ma),
            [(line.kind, line.at, line.facts.get("ground")) for line in dispute_queries.history(dispute, here.ma)],
            found.room.ended_at,
        )


def test_after_violence_there_is_no_new_sitting():
    from fengqiao.kernel.errors import Refused

    here = ending(_by_signal)
    with pytest.raises(Refused) as refused:
        r.as_(here.quarrel.he, actions.offer, number=here.number, kind=actions.Kind.DELEGATED, at=r.later(600))
    assert refused.value.code == "mediation.dv_block"


# -- pictures ---------------------------------------------------------------------------------------------------------


def test_signals_reach_one_browser_once_and_die_after_a_minute(here):
    with scoping.scoped(here.xu):
        waiting = room.take_signals(number=here.number, actor=here.xu, at=r.EVENING)
        assert [one.sender for one in waiting] == [f"p{here.quarrel.chen.pk}"]
        assert not room.take_signals(number=here.number, actor=here.xu, at=r.EVENING)
    r.as_(here.chen, room.send_signal, number=here.number, to="", kind=SignalKind.JOIN, body="")
    assert RoomSignal.objects.count() == 2
    late = r.EVENING + dt.timedelta(seconds=61)
    assert not r.as_(here.ma, room.take_signals, number=here.number, at=late)
