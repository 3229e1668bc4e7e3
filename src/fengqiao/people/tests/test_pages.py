"""Pages of people: an insider acts, a colleague elsewhere and the stranger meet the same nothing."""

import datetime as dt

import pytest
from tests import world

from fengqiao.kernel import clock
from fengqiao.people import queries
from fengqiao.people.actions import reveal
from fengqiao.people.models import Area, Membership, Person, ReadAudit, User
from fengqiao.people.rules import RevealPurpose, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return world.places()


@pytest.fixture
def admin(client, here):
    duty = world.member(Role.ADMINISTRATOR, here.district, name="曾一凡")
    client.force_login(duty.user)
    return duty


def test_an_administrator_lays_out_a_grid(client, admin, here) -> None:
    assert "西峰区" in client.get("/people/places/").content.decode()
    path = f"/people/places/{here.community.pk}/"
    page = client.get(path)
    assert "第一网格" in page.content.decode()
    assert "幸福社区" not in page.content.decode()
    assert client.get(path + "new-place/").status_code == 200
    facts = {"kind": "grid", "name": "第三网格", "aliases": "老粮库，粮库大院", "households": "300", "residents": ""}
    assert client.post(path + "new-place/", facts).status_code == 302
    made = Area.objects.get(name="第三网格")
    assert set(made.aliases) == {"粮库大院", "老粮库"}
    assert client.post(path + "new-place/", facts).status_code == 409
    assert client.post(path + "new-place/", facts | {"name": ""}).status_code == 422
    assert client.post(f"/people/places/{made.pk}/change/", facts | {"name": "粮库网格"}).status_code == 302
    assert client.post(f"/people/places/{made.pk}/close/").status_code == 302
    assert client.post(path + "close/").status_code == 409
    assert "已停用" in client.get(f"/people/places/{made.pk}/").content.decode()


def test_places_elsewhere_are_not_there(client, admin, here) -> None:
    for path in ("", "change/", "new-place/", "new-organisation/"):
        foreign = client.get(f"/people/places/{here.other_district.pk}/{path}")
        absent = client.get(f"/people/places/99999999/{path}")
        assert (foreign.status_code, foreign.content) == (404, absent.content), path


def test_places_are_found_while_typing(client, here) -> None:
    rows = client.get("/people/places/find/?q=llsq", headers={"Accept": "application/json"}).json()["areas"]
    assert [row["name"] for row in rows] == ["里涟社区"]
    assert "里涟社区" in client.get("/people/places/find/?q=里涟&kind=community").content.decode()
    assert client.get("/people/places/find/?q=里涟&kind=grid&kind=x").status_code == 200


def test_a_colleague_gets_an_account_and_a_duty_and_loses_it_again(client, admin, here) -> None:
    unit = world.organisation(here.street)
    path = f"/people/organisations/{unit.pk}/"
    assert "人与权限" in client.get("/people/organisations/").content.decode()
    facts = {
        "username": "lin",
        "name": "林晓梅",
        "role": "grid_worker",
        "area": here.grid.pk,
        "starts_on": "2026-01-01",
    }
    made = client.post(path + "new-duty/", facts)
    assert made.status_code == 200
    lin = User.objects.get(username="lin")
    assert lin.check_password(made.context["password"])
    assert made.context["password"] not in client.get(path).content.decode()
    assert client.post(path + "new-duty/", facts).status_code == 409
    assert client.post(path + "new-duty/", facts | {"username": "new", "name": ""}).status_code == 422
    assert client.post(path + "new-duty/", facts | {"area": here.other_street.pk}).status_code == 422
    again = facts | {"role": "clerk", "area": "", "capacity": "20"}
    assert client.post(path + "new-duty/", again).status_code == 302
    assert "林晓梅" in client.get(path).content.decode()
    worker = type(client)()
    worker.force_login(lin)
    duty = Membership.objects.get(user=lin, role="grid_worker")
    assert worker.get("/people/me/").context["actor"].area_id == here.grid.pk
    assert client.post(f"/people/duties/{duty.pk}/end/").status_code == 302
    assert worker.get("/people/me/").context["actor"].role == "clerk"


@pytest.fixture
def at_once():
    """No minute passes between two pages that are compared to the last byte: each says what time it is."""
    with clock.standing_at(dt.datetime(2026, 5, 11, 14, 0, tzinfo=clock.CHINA)):
        yield


@pytest.mark.usefixtures("at_once")
def test_organisations_are_added_changed_and_only_at_home(client, admin, here) -> None:
    facts = {"name": "港云街道办事处", "kind": "street_office", "code": "GY", "phone": "12345", "capacity": ""}
    made = client.post(f"/people/places/{here.street.pk}/new-organisation/", facts)
    assert made.status_code == 302
    path = made.headers["Location"]
    assert "港云街道办事处" in client.get(path).content.decode()
    assert client.post(path + "change/", facts | {"capacity": "40", "phone": "010-88001234"}).status_code == 302
    assert "01088001234" in client.get(path).content.decode()
    foreign = world.organisation(here.other_district)
    for sub in ("", "change/", "new-duty/"):
        answer = client.get(f"/people/organisations/{foreign.pk}/{sub}")
        assert answer.content == client.get(f"/people/organisations/99999999/{sub}").content
        assert answer.status_code == 404


