"""Who may do what with the log and with records."""

from __future__ import annotations

from fengqiao.kernel.actor import permit
from fengqiao.people.rules import Role

LOOK = permit("evidence.look", {Role.ADMINISTRATOR, Role.AUDITOR, Role.DATA_OFFICER, Role.WITNESS, Role.NOTARY})
"""See how the log stands: sizes, witnesses, incidents. No contents."""

SETTLE = permit("evidence.settle", {Role.AUDITOR})
"""Answer for an incident, so that receipts are given out again. Not the one who runs the machines."""

KEEP = permit("evidence.keep", {Role.DATA_OFFICER})
"""Place and lift holds, give out evidence packages to authorities on their letter."""

GRANT = permit("evidence.grant", {Role.DATA_OFFICER, Role.AUDITOR})
"""Agree to an erasure; two different persons must."""
