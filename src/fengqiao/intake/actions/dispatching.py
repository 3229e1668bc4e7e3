"""From the desk to the unit that handles it, back, and on."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import events, rules, understood
from fengqiao.intake.actions.alerting import needs_person, stop_ladder
from fengqiao.intake.actions.common import locked, move, require, settle, start_progress, words, write
from fengqiao.intake.models import Category, Contact, Correction, Entry, Share
from fengqiao.intake.routing import Router
from fengqiao.intake.rules import EntryKind, Mover, Stage
from fengqiao.kernel import deadlines, rulebook, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.people import queries as people
from fengqiao.people.models import Area, Organisation, User
from fengqiao.people.rules import Role

UNDOABLE = frozenset({EntryKind.DISPATCHED, EntryKind.DONE, EntryKind.MERGED})


@transaction.atomic
def dispatch(
    *,
    number: str,
    unit_id: int,
    actor: Actor,
    at: dt.datetime,
    category_id: int | None = None,
    place_id: int | None = None,
    urgency: str = "",
    with_ids: tuple[int, ...] = (),
    by_rule: bool = False,
) -> Contact:
    """Send a contact to the unit that shall handle it; `with_ids` help the leading one.

    What the clerk chose otherwise than suggested, or where nothing was, is kept for the next training. The completion
    clock starts with the first dispatch and survives every later one; its length follows the class of the category.
    """
    contact = locked(number)
    require(actor, rules.DISPATCH, contact)
    before = contact.unit_id or contact.desk_id
    _correct(contact, category_id=category_id, place_id=place_id, unit_id=unit_id, actor=actor, at=at)
    if urgency:
        contact.urgency = rules.higher(contact.urgency, urgency)
    contact.unit = Organisation.objects.get(pk=unit_id, is_active=True)
    contact.handler = next_handler(unit_id, on=at.date())
    move(contact, Stage.DISPATCHED, at=at)
    for organisation_id in with_ids:
        Share.objects.get_or_create(contact=contact, organisation_id=organisation_id, defaults={"joined_at": at})
    contact.clock_class = rules.clock_class(
        category_class=understood.clock_class_of(contact.category_id),
        channel=contact.channel,
        is_hard=contact.shares.exists(),
    )
    hand_to_unit(contact, actor=actor, at=at)
    contact.moves += 1
    with scoping.unscoped("intake.dispatch"):  # another place may lie outside the clerk's own
        settle(contact, at=at)
        write(contact, EntryKind.DISPATCHED, actor=actor, at=at, unit=unit_id, before=before, by_rule=by_rule)
    log.record(
        events.ContactDispatched(number=number, unit_id=unit_id, from_id=before, by_rule=by_rule),
        actor=actor.id,
        at=at,
        place_id=contact.place_id,
    )
    return contact


def hand_to_unit(contact: Contact, *, actor: Actor, at: dt.datetime) -> None:
    """The clocks of a dispatch: the desk has taken it up, now the unit must; the others run on for the unit."""
    assert contact.unit_id is not None
    deadlines.meet(subject=contact.number, kind="take_up", at=at, actor=actor)
    deadlines.hand_over(subject=contact.number, owner_id=contact.unit_id, mover=Mover.UNIT, at=at, actor=actor)
    deadlines.start(
        subject=contact.number,
        kind="take_up",
        rule_key=rules.take_up_rule(contact.urgency),
        began_at=at,
        owner_id=contact.unit_id,
        mover=Mover.UNIT,
        at=at,
        actor=actor,
    )
    completion = rules.completion_rule(contact.clock_class, contact.urgency)
    if deadlines.has(contact.number, "completion"):
        deadlines.change_rule(subject=contact.number, kind="completion", rule_key=completion, at=at, actor=actor)
    else:
        deadlines.start(
            subject=contact.number,
            kind="completion",
            rule_key=completion,
            began_at=at,
            owner_id=contact.unit_id,
            mover=Mover.UNIT,
            at=at,
            actor=actor,
        )


@transaction.atomic
def take(*, number: str, actor: Actor, at: dt.datetime) -> Contact:
    """The unit takes the contact in hand; whoever presses becomes its handler."""
    contact = locked(number)
    require(actor, rules.HANDLE, contact)
    if actor.organisation_id != contact.unit_id:
        raise Forbidden(rules.HANDLE, _("Only the unit it was sent to can take it."), code="contact.other_unit")
    move(contact, Stage.HANDLING, at=at)
    contact.handler = User.objects.get(pk=actor.user_id) if actor.user_id else None
    deadlines.meet(subject=number, kind="take_up", at=at, actor=actor)
    start_progress(contact, actor=actor, at=at)
    settle(contact, at=at)
    write(contact, EntryKind.TAKEN, actor=actor, at=at)
    stop_ladder(contact, actor=actor, at=at)
    assert contact.unit_id is not None
    log.record(events.ContactTaken(number=number, unit_id=contact.unit_id), actor=actor.id, at=at)
    return contact


@transaction.atomic
def send_back(*, number: str, reason: str, actor: Actor, at: dt.datetime) -> Contact:
    """Not ours: back to the desk with the reason, inside the time for taking it up.

    Refuses: no reason; after that time, because whoever receives first must then lead.
    Basis: 北京市接诉即办工作条例 第十四条 (first-taker responsibility), as the example rule set of the district.
    """
    contact = locked(number)
    require(actor, rules.HANDLE, contact)
    if actor.organisation_id != contact.unit_id:
        raise Forbidden(rules.HANDLE, code="contact.other_unit")
    reason = words(reason, field="reason")
    if deadlines.is_over(number, "take_up", at=at):
        raise Refused(
            "contact.return_late",
            _("The time to send it back has passed; your unit leads now and may ask others to help."),
            law=_("Prompt-Response Regulations art. 14: the first to receive leads."),
        )
    unit_id = contact.unit_id
    move(contact, Stage.RECEIVED, at=at)
    contact.unit, contact.handler = None, None
    deadlines.meet(subject=number, kind="take_up", at=at, actor=actor)
    back_to_desk(contact, actor=actor, at=at)
    with scoping.unscoped("intake.send_back"):  # the unit does not see it any more
        settle(contact, at=at)
        write(contact, EntryKind.RETURNED, actor=actor, at=at, text=reason, unit=unit_id)
    assert unit_id is not None
    log.record(events.ContactReturned(number=number, unit_id=unit_id, desk_id=contact.desk_id), actor=actor.id, at=at)
    return contact


def back_to_desk(contact: Contact, *, actor: Actor, at: dt.datetime) -> None:
    """The desk owns it again and owes the next move, on a take-up clock of its own."""
    deadlines.hand_over(subject=contact.number, owner_id=contact.desk_id, mover=Mover.DESK, at=at, actor=actor)
    deadlines.start(
        subject=contact.number,
        kind="take_up",
        rule_key=rules.take_up_rule(contact.urgency),
        began_at=at,
        owner_id=contact.desk_id,
        mover=Mover.DESK,
        at=at,
        actor=actor,
    )


@transaction.atomic
def move_on(*, number: str, level: int, actor: Actor, at: dt.datetime) -> Contact:
    """Nobody took it in time: it goes on by itself.

    Undispatched contacts go to the unit the rules name. In a silent unit the next person is asked, then its leader,
    then the level above. Whoever is next gets a fresh take-up clock, everything else runs on.
    """
    contact = locked(number)
    if Stage(contact.stage) not in {Stage.RECEIVED, Stage.DISPATCHED}:
        return contact
    router = Router.load()
    before = contact.owner_id
    if contact.stage == Stage.RECEIVED:
        target = router.route(category_id=contact.category_id, place=contact.place, urgency=contact.urgency).unit_id
        handler = next_handler(target, on=at.date())
    else:
        target, handler = _next_in_line(contact, router, on=at.date())
    contact.unit_id, contact.handler = target, handler
    move(contact, Stage.DISPATCHED, at=at)
    hand_to_unit(contact, actor=actor, at=at)
    contact.moves += 1
    settle(contact, at=at)
    write(contact, EntryKind.MOVED, actor=actor, at=at, unit=target, before=before, level=level)
    log.record(
        events.ContactMoved(number=number, from_id=before, to_id=target, level=level),
        actor=actor.id,
        at=at,
        place_id=contact.place_id,
    )
    return contact


def next_handler(unit_id: int, *, on: dt.date, but: frozenset[int] = frozenset()) -> User | None:
    """Whom a unit asks first: present, with room left, the fewest open matters. None leaves it to the whole unit."""
    held = people.duties_of(unit_id, roles=rules.UNIT, on=on)
    open_now = dict(
        Contact.objects.filter(handler_id__in=[duty.user_id for duty in held], closed_at__isnull=True)
        .values_list("handler_id")
        .annotate(n=Count("pk"))
    )
    free = [
        duty
        for duty in held
        if duty.user_id not in but and (duty.capacity == 0 or open_now.get(duty.user_id, 0) < duty.capacity)
    ]
    chosen = min(free, key=lambda duty: (open_now.get(duty.user_id, 0), duty.pk), default=None)
    return chosen.user if chosen is not None else None


def _next_in_line(contact: Contact, router: Router, *, on: dt.date) -> tuple[int, User | None]:
    """Another person of the unit, once; then its leader; then the level above."""
    unit_id = contact.unit_id
    assert unit_id is not None
    asked = {contact.handler_id} if contact.handler_id else set()
    tries = _moves_inside(contact)
    if tries == 0:
        another = next_handler(unit_id, on=on, but=frozenset(asked))
        if another is not None and asked:
            return unit_id, another
    if tries <= 1:
        leaders = [duty.user for duty in people.duties_of(unit_id, roles=(Role.LEADER,), on=on)]
        leader = next((user for user in leaders if user.pk not in asked), None)
        if leader is not None:
            return unit_id, leader
    above = router.above(unit_id, contact.place)
    return above, next_handler(above, on=on)


def _moves_inside(contact: Contact) -> int:
    """How often it has moved on inside its present unit."""
    moved = 0
    for line in contact.entries.filter(kind__in=[EntryKind.MOVED, EntryKind.DISPATCHED]).order_by("-at", "-pk"):
        if line.kind != EntryKind.MOVED or line.facts.get("before") != contact.unit_id:
            break
        moved += 1
    return moved


@transaction.atomic
def transfer(*, number: str, to: str, reason: str, actor: Actor, at: dt.datetime) -> Contact:
    """Not ours at all: passed on to a body outside, with its name and the reason told to the person."""
    contact = locked(number)
    require(actor, rules.DISPATCH, contact)
    to, reason = words(to, field="receiver"), words(reason, field="reason")
    needs_person(contact)
    move(contact, Stage.TRANSFERRED, at=at)
    _first_response(contact, at=at, actor=actor)
    deadlines.cancel(subject=number, at=at, actor=actor)
    settle(contact, at=at)
    write(contact, EntryKind.TRANSFERRED, actor=actor, at=at, text=reason, to=to)
    log.record(events.ContactTransferred(number=number, to=to), actor=actor.id, at=at)
    return contact


@transaction.atomic
def undo(*, number: str, actor: Actor, at: dt.datetime) -> Contact:
    """Take back one's own last dispatch, merge or “done” within ten minutes. A new line; the history stays.

    Refuses: somebody else's act, another act in between, or later than the rule allows.
    """
    contact = locked(number)
    last = contact.entries.exclude(kind__in=[EntryKind.NOTICE, EntryKind.CORRECTED]).first()
    minutes = int(rulebook.rule("intake.undo", on=at.date()).number)
    if last is None or last.kind not in UNDOABLE or last.actor != actor.id:
        raise Refused("contact.nothing_to_undo", _("There is nothing of yours to take back here."))
    if at - last.at > dt.timedelta(minutes=minutes):
        raise Refused("contact.undo_late", _("The ten minutes for taking it back have passed."))
    _turn_back(contact, last, actor=actor, at=at)
    settle(contact, at=at)
    write(contact, EntryKind.UNDONE, actor=actor, at=at, internal=last.is_internal, undone=last.kind)
    log.record(events.ActUndone(number=number, undone=last.kind), actor=actor.id, at=at)
    return contact


def _turn_back(contact: Contact, last: Entry, *, actor: Actor, at: dt.datetime) -> None:
    if last.kind == EntryKind.DONE:
        move(contact, Stage.HANDLING if contact.unit_id else Stage.RECEIVED, at=at)
        contact.done_at = None
        deadlines.reopen(subject=contact.number, kind="completion", at=at, actor=actor)
        deadlines.cancel(subject=contact.number, at=at, actor=actor, kinds=("acceptance",))
        if contact.unit_id is None:
            back_to_desk(contact, actor=actor, at=at)
        return
    move(contact, Stage.RECEIVED, at=at)
    contact.unit, contact.handler, contact.merged_into = None, None, None
    deadlines.cancel(subject=contact.number, at=at, actor=actor, kinds=("take_up",))
    if last.kind == EntryKind.MERGED:
        deadlines.reopen(subject=contact.number, kind="response", at=at, actor=actor)
    back_to_desk(contact, actor=actor, at=at)


def _first_response(contact: Contact, *, at: dt.datetime, actor: Actor) -> None:
    if contact.responded_at is None:
        contact.responded_at = at
        deadlines.meet(subject=contact.number, kind="response", at=at, actor=actor)


def _kept(contact: Contact, field: str, chosen: str) -> bool:
    """Whether this choice was remembered before: a matter may be sent on more than once."""
    return contact.corrections.filter(field=field, chosen=chosen).exists()


def _correct(
    contact: Contact,
    *,
    category_id: int | None,
    place_id: int | None,
    unit_id: int,
    actor: Actor,
    at: dt.datetime,
) -> None:
    """Take the clerk's choices over and remember where they differ from the suggestion, or where there was none."""
    suggested = contact.suggestions or {}
    chosen = {"category": category_id, "place": place_id, "unit": unit_id}
    for field, value in chosen.items():
        guess = (suggested.get(field) or {}).get("value")
        if value is not None and guess != value and not _kept(contact, field, str(value)):
            Correction.objects.create(
                contact=contact, field=field, suggested=str(guess or ""), chosen=str(value), actor=actor.id, at=at
            )
    if category_id is not None:
        contact.category = Category.objects.get(pk=category_id)
    if place_id is not None and place_id != contact.place_id:
        contact.put_in(Area.objects.get(pk=place_id))
