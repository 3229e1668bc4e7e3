"""The description of the API: complete, as published, and true under hostile requests."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.generation import GenerationMode
from tests.cast import cast

from fengqiao.config.api import SNAPSHOT, WORDS, document
from fengqiao.intake.tests.api_ground import DESK, key
from fengqiao.kernel.actor import verbs
from fengqiao.people.rules import Role

METHODS = ("get", "post")


def operations() -> list[dict]:
    return [one for methods in document()["paths"].values() for one in methods.values()]


def test_the_published_document_is_the_present_one() -> None:
    assert json.loads(SNAPSHOT.read_text(encoding="utf-8")) == document(), "run: fengqiao openapi --write"


def test_every_operation_says_who_may_call_and_how_it_refuses() -> None:
    found = document()
    tags = {tag["name"] for tag in found["tags"]}
    assert found["openapi"].startswith("3.1")
    assert set(found["components"]["securitySchemes"]) == {"key", "code", "session"}
    for one in operations():
        assert set(one["x-verbs"]) <= set(verbs()), one["operationId"]
        assert set(one["tags"]) <= tags, one["operationId"]
        assert {"400", "429"} <= set(one["responses"]), one["operationId"]
        assert not one["x-verbs"] or {"401", "403"} <= set(one["responses"]), one["operationId"]
    assert {one["operationId"] for one in operations()} == set(WORDS)


@pytest.mark.django_db
def test_the_page_in_both_languages(client) -> None:
    chinese = client.get("/api/v1/docs").content.decode()
    assert "给别的系统用的接口" in chinese and "办没办好" in chinese
    client.cookies["fq_language"] = "en"
    assert "Interface for other systems" in client.get("/api/v1/docs").content.decode()
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "Fengqiao"


schema = schemathesis.openapi.from_dict(document())
schema.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
HOSTILE = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def caller(db, client, settings) -> tuple:
    settings.API_PER_MINUTE = 1_000_000
    people = cast()
    return client, {"Authorization": f"Bearer {key(people.qiaoxi_office, Role.CLERK, DESK)}"}


@pytest.mark.slow
@schema.parametrize()
@HOSTILE
def test_no_hostile_request_is_our_fault(case, caller) -> None:
    client, headers = caller
    sent = case.as_transport_kwargs(base_url="http://testserver")
    given = {name: value for name, value in dict(sent["headers"]).items() if value.isascii()} | headers
    body = sent.get("data") or b""
    kind = given.pop("Content-Type", "application/json")
    if "json" in sent:
        body = json.dumps(sent["json"], default=str)
    if not isinstance(body, str | bytes):
        body = str(body)
    path = sent["url"].removeprefix("http://testserver")
    answer = client.generic(
        sent["method"], path, body, content_type=kind, headers=given, query_params=sent.get("params") or {}
    )
    assert answer.status_code < 500
    assert str(answer.status_code) in case.operation.definition.raw["responses"] or answer.status_code == 405
