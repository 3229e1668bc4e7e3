"""Open311 GeoReport v2 as clients in the field use it; matters between persons stay out of it."""

import json
from xml.etree import ElementTree

import jsonschema
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import Cast, cast
from tests.shared import shared

from fengqiao.intake import actions
from fengqiao.intake.models import Category, Contact, Raw
from fengqiao.intake.rules import Channel, Stage
from fengqiao.intake.tests.api_ground import DESK, UNIT, concerned, key, told
from fengqiao.kernel import clock, scoping
from fengqiao.kernel.actor import PUBLIC
from fengqiao.people.rules import Role

pytestmark = pytest.mark.django_db
ROOT = "/open311/v2"
LAMP = "city.works.light"


@pytest.fixture
def district() -> Cast:
    top, _made = Category.objects.get_or_create(code="city", defaults={"name_zh": "城市管理"})
    for code, name in ((LAMP, "路灯"), ("justice.neighbour.noise", "邻里·噪声")):
        Category.objects.get_or_create(code=code, defaults={"name_zh": name, "parent": top, "level": 3})
    return cast()


def file(client: Client, api_key: str, **more: object) -> str:
    sent = {"service_code": LAMP, "description": "港云社区路灯不亮", "api_key": api_key, **more}
    answer = client.post(f"{ROOT}/requests.json", sent)
    assert answer.status_code == 201, answer.content
    return answer.json()[0]["service_request_id"]


def public(people: Cast, code: str = LAMP, **more: object) -> Contact:
    category = Category.objects.get(code=code)
    draft = actions.Draft(text="暗记正文暗记", place_id=people.gangyun.pk, category_id=category.pk, **more)
    with scoping.unscoped("tests"):
        return actions.receive(draft=draft, channel=Channel.WEB, actor=PUBLIC, at=clock.now()).contact


def fits(name: str, told_: object) -> None:
    """Valid by the standard's own schema. The files refer to each other by name."""
    folder = shared("data/open311/georeport-v2")
    schema = json.loads((folder / f"{name}.json").read_text())
    if schema.get("type") == "array":
        inner = json.loads((folder / schema["items"]["$ref"]).read_text())
        for one in told_:
            jsonschema.validate(one, inner, format_checker=jsonschema.FormatChecker())
    else:
        jsonschema.validate(told_, schema, format_checker=jsonschema.FormatChecker())


def listed(client: Client, **query: object) -> list[str]:
    answer = client.get(f"{ROOT}/requests.json", query)
    assert answer.status_code == 200, answer.content
    return [one["service_request_id"] for one in answer.json()]


def test_answers_fit_the_schemas_of_the_standard(district: Cast, client: Client) -> None:
    public(district, latitude=39.12345, longitude=116.54321)
    fits("services", client.get(f"{ROOT}/services.json").json())
    fits("service-definition", client.get(f"{ROOT}/services/{LAMP}.json").json())
    found = client.get(f"{ROOT}/requests.json").json()
    fits("requests", found)
    assert (found[0]["lat"], found[0]["long"]) == (39.123, 116.543)
    assert found[0]["requested_datetime"].endswith("+08:00")


def test_discovery_and_services_in_both_forms(district: Cast, client: Client) -> None:
    for path in ("/open311/discovery", f"{ROOT}/discovery", f"{ROOT}/services", f"{ROOT}/services/{LAMP}"):
        assert client.get(f"{path}.json").headers["Content-Type"].startswith("application/json")
        assert client.get(path).json()
        ElementTree.fromstring(client.get(f"{path}.xml").content)
    found = ElementTree.fromstring(client.get(f"{ROOT}/services.xml").content)
    assert found.tag == "services" and LAMP in [one.findtext("service_code") for one in found.findall("service")]
    assert LAMP.partition(".")[0] not in [one["service_code"] for one in client.get(f"{ROOT}/services.json").json()]


def test_a_system_files_and_sees_its_own_words_alone(district: Cast, client: Client) -> None:
    mine, other = key(district.housing, Role.OFFICER, UNIT), key(district.heating, Role.OFFICER, UNIT)
    number = file(
        client, mine, lat="39.9", long="116.4", address_string="云锦小区3号楼", last_name="陈", first_name="立秋"
    )
    contact = Contact.objects.get()
    assert (contact.channel, contact.source_id, contact.person.name) == ("open311", district.housing.pk, "陈立秋")
    assert Raw.objects.get().contact_number == number
    shown = {
        who: client.get(f"{ROOT}/requests/{number}.json", {"api_key": who} if who else {}).json()[0]["description"]
        for who in (mine, other, "")
    }
    assert shown[mine] == "港云社区路灯不亮"
    assert shown[other] == shown[""] and "不亮" not in shown[""]
    as_xml = client.get(f"{ROOT}/requests/{number}.xml")
    assert ElementTree.fromstring(as_xml.content).findtext("request/service_request_id") == number
    assert client.get(f"{ROOT}/tokens/{number}.json").json()[0]["service_request_id"] == number


