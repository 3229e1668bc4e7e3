"""Telephone and identity numbers as people type them: checked and brought to one form."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric

HOTLINES = frozenset(
    {"110", "119", "120", "122", "12110", "12309", "12315", "12329", "12333", "12338", "12345", "12348", "12355",
     "12356", "12366", "12368", "12388", "12389", "12393", "12395", "95598"}
)  # fmt: skip
"""Short numbers an organisation may give; nobody's own number."""

_MOBILE = re.compile(r"1[3-9]\d{9}")


def phone(text: str, *, hotlines: bool = False) -> str:
    """One form for one number: mainland numbers as digits ("13812340421", "01088001234"), others as "+85291234567".

    Refuses: ValidationError for what no telephone answers to. Empty stays empty.
    """
    typed = re.sub(r"[\s\-()（）—–.·]", "", unicodedata.normalize("NFKC", text))
    if not typed:
        return ""
    if typed in HOTLINES:
        if hotlines:
            return typed
        raise ValidationError(_("%(number)s is a hotline, not a person's number.") % {"number": typed})
    bare = re.sub(r"^(\+86|0086)", "", typed)
    if _MOBILE.fullmatch(bare):
        return bare
    if bare.isdigit() and bare.startswith("1") and len(bare) != 11 and not bare.startswith("10"):
        raise ValidationError(_("A mobile number has 11 digits; this one has %(count)s.") % {"count": len(bare)})
    return _other(typed)


def _other(typed: str) -> str:
    try:
        parsed = phonenumbers.parse(typed, "CN")
    except phonenumbers.NumberParseException as problem:
        raise ValidationError(_("This is not a telephone number.")) from problem
    if not phonenumbers.is_possible_number(parsed):
        raise ValidationError(_("This telephone number is too short or too long."))
    if parsed.country_code == 86:
        national = phonenumbers.national_significant_number(parsed)
        return national if national.startswith(("400", "800")) else f"0{national}"
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def identity(text: str) -> str:
    """An 18-digit resident identity number. Refuses: ValidationError with what is wrong. Empty stays empty."""
    typed = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
    if not typed:
        return ""
    if len(typed) != 18:
        raise ValidationError(
            _("An identity number has 18 characters; this one has %(count)s.") % {"count": len(typed)}
        )
    if not ric.is_valid(typed):
        raise ValidationError(_("The check digit of this identity number does not fit. Please compare it again."))
    return typed
