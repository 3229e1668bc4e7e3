"""Signing in: how allauth asks us, and the one-time code residents receive on their phone."""

from __future__ import annotations

import datetime as dt
import ipaddress
import secrets
import time
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel import clock, crypto, limits
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.notify.sending import Recipient, notify
from fengqiao.people import numbers
from fengqiao.people.access import BY_CODE
from fengqiao.people.actions.persons import find_or_create_person, phone_index
from fengqiao.people.models import Person, SignInCode, User
from fengqiao.people.notices import CODE
from fengqiao.people.rules import SECOND_FACTOR

WINDOW_S = 15 * 60
PER_ACCOUNT_AND_BAND, PER_ACCOUNT, PER_BAND = 5, 20, 300
CODE_RUNS = dt.timedelta(minutes=10)
CODES_PER_PHONE, CODES_PER_BAND, CODE_TRIES = 5, 30, 5


def address_band(address: str) -> str:
    """The neighbourhood of an address: /24 of IPv4, /64 of IPv6. What is no address is a band of its own."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 64}", strict=False))


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closed sign-up, and limits on failures counted in the database."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuses: the sixth try of one account from one neighbourhood within 15 minutes, and wider floods.

        The right password clears the first count only, so nobody can clear the others by signing in themselves.
        """
        account, band = self._who(request, credentials)
        at = clock.now()
        within = [
            limits.hit(f"sign-in:{account}:{band}", PER_ACCOUNT_AND_BAND, WINDOW_S, at),
            limits.hit(f"sign-in:{account}", PER_ACCOUNT, WINDOW_S, at),
            limits.hit(f"sign-in:{band}", PER_BAND, WINDOW_S, at),
        ]
        if not all(within):
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is not None:
            account, band = self._who(request, credentials)
            limits.clear(f"sign-in:{account}:{band}")
        return user

    def _who(self, request: HttpRequest, credentials: dict[str, Any]) -> tuple[str, str]:
        account = str(credentials.get("username") or credentials.get("email") or "")
        return account.strip().casefold(), address_band(self.get_client_ip(request))

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        return not recently_authenticated(context.request)

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Letters of allauth are not used; what must be told goes through our own notices."""

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page itself says what happened."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are sealed in the database."""

    def encrypt(self, text: str) -> str:
        return crypto.seal(text, purpose="mfa") if text else ""

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.unseal(encrypted_text, purpose="mfa") if encrypted_text else ""

    def get_totp_label(self, user: User) -> str:
        return user.username


def first_password() -> str:
    """A password to hand over on paper, in groups nobody mistakes; its owner changes it."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _position in range(4)) for _group in range(4))


def needs_second_factor(actor: Actor, user: User) -> bool:
    """Whether this duty may not be used yet because its holder has no second factor."""
    return actor.role in SECOND_FACTOR and not is_mfa_enabled(user)


def recently_authenticated(request: HttpRequest) -> bool:
    """Whether the person proved who they are within ACCOUNT_REAUTHENTICATION_TIMEOUT; asked before sensitive acts.

    Signing in counts as well as being asked again; the second factor counts if there is one.
    """
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    times = [float(record["at"]) for record in records if record.get("method") in {"password", "mfa"}]
    return bool(times) and time.time() - max(times) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


CodePort = Callable[[str, str, str, dt.datetime], None]
"""Sends (phone, code, language, at) to a phone."""


def _as_notice(phone: str, code: str, language: str, at: dt.datetime) -> None:
    notify(Recipient(language=language, phone=phone), CODE.key, {"code": code}, subject="", at=at, actor="job:sign-in")


send_code_by: list[CodePort] = [_as_notice]


@transaction.atomic
def send_code(*, phone: str, address: str, language: str, at: dt.datetime) -> None:
    """Send a sign-in code to a phone. The answer is the same whether we know the number or not.

    Refuses: a second code within a minute, more than five an hour for one number or thirty for one neighbourhood.
    """
    number = numbers.phone(phone)
    if not number:
        raise ValidationError(_("Please enter a telephone number."))
    index, band = phone_index(number), address_band(address)
    if not limits.hit(f"code-minute:{index}", 1, 60, at):
        raise Refused("code.too_soon", _("We have just sent a code to this number. Please wait a minute."))
    within = [
        limits.hit(f"code:{index}", CODES_PER_PHONE, 3600, at),
        limits.hit(f"code:{band}", CODES_PER_BAND, 3600, at),
    ]
    if not all(within):
        raise Refused(
            "code.too_many",
            _("Too many codes were asked for within the hour."),
            next_step=_("Please try again later, or call the hotline; you can follow your matter without signing in."),
        )
    code = f"{secrets.randbelow(1_000_000):06d}"
    SignInCode.objects.filter(phone_index=index).delete()
    SignInCode.objects.create(
        phone_index=index, code_index=_fingerprint(index, code), sent_at=at, expires_at=at + CODE_RUNS
    )
    send_code_by[0](number, code, language, at)


def check_code(*, phone: str, code: str, at: dt.datetime) -> bool:
    """Whether this is the code that was sent. A code works once, for ten minutes, and dies after five wrong tries."""
    index = phone_index(numbers.phone(phone))
    with transaction.atomic():
        sent = SignInCode.objects.select_for_update().filter(phone_index=index, used_at=None).first()
        if sent is None or sent.expires_at <= at or sent.tries >= CODE_TRIES:
            return False
        if not secrets.compare_digest(sent.code_index, _fingerprint(index, code.strip())):
            sent.tries += 1
            sent.save(update_fields=["tries"])
            return False
        sent.used_at = at
        sent.save(update_fields=["used_at"])
        return True


@transaction.atomic
def resident_user(*, phone: str, at: dt.datetime) -> User:
    """The account behind a telephone number that was just proved; made on the first visit."""
    number = numbers.phone(phone)
    known = User.objects.filter(person__phone_index=phone_index(number), is_active=True).order_by("pk").first()
    if known is not None:
        return known
    person = Person.objects.filter(phone_index=phone_index(number), user=None).order_by("pk").first()
    person = person or find_or_create_person(name="", phone=number, at=at)
    return User.objects.create_user(f"resident-{secrets.token_hex(8)}", None, name=person.name, person=person)


def sign_in_resident(request: HttpRequest, user: User) -> None:
    """Open a session that reaches the resident's own matters and no duty, whatever duties the user may hold."""
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session[BY_CODE] = True


def _fingerprint(index: str, code: str) -> str:
    return crypto.keyed_index(f"{index}\0{code}", purpose="sign-in code")
