"""A room around the running mediation of the tests: open, and as far as a test wants with both parties inside."""

from __future__ import annotations

import datetime as dt
import uuid

from fengqiao.disputes.actions import ConsentBy, ConsentTo
from fengqiao.kernel import scoping
from fengqiao.mediation.actions import room
from fengqiao.mediation.room_models import Room, RoomLine
from fengqiao.mediation.room_rules import Channel, CheckedBy
from fengqiao.mediation.tests import ground as g

EVENING = dt.datetime(2026, 5, 18, 19, 30, tzinfo=g.CHINA)


def later(minutes: int) -> dt.datetime:
    return EVENING + dt.timedelta(minutes=minutes)


def as_(actor, verb, /, **more):
    """One verb under the actor's own scope, as a page would call it."""
    more.setdefault("at", EVENING)
    with scoping.scoped(actor):
        return verb(actor=actor, **more)


def opened(**more: object) -> g.Ground:
    here = g.ground(**more)
    here.mediation = g.running(here)
    as_(here.xu, room.open_room, number=here.number)
    return here


def inside(**more: object) -> g.Ground:
    """Both checked, warned and agreed to talk online."""
    here = opened(**more)
    for party, actor in ((here.quarrel.chen, here.chen), (here.quarrel.ma, here.ma)):
        as_(here.xu, room.check_identity, number=here.number, party_id=party.pk, how=CheckedBy.FACE)
        as_(actor, room.come_in, number=here.number, online=True, warned=True, by=ConsentBy.CODE)
    return here


def say(here, actor, text="你好", channel=Channel.JOINT, **more) -> RoomLine:
    more.setdefault("client_id", uuid.uuid4())
    return as_(actor, room.say, number=here.number, channel=channel, text=text, **more)


def may_record(here) -> None:
    from fengqiao.disputes import actions as disputes

    for party, actor in ((here.quarrel.chen, here.chen), (here.quarrel.ma, here.ma)):
        as_(
            actor, disputes.consent, number=here.number, party_id=party.pk, to=(ConsentTo.RECORDING,),
            by=ConsentBy.CODE, step=Room.objects.get().step,
        )  # fmt: skip
