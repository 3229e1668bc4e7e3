"""To the court: at any time, at once, and nothing in mediation stands before it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import events, queries, rules
from fengqiao.disputes.actions.common import locked, move, require, settle, words, write
from fengqiao.disputes.models import Dispute
from fengqiao.disputes.rules import CAN_DOCKET, LineKind, Mover, Stage
from fengqiao.kernel import deadlines, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused

DOCKETING = "docketing"


@transaction.atomic
def ask_docketing(*, number: str, court_id: int, actor: Actor, at: dt.datetime) -> Dispute:
    """A party sues. The court's seven days begin now, whatever mediation runs or waits; it neither ends nor holds it.

    Basis: 民事诉讼法 122, 126; 登记立案规定 2, 8 — nothing in mediation delays or conditions docketing.
    """
    dispute = locked(number)
    if queries.party_of(dispute, actor) is None:
        if actor.role == "resident":
            raise Http404
        require(actor, rules.DOCKET, dispute)
    if dispute.docketing_asked_at is not None and dispute.docketed_at is None:
        return dispute
    if Stage(dispute.stage) not in CAN_DOCKET:
        raise Refused("docketing.open_already", _("The court has this matter already, or it is closed."))
    dispute.docketing_asked_at, dispute.court_id = at, court_id
    deadlines.start(
        subject=rules.clock_subject(number),
        kind=DOCKETING,
        rule_key="court.docketing",
        began_at=at,
        owner_id=court_id,
        mover="unit",
        at=at,
        actor=actor,
        place=dispute,
    )
    if dispute.stage in {Stage.OPEN, Stage.OFFERED, Stage.FAILED}:
        dispute.mover = Mover.COURT
    settle(dispute, at=at)
    write(dispute, LineKind.DOCKETING_ASKED, actor=actor, at=at, court=court_id)
    log.record(
        events.DocketingAsked(number=number, court_id=court_id, asked_at=at),
        actor=actor.id,
        at=at,
        place_id=dispute.place_id,
    )
    return dispute


@transaction.atomic
def docket(*, number: str, case_number: str, actor: Actor, at: dt.datetime) -> Dispute:
    """The court registers the suit. Refuses: no case number."""
    dispute = locked(number)
    require(actor, rules.REGISTER_CASE, dispute)
    with scoping.unscoped("disputes.docket"):
        dispute.docketed_at, dispute.case_number = at, words(case_number, field="case_number")[:60]
        dispute.court_id = dispute.court_id or actor.organisation_id
        if dispute.stage != Stage.DOCKETED:
            move(dispute, Stage.DOCKETED, at=at)
        deadlines.meet(subject=rules.clock_subject(number), kind=DOCKETING, at=at, actor=actor)
        settle(dispute, at=at)
    write(dispute, LineKind.DOCKETED, actor=actor, at=at, case_number=dispute.case_number)
    log.record(
        events.Docketed(number=number, case_number=dispute.case_number, docketed_at=at),
        actor=actor.id,
        at=at,
        place_id=dispute.place_id,
    )
    return dispute


def postpone_docketing(*, number: str, actor: Actor, at: dt.datetime) -> None:
    """Asked for by whoever would rather wait for mediation. There is no such verb; this says why.

    Refuses: always. Basis: 民事诉讼法 126; 登记立案规定 2, 8.
    """
    raise Refused(
        "docketing.no_delay",
        _("Docketing never waits for mediation. Seven days run from the day the papers came in."),
        law=_("Civil Procedure Law art. 126"),
        next_step=_("Mediation may go on beside it."),
    )
