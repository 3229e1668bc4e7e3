"""The fan under the bedroom with its agreement in effect, both identified, before the court."""

from __future__ import annotations

import datetime as dt

from fengqiao.court import actions
from fengqiao.court.actions import Mode
from fengqiao.court.models import Confirmation, Register
from fengqiao.disputes.actions import ConsentBy
from fengqiao.mediation.tests import agreed as a
from fengqiao.mediation.tests.ground import Ground
from fengqiao.people.actions.persons import identity_index
from fengqiao.people.models import Person


def in_effect(**more: object) -> Ground:
    here = a.ground(is_online=True, **more)
    a.in_effect(here)
    for n, party in enumerate((here.quarrel.chen, here.quarrel.ma)):
        Person.objects.filter(pk=party.person_id).update(identity_index=identity_index(f"identity {n}"))
    Register.objects.create(court=here.quarrel.court, year=2026, prefix="岚0101", last=37)
    return here


def both_join(here: Ground, moment: dt.datetime) -> Confirmation:
    for party, actor in ((here.quarrel.chen, here.chen), (here.quarrel.ma, here.ma)):
        made = actions.join(number=here.number, party_id=party.pk, by=ConsentBy.CODE, actor=actor, at=moment)
    return made


def accepted(here: Ground) -> Confirmation:
    both_join(here, a.at(5, 26, 10))
    wei = here.quarrel.wei.user_id
    assert wei is not None
    return actions.accept(number=here.number, judge_id=wei, actor=here.quarrel.he, at=a.at(5, 26, 15))


def decided(here: Ground, **more: object) -> Confirmation:
    accepted(here)
    both = [here.quarrel.chen.pk, here.quarrel.ma.pk]
    actions.hear(number=here.number, present=both, mode=Mode.VIDEO, actor=here.quarrel.wei, at=a.at(5, 28, 10))
    facts: dict[str, object] = {"is_valid": True} | more
    return actions.decide(number=here.number, actor=here.quarrel.wei, at=a.at(5, 28, 10, 30), **facts)
