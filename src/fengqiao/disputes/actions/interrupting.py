"""Domestic violence, a minor at risk, a suspected crime: the ordinary way stops and a duty with its deadline begins."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import events, rules
from fengqiao.disputes.actions.common import locked, require, settle, words, write
from fengqiao.disputes.models import Interrupt
from fengqiao.disputes.rules import INTERRUPT_RULES, Compartment, InterruptKind, LineKind, Mover, Stage
from fengqiao.kernel import deadlines, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused


def duty_kind(kind: str) -> str:
    """The clock of a duty: one of a kind may run beside the others."""
    return f"duty_{kind}"


@transaction.atomic
def interrupt(*, number: str, kind: InterruptKind, actor: Actor, at: dt.datetime, note: str = "") -> Interrupt:
    """Stop the ordinary way at once. A second signal of a kind changes nothing; a person lifts it, never a machine.

    Whatever mediation runs ends on the ground "other", in the words used at every end; no party sees a trace.
    Basis: 反家庭暴力法 13, 14; 未成年人保护法 11; 人民调解法 25; 关于依法移送涉嫌犯罪案件的规定.
    """
    dispute = locked(number)
    require(actor, rules.INTERRUPT, dispute)
    with scoping.unscoped("disputes.interrupt"):
        live = dispute.interrupts.filter(kind=kind, lifted_at__isnull=True).first()
        if live is not None:
            return live
        made = Interrupt.objects.create(
            dispute=dispute, kind=kind, note=note.strip(), raised_at=at, actor=actor.id, stage_before=dispute.stage
        )
        if dispute.stage != Stage.INTERRUPTED and rules.STAGES.allows(Stage(dispute.stage), Stage.INTERRUPTED):
            dispute.stage, dispute.mover = Stage.INTERRUPTED, Mover.DESK
        deadlines.start(
            subject=rules.clock_subject(number),
            kind=duty_kind(kind),
            rule_key=INTERRUPT_RULES[kind],
            began_at=at,
            owner_id=dispute.desk_id,
            mover="unit",
            at=at,
            actor=actor,
            place=dispute,
        )
        settle(dispute, at=at)
    write(dispute, LineKind.INTERRUPTED, actor=actor, at=at, compartment=Compartment.SAFETY, interrupt=kind)
    log.record(
        events.Interrupted(number=number, interrupt_id=made.pk), actor=actor.id, at=at, place_id=dispute.place_id
    )
    return made


@transaction.atomic
def do_duty(*, number: str, interrupt_id: int, told: str, actor: Actor, at: dt.datetime) -> Interrupt:
    """The duty is done: who was told. Refuses: nobody named."""
    dispute = locked(number)
    require(actor, rules.INTERRUPT, dispute)
    with scoping.unscoped("disputes.do_duty"):
        found = dispute.interrupts.select_for_update().filter(pk=interrupt_id).first()
        if found is None:
            raise Http404
        if found.done_at is not None:
            raise Refused("interrupt.done_already", _("This duty is done and on record."))
        found.told, found.done_at = words(told, field="told")[:120], at
        found.save(update_fields=["told", "done_at"])
        deadlines.meet(subject=rules.clock_subject(number), kind=duty_kind(found.kind), at=at, actor=actor)
        settle(dispute, at=at)
    write(dispute, LineKind.DUTY_DONE, actor=actor, at=at, compartment=Compartment.SAFETY, interrupt=found.kind)
    log.record(events.DutyDone(number=number, interrupt_id=found.pk), actor=actor.id, at=at)
    return found


@transaction.atomic
def lift(*, number: str, interrupt_id: int, reason: str, actor: Actor, at: dt.datetime) -> Interrupt:
    """A named person opens the ordinary way again, with the reason. Refuses: a duty not done; no reason."""
    dispute = locked(number)
    require(actor, rules.LIFT, dispute)
    with scoping.unscoped("disputes.lift"):
        found = dispute.interrupts.select_for_update().filter(pk=interrupt_id, lifted_at__isnull=True).first()
        if found is None:
            raise Http404
        if found.done_at is None:
            raise Refused(
                "interrupt.duty_open",
                _("First do the duty this signal asks for, and write down who was told."),
                next_step=_("Enter who was told."),
            )
        found.lifted_at, found.lifted_by, found.lift_reason = at, actor.id, words(reason, field="reason")
        found.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
        if dispute.stage == Stage.INTERRUPTED and not dispute.interrupts.filter(lifted_at__isnull=True).exists():
            dispute.stage, dispute.mover = Stage.OPEN, rules.next_mover(Stage.OPEN)
        settle(dispute, at=at)
    write(dispute, LineKind.LIFTED, actor=actor, at=at, compartment=Compartment.SAFETY, interrupt=found.kind)
    log.record(events.InterruptLifted(number=number, interrupt_id=found.pk), actor=actor.id, at=at)
    return found
