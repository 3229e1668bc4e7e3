"""A message that is still being written, step by step, and how it becomes a contact without losing a word."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import secrets
import unicodedata
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import understood
from fengqiao.intake.actions.alerting import hear
from fengqiao.intake.actions.common import Files, locked, settle, write
from fengqiao.intake.actions.receiving import Draft, Receipt, code_of, receive
from fengqiao.intake.models import Contact, Filing, FilingFile, Raw
from fengqiao.intake.routing import Router
from fengqiao.intake.rules import Behalf, Channel, EntryKind, Stage, Urgency
from fengqiao.kernel import files, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.crypto import keyed_index
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import StoredFile
from fengqiao.people import actions as people
from fengqiao.people.models import Area
from fengqiao.people.queries import person_by_id

KEPT_DAYS = 7
MOST_FILES = 9
READABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LETTERS = 8


@dataclasses.dataclass(frozen=True)
class Opened:
    """A filing with the key its browser keeps."""

    filing: Filing
    key: str


def answers(filing: Filing) -> dict[str, Any]:
    """What was said so far."""
    found: dict[str, Any] = json.loads(filing.answers)
    return found


@transaction.atomic
def begin(*, channel: Channel, said: dict[str, Any], at: dt.datetime) -> Opened:
    """Start a filing with its first answers."""
    key, code = secrets.token_urlsafe(24), _new_code()
    filing = Filing.objects.create(
        key_index=_index(key),
        code_index=_index(code),
        channel=channel,
        answers=json.dumps(said | {"code": code}, ensure_ascii=False),
        started_at=at,
        changed_at=at,
    )
    return Opened(filing, key)


@transaction.atomic
def keep(*, filing: Filing, said: dict[str, Any], at: dt.datetime) -> Filing:
    """Add the answers of one step."""
    row = Filing.objects.select_for_update().get(pk=filing.pk)
    row.answers = json.dumps(answers(row) | said, ensure_ascii=False)
    row.changed_at = at
    row.save(update_fields=["answers", "changed_at"])
    return row


def find(key: str, *, at: dt.datetime) -> Filing | None:
    """The filing of a browser, unless it is a week old or has been sent."""
    return _live(at).filter(key_index=_index(key)).first() if key else None


@transaction.atomic
def resume(*, code: str, at: dt.datetime) -> Opened | None:
    """Go on elsewhere with the code from paper. The browser before loses it: a filing is open in one place only."""
    filing = _live(at).select_for_update().filter(code_index=_index(normal_code(code))).first()
    if filing is None:
        return None
    key = secrets.token_urlsafe(24)
    filing.key_index = _index(key)
    filing.save(update_fields=["key_index"])
    return Opened(filing, key)


def normal_code(text: str) -> str:
    """ "k7m2 pq9d" → "K7M2PQ9D"; case, spaces and hyphens are forgiven."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign in READABLE)


@transaction.atomic
def attach(*, filing: Filing, file: StoredFile, name: str) -> FilingFile:
    """Add a photo or recording. Refuses: the tenth."""
    if filing.files.count() >= MOST_FILES:
        raise Refused("filing.files", _("Nine files fit into one message."), next_step=_("You can add more later."))
    return FilingFile.objects.create(filing=filing, file=file, name=name[:120])


def files_of(filing: Filing) -> Files:
    return tuple((one.file, one.name) for one in filing.files.select_related("file"))


def draft_of(filing: Filing, *, person_id: int | None = None) -> Draft:
    """The answers as a channel hands them over."""
    said = answers(filing)
    is_anonymous = said.get("who") == "anonymous"
    return Draft(
        text=str(said.get("sent_text") or said.get("text", "")),
        name="" if is_anonymous else str(said.get("name", "")),
        phone="" if is_anonymous else str(said.get("phone", "")),
        language=str(said.get("language", "zh-hans")),
        is_anonymous=is_anonymous,
        wants_secrecy=bool(said.get("secrecy")),
        behalf=str(said.get("behalf") or Behalf.SELF),
        group_size=said.get("group_size"),
        place_id=said.get("place_id"),
        location_text=str(said.get("where", "")),
        client_id=filing.client_id,
        person_id=None if is_anonymous else person_id,
        files=files_of(filing),
    )


@transaction.atomic
def register_at_once(*, filing: Filing, raw: Raw | None, actor: Actor, at: dt.datetime) -> Receipt:
    """Words of danger do not wait for the last step: the contact and its alert exist now, the rest may follow."""
    draft = dataclasses.replace(draft_of(filing, person_id=actor.person_id), urgency=Urgency.EMERGENCY)
    receipt = receive(draft=draft, channel=Channel(filing.channel), actor=actor, at=at, raw=raw)
    keep(filing=filing, said={"early": receipt.contact.number, "early_text": draft.text}, at=at)
    _name_raws(filing, receipt.contact.number)
    return receipt


