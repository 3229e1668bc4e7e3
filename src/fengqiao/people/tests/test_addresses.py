"""Where notices of staff and units go: typed by oneself, by an administrator who sees them masked, tried at once."""

import pytest
from django.db import connection
from tests import world

from fengqiao.kernel.errors import Forbidden
from fengqiao.kernel.models import Event, Notice
from fengqiao.kernel.notify.fake import Fake
from fengqiao.kernel.testing import run_jobs
from fengqiao.people import access
from fengqiao.people.actions import set_addresses
from fengqiao.people.models import User
from fengqiao.people.rules import Role, mask_email

pytestmark = pytest.mark.django_db
PHONE, EMAIL = "13812340421", "hanlu@example.org"
ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa"


@pytest.fixture
def here(settings):
    Fake.reset()
    settings.NOTIFY_PORTS = dict.fromkeys(("email", "sms", "chat"), "fengqiao.kernel.notify.fake.Fake")
    return world.places()


@pytest.fixture
def admin(client, here):
    client.force_login(world.member(Role.ADMINISTRATOR, here.district, name="曾一凡").user)


def _held_in_the_database(user: User) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone || ' ' || email FROM people_user WHERE id = %s", [user.pk])
        return str(cursor.fetchone()[0])


def test_oneself_says_where_and_the_database_holds_it_sealed(client, here) -> None:
    user = world.member(Role.CLERK, here.street, name="韩璐").user
    client.force_login(user)
    answer = client.post("/people/me/addresses/", {"phone": "138 1234 0421", "email": EMAIL})
    assert answer.status_code == 302
    user.refresh_from_db()
    assert (user.phone, user.email) == (PHONE, EMAIL)
    assert PHONE not in _held_in_the_database(user)
    assert EMAIL not in _held_in_the_database(user)
    assert PHONE in client.get("/people/me/").content.decode()
    fact = Event.objects.get(kind="people.addresses_set")
    assert fact.facts == {"user_id": user.pk, "fields": ["email", "phone"]}


def test_what_no_telephone_answers_to_is_said_at_its_field(client, here) -> None:
    client.force_login(world.member(Role.CLERK, here.street).user)
    answer = client.post("/people/me/addresses/", {"phone": "1381234", "email": "x"})
    assert answer.status_code == 422
    assert set(answer.context["addresses"].errors) == {"phone", "email"}


def test_an_administrator_sees_them_masked_and_an_empty_field_keeps_them(client, admin, here) -> None:
    duty = world.member(Role.CLERK, here.street, name="韩璐")
    User.objects.filter(pk=duty.user_id).update(phone=PHONE, email=EMAIL)
    path = f"/people/duties/{duty.pk}/addresses/"
    page = client.get(path).content.decode()
    assert "138****0421" in page and "h****@example.org" in page
    assert PHONE not in page and EMAIL not in page
    assert client.post(path, {"phone": "", "email": "lu@example.org"}).status_code == 302
    assert (User.objects.get(pk=duty.user_id).phone, User.objects.get(pk=duty.user_id).email) == (
        PHONE,
        "lu@example.org",
    )
    assert client.post(path, {"phone": "", "email": "", "forget": "on"}).status_code == 302
    assert User.objects.get(pk=duty.user_id).phone == ""


def test_nobody_moves_the_telephone_of_a_colleague_elsewhere(here) -> None:
    duty = world.member(Role.CLERK, here.other_district)
    for role in (Role.ADMINISTRATOR, Role.LEADER):
        with pytest.raises(Forbidden):
            set_addresses(user=duty.user, phone=PHONE, email="", actor=world.actor(role, here.district), at=world.AT)
    own = access.actor_for(duty)
    assert set_addresses(user=duty.user, phone=PHONE, email="", actor=own, at=world.AT).phone == PHONE


def test_a_group_chat_is_tried_at_once_and_shown_masked(client, admin, here) -> None:
    unit = world.organisation(here.street)
    path = f"/people/organisations/{unit.pk}/"
    assert client.post(path + "chat/", {"chat": "https://example.org/hook"}).status_code == 422
    assert client.post(path + "chat/", {"chat": ""}).status_code == 422
    assert client.post(path + "chat/", {"chat": ROBOT}).status_code == 302
    assert "正在试发" in client.get(path).content.decode()
    run_jobs()
    (sent,) = Fake.sent
    assert sent.address.startswith("wecombot://") and unit.name in sent.text
    page = client.get(path).content.decode()
    assert "企业微信" in page and "****5aaa" in page and "试发已送达" in page
    assert "693a91f6" not in page + client.get(path + "chat/").content.decode()
    client.force_login(world.member(Role.DATA_OFFICER, here.district).user)
    assert "5aaa" not in client.get(path).content.decode()


def test_a_chat_that_does_not_answer_says_so(client, admin, here) -> None:
    unit = world.organisation(here.street)
    path = f"/people/organisations/{unit.pk}/"
    Fake.failures, Fake.is_final = 1, True
    client.post(path + "chat/", {"chat": "dingtalk://secret@token1234abcd/"})
    run_jobs()
    assert Notice.objects.get(channel="chat").state == "failed"
    assert "试发没有送到" in client.get(path).content.decode()
    assert client.post(path + "chat/", {"chat": "", "forget": "on"}).status_code == 302
    assert "设置工作群" in client.get(path).content.decode()


@pytest.mark.parametrize(("email", "shown"), [("hanlu@example.org", "h****@example.org"), ("", ""), ("nonsense", "")])
def test_an_email_is_shown_by_its_first_letter(email: str, shown: str) -> None:
    assert mask_email(email) == shown
