"""A contact becomes a dispute: same number, the other side named, mediation offered beside the way to court."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes.actions import NewDispute, NewParty, PartyKind, Side, Source
from fengqiao.intake import rules
from fengqiao.intake.actions.common import locked, require, settle, write
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import CLOSED, EntryKind, Stage
from fengqiao.kernel import deadlines, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused
from fengqiao.mediation import actions as mediation
from fengqiao.mediation.actions import Kind
from fengqiao.people import queries as people

WAYS = {str(kind): kind for kind in (Kind.DELEGATED, Kind.PEOPLES, Kind.LABOUR)}
"""The ways a desk may offer: by the court, by a people's committee, by a labour organisation."""


@transaction.atomic
def offer_mediation(
    *,
    number: str,
    respondent: str,
    actor: Actor,
    at: dt.datetime,
    kind: Kind = Kind.DELEGATED,
    respondent_phone: str = "",
    respondent_kind: PartyKind = PartyKind.NATURAL,
    amount_fen: int | None = None,
    facts: str = "",
    court_code: str = "court",
    is_online: bool = False,
    evenings: bool = False,
    safe_contact: bool = False,
) -> str:
    """Open the dispute under the contact's number and offer mediation. The person may sue at any time all the same.

    The contact's clock for being done waits for the other procedure; it never lapses because people talk.
    Refuses: a contact that is closed, or without a person; a second dispute of it.
    Basis: 特邀调解规定 11; 民事诉讼法 122, 126; 民法典 195 — the demand is dated to the receipt of the contact.
    """
    contact = locked(number)
    require(actor, rules.HANDLE, contact)
    if Stage(contact.stage) in CLOSED:
        raise Refused("contact.closed", _("The matter is closed; open it again first."))
    if contact.person is None or not contact.person.name:
        raise Refused(
            "contact.nobody", _("Mediation needs to know who asks. Please enter the person's name and number first.")
        )
    court = people.organisation_by_code(court_code)
    parties = (
        NewParty(
            Side.APPLICANT,
            contact.person.name,
            person_id=contact.person_id,
            language=contact.person.language,
            safe_contact=safe_contact,
        ),
        NewParty(Side.RESPONDENT, respondent, kind=respondent_kind, phone=respondent_phone),
    )
    new = NewDispute(
        source=Source.CONTACT,
        number=contact.number,
        contact_id=contact.pk,
        desk_id=contact.desk_id,
        place_id=contact.place_id,
        demanded_at=contact.received_at,
        parties=parties,
        topic=_topic(contact),
        amount_fen=amount_fen,
        facts=facts or contact.text,
        location_text=contact.location_text,
        court_id=court.pk if court is not None else None,
    )
    disputes.open_dispute(new=new, actor=actor, at=at)
    mediation.offer(number=number, kind=kind, actor=actor, at=at, is_online=is_online, evenings=evenings)
    deadlines.pause(subject=number, reason="procedure", at=at, actor=actor, kinds=("completion", "progress"))
    with scoping.unscoped("intake.offer_mediation"):
        settle(contact, at=at)
        write(contact, EntryKind.DISPUTE, actor=actor, at=at, way=kind)
    return number


def _topic(contact: Contact) -> str:
    """The category that was chosen, else the one that was understood; never the person's own words."""
    if contact.category is not None:
        return str(contact.category.name_zh)
    return str(((contact.suggestions or {}).get("category") or {}).get("label") or "")
