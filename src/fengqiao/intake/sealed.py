"""What intake has sealed 存证: the person's own words and the office's answers, never internal lines."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from fengqiao.evidence import actions as evidence
from fengqiao.evidence import queries
from fengqiao.intake import events
from fengqiao.intake.actions import erasing
from fengqiao.intake.models import Attachment, Contact, Entry
from fengqiao.intake.rules import EntryKind
from fengqiao.kernel import files
from fengqiao.kernel.errors import Text

LINES: dict[str, EntryKind] = {
    events.ContactAnswered.kind: EntryKind.ANSWER,
    events.ProgressTold.kind: EntryKind.PROGRESS,
    events.MoreAsked.kind: EntryKind.ASKED,
    events.ContactSupplemented.kind: EntryKind.SUPPLEMENT,
    events.ContactDone.kind: EntryKind.DONE,
    events.ContactAccepted.kind: EntryKind.ACCEPTED,
    events.ContactObjected.kind: EntryKind.OBJECTED,
    events.ContactReopened.kind: EntryKind.REOPENED,
    events.ContactWithdrawn.kind: EntryKind.WITHDRAWN,
}
"""Kinds of event whose public line is sealed with them."""

SHOWN: dict[str, Text] = {
    events.ContactReceived.kind: _("What you told us"),
    events.ContactAnswered.kind: _("The office's answer"),
    events.ProgressTold.kind: _("Word on how far it was"),
    events.MoreAsked.kind: _("What the office asked you for"),
    events.ContactSupplemented.kind: _("What you added"),
    events.ContactDone.kind: _("The report that it is done"),
    events.ContactAccepted.kind: _("Your acceptance"),
    events.ContactObjected.kind: _("Your objection"),
    events.ContactReopened.kind: _("That it was opened again"),
    events.ContactWithdrawn.kind: _("That you took it back"),
}
"""Events the person of a matter may have proofs of, with what they read."""


@dataclasses.dataclass(frozen=True)
class Line:
    """One sealed fact as its person reads it. `state` as in `evidence.queries.Sealed`."""

    event_id: int
    what: Text
    at: dt.datetime
    state: str


def lines(contact: Contact) -> list[Line]:
    """What of this matter is sealed, oldest first. The caller has checked who asks."""
    held = queries.of_subject(contact.number)
    return [Line(one.event_id, SHOWN[one.kind], one.at, one.state) for one in held if one.kind in SHOWN]


def receipt(contact: Contact) -> Line | None:
    """The sealing of the receipt itself."""
    return next((line for line in lines(contact) if line.what is SHOWN[events.ContactReceived.kind]), None)


def proof(contact: Contact, event_id: int) -> bytes | None:
    """The proof of one event of this matter; None for one of another, an internal one, or one not ready."""
    return queries.proof(event_id) if any(line.event_id == event_id for line in lines(contact)) else None


def words_received(happened: list[dict[str, Any]]) -> Mapping[int, Mapping[str, Any]]:
    """The message as it came in, with its files. The sentence kept apart for its danger stays out."""
    numbers = [one["subject"] for one in happened]
    texts = dict(Contact.objects.filter(number__in=numbers).values_list("number", "text"))
    sent: dict[str, list[dict[str, Any]]] = {}
    for entry in _entries(numbers, {EntryKind.RECEIVED}):
        sent.setdefault(entry.contact.number, []).extend(_files(entry))
    return {
        one["event"]: _told(texts[one["subject"]], sent.get(one["subject"], []))
        for one in happened
        if one["subject"] in texts
    }


def words_of_line(happened: list[dict[str, Any]]) -> Mapping[int, Mapping[str, Any]]:
    """The public line that was written with the event: same matter, same kind, same instant."""
    kinds = {LINES[one["kind"]] for one in happened}
    held = {
        (entry.contact.number, entry.kind, entry.at): _told(entry.text, _files(entry))
        for entry in _entries({one["subject"] for one in happened}, kinds)
    }
    keys = {
        one["event"]: (one["subject"], LINES[one["kind"]], dt.datetime.fromisoformat(one["at"])) for one in happened
    }
    return {event: held[key] for event, key in keys.items() if held.get(key)}


def _entries(numbers: Iterable[str], kinds: Iterable[EntryKind]) -> QuerySet[Entry]:
    found = Entry.objects.filter(contact__number__in=numbers, kind__in=kinds, is_internal=False)
    return found.select_related("contact").prefetch_related("attachments__file")


def _files(entry: Entry) -> list[dict[str, Any]]:
    """Name, size and hash of what came with a line, as it was kept."""
    kept = [one for one in entry.attachments.all() if not one.is_internal]
    return [{"name": one.name, "size": one.file.size, "sha256": one.file.sha256} for one in kept]


def _told(text: str, sent: list[dict[str, Any]]) -> dict[str, Any]:
    return {**({"text": text} if text else {}), **({"files": sent} if sent else {})}


def package_files(number: str) -> Iterator[evidence.Item]:
    """The files of a matter that are not internal, as they are kept."""
    rows = Attachment.objects.filter(contact__number=number, is_internal=False).select_related("file")
    for one in rows.order_by("pk"):
        with files.open_file(one.file) as file:
            yield evidence.Item(one.name, file.read(), one.file.stored_at, _who(one.file.stored_by))


def _who(actor: str) -> str:
    """Who sent a file in, without naming anybody."""
    kind = actor.partition(":")[0]
    return str({"member": _("staff"), "key": _("a connected system")}.get(kind, _("the person concerned")))


def register() -> None:
    evidence.add_source("intake", package_files, SHOWN)
    evidence.add_wipe("intake", erasing.wipe)
    evidence.add_words(events.ContactReceived.kind, words_received)
    for kind in LINES:
        evidence.add_words(kind, words_of_line)
