"""The person of one matter at the API: `Authorization: Basic` with the number as name and the code as password."""

from __future__ import annotations

import base64
import binascii
import hmac

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import outward, rules
from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.models import Contact
from fengqiao.kernel import limits, numbers, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.people import access
from fengqiao.shell import api

TRIES, PAUSE_S = 5, 15 * 60
MOST_FROM_ONE_ADDRESS = 60


def by_code(request: HttpRequest, credentials: str) -> Actor | None:
    """Somebody who shows number and code sees and decides this one matter. A wrong code and an absent number are one.

    Refuses: shell.api.TooMany after five wrong codes for a number, or sixty from one address, in a quarter of an hour.
    """
    number, code = _parts(credentials)
    if not number:
        return None
    at = request.now  # type: ignore[attr-defined]
    own, from_here = f"receipt-code:{number}", f"receipt-code:{api.address(request)}"
    if limits.is_over(own, TRIES, at) or limits.is_over(from_here, MOST_FROM_ONE_ADDRESS, at):
        raise api.TooMany(PAUSE_S)
    contact = _opened(number, code)
    if contact is None:
        limits.hit(own, TRIES, PAUSE_S, at)
        limits.hit(from_here, MOST_FROM_ONE_ADDRESS, PAUSE_S, at)
        return None
    return access.opened_by_code(number, contact.pk)


def _parts(credentials: str) -> tuple[str, str]:
    try:
        plain = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return "", ""
    number, _colon, code = plain.partition(":")
    return numbers.normalise(number), code.strip()


def _opened(number: str, code: str) -> Contact | None:
    """The contact, if the code fits. Absent numbers cost the same work."""
    with scoping.unscoped("intake.by_code"):
        contact = Contact.objects.filter(number=number).first()
        right = code_of(contact or Contact(number=number))
    return contact if hmac.compare_digest(right.encode(), code.encode()) else None


def register() -> None:
    """Say who calls by number and code, and what a key may be given."""
    api.know_caller("basic", by_code)
    for verb, label in {
        rules.FILE: _("send in what people tell"),
        rules.READ: _("read the matters of its place or unit"),
        rules.DISPATCH: _("dispatch, pass on, change the urgency"),
        rules.HANDLE: _("take, answer, ask, report done, note internally"),
        rules.REGISTER: _("write down what a person says on the phone or at the window"),
        rules.REORDER: _("merge, link and split"),
        rules.IMPORT: _("send in whole files of messages"),
    }.items():
        access.offer_scope(verb, label)
    for kind, words in outward.LABELS.items():
        access.offer_event(kind, words)
