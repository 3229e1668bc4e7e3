"""Signing in: limits, second factor, codes to the phone, sessions, and no English on a Chinese page."""

import datetime as dt
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.urls import reverse
from tests import world

from fengqiao.kernel import clock
from fengqiao.kernel.models import Notice
from fengqiao.people import sign_in
from fengqiao.people.actions import end_duty
from fengqiao.people.models import Membership, Person, SignInCode, User
from fengqiao.people.rules import Role

pytestmark = pytest.mark.django_db
LOGIN = "/account/sign-in/"


@pytest.fixture(autouse=True)
def fresh_cache():
    _another_process()


@pytest.fixture
def here():
    return world.places()


def _with_password(duty: Membership) -> User:
    duty.user.set_password(world.PASSWORD)
    duty.user.save()
    return duty.user


def _sign_in(client, user: User, password: str = world.PASSWORD, **more):
    return client.post(LOGIN, {"login": user.username, "password": password}, **more)


def _code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_clerk_signs_in_with_a_password(client, here) -> None:
    user = _with_password(world.member(Role.CLERK, here.street, second_factor=False))
    assert _sign_in(client, user).status_code == 302
    page = client.get("/people/me/")
    assert page.status_code == 200
    assert user.name in page.content.decode()


def test_five_wrong_passwords_lock_the_account_for_that_neighbourhood(client, here) -> None:
    user = _with_password(world.member(Role.CLERK, here.street, second_factor=False))
    with clock.standing_at(world.AT):
        for _try in range(5):
            assert _sign_in(client, user, "wrong").status_code == 200
        assert _sign_in(client, user).status_code == 200
        assert "_auth_user_id" not in client.session
        elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
        assert _sign_in(client, user, **elsewhere).status_code == 302
    client.logout()
    with clock.standing_at(world.AT + dt.timedelta(minutes=16)):
        assert _sign_in(client, user).status_code == 302


def test_the_right_password_forgets_the_wrong_ones(client, here) -> None:
    user = _with_password(world.member(Role.CLERK, here.street, second_factor=False))
    with clock.standing_at(world.AT):
        for _round in range(3):
            for _try in range(4):
                _sign_in(client, user, "wrong")
            assert _sign_in(client, user).status_code == 302
            client.logout()


def test_unknown_and_known_names_get_the_same_answer(client, here) -> None:
    known = _with_password(world.member(Role.CLERK, here.street, second_factor=False))
    answers = []
    for name in (known.username, "nobody-here"):
        page = client.post(LOGIN, {"login": name, "password": "wrong"}).content.decode()
        answers.append(re.sub(r'value="[^"]*"', "", page))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("role", [Role.LEADER, Role.AUDITOR, Role.COUNSELLOR, Role.ADMINISTRATOR])
def test_without_a_second_factor_some_duties_reach_only_its_page(client, here, role) -> None:
    duty = world.member(role, here.district, second_factor=False)
    client.force_login(duty.user)
    for path in ("/people/organisations/", "/people/readings/", "/home/", "/people/places/"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers.get("Location")) == (302, reverse("mfa_index")), path
    world.give_second_factor(duty.user)
    assert client.get("/home/").headers.get("Location") != reverse("mfa_index")