def test_long_lists_page_by_key(client, admin, here) -> None:
    for number in range(60):
        world.organisation(here.street, name=f"单位{number:02d}")
    seen: list[str] = []
    page = client.get("/people/organisations/?kind=other").context["page"]
    pages = [page]
    while page.next_url:
        page = client.get("/people/organisations/" + page.next_url).context["page"]
        pages.append(page)
    seen = [row.pk for one in pages for row in one.rows]
    assert len(seen) == len(set(seen)) >= 60
    back = client.get("/people/organisations/" + pages[-1].previous_url).context["page"]
    assert [row.pk for row in back.rows] == [row.pk for row in pages[-2].rows]


def test_the_stranger_meets_nothing(client, here) -> None:
    client.force_login(world.member(Role.OFFICER, here.street).user)
    for path in ("organisations/", f"places/{here.street.pk}/change/", "readings/", "places/"):
        assert client.get(f"/people/{path}").status_code == 404, path
    client.logout()
    for path in ("organisations/", "readings/", "me/"):
        assert client.get(f"/people/{path}").headers["Location"].startswith("/account/sign-in/")


@pytest.fixture
def chen(here):
    chen = Person.objects.create(name="陈立秋", phone="13812340421", created_at=world.AT)
    scope = queries.register_person_scope(
        lambda actor: Person.objects.filter(pk=chen.pk) if actor.area_id == here.street.pk else Person.objects.none()
    )
    yield chen
    queries._person_scopes.remove(scope)


def test_a_number_is_shown_for_a_purpose_and_the_person_sees_who_looked(client, here, chen) -> None:
    duty = world.member(Role.CLERK, here.street, name="韩璐")
    client.force_login(duty.user)
    path = f"/people/persons/{chen.pk}/phone/?about=01226-0004827-5"
    asked = client.get(path).content.decode()
    assert "138****0421" in asked
    assert "13812340421" not in asked
    assert not ReadAudit.objects.exists()
    assert client.post(path, {"purpose": ""}).status_code == 200
    assert "13812340421" in client.post(path, {"purpose": "call_back", "about": "01226-0004827-5"}).content.decode()
    fragment = client.post(path, {"purpose": "visit"}, headers={"HX-Request": "true"}).content.decode()
    assert fragment.startswith("<span")
    assert "13812340421" in fragment
    again = client.get(path + "&keep=1", headers={"HX-Request": "true"}).content.decode()
    assert "138****0421" in again
    assert ReadAudit.objects.filter(person_id=chen.pk, subject="01226-0004827-5").count() == 2
    resident = User.objects.create(username="chen", name="陈立秋", person=chen)
    client.force_login(resident)
    page = client.get("/people/me/who-looked/").content.decode()
    assert "韩璐" in page
    assert "给本人回电话" in page


@pytest.mark.usefixtures("at_once")
def test_a_person_outside_ones_matters_is_not_there(client, here, chen) -> None:
    client.force_login(world.member(Role.CLERK, here.other_street).user)
    foreign = client.get(f"/people/persons/{chen.pk}/phone/")
    assert foreign.status_code == 404
    assert foreign.content == client.get("/people/persons/99999999/phone/").content
    assert client.get(f"/people/persons/{chen.pk}/password/").status_code == 404


def test_the_auditor_finds_who_read_what(client, here, chen) -> None:
    clerk = world.member(Role.CLERK, here.street, name="韩璐")
    from fengqiao.people import access

    actor = access.actor_for(clerk)
    reveal(person=chen, field="phone", purpose=RevealPurpose.VISIT, actor=actor, at=world.AT, subject="N-1")
    client.force_login(world.member(Role.AUDITOR, here.district).user)
    assert "韩璐" in client.get("/people/readings/").content.decode()
    assert "韩璐" in client.get("/people/readings/?about=N-1").content.decode()
    assert "韩璐" not in client.get("/people/readings/?about=N-2").content.decode()


def test_a_forbidden_attempt_survives_its_rollback(client, here, rf) -> None:
    from fengqiao.kernel.errors import Forbidden
    from fengqiao.shell.middleware import AnswersMiddleware

    request = rf.get("/")
    request.actor, request.resolver_match = world.actor(Role.CLERK, here.street), None
    request.session = {}
    AnswersMiddleware(lambda r: None).process_exception(request, Forbidden("intake.dispatch"))
    row = ReadAudit.objects.get()
    assert (row.outcome, row.purpose, row.actor) == ("refused", "intake.dispatch", request.actor.id)


def test_being_away_is_said_on_ones_own_page(client, here) -> None:
    duty = world.member(Role.CLERK, here.street)
    client.force_login(duty.user)
    assert client.post("/people/me/", {"away_until": "2099-01-05"}).status_code == 302
    assert "不在岗" in client.get("/people/me/").content.decode()
    assert client.post("/people/me/", {"away_until": "yesterday"}).status_code == 422
