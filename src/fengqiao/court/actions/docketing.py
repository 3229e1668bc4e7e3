"""The court's desk: papers, acceptance, the number, the judge."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.court import events, queries, rules
from fengqiao.court.actions.common import (
    ACCEPT,
    DECIDE,
    TARGET,
    keep,
    locked,
    move,
    require_court,
    start,
    subject,
    tell,
)
from fengqiao.court.models import Confirmation, Register
from fengqiao.court.rules import Excluded, Status
from fengqiao.kernel import deadlines, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Refused
from fengqiao.mediation import actions as mediation


@transaction.atomic
def accept(*, number: str, judge_id: int, actor: Actor, at: dt.datetime) -> Confirmation:
    """Accepted: the case number, the judge, the thirty days.

    Refuses: papers that are missing; a judge who guided this mediation (`judge.guide_decides`).
    Basis: 司法确认程序规定 4; 民事诉讼法 187; 民事诉讼法解释 354.
    """
    made = locked(number)
    require_court(actor, rules.ACCEPT, made)
    with scoping.unscoped("court.accept.papers"):
        made.lacking = rules.lacking(queries.papers_there(made))
    if made.lacking:
        raise Refused(
            "confirmation.papers_missing",
            _("A paper is missing: %(paper)s.") % {"paper": rules.Needed(made.lacking[0]).label},
            law=_("Civil Procedure Interpretation art. 354"),
            next_step=_("Set a day by which it is to be handed in."),
        )
    move(made, Status.ACCEPTED)
    mediation.name_decider(number=number, user_id=judge_id, actor=actor, at=at)
    with scoping.unscoped("court.accept"):
        made.number, made.accepted_at, made.judge_id = _next_number(made, at), at, judge_id
        made.lacking_until = None
        deadlines.meet(subject=subject(made), kind=ACCEPT, at=at, actor=actor)
        start(made, DECIDE, "court.confirmation.decide", mover="unit", actor=actor, at=at)
        start(made, TARGET, "court.confirmation.service_target", mover="unit", actor=actor, at=at)
        keep(made)
    log.record(events.ConfirmationAccepted(number, made.pk, made.number, judge_id), actor=actor.id, at=at)
    return made


def _next_number(made: Confirmation, at: dt.datetime) -> str:
    """The next number of this court and year. A new year begins with the prefix of the last one."""
    year = at.astimezone(CHINA).year
    known = Register.objects.select_for_update().filter(court_id=made.court_id)
    register = known.filter(year=year).first()
    if register is None:
        before = known.order_by("-year").first()
        prefix = before.prefix if before is not None else made.court.code[:12]
        register, _made = Register.objects.get_or_create(court_id=made.court_id, year=year, defaults={"prefix": prefix})
        register = known.get(pk=register.pk)
    register.last += 1
    register.save(update_fields=["last"])
    return rules.case_number(year=year, prefix=register.prefix, sequence=register.last)


@transaction.atomic
def ask_papers(*, number: str, until: dt.date, actor: Actor, at: dt.datetime) -> Confirmation:
    """A day by which the missing papers are to come; not handed in, it counts as withdrawn.

    Refuses: nothing missing; a day that is over. Basis: 民事诉讼法解释 354, 357.
    """
    made = locked(number)
    require_court(actor, rules.ACCEPT, made)
    if made.status != Status.APPLIED:
        raise Refused("confirmation.stage", _("This cannot be done at this stage."))
    with scoping.unscoped("court.ask_papers"):
        made.lacking = rules.lacking(queries.papers_there(made))
        if not made.lacking:
            raise Refused("confirmation.complete", _("Nothing is missing."))
        if until <= at.astimezone(CHINA).date():
            raise Refused("confirmation.day_over", _("This day is over."))
        made.lacking_until = until
        keep(made)
    tell(made, "papers_asked", actor=actor, at=at)
    return made


@transaction.atomic
def lapse_papers(*, number: str, actor: Actor, at: dt.datetime) -> Confirmation:
    """The day has passed and the papers did not come: it counts as withdrawn. Basis: 民事诉讼法解释 357."""
    made = locked(number)
    require_court(actor, rules.ACCEPT, made)
    with scoping.unscoped("court.lapse_papers"):
        lacking = rules.lacking(queries.papers_there(made))
        if not lacking or made.lacking_until is None or at.astimezone(CHINA).date() <= made.lacking_until:
            raise Refused("confirmation.papers_time", _("The day for the papers has not passed."))
        move(made, Status.WITHDRAWN)
        made.withdrawn_at = at
        deadlines.cancel(subject=subject(made), kinds=[ACCEPT], at=at, actor=actor)
        keep(made)
    tell(made, "lapsed", actor=actor, at=at)
    return made


@transaction.atomic
def refuse(*, number: str, reason: Excluded, actor: Actor, at: dt.datetime) -> Confirmation:
    """Not accepted, with the reason the law names. Basis: 民事诉讼法解释 355."""
    made = locked(number)
    require_court(actor, rules.ACCEPT, made)
    with scoping.unscoped("court.refuse"):
        move(made, Status.NOT_ACCEPTED)
        made.excluded = reason
        deadlines.meet(subject=subject(made), kind=ACCEPT, at=at, actor=actor)
        deadlines.cancel(subject=subject(made), kinds=[DECIDE, TARGET], at=at, actor=actor)
        keep(made)
    tell(made, "not_accepted", actor=actor, at=at)
    return made
