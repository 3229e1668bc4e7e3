"""The register, rooms, home visits, teams and templates on a phone and a desk, in both languages."""

import datetime as dt

import pytest

from fengqiao.disputes import actions as disputes
from fengqiao.disputes.actions import ConsentBy, ConsentTo
from fengqiao.kernel import clock, scoping
from fengqiao.mediation import actions
from fengqiao.mediation.models import Body, Station
from fengqiao.mediation.rules import Field, Team
from fengqiao.mediation.rules_register import TeamPart, TemplateKind
from fengqiao.mediation.tests import ground as g
from fengqiao.people.models import User
from tests.browser.harness import check_page

AT = g.ACCEPTED_AT
NAMES = ("Mon", "Fri")


@pytest.fixture
def here(db):
    with clock.standing_at(AT):
        found = g.ground()
        with scoping.unscoped("tests"):
            g.running(found)
            yield found


def lay_out(here) -> dict[str, tuple[str, str]]:
    """One of everything. Result: name of a page → who opens it, address."""
    body = here.xu_mediator.body
    Body.objects.filter(pk=body.pk).update(kind="room", room_story="有话坐下说，茶我来泡。先听双方各说一遍，再一起坐。")
    actions.keep_entry(
        body_id=body.pk, actor=here.manager, at=AT,
        new={
            "hours_zh": "周一至周五 18:00—20:30", "hours_en": "Mon–Fri 18:00–20:30",
            "licence_until": AT.date() - dt.timedelta(days=3),
        },
    )  # fmt: skip
    party = here.quarrel.chen
    disputes.consent(
        number=here.number, party_id=party.pk, to=(ConsentTo.HOME_VISIT_MARK,), by=ConsentBy.PHONE, actor=here.duan,
        at=AT,
    )  # fmt: skip
    first = actions.ask_visit(
        number=here.number, party_id=party.pk, purpose="念文书、签笔录", address="3号楼4层", actor=here.xu, at=AT
    )
    starts_at = AT.replace(hour=9, minute=0) + dt.timedelta(days=1)
    trip = actions.plan_trip(uids=[first.uid], starts_at=starts_at, actor=here.xu, at=AT)
    he = here.quarrel.he
    team = actions.make_team(name="社区治理速裁团队", team=Team.COMMUNITY, starts_on=AT.date(), actor=he, at=AT)
    actions.seat_in_team(
        team_id=team.pk, user_id=here.xu.user_id, part=TeamPart.MEDIATOR, starts_on=AT.date(), actor=he, at=AT
    )
    actions.give_to_team(number=here.number, team_id=team.pk, actor=he, at=AT)
    template = actions.write_template(
        kind=TemplateKind.TERM, title="降噪与时段", text="○○于○日前加装隔音设施。", field=Field.NEIGHBOURS,
        actor=here.xu, at=AT,
    )  # fmt: skip
    workroom = Station(kind="workroom", name="槐荫社区法律工作室", organisation=here.quarrel.court)
    workroom.put_in(here.quarrel.cast.qiaoxi)
    workroom.save()
    return {
        "entry": ("shimin", f"/mediators/entries/{body.pk}/"),
        "person": ("shimin", f"/mediators/people/{here.xu_mediator.pk}/"),
        "own": ("xu", "/mediators/mine/"),
        "rooms": ("", "/mediators/rooms/"),
        "branded": ("", f"/mediators/rooms/{body.pk}/"),
        "body": ("", f"/mediators/{body.pk}/"),
        "matters": ("zhao", f"/mediators/rooms/{body.pk}/matters/"),
        "visits": ("xu", "/visits/"),
        "trip": ("xu", f"/visits/{trip.uid}/"),
        "sheet": ("xu", f"/visits/{trip.uid}/sheet/"),
        "teams": ("he", "/teams/"),
        "team": ("he", f"/teams/{team.pk}/"),
        "templates": ("xu", "/templates/"),
        "template": ("xu", f"/templates/{template.pk}/"),
        "agreement": ("xu", f"/mediation/{here.number}/agreement/"),
        "workroom": ("", f"/stations/{workroom.pk}/"),
    }


@pytest.mark.parametrize(("width", "language"), [(390, "zh-hans"), (1440, "en")])
def test_every_page_is_whole(here, browser_page, shots, width, language) -> None:
    pages = lay_out(here)
    windows = {
        who: browser_page(width, language, user=User.objects.get(username=who) if who else None)
        for who in {who for who, _address in pages.values()}
    }
    for name, (who, address) in pages.items():
        page = windows[who]
        page.goto(address)
        if shots is not None:
            page.screenshot(path=shots / f"{name}-{width}-{language}.png", full_page=True)
        check_page(page, allowed=NAMES, axe=name in {"entry", "branded", "trip", "visits"})
