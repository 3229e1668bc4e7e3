"""The person concerned accepts, objects, puts off, withdraws; silence closes apart and is never counted as solved."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import events, rules
from fengqiao.intake.actions.alerting import hear, needs_person
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
from fengqiao.intake.actions.dispatching import back_to_desk
from fengqiao.intake.actions.handling import start_reply
from fengqiao.intake.models import Contact, Rating
from fengqiao.intake.rules import CLOSED, About, EntryKind, Mover, Stage
from fengqiao.kernel import deadlines, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused


@transaction.atomic
def accept(
    *,
    number: str,
    actor: Actor,
    at: dt.datetime,
    score: int | None = None,
    text: str = "",
    files: Files = (),
    paper: bool = False,
) -> Contact:
    """The person accepts: the only act that makes a matter solved.

    `paper`: a signed paper form, typed in by staff other than the handler.
    Refuses: Forbidden for everybody else, the unit first of all; while a matter linked below is open.
    """
    contact = locked(number)
    _may_decide(actor, contact, paper=paper)
    _children_first(contact)
    text = hear(contact, text, actor=actor, at=at)
    move(contact, Stage.ACCEPTED, at=at)
    deadlines.cancel(subject=number, at=at, actor=actor)
    settle(contact, at=at)
    write(contact, EntryKind.ACCEPTED, actor=actor, at=at, text=text, files=files, paper=paper)
    if score is not None:
        answered = {"answered_at": at, "is_resolved": True, "score": score, "text": text}
        asked = {"asked_by": "system", "asked_at": contact.done_at or at}
        Rating.objects.update_or_create(
            contact=contact, about=About.RESULT, defaults=answered, create_defaults=asked | answered
        )
    by = "paper" if paper else "person"
    log.record(events.ContactAccepted(number=number, by=by), actor=actor.id, at=at)
    return contact


@transaction.atomic
def object_to(
    *, number: str, text: str, actor: Actor, at: dt.datetime, files: Files = (), paper: bool = False
) -> Contact:
    """“Not done”: back to the same unit under the same number, with the history and the time already used."""
    contact = locked(number)
    _may_decide(actor, contact, paper=paper)
    if contact.stage != Stage.DONE:
        raise Refused("contact.nothing_to_accept", _("Nobody has reported this matter done yet."))
    text = hear(contact, words(text, field="reason"), actor=actor, at=at)
    contact.reopened += 1
    _go_on(contact, actor=actor, at=at)
    write(contact, EntryKind.OBJECTED, actor=actor, at=at, text=text, files=files, paper=paper)
    _wake_parent(contact, actor=actor, at=at)
    log.record(events.ContactObjected(number=number, times=contact.reopened), actor=actor.id, at=at)
    return contact


@transaction.atomic
def postpone(*, number: str, actor: Actor, at: dt.datetime, text: str = "") -> Contact:
    """“Ask me again in some days”: starts the time to decide anew."""
    contact = locked(number)
    require_person(actor, contact)
    if contact.stage != Stage.DONE:
        raise Refused("contact.nothing_to_accept", _("Nobody has reported this matter done yet."))
    text = hear(contact, text, actor=actor, at=at)
    _start_acceptance(contact, "intake.acceptance.ask_again", at=at, actor=actor)
    settle(contact, at=at)
    write(contact, EntryKind.POSTPONED, actor=actor, at=at, text=text)
    return contact


@transaction.atomic
def remind(*, number: str, times: int, actor: Actor, at: dt.datetime) -> Contact:
    """No word yet on what the office asked: ask once more, and give time again."""
    contact = locked(number)
    if contact.stage != Stage.WAITING:
        raise Refused("contact.nothing_asked", _("Nothing is being waited for here."))
    deadlines.cancel(subject=number, at=at, actor=actor, kinds=("reply",))
    start_reply(contact, "intake.reply.lapse", actor=actor, at=at)
    settle(contact, at=at)
    write(contact, EntryKind.NOTICE, actor=actor, at=at, times=times)
    return contact


@transaction.atomic
def ask_again(*, number: str, times: int, actor: Actor, at: dt.datetime) -> Contact:
    """No word yet whether it is done: ask once more by another way, and give time again."""
    contact = locked(number)
    if contact.stage != Stage.DONE:
        raise Refused("contact.nothing_to_accept", _("Nobody has reported this matter done yet."))
    _start_acceptance(contact, "intake.acceptance.lapse", at=at, actor=actor)
    settle(contact, at=at)
    write(contact, EntryKind.NOTICE, actor=actor, at=at, times=times)
    return contact


def _start_acceptance(contact: Contact, rule_key: str, *, at: dt.datetime, actor: Actor) -> None:
    deadlines.cancel(subject=contact.number, at=at, actor=actor, kinds=("acceptance",))
    deadlines.start(
        subject=contact.number,
        kind="acceptance",
        rule_key=rule_key,
        began_at=at,
        owner_id=contact.owner_id,
        mover=Mover.PERSON,
        at=at,
        actor=actor,
    )


@transaction.atomic
def lapse(*, number: str, notices: int, actor: Actor, at: dt.datetime) -> Contact:
    """Silence after the stated notices closes without acceptance: its own column, never “solved”, open to one call.

    After “done”, and after a question of the office. Refuses: before two notices went out; while a matter linked below
    is open.
    """
    contact = locked(number)
    if notices < 2:
        raise Refused("contact.silence_steps", _("Two notices on two ways must have gone out before silence closes."))
    _children_first(contact)
    move(contact, Stage.LAPSED, at=at)
    deadlines.cancel(subject=number, at=at, actor=actor)
    settle(contact, at=at)
    write(contact, EntryKind.LAPSED, actor=actor, at=at, notices=notices)
    log.record(events.ContactLapsed(number=number, notices=notices), actor=actor.id, at=at)
    return contact


@transaction.atomic
def reopen(*, number: str, text: str, actor: Actor, at: dt.datetime) -> Contact:
    """One call is enough to open again what silence had closed."""
    contact = locked(number)
    if not (actor.may(rules.DISPATCH) and actor.covers(contact)):
        require_person(actor, contact)
    text = words(text, field="reason")
    if contact.stage != Stage.LAPSED:
        raise Refused("contact.not_lapsed", _("Only a matter closed by silence can be opened again."))
    text = hear(contact, text, actor=actor, at=at)
    contact.reopened += 1
    _go_on(contact, actor=actor, at=at)
    write(contact, EntryKind.REOPENED, actor=actor, at=at, text=text)
    _wake_parent(contact, actor=actor, at=at)
    log.record(events.ContactReopened(number=number), actor=actor.id, at=at)
    return contact


@transaction.atomic
def withdraw(*, number: str, actor: Actor, at: dt.datetime, text: str = "") -> Contact:
    """The person takes it back. No reason needed; staff may write it down at the person's word, and the person hears.

    Refuses: Forbidden to the unit that has it in hand, for which this would be a way out.
    """
    contact = locked(number)
    by_staff = actor.may(rules.REGISTER) and actor.covers(contact)
    if by_staff:
        if _is_own_work(actor, contact):
            raise Forbidden(
                rules.REGISTER,
                _("Your unit has it in hand, so a colleague of the desk writes down that the person takes it back."),
                code="acceptance.not_yours",
            )
        text = words(text, field="reason")
        needs_person(contact)
    else:
        require_person(actor, contact)
    if contact.stage in CLOSED:
        raise Refused("contact.closed", _("This matter is closed already."))
    text = hear(contact, text, actor=actor, at=at)
    move(contact, Stage.WITHDRAWN, at=at)
    deadlines.cancel(subject=number, at=at, actor=actor)
    settle(contact, at=at)
    write(contact, EntryKind.WITHDRAWN, actor=actor, at=at, text=text, by_staff=by_staff)
    log.record(events.ContactWithdrawn(number=number), actor=actor.id, at=at)
    return contact


@transaction.atomic
def rate(
    *,
    number: str,
    about: About,
    actor: Actor,
    at: dt.datetime,
    score: int | None = None,
    is_resolved: bool | None = None,
    text: str = "",
) -> Rating:
    """The person rates the answer or the result, once each; accepting with a score settles the result.

    Refuses: before there is an answer, or before somebody reported it done; Forbidden to whoever handled
    it, also when writing down what the person says on the phone.
    """
    contact = locked(number)
    if actor.may(rules.RATE) and actor.covers(contact):
        if _is_own_work(actor, contact):
            raise Forbidden(
                rules.RATE, _("Whoever handled a matter does not ask for its rating."), code="rating.own_work"
            )
    else:
        require_person(actor, contact)
    if not _can_be_rated(contact, about):
        raise Refused("rating.too_early", _("There is nothing to rate yet."))
    if score is not None and not 1 <= score <= 5:
        raise Refused("rating.score", _("A rating is a number from 1 to 5."))
    text = hear(contact, text, actor=actor, at=at)
    rating, _made = Rating.objects.get_or_create(
        contact=contact, about=about, defaults={"asked_by": actor.id, "asked_at": at}
    )
    if rating.answered_at is not None:
        raise Refused("rating.given", _("This has been rated already. Thank you."))
    rating.answered_at, rating.score, rating.is_resolved, rating.text = at, score, is_resolved, text.strip()
    rating.save()
    write(contact, EntryKind.RATED, actor=actor, at=at, internal=False, about=about)
    log.record(events.ContactRated(number=number, about=about), actor=actor.id, at=at)
    return rating


def _children_first(contact: Contact) -> None:
    """Refuses: to close a matter above before all below it have closed."""
    with scoping.unscoped("intake.children"):
        if contact.children.filter(closed_at__isnull=True).exists():
            raise Refused(
                "contact.open_children",
                _("Matters of others that belong to this one are still open. It closes after them."),
            )


def _wake_parent(contact: Contact, *, actor: Actor, at: dt.datetime) -> None:
    """What lies above is not done either, as long as this is not."""
    if contact.parent_id is None:
        return
    with scoping.unscoped("intake.parent"):
        parent = Contact.objects.select_for_update(of=("self",)).select_related("place").get(pk=contact.parent_id)
        if parent.stage == Stage.DONE:
            _go_on(parent, actor=actor, at=at)
            words = str(_("A matter that belongs to this one is not done yet."))
            write(parent, EntryKind.REOPENED, actor=actor, at=at, text=words)


def _go_on(contact: Contact, *, actor: Actor, at: dt.datetime) -> None:
    """Not done after all: the same unit, else the desk, owes the move, and a clock runs."""
    move(contact, Stage.HANDLING if contact.unit_id else Stage.RECEIVED, at=at)
    contact.done_at = None
    deadlines.cancel(subject=contact.number, at=at, actor=actor, kinds=("acceptance",))
    deadlines.reopen(subject=contact.number, kind="completion", at=at, actor=actor)
    if contact.unit_id is None:
        back_to_desk(contact, actor=actor, at=at)
    else:
        _run_for_unit(contact, actor=actor, at=at)
    settle(contact, at=at)


def _run_for_unit(contact: Contact, *, actor: Actor, at: dt.datetime) -> None:
    if not deadlines.has(contact.number, "completion"):  # cancelled while the person was silent
        deadlines.start(
            subject=contact.number,
            kind="completion",
            rule_key=rules.completion_rule(contact.clock_class, contact.urgency),
            began_at=at,
            owner_id=contact.owner_id,
            mover=Mover.UNIT,
            at=at,
            actor=actor,
        )
    start_progress(contact, actor=actor, at=at)


def _can_be_rated(contact: Contact, about: str) -> bool:
    if about == About.ANSWER:
        return contact.responded_at is not None
    return contact.stage in {Stage.DONE, Stage.ACCEPTED, Stage.LAPSED}


def _may_decide(actor: Actor, contact: Contact, *, paper: bool) -> None:
    if not paper:
        require_person(actor, contact)
        return
    require(actor, rules.RATE, contact)
    if _is_own_work(actor, contact):
        raise Forbidden(
            rules.RATE, _("The unit that did the work cannot enter the acceptance form."), code="acceptance.not_yours"
        )


def _is_own_work(actor: Actor, contact: Contact) -> bool:
    """Whether somebody handled it, or their unit did: they do not write down what the person decides."""
    is_handler = actor.user_id is not None and actor.user_id == contact.handler_id
    return is_handler or (contact.unit_id is not None and actor.organisation_id == contact.unit_id)