def test_matters_between_persons_are_never_listed(district: Cast, client: Client) -> None:
    hidden = [
        public(district, "justice.neighbour.noise"),
        public(district, respondent="楼上邻居"),
        public(district, wants_secrecy=True),
        told(district),
    ]
    mine = key(district.housing, Role.OFFICER, UNIT)
    own = file(client, mine, service_code="justice.neighbour.noise", description="楼上太吵")
    assert listed(client) == []
    for number in (own, *(contact.number for contact in hidden)):
        assert listed(client, service_request_id=number) == []
        assert client.get(f"{ROOT}/requests/{number}.json").status_code == 404
        assert client.get(f"{ROOT}/tokens/{number}.json").status_code == 404
        assert number not in client.get(f"{ROOT}/servicerequestupdates.json").content.decode()
    assert listed(client, api_key=mine) == [own]


def test_filters(district: Cast, client: Client) -> None:
    near = public(district, latitude=39.9, longitude=116.4)
    far = public(district, latitude=31.2, longitude=121.5)
    both = [far.number, near.number]
    assert listed(client) == both
    assert listed(client, service_request_id=f"{near.number},{far.number}") == both
    assert listed(client, service_code=f"{LAMP},x") == both and listed(client, service_code="x") == []
    assert listed(client, lat=39.9, long=116.4) == [near.number]
    assert listed(client, lat=39.9, long=116.4, radius=1) == [near.number]
    assert listed(client, status="open") == both and listed(client, status="closed") == []
    assert listed(client, page_size=1, page=2) == [near.number]
    assert listed(client, page_size=1, page=3) == listed(client, page=999999) == []
    assert listed(client, start_date="2000-01-01T00:00:00.123456789Z") == both
    assert listed(client, end_date="2001-01-01T00:00:00Z") == []
    assert listed(client, updated_after="2000-01-01", updated_before="2001-01-01T00:00:00+08:00") == []
    assert listed(client, jurisdiction_id="anything") == both


def test_errors_are_lists_of_code_and_description(district: Cast, client: Client, settings) -> None:
    mine = key(district.housing, Role.OFFICER, UNIT)
    reader = key(district.housing, Role.OFFICER, ("intake.read",))
    cases = [
        (client.get(f"{ROOT}/requests.json", query), 400)
        for query in (
            {"start_date": "yesterday"}, {"lat": "x", "long": "1"}, {"lat": "1"}, {"status": "fixed"}, {"page": "0"},
            {"start_date": "0001-01-01T00:00:00Z"}, {"page_size": "nan"}, {"service_request_id": "1" * 5000},
        )
    ]  # fmt: skip
    cases += [
        (client.get(f"{ROOT}/services/nothing.json"), 404),
        (client.get(f"{ROOT}/requests/123.json"), 404),
        (client.get(f"{ROOT}/requests.json", {"api_key": "fq_x_y"}), 403),
        (client.post(f"{ROOT}/requests.json", {"service_code": LAMP, "description": "x"}), 403),
        (client.post(f"{ROOT}/requests.json", {"service_code": LAMP, "description": "x", "api_key": reader}), 403),
        (client.post(f"{ROOT}/requests.json", {"description": "x", "api_key": mine}), 400),
        (client.post(f"{ROOT}/requests.json", {"service_code": "x", "description": "x", "api_key": mine}), 404),
        (client.post(f"{ROOT}/requests.json", {"service_code": LAMP, "api_key": mine}), 400),
        (client.post(f"{ROOT}/requests.json", {"service_code": LAMP, "description": "a\x00", "api_key": mine}), 400),
    ]
    settings.OPEN311_JURISDICTION = "yunting"
    cases.append((client.get(f"{ROOT}/services.json", {"jurisdiction_id": "elsewhere"}), 404))
    for answer, status in cases:
        assert answer.status_code == status, (answer.request, answer.content)
        assert [set(one) for one in answer.json()] == [{"code", "description"}]
        assert answer.json()[0]["code"] == status
    assert client.get(f"{ROOT}/services.json", {"jurisdiction_id": "yunting"}).status_code == 200
    as_xml = client.get(f"{ROOT}/requests.xml", {"page": "x"})
    assert ElementTree.fromstring(as_xml.content).findtext("error/code") == "400"
    assert Raw.objects.count() >= 4


