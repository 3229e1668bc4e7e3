"""What intake does by itself: move what nobody took, call the next rung, ask again, close after silence."""

from __future__ import annotations

import datetime as dt
from typing import Any

from procrastinate.contrib.django import app as jobs

from fengqiao.intake import actions, events, import_runs, notices, outward, search
from fengqiao.intake.actions import filing, posters
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import EntryKind, Stage, Urgency
from fengqiao.kernel import clock, deadlines, live, reference, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import LEVELS, system
from fengqiao.kernel.notify import sending

MOST_NOTICES = 2


@log.listen(events.ContactReceived)
def after_receipt(event_id: int, facts: dict[str, Any]) -> None:
    """Receipt to the person; the first rung when it is urgent."""
    actor = system("intake.after_receipt")
    at = clock.now()
    with scoping.scoped(actor):
        contact = _contact(facts)
        notices.receipt(contact, at=at, actor=actor)
        if contact.urgency != Urgency.ORDINARY:
            _first_rung(contact, at=at)


@log.listen(events.ContactsImported)
def after_import(event_id: int, facts: dict[str, Any]) -> None:
    """The first rung for every urgent matter of a file."""
    with scoping.scoped(system("intake.after_import")):
        for contact in Contact.objects.filter(number__in=facts["urgent"]).select_related("place"):
            _first_rung(contact, at=clock.now())


@log.listen(events.AlertTold)
def after_alert(event_id: int, facts: dict[str, Any]) -> None:
    """Whoever called the rung (receipt, a clerk, words of danger, the clock): its people hear of it at once."""
    actor = system("intake.ladder")
    with scoping.scoped(actor):
        contact = _contact(facts)
        notices.alert(contact, contact.alerts.get(level=facts["level"]), at=clock.now(), actor=actor)


@log.listen(
    events.ContactReceived, events.ContactDispatched, events.ContactMoved, events.ContactReturned, events.ContactSplit
)
def write_words(event_id: int, facts: dict[str, Any]) -> None:
    """Keep the words of the search true to the contact and to who may find it."""
    with scoping.scoped(system("intake.words")):
        numbers = [facts["number"], *facts.get("parts", ())]
        search.put(Contact.objects.filter(number__in=numbers).select_related("person"))


@log.listen(events.ContactReceived, events.ContactDispatched, events.ContactMoved)
def tell_open_pages(event_id: int, facts: dict[str, Any]) -> None:
    """A new contact is news for the desks of its place, one sent on for its unit: that, never what."""
    with scoping.scoped(system("intake.live")):
        contact = _contact(facts)
        if "unit_id" in facts or "to_id" in facts:
            live.tell(f"unit:{contact.owner_id}", kind="intake")
            return
        places = {level: getattr(contact, f"{level}_id") for level in LEVELS}
        live.tell(*(f"{level}:{key}" for level, key in places.items() if key), f"unit:{contact.desk_id}", kind="intake")


@log.listen(events.ContactsImported)
def write_words_of_import(event_id: int, facts: dict[str, Any]) -> None:
    """The words of a whole file."""
    with scoping.scoped(system("intake.words")):
        search.put_all_missing()


@log.listen(deadlines.Lapsed, deadlines.Escalated)
def after_lapse(event_id: int, facts: dict[str, Any]) -> None:
    """A limit passed. What follows depends on which one, never on who looks."""
    actor = system("intake.after_lapse")
    at = clock.now()
    with scoping.scoped(actor):
        contact = Contact.objects.filter(number=facts["number"]).first()
        if contact is None or not contact.is_open:
            return
        kind, level = facts["deadline_kind"], int(facts["level"])
        if kind == "take_up":
            if contact.urgency != Urgency.ORDINARY:
                actions.climb_on(number=contact.number, actor=actor, at=at)
            actions.move_on(number=contact.number, level=level, actor=actor, at=at)
        elif kind == "acceptance":
            _after_silence(contact, at=at)
        elif kind == "reply":
            _after_no_reply(contact, at=at)
        else:
            notices.overdue(contact, level=level, tell_at=_tell_at(facts), at=at, actor=actor)


@log.listen(deadlines.Warned)
def after_warning(event_id: int, facts: dict[str, Any]) -> None:
    """A limit is about to pass: tell the owner."""
    actor = system("intake.after_warning")
    with scoping.scoped(actor):
        contact = Contact.objects.filter(number=facts["number"]).first()
        if contact is not None and contact.is_open:
            notices.about_to_lapse(contact, tell_at=_tell_at(facts), at=clock.now(), actor=actor)


def _tell_at(facts: dict[str, Any]) -> dt.datetime:
    """When people should hear of a clock: inside the hours of its owner, at once for an emergency."""
    return dt.datetime.fromisoformat(facts["tell_at"])


