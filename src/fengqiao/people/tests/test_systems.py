"""Administrators connect systems: keys and addresses of their own organisations, shown once, ended at once."""

import datetime as dt

import pytest
from tests import world

from fengqiao.kernel import clock, webhooks
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.models import Webhook, WebhookDelivery
from fengqiao.people import actions, callers
from fengqiao.people.models import ApiKey
from fengqiao.people.rules import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return world.places()


@pytest.fixture
def admin(client, here):
    duty = world.member(Role.ADMINISTRATOR, here.district, name="曾一凡")
    client.force_login(duty.user)
    return duty


def facts(**more: object) -> dict:
    expires = clock.now().date() + dt.timedelta(days=30)
    return {"name": "物业报修", "role": "officer", "scopes": ["intake.file"], "expires_on": expires.isoformat(), **more}


def test_a_key_is_shown_once_works_and_ends(client, admin, here) -> None:
    unit = world.organisation(here.street)
    path = f"/people/organisations/{unit.pk}/new-key/"
    assert "发放密钥" in client.get(path).content.decode()
    shown = client.post(path, facts()).content.decode()
    secret = shown.partition('<code class="fq-num">')[2].partition("<")[0]
    actor = callers.actor_of(secret, at=clock.now())
    assert actor is not None and (actor.organisation_id, actor.role, actor.only) == (
        unit.pk,
        "officer",
        {"intake.file"},
    )
    listed = client.get("/people/systems/").content.decode()
    assert "物业报修" in listed and "报送群众反映的事" in listed and secret not in listed
    key = ApiKey.objects.get()
    assert client.post(f"/people/keys/{key.pk}/revoke/").status_code == 302
    assert callers.actor_of(secret, at=clock.now()) is None
    assert client.post(f"/people/keys/{key.pk}/revoke/").status_code == 409


@pytest.mark.parametrize("wrong", [{"scopes": ["intake.dispatch"]}, {"scopes": []}, {"role": "leader"}, {"name": ""}])
def test_a_wrong_key_is_told_at_the_field(client, admin, here, wrong) -> None:
    unit = world.organisation(here.street)
    assert client.post(f"/people/organisations/{unit.pk}/new-key/", facts(**wrong)).status_code == 422
    assert not ApiKey.objects.exists()


def test_the_verb_refuses_what_the_form_would(here) -> None:
    unit = world.organisation(here.street)
    at = clock.now()
    given = {"organisation": unit, "name": "x", "at": at}
    soon, late = at.date() + dt.timedelta(days=1), at.date() + dt.timedelta(days=800)
    for role, scopes, until, code in (
        (Role.LEADER, ["intake.read"], soon, "key.role"),
        (Role.OFFICER, ["people.connect"], soon, "key.scopes"),
        (Role.OFFICER, ["intake.read"], late, "key.expires"),
        (Role.OFFICER, ["intake.read"], at.date(), "key.expires"),
    ):
        with pytest.raises(Refused) as refusal:
            actions.issue_key(role=role, scopes=scopes, expires_on=until, actor=world.SYSTEM, **given)
        assert refusal.value.code == code
    elsewhere = world.actor(Role.ADMINISTRATOR, here.other_district)
    with pytest.raises(Forbidden):
        actions.issue_key(role=Role.OFFICER, scopes=["intake.read"], expires_on=soon, actor=elsewhere, **given)
    with pytest.raises(Refused):
        actions.issue_key(
            role=Role.OFFICER,
            scopes=["intake.read"],
            expires_on=soon,
            actor=world.SYSTEM,
            area=here.other_street,
            **given,
        )


def test_an_address_is_added_tried_and_ended(client, admin, here, monkeypatch) -> None:
    monkeypatch.setattr(webhooks, "_target", lambda url: (url, "example.test"))
    unit = world.organisation(here.street)
    path = f"/people/organisations/{unit.pk}/new-webhook/"
    assert "通知哪些事" in client.get(path).content.decode()
    assert client.post(path, {"url": "no", "kinds": ["intake.received"]}).status_code == 422
    made = client.post(path, {"url": "https://example.test/h", "kinds": ["intake.received"]})
    hook = Webhook.objects.get()
    assert hook.secret in made.content.decode()
    here_ = f"/people/webhooks/{hook.pk}/"
    assert client.post(here_ + "test/").status_code == 302
    assert WebhookDelivery.objects.get().webhook_id == hook.pk
    page = client.get(here_).content.decode()
    assert "测试" in page and hook.secret not in page and "登记" in page
    assert client.post(here_ + "end/").status_code == 302
    assert client.post(here_ + "test/").status_code == 409
    assert "已停用" in client.get("/people/systems/").content.decode()


def test_systems_elsewhere_are_not_there(client, admin, here) -> None:
    unit = world.organisation(here.other_district)
    soon = clock.now().date() + dt.timedelta(days=1)
    key, _secret = actions.issue_key(
        organisation=unit, name="外面", role=Role.OFFICER, scopes=["intake.read"], expires_on=soon, actor=world.SYSTEM,
        at=clock.now(),
    )  # fmt: skip
    hook = Webhook.objects.create(
        organisation_id=unit.pk,
        url="https://example.test/x",
        secret="s",
        events=["intake.received"],
        made_at=clock.now(),
    )
    shown = client.get("/people/systems/").content.decode()
    assert "外面" not in shown and "example.test" not in shown
    for path in (f"keys/{key.pk}/revoke/", f"webhooks/{hook.pk}/test/", f"organisations/{unit.pk}/new-key/"):
        absent = client.post("/people/" + path.replace(str(key.pk), "99999").replace(str(hook.pk), "99999"))
        assert client.post("/people/" + path).status_code == absent.status_code == 404


def test_a_clerk_does_not_connect_systems(client, here) -> None:
    client.force_login(world.member(Role.CLERK, here.street).user)
    assert client.get("/people/systems/").status_code == 404