def test_closed_only_when_the_person_said_so(district: Cast, client: Client) -> None:
    contact = public(district)
    unit = key(district.heating, Role.OFFICER, UNIT)
    now = clock.now()
    with scoping.unscoped("tests"):
        actions.dispatch(number=contact.number, unit_id=district.heating.pk, actor=district.han, at=now)
        actions.take(number=contact.number, actor=district.shi, at=now)
        actions.note(number=contact.number, text="暗记内部暗记", actor=district.shi, at=now)
    told_ = {"service_request_id": contact.number, "description": "灯已换", "api_key": unit, "update_id": "7"}
    posted = [client.post(f"{ROOT}/servicerequestupdates.json", told_) for _time in range(2)]
    assert [one.status_code for one in posted] == [201, 201] and posted[0].content == posted[1].content
    assert contact.entries.filter(kind="progress").count() == 1
    closed = client.post(f"{ROOT}/servicerequestupdates.json", told_ | {"status": "CLOSED", "update_id": "8"})
    assert (closed.status_code, "contact.needs_acceptance" in closed.json()[0]["description"]) == (403, True)
    with scoping.unscoped("tests"):
        actions.finish(number=contact.number, text="办好了", actor=district.shi, at=clock.now())
    assert client.get(f"{ROOT}/requests/{contact.number}.json").json()[0]["status"] == "open"
    with scoping.unscoped("tests"):
        actions.accept(number=contact.number, actor=concerned(contact), at=clock.now())
    assert listed(client, status="closed") == [contact.number]
    contact.refresh_from_db()
    assert contact.stage == Stage.ACCEPTED
    lines = client.get(f"{ROOT}/servicerequestupdates.json", {"service_request_id": contact.number})
    assert [one["status"] for one in lines.json()][-1] == "closed"
    for exit_ in (lines, client.get(f"{ROOT}/requests.json"), client.get(f"{ROOT}/servicerequestupdates.xml")):
        assert "暗记" not in exit_.content.decode()
    ElementTree.fromstring(client.get(f"{ROOT}/servicerequestupdates.xml").content)


def test_a_stranger_adds_no_update(district: Cast, client: Client) -> None:
    contact = public(district)
    for unit, status in ((district.nanwan_office, 404), (district.qiaoxi_office, 201)):
        sent = {"service_request_id": contact.number, "description": "本人补充"}
        sent["api_key"] = key(unit, Role.CLERK, DESK)
        assert client.post(f"{ROOT}/servicerequestupdates.json", sent).status_code == status


def test_filed_once_under_a_key(district: Cast, client: Client) -> None:
    mine = key(district.housing, Role.OFFICER, UNIT)
    sent = {"service_code": LAMP, "description": "路灯不亮", "api_key": mine}
    headers = {"Idempotency-Key": "one"}
    first, second = (client.post(f"{ROOT}/requests.json", sent, headers=headers) for _time in range(2))
    assert first.content == second.content
    assert Contact.objects.count() == 1
    other = client.post(f"{ROOT}/requests.json", sent | {"description": "x"}, headers=headers)
    assert other.status_code == 409


NAMES = [
    "service_request_id",
    "service_code",
    "start_date",
    "end_date",
    "updated_after",
    "updated_before",
    "status",
    "lat",
    "long",
    "radius",
    "page",
    "page_size",
    "jurisdiction_id",
    "description",
    "address_string",
    "address_id",
    "media_url",
    "phone",
    "email",
    "first_name",
    "last_name",
    "update_id",
    "updated_datetime",
]
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["nan", "inf", "-1e400", "9" * 40, "2026-02-30", "2026-01-01T00:00:00.1234567890Z", ",,,", LAMP]),
    st.datetimes().map(lambda one: one.isoformat()),
    st.floats().map(str),
)


@given(sent=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6), path=st.sampled_from(["requests", "updates"]))
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_hostile_value_is_our_fault(district: Cast, client: Client, sent: dict[str, str], path: str) -> None:
    mine = client.defaults.setdefault("fq_key", key(district.housing, Role.OFFICER, UNIT))
    address = f"{ROOT}/{'servicerequestupdates' if path == 'updates' else path}"
    plain = {name: value.encode("utf-8", "replace").decode() for name, value in sent.items()}
    assert client.get(f"{address}.xml", plain).status_code < 500
    assert client.post(f"{address}.json", {"service_code": LAMP, "api_key": mine, **plain}).status_code < 500