@transaction.atomic
def send(*, filing: Filing, raw: Raw | None, actor: Actor, at: dt.datetime) -> Receipt:
    """The last step: the filing becomes a contact, or completes the one its words of danger had made already."""
    row = Filing.objects.select_for_update().get(pk=filing.pk)
    draft = draft_of(row, person_id=actor.person_id)
    receipt = receive(draft=draft, channel=Channel(row.channel), actor=actor, at=at, raw=raw)
    if receipt.is_repeat and not row.number:
        contact = _complete(receipt.contact, draft, said=answers(row), actor=actor, at=at)
        receipt = Receipt(contact, code_of(contact))
    row.number, row.changed_at = receipt.contact.number, at
    row.save(update_fields=["number", "changed_at"])
    _name_raws(row, receipt.contact.number)
    return receipt


def _name_raws(filing: Filing, number: str) -> None:
    """What was kept raw along the way now says which contact it became."""
    Raw.objects.filter(pk__in=answers(filing).get("raws", []), contact_number="").update(contact_number=number)


def _complete(contact: Contact, draft: Draft, *, said: dict[str, Any], actor: Actor, at: dt.datetime) -> Contact:
    """Fill in what was unknown when danger registered the contact early. Nothing that stands is overwritten."""
    with scoping.unscoped("intake.filing.complete"):
        row = locked(contact.number)
        _fill_place(row, draft)
        row.location_text = row.location_text or draft.location_text[:200]
        row.is_anonymous, row.wants_secrecy = draft.is_anonymous, draft.wants_secrecy
        row.behalf, row.group_size = draft.behalf, draft.group_size
        if row.person_id is None:
            row.person = person_of(draft, actor=actor, at=at)
        more = draft.text if draft.text.strip() != str(said.get("early_text", "")).strip() else ""
        if more:
            more = hear(row, more, actor=actor, at=at)
        settle(row, at=at)
        if more or draft.files:
            write(row, EntryKind.SUPPLEMENT, actor=actor, at=at, text=more, files=draft.files)
    return row


def _fill_place(row: Contact, draft: Draft) -> None:
    """An undispatched contact without a place gets the one named later, and the desk of that place."""
    if row.place_id is not None or draft.place_id is None:
        return
    row.put_in(Area.objects.get(pk=draft.place_id))
    if row.stage == Stage.RECEIVED:
        row.desk_id = Router.load().desk(row.place)


def person_of(draft: Draft, *, actor: Actor, at: dt.datetime) -> Any:
    """The person of a draft, if it names one."""
    if draft.person_id is not None:
        return person_by_id(draft.person_id)
    if draft.is_anonymous or not (draft.name or draft.phone):
        return None
    return people.find_or_create_person(name=draft.name, phone=draft.phone, at=at)


def is_danger(text: str, *, at: dt.datetime) -> bool:
    """Whether somebody speaks of harm to themselves."""
    return bool(text.strip()) and understood.read("", text, at=at).is_crisis


@transaction.atomic
def give_phone(*, filing: Filing, phone: str, actor: Actor, at: dt.datetime) -> None:
    """Where to call somebody who spoke of danger: kept in the filing, and with the contact that exists already."""
    said = answers(keep(filing=filing, said={"phone": phone, "who": "named"}, at=at))
    draft = dataclasses.replace(draft_of(filing), phone=phone, name=str(said.get("name", "")), is_anonymous=False)
    with scoping.unscoped("intake.filing.give_phone"):
        contact = locked(str(said.get("early", "")))
        if contact.person_id is None:
            contact.person = person_of(draft, actor=actor, at=at)
            settle(contact, at=at)
            write(contact, EntryKind.NOTE, actor=actor, at=at, text=str(_("A phone number was added. Call at once.")))


def sent_number(key: str) -> str:
    """The number of the contact this browser's filing has become."""
    if not key:
        return ""
    return Filing.objects.filter(key_index=_index(key)).values_list("number", flat=True).first() or ""


@transaction.atomic
def detach(*, filing: Filing, pk: int) -> None:
    """Take a photo or recording away again, if it is there."""
    found = filing.files.filter(pk=pk).select_related("file").first()
    if found is not None:
        found.delete()
        files.release([found.file])


def discard(*, filing: Filing) -> None:
    """Throw it away with its files, at the person's word."""
    _forget(Filing.objects.filter(pk=filing.pk))


def forget_filings(*, at: dt.datetime) -> int:
    """Delete filings nobody touched for a week, sent ones too: the contact holds everything. Result: how many."""
    return _forget(Filing.objects.filter(changed_at__lt=at - dt.timedelta(days=KEPT_DAYS)))


def forget_sent(number: str) -> int:
    """Delete what was written before it became this contact. Result: how many filings."""
    return _forget(Filing.objects.filter(number=number))


@transaction.atomic
def _forget(gone: QuerySet[Filing]) -> int:
    held = list(StoredFile.objects.filter(pk__in=FilingFile.objects.filter(filing__in=gone).values("file")))
    count = gone.delete()[1].get("intake.Filing", 0)
    files.release(held)
    return count


def _live(at: dt.datetime) -> Any:
    return Filing.objects.filter(number="", changed_at__gte=at - dt.timedelta(days=KEPT_DAYS))


def _index(key: str) -> str:
    return keyed_index(key, purpose="filing")


def _new_code() -> str:
    return "".join(secrets.choice(READABLE) for _position in range(CODE_LETTERS))
