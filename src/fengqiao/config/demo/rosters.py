"""Who sits in the workroom, teams and templates, the register's dated lines, and a day of home visits."""

from __future__ import annotations

import datetime as dt

from fengqiao.config.demo.district import District
from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.disputes.actions import ConsentBy, ConsentTo
from fengqiao.kernel.actor import Actor, system
from fengqiao.kernel.clock import CHINA
from fengqiao.mediation import actions
from fengqiao.mediation.models import Body, Mediation, Mediator, Slot, Station, Visit
from fengqiao.mediation.models_register import CaseTeam, RegisterLine, TeamSeat
from fengqiao.mediation.rules import Field, Team
from fengqiao.mediation.rules_register import Change, TeamPart, TemplateKind
from fengqiao.people import access
from fengqiao.people.models import Membership

WEEKS = 6
WORKROOM = (
    (0, 14, "police", "zhoumin"),
    (1, 9, "judge", "weiqing"),
    (2, 10, "lawyer", "jining"),
    (3, 14, "prosecutor", "mengyao"),
    (4, 9, "notary", "gongyi"),
)
"""Day of the week, hour, profession, who: every profession once a week, so that no week has a hole."""

LAPSED = "区律师协会调解中心"
"""Its licence is over in the demonstration: the register says so and nothing new is sent there."""

TEAMS: tuple[tuple[str, Team, tuple[tuple[TeamPart, str], ...]], ...] = (
    ("社区治理速裁团队", Team.COMMUNITY, ((TeamPart.MEDIATOR, "xuguilan"), (TeamPart.MEDIATOR, "zhaodeshun"),
     (TeamPart.ASSISTANT, "hemiao"), (TeamPart.JUDGE, "weiqing"))),
    ("合同速裁团队", Team.CONTRACT, ((TeamPart.MEDIATOR, "mediator005"), (TeamPart.ASSISTANT, "hemiao"),
     (TeamPart.JUDGE, "weiqing"))),
    ("金融速裁团队", Team.FINANCE, ((TeamPart.MEDIATOR, "mediator007"), (TeamPart.ASSISTANT, "hemiao"),
     (TeamPart.JUDGE, "jianglan"))),
    ("知识产权速裁团队", Team.IP, ((TeamPart.MEDIATOR, "mediator012"), (TeamPart.ASSISTANT, "hemiao"))),
)  # fmt: skip
"""The last one still looks for a judge, and says so."""

TEMPLATES: tuple[tuple[TemplateKind, Field, str, str], ...] = (
    (TemplateKind.TERM, Field.NEIGHBOURS, "降噪与时段", "○○于○年○月○日前加装隔音设施，每日22:00至次日7:00停用排风设备。"),
    (TemplateKind.TERM, Field.PROPERTY, "漏水修复", "○○于○年○月○日前修好漏水处，并将○○家受损墙面恢复原状。"),
    (TemplateKind.FACTS, Field.NEIGHBOURS, "相邻噪声事实", "双方系楼上楼下邻居。○年○月起，○○的设备在夜间发出声响，双方对此没有争议。"),
    (TemplateKind.QUESTION, Field.NEIGHBOURS, "先问双方", "您最在意的是什么？对方做到哪一步，您就觉得可以了？"),
)  # fmt: skip


def lay_out(district: District, *, at: dt.datetime) -> None:
    """Everything of this module. Must run in one transaction that sees everything, after mediators and stations."""
    _roster(district, at=at)
    _register(at=at)
    _teams(district, at=at)
    _templates(district, at=at)
    _visits(district, at=at)


def _roster(district: District, *, at: dt.datetime) -> None:
    workroom = Station.objects.select_related("place").get(kind="workroom")
    workroom.slots.all().delete()
    day = at.astimezone(CHINA)
    monday = day.date() - dt.timedelta(days=day.weekday())
    for week in range(WEEKS):
        for weekday, hour, profession, who in WORKROOM:
            on = monday + dt.timedelta(weeks=week, days=weekday)
            begins = dt.datetime.combine(on, dt.time(hour), tzinfo=CHINA)
            slot = Slot(station=workroom, profession=profession, user=district.users[who], starts_at=begins)
            slot.ends_at = begins + dt.timedelta(hours=2)
            assert workroom.place is not None
            slot.put_in(workroom.place)
            slot.save()


