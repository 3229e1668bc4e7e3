"""Who hears what when a dispute moves. Number, day and office only: nothing of what anybody said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings

from fengqiao.disputes import queries as disputes
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.notify import templates
from fengqiao.kernel.notify.sending import Recipient, notify_many
from fengqiao.mediation.models import Mediation
from fengqiao.people import queries as people
from fengqiao.people.models import User
from fengqiao.people.rules import Role

IN_HOUSE = ("app", "email", "chat")

templates.register(
    "mediation.party.opened",
    zh=(
        "纠纷已登记",
        "编号{number}，您的查询码{code}。请看是什么事、轮到谁：{link}；也可拨12368。不回答不影响您的权利。",
    ),
    en=("A dispute is registered", "Number {number}, your code {code}: {link}, or call 12368. No right is lost."),
)
templates.register(
    "mediation.party.offered",
    zh=(
        "您愿意试试调解吗",
        "编号{number}，您的查询码{code}。调解自愿，不愿意不影响任何权利。请答复：{link}；也可拨12368。",
    ),
    en=(
        "Would you try mediation?",
        "Number {number}, code {code}. A no costs no right. Answer: {link}, or call 12368.",
    ),
)
templates.register(
    "mediation.party.listed",
    zh=("请选调解员", "编号{number}：名单出来了，请在{date}前选一位：{link}；也可拨12368。"),
    en=("Please choose a mediator", "Number {number}: the list is there. Choose by {date}: {link}, or call 12368."),
)
templates.register(
    "mediation.party.accepted",
    zh=("调解开始了", "编号{number}：{organisation}已接受调解，最迟{date}。请看：{link}；也可拨12368。"),
    en=("Mediation has begun", "Number {number}: {organisation} mediates, until {date}: {link}, or call 12368."),
)
templates.register(
    "mediation.party.disclosed",
    zh=("调解员披露了一层关系", "编号{number}：请看后决定是否仍由这位调解：{link}；也可拨12368。"),
    en=("The mediator disclosed a tie", "Number {number}: please read it and decide: {link}, or call 12368."),
)
templates.register(
    "mediation.party.news",
    zh=("您的纠纷有新进展", "编号{number}：请看：{link}；也可拨12368。"),
    en=("News on your dispute", "Number {number}: see {link}, or call 12368."),
)
templates.register(
    "mediation.party.visit",
    zh=("我们到您那里去", "编号{number}：{date}上门，您不用出门。时间不合适请改：{link}；也可拨12368。"),
    en=(
        "We come to you",
        "Number {number}: we visit {date}; you need not go out. Change it: {link} or call 12368.",
    ),
)
templates.register(
    "mediation.party.ended",
    zh=("调解结束了", "编号{number}：调解已结束，您随时可以起诉，立案材料已备好：{link}；也可拨12368。"),
    en=("Mediation has ended", "Number {number}: it has ended; you may go to court any time: {link}, or call 12368."),
)
templates.register(
    "mediation.party.docketed",
    zh=("法院立案了", "编号{number}：法院已立案。请看：{link}；也可拨12368。"),
    en=("The court has docketed it", "Number {number}: the court has docketed it. See {link}, or call 12368."),
)
templates.register(
    "mediation.unit.sent",
    zh=("有一件请您单位调解", "{number}派到{organisation}，请在{date}前接受或退回，逾期自动改派。"),
    en=(
        "A matter to mediate",
        "{number} was sent to {organisation}. Accept or decline by {date}, or it goes to the next.",
    ),
    channels=IN_HOUSE,
)
templates.register(
    "mediation.unit.turn",
    zh=("轮到您", "{number}轮到{organisation}，请看时限。"),
    en=("It is your move", "{number} waits for {organisation}. Please see its time limit."),
    channels=IN_HOUSE,
)
templates.register(
    "mediation.unit.undelivered",
    zh=("给当事人的通知没有送到", "{number}的短信或邮件没有送到，请打电话告诉对方，或者上门。"),
    en=("A notice to a party did not arrive", "{number}: the message did not get out. Please call or visit."),
    channels=IN_HOUSE,
)
templates.register(
    "mediation.unit.soon",
    zh=("快到期了", "{number}的时限是{date}。"),
    en=("A time limit is near", "{number} is due {date}."),
    channels=("app", "chat"),
)
templates.register(
    "mediation.unit.late",
    zh=("超时了", "{number}过了时限{date}，{organisation}请马上处理。"),
    en=("Overdue", "{number} was due {date}; {organisation}, please act now."),
    channels=IN_HOUSE,
)
templates.register(
    "mediation.judge.asked",
    zh=("有一个法律问题请您答", "{number}的调解员问了一个一般性问题。"),
    en=("A question on the law for you", "The mediator of {number} asks a general question."),
    channels=IN_HOUSE,
)
templates.register(
    "mediation.safety",
    zh=("有人身安全风险，请马上处理", "{number}的调解已停，有一项法定职责要马上做。"),
    en=("Somebody may be in danger", "{number}: mediation is stopped and a duty has to be done at once."),
    is_urgent=True,
    channels=IN_HOUSE,
)

DESK_ROLES = (Role.CLERK, Role.DISPATCHER, Role.OPERATOR, Role.DUTY_SUPERVISOR, Role.JUDGE_ASSISTANT)
SAFETY_ROLES = (Role.DUTY_SUPERVISOR, Role.DISPATCHER)
HOUSE_ROLES = (Role.ORGANISATION_MANAGER,)


def tell_parties(
    dispute: Any, template: str, *, at: dt.datetime, actor: Actor, by: dt.datetime | None = None,
    organisation: str = "", only: Collection[int] | None = None,
) -> None:  # fmt: skip
    """Each party by the ways it is known by, with its own code. Nothing reaches a shared mail box of somebody in safe
    contact. Call with everything in scope."""
    for party in disputes.parties(dispute):
        person = party.person
        if person is None or (only is not None and party.pk not in only):
            continue
        user_id = getattr(getattr(person, "user", None), "pk", None)
        email = "" if party.safe_contact else person.email
        to = Recipient(user_id=user_id, language=person.language, email=email, phone=person.phone)
        context = _context(dispute.number, by, organisation) | {"code": disputes.party_code(party, dispute.number)}
        notify_many([to], template, context, subject=dispute.number, at=at, actor=actor.id)


def tell_unit(
    dispute: Any, organisation_id: int | None, template: str, *, roles: Collection[str], at: dt.datetime, actor: Actor,
    by: dt.datetime | None = None, not_before: dt.datetime | None = None,
) -> None:  # fmt: skip
    """The people of one organisation whose duty it is."""
    if organisation_id is None:
        return
    held = people.duties_of(organisation_id, roles=roles, on=at.date())
    users = dict.fromkeys(duty.user for duty in held)
    name = people.organisation_names({organisation_id}).get(organisation_id, "")
    tell_users(dispute, users, template, at=at, actor=actor, by=by, organisation=name, not_before=not_before)


def tell_users(
    dispute: Any, users: Iterable[User], template: str, *, at: dt.datetime, actor: Actor, by: dt.datetime | None = None,
    organisation: str = "", not_before: dt.datetime | None = None,
) -> None:  # fmt: skip
    notify_many(
        [Recipient(user_id=user.pk, email=user.email) for user in users],
        template,
        _context(dispute.number, by, organisation),
        subject=dispute.number,
        at=at,
        actor=actor.id,
        not_before=None if not_before is None else lambda moment: max(moment, not_before),
    )


def mediator_of(mediation: Mediation) -> list[User]:
    return [mediation.mediator.user] if mediation.mediator is not None else []


def _context(number: str, by: dt.datetime | None, organisation: str) -> dict[str, str]:
    return {
        "number": number,
        "date": by.isoformat() if by is not None else "",
        "link": f"{settings.SITE_URL.rstrip('/')}/dispute/{number}/",
        "organisation": organisation,
    }
