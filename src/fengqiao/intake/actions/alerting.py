"""Urgency and its ladder: who is told at once, who takes it, and what happens when nobody does."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import events, rules, understood
from fengqiao.intake.actions.common import locked, require, settle, words, write
from fengqiao.intake.models import Alert, Contact
from fengqiao.intake.routing import Router
from fengqiao.intake.rules import URGENCY_ORDER, EntryKind, Urgency
from fengqiao.kernel import deadlines, rulebook, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused
from fengqiao.people.models import Membership, User
from fengqiao.people.rules import Role

TOLD = (Role.DUTY_SUPERVISOR, Role.LEADER, Role.DISPATCHER, Role.CLERK, Role.COMMUNITY_WORKER, Role.OFFICER)
"""Duties told of an urgent matter in the unit of a level, the first that is held there leading the list."""
MOST_TOLD = 5


@transaction.atomic
def change_urgency(*, number: str, urgency: Urgency, reason: str, actor: Actor, at: dt.datetime) -> Contact:
    """A person raises or lowers the urgency, with a reason. Machines only ever raise it on receipt."""
    contact = locked(number)
    require(actor, rules.DISPATCH, contact)
    reason = words(reason, field="reason")
    before = contact.urgency
    if before == urgency:
        raise Refused("contact.same_urgency", _("It has this urgency already."))
    contact.urgency = urgency
    _follow_urgency(contact, actor=actor, at=at)
    settle(contact, at=at)
    write(contact, EntryKind.URGENCY, actor=actor, at=at, text=reason, internal=True, before=before, after=urgency)
    log.record(events.UrgencyChanged(number=number, before=before, after=urgency), actor=actor.id, at=at)
    if URGENCY_ORDER.index(urgency) > URGENCY_ORDER.index(Urgency(before)):
        _climb_next(contact, actor=actor, at=at)
    return contact


def _follow_urgency(contact: Contact, *, actor: Actor, at: dt.datetime) -> None:
    """Every open clock whose length depends on the urgency."""
    rule_of = {
        "response": rules.response_rule(contact.urgency),
        "take_up": rules.take_up_rule(contact.urgency),
        "completion": rules.completion_rule(contact.clock_class, contact.urgency),
    }
    for kind, rule_key in rule_of.items():
        deadlines.change_rule(subject=contact.number, kind=kind, rule_key=rule_key, at=at, actor=actor)


@transaction.atomic
def climb(*, number: str, level: int, actor: Actor, at: dt.datetime) -> Alert | None:
    """Tell the people of one rung. Level 1 is the owner of the contact, each further one the level above the last.

    A rung with nobody on duty is passed at once. Result: the alert, or None when somebody has taken the matter already
    or this rung was told before.
    """
    contact = locked(number)
    if contact.urgency == Urgency.ORDINARY or contact.alerts.filter(taken_at__isnull=False).exists():
        return None
    if contact.alerts.filter(level=level).exists():
        return None
    router = Router.load()
    organisation_id = _rung(contact, router)
    minutes = int(rulebook.rule(rules.take_up_rule(contact.urgency), on=at.date()).number)
    told = [membership.user for membership in on_duty(organisation_id, on=at.date())]
    alert = Alert.objects.create(
        contact=contact,
        level=level,
        organisation_id=organisation_id,
        told_at=at,
        told=[user.name for user in told],
        take_by=at + dt.timedelta(minutes=minutes),
    )
    write(contact, EntryKind.ALERTED, actor=actor, at=at, level=level, unit=organisation_id, told=alert.told)
    log.record(events.AlertTold(number=number, level=level, organisation_id=organisation_id), actor=actor.id, at=at)
    if not told and router.above(organisation_id, contact.place) != organisation_id:
        return climb(number=number, level=level + 1, actor=actor, at=at)
    return alert


@transaction.atomic
def climb_on(*, number: str, actor: Actor, at: dt.datetime) -> Alert | None:
    """The time of the last rung has passed and nobody took it: tell the level above that one.

    Result: as `climb`; None too while the last rung still has time, and once the top was called again as often as the
    rule says: the matter then stands among those called in vain, before the eyes of the duty supervisor.
    """
    contact = locked(number)
    last = contact.alerts.order_by("-level").first()
    if last is not None and at < last.take_by:
        return None
    told = list(contact.alerts.values_list("organisation_id", flat=True))
    most = rulebook.rule(rules.TOP_CALLS, on=at.date()).whole
    if _rung(contact, Router.load()) in told and len(told) - len(set(told)) >= most:
        return None
    return _climb_next(contact, actor=actor, at=at)


def _climb_next(contact: Contact, *, actor: Actor, at: dt.datetime) -> Alert | None:
    last = contact.alerts.order_by("-level").first()
    return climb(number=contact.number, level=last.level + 1 if last else 1, actor=actor, at=at)


@transaction.atomic
def acknowledge(*, number: str, actor: Actor, at: dt.datetime) -> Alert:
    """A named person takes the urgent matter: the ladder stops here."""
    contact = locked(number)
    require(actor, rules.HANDLE, contact)
    alert = contact.alerts.select_for_update().order_by("-level").first()
    if alert is None:
        raise Refused("alert.none", _("Nobody was called for this matter."))
    if alert.taken_at is not None:
        raise Refused("alert.taken", _("%(name)s has taken it already.") % {"name": alert.taken_by})
    return _taken(alert, contact, actor=actor, at=at)


def stop_ladder(contact: Contact, *, actor: Actor, at: dt.datetime) -> None:
    """A named person of the unit has the matter in hand: nobody further up is called."""
    alert = contact.alerts.select_for_update().order_by("-level").first()
    if alert is not None and alert.taken_at is None and actor.user_id is not None:
        _taken(alert, contact, actor=actor, at=at)


def _taken(alert: Alert, contact: Contact, *, actor: Actor, at: dt.datetime) -> Alert:
    assert actor.user_id is not None, "only a named person takes an alert"
    alert.taken_by, alert.taken_at = User.objects.get(pk=actor.user_id), at
    alert.save()
    write(contact, EntryKind.ACKNOWLEDGED, actor=actor, at=at, level=alert.level)
    log.record(events.AlertTaken(number=contact.number, level=alert.level), actor=actor.id, at=at)
    return alert


def above_owner(contact: Contact, level: int) -> int:
    """The organisation of one level of the ladder: 1 is the owner of the contact, each further one the level above."""
    unit_id = contact.owner_id
    router = Router.load()
    for _step in range(level - 1):
        unit_id = router.above(unit_id, contact.place)
    return unit_id


def needs_person(contact: Contact) -> None:
    """Refuses: to put away a matter that speaks of danger to oneself before a named person has taken it."""
    if contact.sealed_text and not contact.alerts.filter(taken_at__isnull=False).exists():
        raise Refused(
            "crisis.needs_person",
            _("Somebody's life may be in danger here. A person must take it before it can be put away."),
            next_step=_("Press “I take it” and call the person."),
        )


def hear(contact: Contact, text: str, *, actor: Actor, at: dt.datetime) -> str:
    """Listen for danger in what the person says later. Result: the text without the sentences that are now sealed.

    Danger raises the urgency and calls the first rung, like on receipt; nothing is ever lowered. The contact is locked
    by the caller, who saves it.
    """
    reading = understood.read("", text, at=at) if text.strip() else None
    if reading is None or not reading.is_crisis:
        return text
    contact.sealed_text = "\n".join(part for part in (contact.sealed_text, reading.sealed_text) if part)
    before, contact.urgency = contact.urgency, Urgency.EMERGENCY
    with scoping.unscoped("intake.hear"):
        contact.save(update_fields=["sealed_text", "urgency"])
        if before != Urgency.EMERGENCY:
            _follow_urgency(contact, actor=actor, at=at)
            write(contact, EntryKind.URGENCY, actor=actor, at=at, internal=True, before=before, after=Urgency.EMERGENCY)
        _climb_next(contact, actor=actor, at=at)
    return reading.open_text


def _rung(contact: Contact, router: Router) -> int:
    """The owner first, then the level above whoever was told last, wherever the matter has gone meanwhile."""
    last = contact.alerts.order_by("-level").first()
    return contact.owner_id if last is None else router.above(last.organisation_id, contact.place)


def on_duty(organisation_id: int, *, on: dt.date) -> list[Membership]:
    """Those on duty in a unit, in the order in which duties answer for it; away people left out."""
    held = Membership.objects.filter(organisation_id=organisation_id, role__in=TOLD).select_related("user")
    present = [m for m in held if m.runs_on(on) and not (m.user.away_until and m.user.away_until >= on)]
    return sorted(present, key=lambda m: (TOLD.index(Role(m.role)), m.pk))[:MOST_TOLD]
