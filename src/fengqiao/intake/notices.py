"""Who hears what when a contact moves. Number, date and office only: nothing of what was told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.conf import settings

from fengqiao.intake import events
from fengqiao.intake.actions import alerting
from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.models import Alert, Contact
from fengqiao.intake.plain import promised_at
from fengqiao.intake.rules import READ, EntryKind, Mover
from fengqiao.kernel.actor import Actor, verbs
from fengqiao.kernel.models import Event
from fengqiao.kernel.notify import templates
from fengqiao.kernel.notify.sending import Recipient, notify, notify_many
from fengqiao.people import queries as people
from fengqiao.people.models import Organisation

TO_THE_PERSON = ("intake.receipt", "intake.person.")
"""How templates begin whose reader is the person concerned."""

templates.register(
    "intake.receipt",
    zh=("收到了您反映的事", "编号{number}，查询码{code}，{date}前答复您。查办理情况：{link}；不上网可拨12368。"),
    en=("We have your message", "Number {number}, code {code}. Answer by {date}. Follow it: {link}, or call 12368."),
)
templates.register(
    "intake.person.news",
    zh=("您反映的事有新进展", "编号{number}，{organisation}有新答复。请看：{link}；也可拨12368。"),
    en=("News on your matter", "Number {number}: {organisation} has written to you. See {link}, or call 12368."),
)
templates.register(
    "intake.person.turn",
    zh=("有一件事等您", "编号{number}，{organisation}在等您答复，时限先停着。请看：{link}；也可拨12368。"),
    en=("Something waits for you", "Number {number}: {organisation} needs your answer. See {link}, or call 12368."),
)
templates.register(
    "intake.person.check",
    zh=("对方说办好了，请您看看", "编号{number}，{organisation}说办好了。办没办好由您说了算：{link}；也可拨12368。"),
    en=("They say it is done", "Number {number}: {organisation} says it is done. You decide: {link}, or call 12368."),
)
templates.register(
    "intake.person.withdrawn",
    zh=("按您说的，这件事不办了", "编号{number}，{organisation}记下您撤回了。您没说过的话，请拨12368。"),
    en=("Taken back, as you asked", "Number {number}: noted that you take it back. If you did not say so, call 12368."),
)
templates.register(
    "intake.unit.turn",
    zh=("轮到您单位", "{number}已派到{organisation}，请在{date}前接下来。"),
    en=("It is your move", "{number} was sent to {organisation}. Please take it up by {date}."),
    channels=("app", "email", "chat"),
)
templates.register(
    "intake.unit.soon",
    zh=("快到期了", "{number}的时限是{date}。"),
    en=("A time limit is near", "{number} is due {date}."),
    channels=("app", "chat"),
)
templates.register(
    "intake.unit.late",
    zh=("超时了，请马上办", "{number}过了答应的时间{date}。还不办，会自动报上一级。"),
    en=("Overdue: please act now", "{number} was due {date}. If nothing is done, the level above is told."),
    channels=("app", "email", "chat"),
)
templates.register(
    "intake.unit.over",
    zh=("超时了，已报上一级", "{number}过了答应的时间{date}，现由{organisation}督办。"),
    en=("Overdue, and told one level up", "{number} was due {date}; {organisation} is now looking into it."),
)
templates.register(
    "intake.unit.undelivered",
    zh=("给群众的通知没有送到", "{number}的短信或邮件没有送到，请打电话告诉对方，或者上门。"),
    en=("A notice to the person did not arrive", "{number}: the message did not get out. Please call or visit."),
    channels=("app", "email", "chat"),
)
templates.register(
    "intake.alert",
    zh=("紧急件，请马上接", "{number}是紧急件，{date}前须有人接，没人接会自动报上一级。"),
    en=("Urgent: please take it now", "{number} is urgent. Take it by {date}, or it goes up one level by itself."),
    is_urgent=True,
)


def receipt(contact: Contact, *, at: dt.datetime, actor: Actor) -> None:
    """Number, code and promise to the person, where there is a way to reach them."""
    if contact.person is not None:
        by = promised_at(contact)
        context = {**_context(contact), "code": code_of(contact), "date": by.isoformat() if by else ""}
        notify(_person(contact), "intake.receipt", context, subject=contact.number, at=at, actor=actor.id)


def please_decide(contact: Contact, *, times: int, at: dt.datetime, actor: Actor) -> None:
    """Ask again whether it is done."""
    if contact.person is not None:
        notify(
            _person(contact), "intake.person.check", _context(contact), subject=contact.number, at=at, actor=actor.id
        )


def please_reply(contact: Contact, *, at: dt.datetime, actor: Actor) -> None:
    """Ask again for what the office needs to go on."""
    if contact.person is not None:
        notify(_person(contact), "intake.person.turn", _context(contact), subject=contact.number, at=at, actor=actor.id)


_FOR_PERSON = {
    events.ContactAnswered.kind: "intake.person.news",
    events.ProgressTold.kind: "intake.person.news",
    events.ContactTransferred.kind: "intake.person.news",
    events.MoreAsked.kind: "intake.person.turn",
    events.ContactDone.kind: "intake.person.check",
}


def changed(contact: Contact, *, event_id: int, at: dt.datetime, actor: Actor) -> None:
    """Tell whoever should hear of this event: the person when something was done for them, else who owes the move."""
    kind = Event.objects.values_list("kind", flat=True).get(pk=event_id)
    template = _FOR_PERSON.get(kind)
    if kind == events.ContactWithdrawn.kind:
        withdrawal = contact.entries.filter(kind=EntryKind.WITHDRAWN).first()
        template = "intake.person.withdrawn" if withdrawal and withdrawal.facts.get("by_staff") else None
    if template is not None:
        if contact.person is not None:
            notify(_person(contact), template, _context(contact), subject=contact.number, at=at, actor=actor.id)
    elif contact.mover in {Mover.DESK, Mover.UNIT}:
        _tell(contact.owner_id, "intake.unit.turn", contact, at=at, actor=actor)


def about_to_lapse(contact: Contact, *, tell_at: dt.datetime, at: dt.datetime, actor: Actor) -> None:
    """The owner hears that a limit is near; the person is told again when the move is theirs."""
    if contact.mover != Mover.PERSON:
        _tell(contact.owner_id, "intake.unit.soon", contact, at=at, actor=actor, tell_at=tell_at)


def overdue(contact: Contact, *, level: int, tell_at: dt.datetime, at: dt.datetime, actor: Actor) -> None:
    """A promise was broken: first its owner hears of it, then the level above, rung by rung."""
    if level <= 1:
        _tell(contact.owner_id, "intake.unit.late", contact, at=at, actor=actor, tell_at=tell_at)
        return
    above = Organisation.objects.get(pk=alerting.above_owner(contact, level))
    for organisation_id in {contact.owner_id, above.pk}:
        _tell(
            organisation_id, "intake.unit.over", contact, at=at, actor=actor, tell_at=tell_at, organisation=above.name
        )


def undelivered(contact: Contact, *, at: dt.datetime, actor: Actor) -> None:
    """A notice to the person failed for good: whoever owns the matter finds another way."""
    _tell(contact.owner_id, "intake.unit.undelivered", contact, at=at, actor=actor)


def alert(contact: Contact, rung: Alert, *, at: dt.datetime, actor: Actor) -> None:
    """One rung of the ladder, at once and by every way, also at night."""
    context = {**_context(contact), "date": rung.take_by.isoformat()}
    notify_many(
        _members(rung.organisation_id, on=at.date()),
        "intake.alert",
        context,
        subject=contact.number,
        at=at,
        actor=actor.id,
    )


def _tell(
    organisation_id: int,
    template: str,
    contact: Contact,
    *,
    at: dt.datetime,
    actor: Actor,
    tell_at: dt.datetime | None = None,
    **more: str,
) -> None:
    """In the app at once; out of the house not before `tell_at`, which lies in the hours of the organisation."""
    notify_many(
        _members(organisation_id, on=at.date()),
        template,
        _context(contact) | more,
        subject=contact.number,
        at=at,
        actor=actor.id,
        not_before=None if tell_at is None else lambda moment: max(moment, tell_at),
    )


def _members(organisation_id: int, *, on: dt.date) -> Iterable[Recipient]:
    """Those who may open the matter, and their group chat: an administrator or auditor has no business with it."""
    held = people.duties_of(organisation_id, roles=verbs()[READ], on=on)
    for user in dict.fromkeys(duty.user for duty in held):
        yield Recipient(user_id=user.pk, email=user.email, phone=user.phone)
    if chat := people.chat_of(organisation_id):
        yield Recipient(chat=chat)


def _person(contact: Contact) -> Recipient:
    person = contact.person
    assert person is not None
    user_id = getattr(getattr(person, "user", None), "pk", None)
    return Recipient(user_id=user_id, language=person.language, email=person.email, phone=person.phone)


def _context(contact: Contact) -> dict[str, str]:
    unit = contact.unit or contact.desk
    return {
        "number": contact.number,
        "date": contact.due_at.isoformat() if contact.due_at else "",
        "link": f"{settings.SITE_URL}/follow/{contact.number}/",
        "organisation": unit.name,
    }
