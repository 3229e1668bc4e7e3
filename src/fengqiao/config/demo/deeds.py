"""What happens through the ordinary verbs once the stories are told: doubles merged, details looked at, a refusal."""

from __future__ import annotations

import datetime as dt
from itertools import islice

from fengqiao.config.demo import people
from fengqiao.intake import actions, rules
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Channel, Stage
from fengqiao.kernel.actor import PUBLIC, Actor
from fengqiao.people import access
from fengqiao.people.actions import note_reading, reveal
from fengqiao.people.actions.persons import phone_index
from fengqiao.people.models import Membership
from fengqiao.people.rules import RevealPurpose, Role

DOUBLES, LOOKS = 6, 40
PURPOSES = (RevealPurpose.CALL_BACK, RevealPurpose.VISIT, RevealPurpose.CALL_BACK, RevealPurpose.HAND_OVER)


def do(*, at: dt.datetime) -> int:
    """Must run in the transaction that told the stories. Result: how many contacts it added."""
    dispatcher = _holder(Role.DISPATCHER)
    added = _doubles(dispatcher, at=at)
    _refusals(at=at)
    _looks(at=at)
    return added


def _holder(role: Role) -> Actor:
    return access.actor_for(Membership.objects.filter(role=role).order_by("pk")[0])


def _doubles(dispatcher: Actor, *, at: dt.datetime) -> int:
    """The same person tells the same thing again on the web, and the dispatcher joins both."""
    first = Contact.objects.filter(stage=Stage.HANDLING, person__isnull=False).order_by("-received_at")
    told = list(first[:DOUBLES])
    for contact in told:
        draft = actions.Draft(text=contact.text, place_id=contact.place_id, person_id=contact.person_id)
        again = actions.receive(
            draft=draft, channel=Channel.WEB, actor=PUBLIC, at=_between(contact.received_at, at, 0.5)
        ).contact
        actions.merge(
            number=again.number,
            into=contact.number,
            actor=dispatcher,
            at=_between(contact.received_at, at, 0.7),
        )
    return len(told)


def _looks(*, at: dt.datetime) -> None:
    """Staff of the desks call back; the resident of the printed account is among those called."""
    desks = {
        duty.organisation_id: access.actor_for(duty)
        for duty in Membership.objects.filter(role__in=rules.DESK).order_by("-pk")
    }
    ours = Contact.objects.filter(desk_id__in=desks, person__isnull=False).select_related("person")
    theirs = ours.filter(person__phone_index=phone_index(people.RESIDENT))
    called = {*theirs, *islice(ours.order_by("-received_at"), LOOKS)}
    for n, contact in enumerate(sorted(called, key=lambda one: one.received_at)):
        assert contact.person is not None
        reveal(
            person=contact.person,
            field="phone",
            purpose=PURPOSES[n % len(PURPOSES)],
            actor=desks[contact.desk_id],
            at=_between(contact.received_at, at, 0.3),
            subject=contact.number,
        )


def _refusals(*, at: dt.datetime) -> None:
    """Once somebody tried what is not theirs, and once a list was taken out."""
    clerk = _holder(Role.CLERK)
    note_reading(
        what="forbidden", subject="", purpose=rules.DISPATCH, actor=_holder(Role.GRID_WORKER),
        at=at - dt.timedelta(days=2), outcome="refused",
    )  # fmt: skip
    note_reading(what="export.xlsx", subject="contacts", purpose="214 rows", actor=clerk, at=at - dt.timedelta(days=1))


def _between(start: dt.datetime, end: dt.datetime, share: float) -> dt.datetime:
    return start + (end - start) * share
