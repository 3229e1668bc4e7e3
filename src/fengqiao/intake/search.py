"""Finding a contact by number, phone, words or place, within the reader's scope.

Words live in a table the application may not read; two database functions own it. The scope of the transaction is part
of what is asked of the index ("street:12"), so a search costs the same for a grid and for a city, and rows are read
afterwards under the ordinary scope: a stale word can hide a row, never show one.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import QuerySet

from fengqiao.intake import queries
from fengqiao.intake.models import Contact
from fengqiao.kernel import numbers
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.crypto import keyed_index
from fengqiao.people import queries as people
from fengqiao.people.actions import persons
from fengqiao.people.models import Area

MOST = 50
MOST_WORDS = 400
_WORD = re.compile(r"[0-9a-z]+|[\u4e00-\u9fff]+")


def words_of(text: str) -> list[str]:
    """Words of a text as the index holds them: segmented Chinese with the pairs inside long words, figures, Latin."""
    import rjieba  # its dictionary takes an eighth of a second to load

    plain = unicodedata.normalize("NFKC", text).lower()
    found: dict[str, None] = {}
    for piece in rjieba.cut(plain, False):
        for word in _WORD.findall(piece):
            found[word] = None
            if len(word) > 2 and not word.isascii():
                found.update(dict.fromkeys(word[at : at + 2] for at in range(len(word) - 1)))
    return list(found)[:MOST_WORDS]


def asked_words(text: str) -> list[str]:
    """What a reader typed, as words that must all occur: only the shortest pieces, so that segmentation cannot hide."""
    found: dict[str, None] = {}
    for word in words_of(text):
        if word.isascii() or len(word) <= 2:
            found[word] = None
    return list(found)[:12]


def _pairs(initials: str) -> list[str]:
    """Neighbouring letters of first letters, marked so that they never meet a Latin word of the text."""
    return [f"i:{initials[at : at + 2]}" for at in range(len(initials) - 1)]


def _last_four(digits: str) -> str:
    return f"p:{keyed_index(digits[-4:], purpose='last four')[:16]}"


def put(contacts: Iterable[Contact]) -> int:
    """Write or renew the words of these contacts. Result: how many."""
    rows = []
    for contact in contacts:
        words = words_of(f"{contact.title} {contact.text} {contact.location_text}")
        phone = contact.person.phone if contact.person and not contact.is_anonymous else ""
        found = [
            *words,
            *_pairs(people.first_letters(contact.title)),
            *([_last_four(phone)] if len(phone) >= 7 else []),
        ]
        rows.append((contact.pk, found))
    with connection.cursor() as cursor:
        cursor.executemany("SELECT search_put(%s, %s)", rows)
    return len(rows)


def put_missing(*, after: int = 0, most: int = 1000) -> int:
    """Write the words of contacts beyond `after` that have none yet. Result: the last of them, 0 at the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_missing(%s, %s)", [after, most])
        ids = [row[0] for row in cursor.fetchall()]
    put(Contact.objects.filter(pk__in=ids).select_related("person"))
    return ids[-1] if ids else 0


def put_all_missing() -> None:
    """Write the words of every contact that has none yet, a thousand at a time."""
    last = put_missing()
    while last:
        last = put_missing(after=last)


def ids_of_words(words: Sequence[str], *, most: int = MOST) -> list[int]:
    """Contacts that hold all words, newest first, within the scope of this transaction."""
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_find(%s, %s)", [list(words), most])
        return [row[0] for row in cursor.fetchall()]


@dataclasses.dataclass(frozen=True)
class Found:
    """What a search brought: how it was understood, contacts, places."""

    by: str
    contacts: list[Contact]
    places: list[Area]
    more: bool = False


def search(actor: Actor, typed: str) -> Found:
    """Number first, then a whole phone number, then its last four digits, then words and places.

    Latin letters are looked up as first letters of places and of titles, "nqbr" for 暖气不热, unless the text has them.
    """
    text = typed.strip()[:80]
    if not text:
        return Found("nothing", [], [])
    number = numbers.normalise(text)
    if number:
        return Found("number", list(_rows(actor).filter(number=number)), [])
    digits = _digits(text)
    if digits and len(digits) == len(text.replace(" ", "").replace("-", "")):
        if len(digits) >= 7:
            return Found("phone", _by_phone(actor, digits), [])
        if len(digits) == 4:
            return Found("last_four", _by_ids(actor, ids_of_words([_last_four(digits)])), [])
    places = people.find_areas(actor, text, most=6)
    contacts = _by_ids(actor, ids_of_words(asked_words(text)))
    if not contacts and text.isascii() and text.isalpha() and len(text) > 1:
        contacts = _by_ids(actor, ids_of_words(_pairs(text.lower())))
    return Found("words", contacts, places, more=len(contacts) >= MOST)


def _rows(actor: Actor) -> QuerySet[Contact]:
    return queries.visible_to(actor)


def _by_phone(actor: Actor, digits: str) -> list[Contact]:
    return list(
        _rows(actor).filter(person__phone_index=persons.phone_index(digits)).order_by("-received_at", "-pk")[:MOST]
    )


def _by_ids(actor: Actor, ids: list[int]) -> list[Contact]:
    found = {contact.pk: contact for contact in _rows(actor).filter(pk__in=ids)} if ids else {}
    return [found[pk] for pk in ids if pk in found]


def former_of(actor: Actor, typed: str) -> list[Contact]:
    """Earlier matters of the phone typed so far, within the actor's scope; nothing until it is a whole number."""
    digits = _digits(typed)
    return list(queries.former_of_phone(persons.phone_index(digits), actor)) if len(digits) >= 7 else []


def _digits(typed: str) -> str:
    """A phone number as persons keep it: digits, without the prefix of the country."""
    found = "".join(sign for sign in unicodedata.normalize("NFKC", typed) if sign.isdigit())
    return found[2:] if found.startswith("86") and len(found) == 13 else found
