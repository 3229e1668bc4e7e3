"""Who hears what of an agreement and its performance. Number, day and link; never what was agreed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.conf import settings

from fengqiao.disputes import queries as disputes
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.notify import templates
from fengqiao.kernel.notify.sending import Recipient, notify, notify_many
from fengqiao.mediation.models_agreement import Agreement

templates.register(
    "mediation.to_sign",
    zh=("协议等您签署", "{number}的调解协议写好了，请您先看完再签：{link}；不上网可到调解组织签纸质的。"),
    en=("An agreement waits for you", "The agreement of {number} is ready. Please read it before you sign: {link}"),
)
templates.register(
    "mediation.in_effect",
    zh=("协议生效了", "{number}的调解协议已生效。想请法院确认，双方须一起申请，最迟{date}：{link}"),
    en=("The agreement is in effect", "The agreement of {number} is in effect. Confirmation by {date}: {link}"),
)
templates.register(
    "mediation.join_confirmation",
    zh=("请您一起申请司法确认", "{number}：对方已申请司法确认。须双方一起申请，最迟{date}：{link}"),
    en=("Please join the application", "{number}: the other side applied for confirmation. Join by {date}: {link}"),
)
templates.register(
    "mediation.ruling_served",
    zh=("法院的裁定送到了", "{number}：司法确认裁定已送达，有异议请在{date}前提出：{link}"),
    en=("The ruling has reached you", "{number}: the ruling was served. Objections until {date}: {link}"),
)
templates.register(
    "mediation.duty_soon",
    zh=("快到履行日了", "{number}有一项约定，最后履行日是{date}。做好了请在这里说一声：{link}"),
    en=("Something is due soon", "{number}: something you agreed is due {date}. Tell us when it is done: {link}"),
)
templates.register(
    "mediation.duty_over",
    zh=("履行日过了", "{number}有一项约定{date}到期，还没有看到履行。已经做了请说一声，有困难请尽快联系调解员：{link}"),
    en=("A day has passed", "{number}: something was due {date} and is not accepted yet. Tell us, or call: {link}"),
)
templates.register(
    "mediation.duty_over_staff",
    zh=("约定到期未履行", "{number}有一项约定{date}到期，尚未履行，请督促。"),
    en=("Not performed in time", "{number}: something was due {date} and is not performed. Please follow up."),
    channels=("app", "chat"),
)
templates.register(
    "mediation.duty_said",
    zh=("请您看看收到没有", "{number}：对方说约定的事做好了。收到没有由您说了算：{link}"),
    en=("Please check what was done", "{number}: the other side says it is done. You decide: {link}"),
)


def _date(day: dt.date | None) -> str:
    return f"{day.month}月{day.day}日" if day is not None else ""


def _context(number: str, day: dt.date | None) -> dict[str, str]:
    return {"number": number, "date": _date(day), "link": f"{settings.SITE_URL}/agreements/{number}/"}


def tell_parties(
    dispute: Any, template: str, *, day: dt.date | None, at: dt.datetime, actor: Actor,
    only: Collection[int] | None = None, without: Collection[int] = (),
) -> None:  # fmt: skip
    """Tell parties of a matter on the ways they are known by. Call with everything in scope."""
    people = []
    for party in disputes.parties(dispute):
        person = party.person
        if person is None or party.pk in without or (only is not None and party.pk not in only):
            continue
        user_id = getattr(getattr(person, "user", None), "pk", None)
        email = "" if party.safe_contact else person.email
        people.append(Recipient(user_id=user_id, language=person.language, email=email, phone=person.phone))
    notify_many(people, template, _context(dispute.number, day), subject=dispute.number, at=at, actor=actor.id)


def tell_staff(agreement: Agreement, template: str, *, day: dt.date, at: dt.datetime, actor: Actor) -> None:
    """The mediator and the judge assistant who follows."""
    seats = agreement.dispute.seats.filter(role__in=("mediator", "follower"), user__isnull=False, left_at__isnull=True)
    for user_id in sorted(set(seats.values_list("user_id", flat=True))):
        to = Recipient(user_id=user_id)
        number = agreement.dispute.number
        notify(to, template, _context(number, day), subject=number, at=at, actor=actor.id)