def test_the_second_factor_is_asked_for_and_a_wrong_one_refused(client, here) -> None:
    duty = world.member(Role.AUDITOR, here.district, second_factor=False)
    user, secret = _with_password(duty), generate_totp_secret()
    TOTP.activate(user, secret)
    assert _sign_in(client, user).headers["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert client.post(reverse("mfa_authenticate"), {"code": _code(secret)}).status_code == 302
    assert client.get("/people/readings/").status_code == 200


def _another_process() -> None:
    """What another web process knows: the database, and nothing this one keeps in its memory."""
    from django.core.cache.backends import locmem

    for held in locmem._caches.values():
        held.clear()


def test_wrong_second_factors_are_counted_for_all_processes_together(client, here) -> None:
    user, secret = (
        _with_password(world.member(Role.AUDITOR, here.district, second_factor=False)),
        generate_totp_secret(),
    )
    TOTP.activate(user, secret)
    _sign_in(client, user)
    for _try in range(5):
        assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
        _another_process()
    assert client.post(reverse("mfa_authenticate"), {"code": _code(secret)}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_second_factor_works_once_in_whatever_process(client, here) -> None:
    user, secret = (
        _with_password(world.member(Role.AUDITOR, here.district, second_factor=False)),
        generate_totp_secret(),
    )
    TOTP.activate(user, secret)
    code = _code(secret)
    for expected in (302, 200):
        _sign_in(client, user)
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == expected
        client.logout()
        _another_process()


def test_the_secret_of_a_second_factor_is_sealed(here) -> None:
    user, secret = world.member(Role.AUDITOR, here.district, second_factor=False).user, generate_totp_secret()
    TOTP.activate(user, secret)
    assert secret not in str(Authenticator.objects.get(user=user).data)


def test_setting_up_an_app(client, here) -> None:
    user = _with_password(world.member(Role.LEADER, here.district, second_factor=False))
    _sign_in(client, user)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": _code(secret)}).status_code == 302
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200


def test_sign_up_is_closed(client) -> None:
    for name in ("account_signup", "account_email", "account_reset_password", "account_set_password"):
        assert client.get(reverse(name)).headers["Location"] == LOGIN


def test_a_resident_signs_in_by_a_code(client, monkeypatch) -> None:
    sent: list[tuple] = []
    monkeypatch.setattr(sign_in, "send_code_by", [lambda *what: sent.append(what)])
    with clock.standing_at(world.AT):
        assert client.post("/account/code/", {"phone": "138 1234 0421"}).status_code == 302
        phone, code, language, _at = sent[0]
        assert (phone, language) == ("13812340421", "zh-hans")
        assert "13812340421" not in client.get("/account/code/check/").content.decode()
        wrong = "000000" if code != "000000" else "111111"
        assert client.post("/account/code/check/", {"code": wrong}).status_code == 422
        assert client.post("/account/code/check/", {"code": code}).status_code == 302
    person = Person.objects.get()
    assert client.get("/people/me/").status_code == 200
    assert User.objects.get().person == person
    assert not sign_in.check_code(phone=phone, code=code, at=world.AT)


def _sent_code(phone: str, monkeypatch, at: dt.datetime = world.AT) -> str:
    sent: list[tuple] = []
    monkeypatch.setattr(sign_in, "send_code_by", [lambda *what: sent.append(what)])
    sign_in.send_code(phone=phone, address="192.0.2.1", language="en", at=at)
    return sent[0][1]


def test_the_code_goes_out_as_a_notice_that_forgets_it() -> None:
    sign_in.send_code(phone="13812340421", address="192.0.2.1", language="zh-hans", at=world.AT)
    notice = Notice.objects.get()
    assert (notice.channel, notice.template) == ("sms", "people.code")


def test_a_code_runs_out_and_dies_after_five_wrong_tries(monkeypatch) -> None:
    code = _sent_code("13812340421", monkeypatch)
    late = world.AT + dt.timedelta(minutes=10)
    assert not sign_in.check_code(phone="13812340421", code=code, at=late)
    for _try in range(5):
        assert not sign_in.check_code(phone="13812340421", code="x", at=world.AT)
    assert not sign_in.check_code(phone="13812340421", code=code, at=world.AT)
    assert code not in str(SignInCode.objects.values())


def test_codes_are_not_sent_without_end(client, monkeypatch) -> None:
    monkeypatch.setattr(sign_in, "send_code_by", [lambda *what: None])
    answers = []
    for minute in range(7):
        with clock.standing_at(world.AT + dt.timedelta(minutes=2 * minute)):
            answers.append(client.post("/account/code/", {"phone": "13812340421"}).status_code)
    assert answers == [302] * 5 + [409] * 2
    with clock.standing_at(world.AT):
        assert client.post("/account/code/", {"phone": "13812340999"}).status_code == 302
        assert client.post("/account/code/", {"phone": "13812340999"}).status_code == 409


def test_a_code_to_the_phone_never_opens_a_duty(client, here, monkeypatch) -> None:
    duty = world.member(Role.ADMINISTRATOR, here.district)
    duty.user.person = Person.objects.create(
        name="曾", phone="13812340421", phone_index=sign_in.phone_index("13812340421"), created_at=world.AT
    )
    duty.user.save()
    code = _sent_code("13812340421", monkeypatch)
    session = client.session
    session["code_phone"] = "13812340421"
    session.save()
    with clock.standing_at(world.AT):
        assert client.post("/account/code/check/", {"code": code}).status_code == 302
    assert client.get("/people/organisations/").status_code == 404
    assert client.get(reverse("mfa_index")).headers["Location"] == "/people/me/"
    assert client.get(reverse("account_change_password")).headers["Location"] == "/people/me/"


def test_devices_are_listed_and_can_be_ended(client, client_factory, here) -> None:
    user = _with_password(world.member(Role.CLERK, here.street, second_factor=False))
    other = client_factory()
    _sign_in(other, user, HTTP_USER_AGENT="Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) MicroMessenger/8.0")
    _sign_in(client, user)
    page = client.get(reverse("usersessions_list")).content.decode()
    assert "微信 · iPhone" in page and "一台设备" in page
    ended = re.search(r"/account/sessions/\d+/end/", page).group()
    stranger = client_factory()
    stranger.force_login(world.member(Role.CLERK, here.street).user)
    assert stranger.post(ended).status_code == 404
    assert client.post(ended).status_code == 302
    assert other.get("/people/me/").status_code == 302
    assert client.get("/people/me/").status_code == 200


@pytest.fixture
def client_factory():
    from django.test import Client

    return Client


def test_a_role_is_switched_and_only_among_ones_own(client, here) -> None:
    first = world.member(Role.CLERK, here.street)
    second = Membership.objects.create(
        user=first.user,
        organisation=world.organisation(here.district),
        role=Role.DISPATCHER,
        starts_on=dt.date(2026, 1, 1),
    )
    foreign = world.member(Role.ADMINISTRATOR, here.district)
    client.force_login(first.user)
    assert client.post("/people/me/duty/", {"duty": second.pk}).status_code == 302
    assert client.get("/people/me/").context["actor"].role == "dispatcher"
    for wrong in (foreign.pk, 0, "x", ""):
        assert client.post("/people/me/duty/", {"duty": wrong}).status_code == 404
    end_duty(duty=second, actor=world.SYSTEM, at=world.AT)
    assert client.get("/people/me/").context["actor"].role == "clerk"


ENGLISH = re.compile(r">[^<>{}]*[A-Za-z]{4,}[^<>{}]*<")
ALLOWED = ("Fengqiao", "English", "script", "{", "Mozilla")


def _english(html: str) -> list[str]:
    body = re.sub(r"<(script|style|template|kbd)\b.*?</\1>", "", html, flags=re.S)
    body = re.sub(r'<[^>]*\blang="en"[^>]*>[^<]*', "<", body)
    found = [piece.strip("<>").strip() for piece in ENGLISH.findall(body)]
    found = [piece for piece in found if not re.fullmatch("[A-Z2-7]{32}", piece)]
    return [piece for piece in found if piece and not any(word in piece for word in ALLOWED)]


def test_no_english_shows_on_the_chinese_pages(client, here) -> None:
    pages = {name: client.get(reverse(name)) for name in ("account_login", "account_code", "account_inactive")}
    user = _with_password(world.member(Role.LEADER, here.district, second_factor=False))
    pages["wrong"] = _sign_in(client, user, "wrong")
    for _try in range(5):
        pages["locked"] = _sign_in(client, user, "wrong")
    _sign_in(client, user, REMOTE_ADDR="203.0.113.9")
    for name in ("mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_logout", "account_change_password",
                 "usersessions_list", "people:me", "people:who_looked"):  # fmt: skip
        pages[name] = client.get(reverse(name))
    pages["wrong app"] = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    wrong = {"oldpassword": "x", "password1": "12345678", "password2": "1"}
    pages["wrong password"] = client.post(reverse("account_change_password"), wrong)
    TOTP.activate(user, generate_totp_secret())
    for name in ("mfa_index", "mfa_generate_recovery_codes", "mfa_deactivate_totp", "mfa_list_webauthn"):
        pages[f"{name} again"] = client.get(reverse(name))
    client.post(reverse("mfa_generate_recovery_codes"))
    pages["codes"] = client.get(reverse("mfa_view_recovery_codes"))
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": 1.0, "user_id": "0", "username": user.username}
    ]
    session.save()
    pages["again"] = client.get(reverse("mfa_index") + "webauthn/add/", follow=True)
    pages["again code"] = client.get(reverse("mfa_reauthenticate"))
    client.logout()
    _sign_in(client, user, REMOTE_ADDR="203.0.114.9")
    pages["authenticate"] = client.get(reverse("mfa_authenticate"))
    pages["wrong code"] = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    for name, page in pages.items():
        assert page.status_code in {200, 422}, (name, page.status_code, page.headers.get("Location"))
        html = page.content.decode()
        assert not _english(html), (name, _english(html))
        assert html.count("<h1") == 1, name
        assert html.count("btn-primary") <= 1, name
