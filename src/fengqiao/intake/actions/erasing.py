"""Wiping what intake holds of a matter, once two persons granted it. Number, times and offices stay."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from fengqiao.intake.actions import filing
from fengqiao.intake.models import Attachment, Contact, Entry, Raw, SearchWords
from fengqiao.kernel import files as store
from fengqiao.kernel import scoping

WIPED = "（内容已删除）"


def wipe(subject: str, at: dt.datetime) -> int:
    """Texts, places, files, what arrived raw and what the browser kept. Result: how many rows.

    Stored bytes go with the nightly sweep.
    """
    with scoping.unscoped("intake.wipe"):
        contact = Contact.objects.select_for_update().filter(number=subject).first()
        if contact is None:
            return 0
        contact.title, contact.text, contact.sealed_text = WIPED, WIPED, ""
        contact.location_text, contact.respondent, contact.suggestions = "", "", {}
        contact.latitude = contact.longitude = None
        contact.changed_at = at
        contact.save()
        lines = Entry.objects.filter(contact=contact).exclude(text="").update(text="")
        written = filing.forget_sent(subject)
        files = _remove_files(contact)
        raw = Raw.objects.filter(Q(contact_number=subject)).update(body="")
        SearchWords.objects.filter(contact_id=contact.pk).delete()
        return 1 + lines + written + files + raw


def _remove_files(contact: Contact) -> int:
    """The attachments, and the rows of files nobody else names."""
    held = [one.file for one in Attachment.objects.filter(contact=contact).select_related("file")]
    count = Attachment.objects.filter(contact=contact).delete()[0]
    store.release(held)
    return count