def _register(*, at: dt.datetime) -> None:
    bodies = list(Body.objects.select_related("organisation"))
    entered = at - dt.timedelta(days=400)
    RegisterLine.objects.bulk_create(
        RegisterLine(body=one, at=entered, change=Change.ENTERED, actor="job:demo") for one in bodies
    )
    for body in bodies:
        rooms = body.kind == "room"
        body.hours_zh = "周一至周五 18:00—20:30，周末上午" if rooms else "工作日 8:30—17:30"
        body.hours_en = "Mon–Fri 18:00–20:30, weekend mornings" if rooms else "Working days 8:30–17:30"
        if body.fee_policy == "tariff":
            body.licence = "云司许〔2023〕12号（示范）"
            lapsed = body.organisation.name == LAPSED
            body.licence_until = (at + dt.timedelta(days=-20 if lapsed else 300)).date()
    Body.objects.bulk_update(bodies, ["hours_zh", "hours_en", "licence", "licence_until"])
    for who, days, fields in (("xuguilan", 30, ["hours_zh"]), ("zhaodeshun", 12, ["languages"])):
        one = Mediator.objects.select_related("body").get(user__username=who)
        one.profile_zh = "退休前在居委会工作三十年，熟悉邻里相邻、漏水、噪声。" if who == "xuguilan" else one.profile_zh
        one.profile_en = "Thirty years on the residents' committee: noise, leaks." if who == "xuguilan" else ""
        one.save(update_fields=["profile_zh", "profile_en"])
        RegisterLine.objects.create(
            body=one.body, mediator=one, at=at - dt.timedelta(days=days), change=Change.PAGE, fields=fields,
            actor="job:demo",
        )  # fmt: skip


def _teams(district: District, *, at: dt.datetime) -> None:
    since = at.date() - dt.timedelta(days=90)
    for name, kind, members in TEAMS:
        team = CaseTeam.objects.create(name=name, team=kind, court=district.units["court"], starts_on=since)
        for part, who in members:
            user = Mediator.objects.select_related("user").get(user__username=who).user if part == "mediator" else None
            TeamSeat.objects.create(team=team, user=user or district.users[who], part=part, starts_on=since)
    community = CaseTeam.objects.get(team=Team.COMMUNITY)
    helper = _actor(district, "hemiao", "judge_assistant")
    first = Mediation.objects.select_related("dispute").filter(dispute__court=district.units["court"]).first()
    if first is not None:
        actions.give_to_team(number=first.dispute.number, team_id=community.pk, actor=helper, at=at)


def _templates(district: District, *, at: dt.datetime) -> None:
    for who in ("xuguilan", "zhaodeshun"):
        actor = _actor(district, who, "mediator")
        for kind, field, title, text in TEMPLATES:
            made = actions.write_template(kind=kind, title=title, text=text, field=field, actor=actor, at=at)
        actions.change_template(
            template_id=made.pk, text=f"{TEMPLATES[-1][3]}还有谁要一起谈？", why="补问在场的人", actor=actor, at=at
        )


def _visits(district: District, *, at: dt.datetime) -> None:
    """Two stops tomorrow morning, and one person who waits for a day."""
    helper = _actor(district, "hemiao", "judge_assistant")
    asked: list[Visit] = []
    for mediation in Mediation.objects.select_related("dispute").order_by("-pk")[:3]:
        number = mediation.dispute.number
        party = dispute_queries.parties(mediation.dispute).order_by("pk").first()
        if party is None:
            continue
        disputes.consent(
            number=number, party_id=party.pk, to=(ConsentTo.HOME_VISIT_MARK,), by=ConsentBy.PHONE,
            actor=system("demo"), at=at,
        )  # fmt: skip
        asked.append(
            actions.ask_visit(
                number=number,
                party_id=party.pk,
                purpose="念文书、签笔录",
                address="3号楼4层",
                actor=system("demo"),
                at=at,
            )
        )
    tomorrow = dt.datetime.combine(at.astimezone(CHINA).date() + dt.timedelta(days=1), dt.time(9), tzinfo=CHINA)
    trip = actions.plan_trip(uids=[one.uid for one in asked[:2]], starts_at=tomorrow, actor=helper, at=at)
    actions.confirm_visit(uid=trip.visits.order_by("order")[0].uid, actor=helper, at=at)


def _actor(district: District, who: str, role: str) -> Actor:
    return access.actor_for(Membership.objects.get(user=district.users[who], role=role))