@log.listen(sending.NoticeFailed)
def after_failure(event_id: int, facts: dict[str, Any]) -> None:
    """A notice to the person did not get out after all tries: the matter says so, and its owner hears of it."""
    actor = system("intake.after_failure")
    at = clock.now()
    with scoping.scoped(actor):
        if not str(facts["template"]).startswith(notices.TO_THE_PERSON):
            return
        contact = actions.note_undelivered(
            number=facts["number"], channel=facts["channel"], event_id=event_id, actor=actor, at=at
        )
        if contact is not None and contact.is_open:
            notices.undelivered(contact, at=at, actor=actor)


@log.listen(reference.CalendarChanged)
def after_calendar(event_id: int, facts: dict[str, Any]) -> None:
    """Holidays changed and clocks were counted anew: the queues follow."""
    since = dt.date.fromisoformat(min(facts["days"]))
    with scoping.scoped(system("intake.after_calendar")):
        actions.settle_from(dt.datetime.combine(since, dt.time(), tzinfo=clock.CHINA))


@log.listen(
    events.ContactDispatched,
    events.ContactMoved,
    events.ContactReturned,
    events.ContactAnswered,
    events.ProgressTold,
    events.MoreAsked,
    events.ContactSupplemented,
    events.ContactDone,
    events.ContactObjected,
    events.ContactReopened,
    events.ContactTransferred,
    events.ContactWithdrawn,
)
def after_change(event_id: int, facts: dict[str, Any]) -> None:
    """Tell whoever owes the next move, or the person when something was done for them."""
    actor = system("intake.after_change")
    with scoping.scoped(actor):
        contact = _contact(facts)
        notices.changed(contact, event_id=event_id, at=clock.now(), actor=actor)


def _contact(facts: dict[str, Any]) -> Contact:
    return Contact.objects.select_related("place", "person", "unit", "desk").get(number=facts["number"])


def _first_rung(contact: Contact, *, at: dt.datetime) -> None:
    actions.climb(number=contact.number, level=1, actor=system("intake.ladder"), at=at)


def _after_silence(contact: Contact, *, at: dt.datetime) -> None:
    """The person did not say whether it is done: ask again by another way, then close apart."""
    actor = system("intake.after_silence")
    if contact.stage != Stage.DONE:
        return
    asked = contact.entries.filter(
        kind=EntryKind.NOTICE, is_internal=False, at__gte=contact.done_at or contact.received_at
    ).count()
    if asked < MOST_NOTICES or contact.children.filter(closed_at__isnull=True).exists():
        actions.ask_again(number=contact.number, times=asked + 1, actor=actor, at=at)
        notices.please_decide(contact, times=asked + 1, at=at, actor=actor)
    else:
        actions.lapse(number=contact.number, notices=asked, actor=actor, at=at)


def _after_no_reply(contact: Contact, *, at: dt.datetime) -> None:
    """The person did not say what the office asked: ask once more, then close apart; one call opens it again."""
    actor = system("intake.after_no_reply")
    question = contact.entries.filter(kind=EntryKind.ASKED).first()
    if contact.stage != Stage.WAITING or question is None:
        return
    notices_out = 1 + contact.entries.filter(kind=EntryKind.NOTICE, is_internal=False, at__gte=question.at).count()
    if notices_out < MOST_NOTICES or contact.children.filter(closed_at__isnull=True).exists():
        actions.remind(number=contact.number, times=notices_out + 1, actor=actor, at=at)
        notices.please_reply(contact, at=at, actor=actor)
    else:
        actions.lapse(number=contact.number, notices=notices_out, actor=actor, at=at)


@log.listen(events.PostersOrdered)
def set_posters(event_id: int, facts: dict[str, Any]) -> None:
    """A stack of posters was ordered."""
    posters.fulfil(run_id=int(facts["run"]), at=clock.now())


@log.listen(events.ImportStarted)
def start_import(event_id: int, facts: dict[str, Any]) -> None:
    """A file was started or goes on."""
    import_portions.configure(lock=f"import:{facts['run']}").defer(run_id=int(facts["run"]))


@jobs.task(name="intake.import_portions", queue="default", retry=3)
def import_portions(run_id: int) -> None:
    """A few seconds of a file, then the next in line: nothing urgent waits behind a long one."""
    if import_runs.portions(run_id=run_id, at=clock.now()):
        import_portions.configure(lock=f"import:{run_id}").defer(run_id=run_id)


@log.listen(*outward.TOLD)
def tell_other_systems(event_id: int, facts: dict[str, Any]) -> None:
    """Webhooks of the organisations an event concerns."""
    outward.tell(event_id, number=str(facts["number"]), at=clock.now())


@jobs.periodic(cron="40 3 * * *")
@jobs.task(name="intake.tidy", queue="default", queueing_lock="intake.tidy")
def tidy(timestamp: int) -> None:
    """Nightly: messages nobody went on writing for a week, files nobody started to import."""
    filing.forget_filings(at=clock.now())
    import_runs.forget_files(at=clock.now())
