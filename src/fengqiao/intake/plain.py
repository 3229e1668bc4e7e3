"""The state of a contact as one warm sentence for the person concerned. Same facts as staff see, other words."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.utils.translation import gettext as _

from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Stage
from fengqiao.kernel import deadlines


@dataclasses.dataclass(frozen=True)
class Status:
    """`is_me`: the person owes the next move. `by`: the promise, if any. `then`: what follows silence."""

    headline: str
    is_me: bool
    by: dt.datetime | None
    then: str
    has_it: str


def status(contact: Contact) -> Status:
    """What a resident reads. Never a code value, never the name of a colleague."""
    stage = Stage(contact.stage)
    headline = {
        Stage.RECEIVED: _("We have it and are finding the right office"),
        Stage.DISPATCHED: _("%(unit)s has been given it"),
        Stage.HANDLING: _("%(unit)s is working on it"),
        Stage.WAITING: _("We need something from you to go on"),
        Stage.DONE: _("They say it is done. Please check"),
        Stage.ACCEPTED: _("You accepted it. Closed"),
        Stage.LAPSED: _("Closed without your answer"),
        Stage.WITHDRAWN: _("You took it back"),
        Stage.TRANSFERRED: _("It was passed on to the body in charge"),
        Stage.MERGED: _("It goes on under your other number"),
    }[stage] % {"unit": _unit(contact)}
    if stage == Stage.HANDLING and contact.reopened:
        headline = _("You said it is not done. %(unit)s is working on it again") % {"unit": _unit(contact)}
    return Status(
        headline=headline,
        is_me=stage in {Stage.WAITING, Stage.DONE},
        by=promised_at(contact),
        then=_then(stage),
        has_it=_unit(contact),
    )


def promised_at(contact: Contact) -> dt.datetime | None:
    """What the person was promised next: the first answer, then the end; on their own turn, how long we wait for them.

    Clocks between offices, such as taking up, are no promise to anybody outside.
    """
    if not contact.is_open:
        return None
    if contact.stage in {Stage.WAITING, Stage.DONE}:
        return contact.due_at
    wanted = "response" if contact.responded_at is None else "completion"
    clocks = deadlines.for_subjects([contact.number])[contact.number]
    return next((clock.due_at for clock in reversed(clocks) if clock.kind == wanted and clock.is_open), None)


def _then(stage: Stage) -> str:
    return {
        Stage.RECEIVED: _("If nobody takes it in time, it goes up one level by itself."),
        Stage.DISPATCHED: _("If nobody takes it in time, it goes up one level by itself."),
        Stage.HANDLING: _("If the promise is not kept, the level above is told."),
        Stage.WAITING: _(
            "The clock stands still until you answer, also by phone or at the window. We ask once more; after that it "
            "closes without your answer, and one call opens it again."
        ),
        Stage.DONE: _("If we do not hear from you we ask once more in another way; silence never counts as solved."),
        Stage.LAPSED: _("One call opens it again."),
    }.get(stage, "")


def _unit(contact: Contact) -> str:
    return contact.unit.name if contact.unit is not None else contact.desk.name
