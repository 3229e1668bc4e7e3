"""Layers: the mediator tries, the judge assistant follows, a judge checks; the judge on call answers in general."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes.actions import LineKind, SeatRole
from fengqiao.kernel import events as log
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import events, rules
from fengqiao.mediation.actions.common import keep, locked, require_mediator
from fengqiao.mediation.models import HandOver, Question
from fengqiao.mediation.rules import NEXT_LAYER, Layer, Stage, Tried
from fengqiao.people import access
from fengqiao.people.models import User
from fengqiao.people.rules import Role

SUM = re.compile(r"\d[\d,.]*\s*(?:元|万|千|块|yuan)|[一二三四五六七八九十百千万两]{2,}(?:元|块|万)")
"""A sum of money in words: a general question names none."""

ROLE_OF_LAYER = {Layer.ASSISTANT: Role.JUDGE_ASSISTANT, Layer.JUDGE: Role.JUDGE}
SEAT_OF_LAYER = {Layer.ASSISTANT: SeatRole.FOLLOWER, Layer.JUDGE: SeatRole.CHECKER}


@transaction.atomic
def hand_over(*, number: str, to_user_id: int, tried: Sequence[Tried], actor: Actor, at: dt.datetime) -> HandOver:
    """Up one layer, with what was tried ticked. Nothing said in the room goes along.

    Refuses: skipping a layer; somebody without that duty; a judge who guided this mediation.
    """
    mediation = locked(number, actor)
    now = Layer(mediation.layer)
    if now == Layer.MEDIATOR:
        require_mediator(actor, rules.HOLD, mediation)
    elif not actor.may(rules.FOLLOW):
        raise Forbidden(rules.FOLLOW)
    if mediation.stage != Stage.RUNNING:
        raise Refused("mediation.not_running", _("Only a running mediation is handed over."))
    following = NEXT_LAYER.get(now)
    if following is None:
        raise Refused("layer.last", _("The judge is the last layer."))
    _require_duty(to_user_id, ROLE_OF_LAYER[following], at=at)
    disputes.not_barred(mediation.dispute, to_user_id, SEAT_OF_LAYER[following])
    with scoping.unscoped("mediation.hand_over"):
        made = HandOver.objects.create(
            mediation=mediation,
            from_layer=now,
            to_layer=following,
            to_user_id=to_user_id,
            tried=[str(one) for one in tried],
            handed_at=at,
            actor=actor.id,
        )
        mediation.layer = following
        keep(mediation)
        disputes.seat(mediation.dispute, SEAT_OF_LAYER[following], at=at, user_id=to_user_id)
    disputes.add_line(number=number, kind=LineKind.HANDED_OVER, actor=actor, at=at, layer=following, tried=made.tried)
    log.record(
        events.HandedOver(number=number, mediation_id=mediation.pk, to_layer=following, to_user_id=to_user_id),
        actor=actor.id,
        at=at,
    )
    return made


@transaction.atomic
def take_over(*, number: str, actor: Actor, at: dt.datetime) -> HandOver:
    """Whoever it was handed to signs for it."""
    mediation = locked(number, actor)
    found = mediation.hand_overs.filter(to_user_id=actor.user_id, taken_at__isnull=True).order_by("-pk").first()
    if found is None:
        raise Http404
    found.taken_at = at
    found.save(update_fields=["taken_at"])
    log.record(
        events.MediationChanged(number=number, mediation_id=mediation.pk, deed="taken_over"), actor=actor.id, at=at
    )
    return found


@transaction.atomic
def ask_judge(*, number: str, judge_id: int, text: str, actor: Actor, at: dt.datetime) -> Question:
    """A general question of law to the judge on call. That judge never decides this matter afterwards.

    Refuses: a question that names a sum, since an offer could hide in it; whoever decides or checks the matter.
    Basis: 在线调解规则 18; 审理与指导分离 (policy): where a court has no second judge, guidance is limited to this.
    """
    mediation = locked(number, actor)
    require_mediator(actor, rules.HOLD, mediation)
    asked = text.strip()
    if not asked:
        raise Refused("question.empty", _("Please write a sentence first."))
    if SUM.search(asked):
        raise Refused(
            "question.not_general",
            _("Ask in general, without sums: what was offered stays in the room."),
            law=_("Online Mediation art. 18"),
        )
    _require_duty(judge_id, Role.JUDGE, at=at)
    disputes.not_barred(mediation.dispute, judge_id, SeatRole.GUIDE)
    disputes.seat(mediation.dispute, SeatRole.GUIDE, at=at, user_id=judge_id)
    made = Question.objects.create(
        mediation=mediation, dispute_id=mediation.dispute_id, judge_id=judge_id, text=asked, asked_at=at, actor=actor.id
    )
    disputes.add_line(number=number, kind=LineKind.ASKED, actor=actor, at=at, question=made.pk)
    log.record(
        events.JudgeAsked(number=number, mediation_id=mediation.pk, question_id=made.pk, judge_id=judge_id),
        actor=actor.id,
        at=at,
    )
    return made


@transaction.atomic
def answer_question(*, question_id: int, text: str, actor: Actor, at: dt.datetime, articles: str = "") -> Question:
    """The judge on call answers: what the law says, never what this matter is worth."""
    found = (
        Question.objects.select_for_update(of=("self",))
        .select_related("mediation__dispute")
        .filter(pk=question_id, judge_id=actor.user_id or 0)
        .first()
    )
    if found is None or not actor.may(rules.GUIDE):
        raise Http404
    if found.answered_at is not None:
        raise Refused("question.answered", _("This question is answered."))
    if found.taken_back_at is not None:
        raise Refused("question.taken_back", _("This question was taken back."))
    if not text.strip():
        raise Refused("question.empty", _("Please write a sentence first."))
    found.answer, found.articles, found.answered_at = text.strip(), articles.strip()[:200], at
    found.save()
    from fengqiao.mediation.actions.room.common import judge_answered  # the room's verbs stand on ours

    judge_answered(found, actor=actor, at=at)
    number = found.mediation.dispute.number
    disputes.add_line(number=number, kind=LineKind.ANSWERED, actor=actor, at=at, question=found.pk)
    log.record(
        events.JudgeAnswered(number=number, mediation_id=found.mediation_id, question_id=found.pk),
        actor=actor.id,
        at=at,
    )
    return found


@transaction.atomic
def name_decider(*, number: str, user_id: int, actor: Actor, at: dt.datetime) -> None:
    """The judge who decides the matter, or the confirmation of its agreement.

    Refuses: `judge.guide_decides` for whoever guided; `mediator.barred` for whoever mediated.
    """
    dispute = disputes.locked(number)
    disputes.require(actor, rules.FOLLOW, dispute)
    _require_duty(user_id, Role.JUDGE, at=at)
    disputes.not_barred(dispute, user_id, SeatRole.DECIDER)
    disputes.seat(dispute, SeatRole.DECIDER, at=at, user_id=user_id)
    disputes.add_line(number=number, kind=LineKind.HANDED_OVER, actor=actor, at=at, decider=user_id)


def _require_duty(user_id: int, role: Role, *, at: dt.datetime) -> User:
    """Refuses: an account without that duty today."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    held = access.duties(user, on=at.date()) if user is not None else []
    if user is None or not any(duty.role == role for duty in held):
        raise Refused("layer.no_duty", _("This person does not hold that duty."))
    return user
