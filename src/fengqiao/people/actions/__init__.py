"""The verbs of people, by noun."""

from fengqiao.people.actions.duties import (
    add_organisation,
    add_user,
    change_organisation,
    end_duty,
    reset_sign_in,
    set_absence,
    set_addresses,
    set_chat,
    start_duty,
)
from fengqiao.people.actions.keys import add_webhook, end_webhook, issue_key, revoke_key, test_webhook
from fengqiao.people.actions.persons import REVEALABLE, bulk_persons, find_or_create_person, note_reading, reveal
from fengqiao.people.actions.places import add_area, change_area, close_area, import_areas

__all__ = [
    "REVEALABLE",
    "add_area",
    "add_organisation",
    "add_user",
    "add_webhook",
    "bulk_persons",
    "change_area",
    "change_organisation",
    "close_area",
    "end_duty",
    "end_webhook",
    "find_or_create_person",
    "import_areas",
    "issue_key",
    "note_reading",
    "reset_sign_in",
    "reveal",
    "revoke_key",
    "set_absence",
    "set_addresses",
    "set_chat",
    "start_duty",
    "test_webhook",
]
