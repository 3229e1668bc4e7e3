"""A passkey from set-up to signing in, with a virtual authenticator in the browser."""

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from fengqiao.people.rules import Role
from tests import world

PASSKEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def phone(browser_page):
    """A window whose device makes and shows passkeys. They belong to a name, not to an address: hence localhost."""
    browser_page.address = browser_page.address.replace("127.0.0.1", "localhost")
    page = browser_page(390)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    page.authenticator = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEY})["authenticatorId"]
    page.devtools = devtools
    return page


def _sign_in(page, user) -> None:
    page.goto("/account/sign-in/")
    page.locator("input[name=login]").fill(user.username)
    page.locator("input[name=password]").fill(world.PASSWORD)
    page.locator("main form button.btn-primary").click()


def test_a_passkey_is_set_up_and_signs_in(phone):
    user = world.member(Role.LEADER, world.places().district, second_factor=False).user
    user.set_password(world.PASSWORD)
    user.save()
    _sign_in(phone, user)
    expect(phone.get_by_role("heading", level=1)).to_have_text("第二重验证")
    phone.get_by_role("link", name="设一把密钥").click()
    phone.locator("input[name=name]").fill("我的手机")
    phone.locator("input[name=passwordless]").check()
    phone.locator("#mfa_webauthn_add").click()
    phone.wait_for_url(lambda url: "/add/" not in url)
    key = Authenticator.objects.get(user=user, type=Authenticator.Type.WEBAUTHN)
    assert key.wrap().name == "我的手机"
    assert (
        len(phone.devtools.send("WebAuthn.getCredentials", {"authenticatorId": phone.authenticator})["credentials"])
        == 1
    )

    phone.context.clear_cookies()
    phone.goto("/account/sign-in/")
    phone.locator("#passkey_login").click()
    phone.wait_for_url(lambda url: "/sign-in/" not in url)
    phone.goto("/people/me/")
    expect(phone.locator("body")).to_contain_text(user.name)


def test_without_the_key_the_passkey_opens_nothing(phone):
    phone.goto("/account/sign-in/")
    phone.locator("#passkey_login").click()
    expect(phone.locator("#passkey_login")).to_be_visible()
    phone.goto("/people/me/")
    assert "/account/sign-in/" in phone.url
