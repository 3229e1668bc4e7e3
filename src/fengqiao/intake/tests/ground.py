"""One morning at the front desk: the cast, some contacts in different stages, and windows for those who look."""

from __future__ import annotations

import datetime as dt

from django.test import Client
from tests.cast import MORNING, Cast

from fengqiao.intake import actions
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Channel
from fengqiao.kernel import clock, scoping
from fengqiao.kernel.actor import PUBLIC, Actor
from fengqiao.people.models import Area, User

NOON = MORNING + dt.timedelta(hours=3)


def tell(people: Cast, text: str = "港云社区3号楼暖气不热", place: Area | None = None, **more: object) -> Contact:
    """A message from the web."""
    where = place or people.gangyun
    draft = actions.Draft(text=text, place_id=where.pk, person_id=people.chen.pk, **more)
    with scoping.unscoped("tests"):
        return actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=MORNING).contact


def in_hand(people: Cast) -> Contact:
    contact = tell(people)
    with scoping.unscoped("tests"):
        actions.dispatch(number=contact.number, unit_id=people.heating.pk, actor=people.wan, at=MORNING)
        return actions.take(number=contact.number, actor=people.shi, at=MORNING)


def window(actor: Actor | None) -> Client:
    """A browser signed in as this member of the cast; None is the stranger."""
    client = Client()
    if actor is not None:
        client.force_login(User.objects.get(pk=actor.user_id), backend="django.contrib.auth.backends.ModelBackend")
    return client


def at_noon() -> object:
    return clock.standing_at(NOON)
