"""What each operation does, in a few words of both languages, for the page that shows the API."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

WORDS = {
    "create_contact": _("File a matter"),
    "list_contacts": _("List matters"),
    "read_contact": _("Read one matter"),
    "read_file": _("Download a file"),
    "figures": _("Count matters"),
    "dispatch": _("Send it to a unit"),
    "take": _("Take it in hand"),
    "send_back": _("Not ours: back to the desk"),
    "transfer": _("Pass it on outside"),
    "undo": _("Take back one's own last deed"),
    "answer": _("Answer the person"),
    "progress": _("Tell how far it is"),
    "note": _("Note internally"),
    "ask": _("Ask the person for more"),
    "finish": _("Report it done"),
    "change_urgency": _("Change the urgency"),
    "acknowledge": _("Take an urgent matter"),
    "merge": _("Merge into another of the same person"),
    "link": _("Link below another of the same issue"),
    "split": _("Split off further matters"),
    "join": _("Add a voice: “me too”"),
    "supplement": _("Add words or files"),
    "accept": _("Accept: it is done"),
    "object_to": _("Object: it is not done"),
    "postpone": _("Ask me again later"),
    "withdraw": _("Take it back"),
    "reopen": _("Open again what silence had closed"),
    "rate": _("Rate the answer or the result"),
    "upload": _("Send a file"),
    "create_import": _("Import a file of messages"),
    "read_import": _("See how far an import is"),
    "me": _("Who am I"),
    "list_categories": _("What a matter can be about"),
    "find_places": _("Find places"),
    "find_units": _("Find units"),
    "list_rules": _("Time limits and other rules"),
}
"""Summaries of the operations as the page shows them, in both languages."""
