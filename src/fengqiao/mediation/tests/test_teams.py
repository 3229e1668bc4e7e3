"""Teams with their matters, and templates with their versions, used when an agreement is written."""

import datetime as dt

import pytest

from fengqiao.disputes import actions as disputes
from fengqiao.disputes.actions import SeatRole
from fengqiao.kernel import clock, scoping
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import actions, queries_register
from fengqiao.mediation.models_register import CaseTeam, Template, TemplateVersion
from fengqiao.mediation.rules import Field, Team
from fengqiao.mediation.rules_register import TeamPart, TemplateKind
from fengqiao.mediation.tests import ground as g
from fengqiao.mediation.tests.test_stations import browser

pytestmark = pytest.mark.django_db
AT = g.ACCEPTED_AT


@pytest.fixture
def here():
    with clock.standing_at(AT):
        yield g.ground()


def team(here) -> CaseTeam:
    return actions.make_team(
        name="社区治理速裁团队", team=Team.COMMUNITY, starts_on=AT.date(), actor=here.quarrel.he, at=AT
    )


def sit(here, made, actor, part):
    return actions.seat_in_team(
        team_id=made.pk, user_id=actor.user_id, part=part, starts_on=AT.date(), actor=here.quarrel.he, at=AT
    )


def give(here, made):
    with scoping.scoped(here.quarrel.he):
        return actions.give_to_team(number=here.number, team_id=made.pk, actor=here.quarrel.he, at=AT)


def term(here, **more):
    facts = {"kind": TemplateKind.TERM, "title": "降噪", "text": "○○于○日前加装隔音设施", "field": Field.NEIGHBOURS}
    return actions.write_template(**facts | more, actor=here.xu, at=AT)


def test_a_team_shows_who_sits_in_it_and_who_is_missing(here) -> None:
    made = team(here)
    sit(here, made, here.xu, TeamPart.MEDIATOR)
    sit(here, made, here.quarrel.wei, TeamPart.JUDGE)
    page = browser(here.quarrel.he).get(f"/teams/{made.pk}/").content.decode()
    assert "许桂兰" in page and "还缺：法官助理" in page
    with pytest.raises(Refused, match=r"team\.duty"):
        sit(here, made, here.xu, TeamPart.JUDGE)
    with pytest.raises(Refused, match=r"team\.held"):
        sit(here, made, here.xu, TeamPart.MEDIATOR)


def test_a_matter_goes_to_a_team_and_its_people_stand_first(here) -> None:
    made = team(here)
    sit(here, made, here.quarrel.wei, TeamPart.JUDGE)
    give(here, made)
    with scoping.scoped(here.quarrel.he):
        assert queries_register.team_users(here.quarrel.dispute, TeamPart.JUDGE) == {here.quarrel.wei.user_id}
    assert here.number in browser(here.quarrel.he).get(f"/teams/{made.pk}/").content.decode()
    stranger = browser(here.leng)
    assert stranger.get(f"/teams/{made.pk}/").status_code == 404


def test_a_team_whose_judges_guided_the_matter_does_not_get_it(here) -> None:
    made = team(here)
    sit(here, made, here.quarrel.jiang, TeamPart.JUDGE)
    disputes.seat(here.quarrel.dispute, SeatRole.GUIDE, at=AT, user_id=here.quarrel.jiang.user_id)
    with pytest.raises(Refused, match=r"team\.judges_barred"):
        give(here, made)


def test_only_the_court_makes_teams_and_leaving_keeps_the_row(here) -> None:
    with pytest.raises(Forbidden):
        actions.make_team(name="甲", team=Team.IP, starts_on=AT.date(), actor=here.xu, at=AT)
    made = team(here)
    seat = sit(here, made, here.xu, TeamPart.MEDIATOR)
    actions.leave_team(team_id=made.pk, seat_id=seat.pk, on=AT.date(), actor=here.quarrel.he, at=AT)
    assert queries_register.live_seats(made, on=AT.date() + dt.timedelta(days=1)) == []
    assert made.seats.count() == 1


def test_a_template_keeps_every_version_with_who_and_why(here) -> None:
    made = term(here)
    actions.change_template(template_id=made.pk, text="○○于○日前停用排风机", why="更具体", actor=here.xu, at=AT)
    rows = list(TemplateVersion.objects.values_list("version", "actor_name", "why"))
    assert rows == [(2, "许桂兰", "更具体"), (1, "许桂兰", "")]
    with pytest.raises(Refused, match=r"template\.same"):
        actions.change_template(template_id=made.pk, text="○○于○日前停用排风机", why="", actor=here.xu, at=AT)
    with pytest.raises(Refused, match=r"template\.personal"):
        term(here, title="乙", text="付给13812340421")
    with pytest.raises(Refused, match=r"template\.title"):
        term(here)


def test_templates_stay_in_their_house(here) -> None:
    made = term(here)
    assert browser(here.zhao).get(f"/templates/{made.pk}/").status_code == 200
    assert browser(here.leng).get(f"/templates/{made.pk}/").status_code == 404
    with scoping.scoped(here.leng), scoping.application_filter_off():
        assert not Template.objects.exists() and not TemplateVersion.objects.exists()


def test_a_template_is_put_into_the_agreement_and_nothing_typed_is_lost(here) -> None:
    g.running(here)
    made = term(here)
    family = term(here, title="探望", field=Field.FAMILY)
    mediator, address = browser(here.xu), f"/mediation/{here.number}/agreement/"
    page = mediator.get(address).content.decode()
    assert "降噪" in page and f'value="{family.pk}"' not in page
    answer = mediator.post(address, {"facts": "双方系邻居", "t0-text": "先说好的", "use": made.pk})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "双方系邻居" in page and "先说好的" in page and "加装隔音设施" in page
    with scoping.unscoped("tests"):
        assert not here.quarrel.dispute.agreements.exists()


def test_the_pages_of_templates(here) -> None:
    mediator = browser(here.xu)
    sent = {"kind": "question", "title": "先问", "field": "", "cause": "", "text": "您最在意什么？"}
    address = mediator.post("/templates/", sent)["Location"]
    assert mediator.post(address, {"text": "您最担心什么？", "why": ""}).status_code == 302
    assert "第2版" in mediator.get(address).content.decode()
    assert mediator.post(address, {"end": "1"}).status_code == 302
    assert "先问" not in mediator.get("/templates/").content.decode()
