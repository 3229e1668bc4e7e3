"""Answering, asking, reporting done: what the unit in hand does, and what the person adds."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import events, rules
from fengqiao.intake.actions.alerting import hear
from fengqiao.intake.actions.common import (
    Files,
    locked,
    move,
    require,
    require_person,
    settle,
    start_progress,
    words,
    write,
)
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import CLOSED, EntryKind, Mover, Stage, Urgency
from fengqiao.kernel import deadlines
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused


@transaction.atomic
def answer(*, number: str, text: str, actor: Actor, at: dt.datetime, files: Files = ()) -> Contact:
    """A substantive answer to the person: who does what by when. The first one stops the response clock."""
    contact = locked(number)
    require(actor, rules.HANDLE, contact)
    _open(contact)
    text = words(text)
    is_first = contact.responded_at is None
    if is_first:
        contact.responded_at = at
        deadlines.meet(subject=number, kind="response", at=at, actor=actor)
    settle(contact, at=at)
    write(contact, EntryKind.ANSWER, actor=actor, at=at, text=text, files=files)
    log.record(events.ContactAnswered(number=number, is_first=is_first), actor=actor.id, at=at)
    return contact


@transaction.atomic
def progress(*, number: str, text: str, actor: Actor, at: dt.datetime, files: Files = ()) -> Contact:
    """Tell the person how far it is. Renews the progress clock, touches no other."""
    contact = locked(number)
    require(actor, rules.HANDLE, contact)
    if contact.stage != Stage.HANDLING:
        raise Refused("contact.not_in_hand", _("Take the matter in hand first."))
    text = words(text)
    deadlines.meet(subject=number, kind="progress", at=at, actor=actor)
    start_progress(contact, actor=actor, at=at)
    settle(contact, at=at)
    write(contact, EntryKind.PROGRESS, actor=actor, at=at, text=text, files=files)
    log.record(events.ProgressTold(number=number), actor=actor.id, at=at)
    return contact


@transaction.atomic
def note(*, number: str, text: str, actor: Actor, at: dt.datetime, files: Files = ()) -> Contact:
    """A note for colleagues. The person concerned never sees it, on any exit; it starts and stops no clock."""
    contact = locked(number)
    require(actor, rules.HANDLE, contact)
    write(contact, EntryKind.NOTE, actor=actor, at=at, text=words(text), files=files)
    log.record(events.NoteWritten(number=number), actor=actor.id, at=at)
    return contact


@transaction.atomic
def ask(*, number: str, text: str, actor: Actor, at: dt.datetime) -> Contact:
    """Ask the person for what is missing. The clocks of the unit wait for them and say why, but not for ever.

    To silence the same rule applies as after “done”: asked once more, then closed without acceptance. The first
    response to an emergency does not wait.
    """
    contact = locked(number)
    require(actor, rules.HANDLE, contact)
    text = words(text)
    move(contact, Stage.WAITING, at=at)
    kinds = {"response", "progress", "completion"} - ({"response"} if contact.urgency == Urgency.EMERGENCY else set())
    deadlines.pause(subject=number, reason="person", at=at, actor=actor, kinds=kinds)
    start_reply(contact, "intake.reply.ask_again", actor=actor, at=at)
    settle(contact, at=at)
    write(contact, EntryKind.ASKED, actor=actor, at=at, text=text)
    log.record(events.MoreAsked(number=number), actor=actor.id, at=at)
    return contact


@transaction.atomic
def supplement(*, number: str, text: str, actor: Actor, at: dt.datetime, files: Files = ()) -> Contact:
    """The person adds words or files, or staff write down what they say. Ends the waiting."""
    contact = locked(number)
    _person_or_staff(actor, contact)
    if contact.stage in CLOSED:
        raise Refused("contact.closed", _("This matter is closed. You can tell us about a new one."))
    if not files:
        text = words(text)
    text = hear(contact, text, actor=actor, at=at)
    if contact.stage == Stage.WAITING:
        move(contact, Stage.HANDLING if contact.unit_id else Stage.RECEIVED, at=at)
        deadlines.meet(subject=number, kind="reply", at=at, actor=actor)
        deadlines.resume(subject=number, at=at, actor=actor)
    settle(contact, at=at)
    write(contact, EntryKind.SUPPLEMENT, actor=actor, at=at, text=text, files=files)
    log.record(events.ContactSupplemented(number=number, files=len(files)), actor=actor.id, at=at)
    return contact


@transaction.atomic
def finish(*, number: str, text: str, actor: Actor, at: dt.datetime, files: Files = ()) -> Contact:
    """The office says it is done. The person now holds the acceptance form; nothing is solved yet.

    Refuses: while a matter linked below it is still open.
    """
    contact = locked(number)
    require(actor, rules.HANDLE, contact)
    text = words(text)
    if contact.children.filter(closed_at__isnull=True, stage__in=_UNDONE).exists():
        raise Refused(
            "contact.open_children", _("Matters linked to this one are still open; they must be answered first.")
        )
    move(contact, Stage.DONE, at=at)
    contact.done_at = at
    if contact.responded_at is None:
        contact.responded_at = at
        deadlines.meet(subject=number, kind="response", at=at, actor=actor)
    deadlines.meet(subject=number, kind="completion", at=at, actor=actor)
    deadlines.cancel(subject=number, at=at, actor=actor, kinds=("progress", "take_up"))
    deadlines.start(
        subject=number,
        kind="acceptance",
        rule_key="intake.acceptance.ask_again",
        began_at=at,
        owner_id=contact.owner_id,
        mover=Mover.PERSON,
        at=at,
        actor=actor,
    )
    settle(contact, at=at)
    write(contact, EntryKind.DONE, actor=actor, at=at, text=text, files=files)
    write(contact, EntryKind.NOTICE, actor=actor, at=at, times=1)
    log.record(events.ContactDone(number=number, unit_id=contact.unit_id), actor=actor.id, at=at)
    return contact


_UNDONE = (Stage.RECEIVED, Stage.DISPATCHED, Stage.HANDLING, Stage.WAITING)


def _open(contact: Contact) -> None:
    if contact.stage in CLOSED:
        raise Refused("contact.closed", _("This matter is closed."))


def _person_or_staff(actor: Actor, contact: Contact) -> None:
    if actor.may(rules.REGISTER) and actor.covers(contact):
        return
    require_person(actor, contact)


def start_reply(contact: Contact, rule_key: str, *, actor: Actor, at: dt.datetime) -> None:
    """How long we wait for what the person was asked."""
    deadlines.start(
        subject=contact.number,
        kind="reply",
        rule_key=rule_key,
        began_at=at,
        owner_id=contact.owner_id,
        mover=Mover.PERSON,
        at=at,
        actor=actor,
    )


@transaction.atomic
def note_undelivered(*, number: str, channel: str, event_id: int, actor: Actor, at: dt.datetime) -> Contact | None:
    """A notice to the person failed for good: an internal line says by which way, once however often it is asked.

    Result: the contact, or None where the notice was of no matter or the line stands already.
    """
    contact = Contact.objects.select_for_update(of=("self",)).filter(number=number).first()
    if contact is None or contact.entries.filter(kind=EntryKind.NOTICE, facts__event=event_id).exists():
        return None
    write(contact, EntryKind.NOTICE, actor=actor, at=at, internal=True, failed=channel, event=event_id)
    return contact
