"""Files of the log for anybody; how it stands for those who watch it."""

import pytest
from django.test import Client
from django.urls import reverse
from tests import world

from fengqiao.evidence import verifier
from fengqiao.evidence.models import Incident, Log
from fengqiao.evidence.tests.ground import AT, happen, turn
from fengqiao.people.rules import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def log():
    happen(3)
    turn()
    return Log.objects.get()


@pytest.fixture
def district():
    return world.places().district


def window(role, place):
    client = Client()
    client.force_login(world.member(role, place).user)
    return client


def test_the_files_are_served_as_the_format_says(client, log):
    address = f"/evidence/{log.folder}"
    got = client.get(f"{address}/checkpoint")
    assert got["Content-Type"] == "text/plain; charset=utf-8"
    assert verifier.parse_checkpoint(verifier.parse_note(got.content)).size == log.size
    tile = client.get(f"{address}/tile/0/000.p/{log.size}")
    assert tile["Content-Type"] == "application/octet-stream"
    assert "immutable" in tile["Cache-Control"]
    assert len(tile.content) == 32 * log.size
    assert client.get(f"{address}/tile/entries/000.p/{log.size}").status_code == 200


@pytest.mark.parametrize("path", ["tile/0/999", "tile/0/../../checkpoint", "tile/0/000.p/0", "tile/../.lock", "tile/0"])
def test_nothing_else_is_served(client, log, path):
    assert client.get(f"/evidence/{log.folder}/{path}").status_code == 404


def test_the_check_page_needs_no_one_and_can_be_kept(client, log):
    assert client.get("/evidence/").status_code == 200
    saved = client.get(reverse("evidence:saved_page"))
    assert saved["Content-Disposition"].startswith("attachment")
    page = saved.content.decode()
    assert "http-equiv" in page and "src=" not in page and "<link" not in page
    assert f"log.example/evidence/{log.folder}" in page


def test_the_verifier_and_the_keys_can_be_taken_along(client, log):
    assert client.get(reverse("evidence:verifier")).content.startswith('"""验证程序'.encode())
    policy = verifier.parse_policy(client.get(reverse("evidence:policy")).content)
    assert policy.logs[0].name == log.origin


def test_a_stranger_does_not_see_how_the_log_stands(client, log, district):
    assert client.get(reverse("evidence:state")).status_code == 302
    assert window(Role.CLERK, district).get(reverse("evidence:state")).status_code == 404
    assert log.origin in window(Role.ADMINISTRATOR, district).get(reverse("evidence:state")).content.decode()


def test_only_an_auditor_settles_an_incident(district):
    incident = Incident.objects.create(at=AT, kind=Incident.Kind.REFUSED, what="w0")
    address = reverse("evidence:settle", args=[incident.pk])
    assert window(Role.ADMINISTRATOR, district).post(address).status_code == 404
    auditor = window(Role.AUDITOR, district)
    assert auditor.post(address).status_code == 302
    incident.refresh_from_db()
    assert incident.settled_by.startswith("member:")
    assert auditor.post(address).status_code == 409
