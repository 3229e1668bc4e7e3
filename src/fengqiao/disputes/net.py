"""SQL of the net under disputes, for the migrations of this context and of those above it.

From wide to narrow. `seen`: the dispute is visible by place, unit, contact or live seat. `case_side`: seen, and the
actor holds the case compartment. `secret_side`: the actor holds the mediation compartment and sits in this very matter,
as its mediator or as a party; no place, rank or organisation opens it, not even one that sees everything.
"""

from __future__ import annotations

from fengqiao.disputes.rules import SeatRole
from fengqiao.kernel import rls
from fengqiao.kernel.actor import CASE, MEDIATION, SAFETY

_WHO = (("organisation_id", "unit"), ("user_id", "user"), ("person_id", "person"), ("party_id", "party"))
_MATTER = f"contact_id = {rls.setting('matter', 'bigint')}"

_LIVE = "SELECT dispute_id FROM disputes_seat WHERE left_at IS NULL"

SEATED = " OR ".join([*(f"{column} = {rls.setting(name, 'bigint')}" for column, name in _WHO), _MATTER])
"""Whether a seat is the actor's."""

PARTY_SEATED = " OR ".join(
    [*(f"{column} = {rls.setting(name, 'bigint')}" for column, name in _WHO if name in {"person", "party"}), _MATTER]
)
"""Whether a seat is the actor's as a person: by sign-in, by their own code, by the code of the contact."""

OWN_SEATS = f"{_LIVE} AND ({SEATED})"
"""The disputes the actor has a live seat in."""

SECRET_SEATS = (
    f"{_LIVE} AND ("
    f"(role = '{SeatRole.MEDIATOR}' AND user_id = {rls.setting('user', 'bigint')})"
    f" OR (role IN ('{SeatRole.PARTY}', '{SeatRole.AGENT}') AND ({PARTY_SEATED})))"
)
"""The disputes whose mediation is the actor's own: as the mediator of it, or as a party or agent in it."""


def own_seat(column: str) -> str:
    """Whether the actor has a live seat in the dispute a row names. `column` with its table: seats have an id too.

    Asked row by row through the index of seats where few rows are looked at; gathered once where many are. An IN would
    always gather all seats of the actor first.
    """
    return f"EXISTS (SELECT 1 FROM disputes_seat AS own WHERE own.dispute_id = {column} AND own.left_at IS NULL AND ({SEATED}))"  # noqa: S608, E501


DISPUTE = rls.in_place(
    unit=["unit_id", "desk_id", "court_id"], matter="contact_id", also=[own_seat("disputes_dispute.id")]
)
SEAT = rls.in_place(
    unit=["organisation_id"],
    person="person_id",
    matter="contact_id",
    also=[f"user_id = {rls.setting('user', 'bigint')}", f"party_id = {rls.setting('party', 'bigint')}"],
)


MEDIATED = f"{_LIVE} AND role = '{SeatRole.MEDIATOR}' AND user_id = {rls.setting('user', 'bigint')}"
"""The disputes the actor mediates."""


def seen(column: str = "dispute_id") -> str:
    """A row is visible with its dispute."""
    return rls.through("disputes_dispute", column)


def case_side(column: str = "dispute_id") -> str:
    """A row of the case compartment: what the parties told and claim."""
    return f"{rls.holds(CASE)} AND ({seen(column)})"


def secret_side(column: str = "dispute_id") -> str:
    """A row of the mediation compartment: for the mediator of this dispute and its parties, and for jobs."""
    return f"{rls.holds(MEDIATION)} AND ({rls.EVERYTHING} OR {column} IN ({SECRET_SEATS}))"


def secret_of_mediator(column: str = "dispute_id") -> str:
    """A row of the mediation compartment that parties do not read either: the mediator's own notes."""
    return f"{rls.holds(MEDIATION)} AND ({rls.EVERYTHING} OR {column} IN ({MEDIATED}))"


def secret_of_side(column: str = "dispute_id", side: str = "side") -> str:
    """A row of the mediation compartment that belongs to one side and the mediator: private talks, held-back files."""
    seats = _LIVE.replace("dispute_id", "dispute_id, side", 1)
    own = f"{seats} AND role IN ('{SeatRole.PARTY}', '{SeatRole.AGENT}') AND ({PARTY_SEATED})"
    return f"{rls.holds(MEDIATION)} AND ({rls.EVERYTHING} OR {column} IN ({MEDIATED}) OR ({column}, {side}) IN ({own}))"


def safety(column: str = "dispute_id") -> str:
    """A row of the safety compartment: why the ordinary way was stopped."""
    return f"{rls.holds(SAFETY)} AND ({seen(column)})"


def through_party(column: str = "party_id") -> str:
    """A row is visible with the party it hangs on."""
    return rls.through("disputes_party", column)
