"""A dispute begins: from a contact, at the counter, from the court or a connected system."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import events, rules
from fengqiao.disputes.actions.common import locked, move, require, seat, settle, words, write
from fengqiao.disputes.models import Agent, Dispute, DisputeAccount, Line, Link, Party, Relative
from fengqiao.disputes.rules import (
    AgentKind,
    Compartment,
    LineKind,
    LinkKind,
    PartyKind,
    SeatRole,
    Side,
    Source,
    Stage,
)
from fengqiao.kernel import deadlines, numbers, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import StoredFile
from fengqiao.people import actions as people
from fengqiao.people.models import Area, Organisation


@dataclasses.dataclass(frozen=True)
class NewParty:
    """One party as it comes in. `person_id` where the person is known; else name and telephone find or make one."""

    side: Side
    name: str
    kind: PartyKind = PartyKind.NATURAL
    phone: str = ""
    person_id: int | None = None
    credit_code: str = ""
    organisation_id: int | None = None
    is_minor: bool = False
    safe_contact: bool = False
    language: str = "zh-hans"
    relatives: tuple[tuple[str, str], ...] = ()


@dataclasses.dataclass(frozen=True)
class NewDispute:
    """A dispute as it comes in. `demanded_at`: when the person first asked, the moment limitation is interrupted."""

    source: Source
    desk_id: int
    place_id: int | None
    demanded_at: dt.datetime
    parties: tuple[NewParty, ...]
    number: str = ""
    contact_id: int | None = None
    source_key: str | None = None
    cause_id: int | None = None
    topic: str = ""
    amount_fen: int | None = None
    facts: str = ""
    wish: str = ""
    location_text: str = ""
    court_id: int | None = None


@transaction.atomic
def open_dispute(*, new: NewDispute, actor: Actor, at: dt.datetime) -> Dispute:
    """Open a dispute with its parties. It takes the number of the contact it came from, else a new one.

    Refuses: no side to talk with; a second dispute of one contact; a place outside the actor's.
    Basis: 民法典 195; 诉讼时效规定 12 — the request interrupts limitation, so its moment is kept and proven.
    """
    place = Area.objects.get(pk=new.place_id) if new.place_id is not None else None
    actor.require(rules.OPEN, area=place if actor.level not in {"unit", "all"} else None)
    sides = {party.side for party in new.parties}
    if Side.APPLICANT not in sides or Side.RESPONDENT not in sides:
        raise Refused("dispute.two_sides", _("A dispute has at least one party on each side."))
    with scoping.unscoped("disputes.open"):
        if new.contact_id is not None and Dispute.objects.filter(contact_id=new.contact_id).exists():
            raise Refused("dispute.opened_already", _("This contact has become a dispute already."))
        dispute = Dispute(
            number=new.number or numbers.issue(_place_code(place), at.date()),
            contact_id=new.contact_id,
            source=new.source,
            source_key=new.source_key,
            cause_id=new.cause_id,
            topic=new.topic[:60],
            amount_fen=new.amount_fen,
            location_text=new.location_text,
            opened_at=at,
            demanded_at=new.demanded_at,
            desk_id=new.desk_id,
            court_id=new.court_id,
            changed_at=at,
        )
        if place is not None:
            dispute.put_in(place)
        elif new.desk_id is not None:
            dispute.lie_with(Organisation.objects.get(pk=new.desk_id))
        dispute.save()
        DisputeAccount.objects.create(dispute=dispute, facts=new.facts, wish=new.wish, changed_at=at)
        if new.source == Source.SYSTEM and actor.organisation_id is not None:
            seat(dispute, SeatRole.SOURCE, at=at, organisation_id=actor.organisation_id)
        for n, party in enumerate(new.parties):
            from_contact = new.contact_id if n == 0 and party.side == Side.APPLICANT else None
            _join(dispute, party, contact_id=from_contact, at=at)
        write(dispute, LineKind.OPENED, actor=actor, at=at, source=new.source)
    log.record(
        events.DisputeOpened(number=dispute.number, source=new.source, demanded_at=new.demanded_at),
        actor=actor.id,
        at=at,
        place_id=dispute.place_id,
    )
    return dispute


def _place_code(place: Area | None) -> str:
    """The three digits of the subdistrict in a new number; 000 where the place is unknown or wider."""
    if place is None or place.street_id is None:
        return "000"
    return Area.objects.values_list("number_code", flat=True).get(pk=place.street_id) or "000"


def _join(dispute: Dispute, new: NewParty, *, contact_id: int | None, at: dt.datetime) -> Party:
    """Write a party down, with the seat that opens the matter to it."""
    person_id = new.person_id
    if person_id is None and new.kind == PartyKind.NATURAL and new.phone:
        try:
            person_id = people.find_or_create_person(name=new.name, phone=new.phone, at=at).pk
        except ValidationError as error:
            raise Refused("party.phone", _("This telephone number cannot be right.")) from error
    party = Party.objects.create(
        dispute=dispute,
        side=new.side,
        kind=new.kind,
        name=new.name.strip()[:120],
        person_id=person_id,
        credit_code=new.credit_code,
        organisation_id=new.organisation_id,
        is_minor=new.is_minor,
        safe_contact=new.safe_contact,
        language=new.language,
        joined_at=at,
    )
    Relative.objects.bulk_create(
        Relative(party=party, name=name, relation=relation) for name, relation in new.relatives
    )
    seat(
        dispute,
        SeatRole.PARTY,
        at=at,
        party=party,
        person_id=person_id,
        organisation_id=new.organisation_id,
        contact_id=contact_id,
        side=new.side,
    )
    return party


@transaction.atomic
def add_party(*, number: str, new: NewParty, actor: Actor, at: dt.datetime) -> Party:
    """Another party on a side, as long as the matter is open."""
    dispute = locked(number)
    require(actor, rules.CHANGE, dispute)
    _require_open(dispute)
    with scoping.unscoped("disputes.add_party"):
        party = _join(dispute, new, contact_id=None, at=at)
    write(dispute, LineKind.PARTY, actor=actor, at=at, party=party.pk, side=new.side)
    log.record(events.PartyJoined(number=number, party_id=party.pk, side=new.side), actor=actor.id, at=at)
    return party


@transaction.atomic
def name_agent(
    *,
    number: str,
    party_id: int,
    kind: AgentKind,
    name: str,
    actor: Actor,
    at: dt.datetime,
    phone: str = "",
    may_settle: bool = False,
    authority: StoredFile | None = None,
) -> Agent:
    """Somebody speaks for a party. Refuses: power to settle without its paper, except a guardian's.

    Basis: 民事诉讼法 62 (special authority for settling); 民法典 23, 34.
    """
    dispute = locked(number)
    require(actor, rules.CHANGE, dispute)
    party = party_in(dispute, party_id)
    if may_settle and authority is None and kind not in {AgentKind.GUARDIAN, AgentKind.LEGAL_REPRESENTATIVE}:
        raise Refused(
            "agent.authority_missing",
            _("Settling for somebody needs their special authority on paper."),
            law=_("Civil Procedure Law art. 62"),
        )
    if kind == AgentKind.GUARDIAN and not party.is_minor and party.kind != PartyKind.NATURAL:
        raise Refused("agent.no_ward", _("Only a natural person has a guardian."))
    with scoping.unscoped("disputes.name_agent"):
        person = people.find_or_create_person(name=name, phone=phone, at=at) if phone else None
        agent = Agent.objects.create(
            party=party,
            kind=kind,
            name=name.strip(),
            person=person,
            may_settle=may_settle,
            authority=authority,
            since=at,
        )
        if person is not None:
            seat(dispute, SeatRole.AGENT, at=at, party=party, person=person, side=party.side)
    write(dispute, LineKind.PARTY, actor=actor, at=at, party=party.pk, agent=agent.pk, role=kind)
    log.record(events.DisputeChanged(number=number, deed="agent_named"), actor=actor.id, at=at)
    return agent


@transaction.atomic
def describe(
    *,
    number: str,
    actor: Actor,
    at: dt.datetime,
    cause_id: int | None = None,
    amount_fen: int | None = None,
    facts: str | None = None,
    wish: str | None = None,
    place_id: int | None = None,
) -> Dispute:
    """Correct what the matter is about. What stays None stays as it is."""
    dispute = locked(number)
    require(actor, rules.CHANGE, dispute)
    _require_open(dispute)
    if cause_id is not None:
        dispute.cause_id = cause_id
    if amount_fen is not None:
        dispute.amount_fen = amount_fen
    if place_id is not None:
        dispute.put_in(Area.objects.get(pk=place_id))
    with scoping.unscoped("disputes.describe"):
        account = DisputeAccount.objects.get(dispute=dispute)
        account.facts = account.facts if facts is None else facts.strip()
        account.wish = account.wish if wish is None else wish.strip()
        account.changed_at = at
        account.save()
    settle(dispute, at=at)
    log.record(events.DisputeChanged(number=number, deed="described"), actor=actor.id, at=at)
    return dispute


@transaction.atomic
def link(*, number: str, other: str, kind: LinkKind, actor: Actor, at: dt.datetime) -> Link:
    """Two matters belong together. Both must be the actor's to see."""
    dispute, second = locked(number), locked(other)
    require(actor, rules.CHANGE, dispute)
    require(actor, rules.CHANGE, second)
    if dispute.pk == second.pk:
        raise Refused("dispute.link_itself", _("A matter cannot be linked with itself."))
    with scoping.unscoped("disputes.link"):
        made, _is_new = Link.objects.get_or_create(
            dispute=dispute, other=second, kind=kind, defaults={"made_at": at, "actor": actor.id}
        )
    write(dispute, LineKind.LINKED, actor=actor, at=at, other=other, link=kind)
    write(second, LineKind.LINKED, actor=actor, at=at, other=number, link=kind)
    log.record(events.DisputeChanged(number=number, deed="linked"), actor=actor.id, at=at)
    return made


@transaction.atomic
def note(*, number: str, text: str, actor: Actor, at: dt.datetime) -> Line:
    """An internal note of the case side."""
    dispute = locked(number)
    require(actor, rules.CHANGE, dispute)
    line = write(dispute, LineKind.NOTE, actor=actor, at=at, compartment=Compartment.CASE, text=words(text))
    log.record(events.DisputeChanged(number=number, deed="noted"), actor=actor.id, at=at)
    return line


@transaction.atomic
def withdraw(*, number: str, actor: Actor, at: dt.datetime) -> Dispute:
    """The parties take the matter back. The applicant alone may before anybody has agreed to anything."""
    dispute = locked(number)
    require(actor, rules.CHANGE, dispute)
    move(dispute, Stage.WITHDRAWN, at=at)
    deadlines.cancel(subject=rules.clock_subject(number), at=at, actor=actor)
    settle(dispute, at=at)
    write(dispute, LineKind.WITHDRAWN, actor=actor, at=at)
    log.record(events.DisputeEnded(number=number, stage=Stage.WITHDRAWN, ended_at=at), actor=actor.id, at=at)
    return dispute


def party_in(dispute: Dispute, party_id: int) -> Party:
    found = dispute.parties.filter(pk=party_id, left_at__isnull=True).first()
    if found is None:
        raise Refused("party.unknown", _("This party is not part of the matter."))
    return found


def _require_open(dispute: Dispute) -> None:
    if not dispute.is_open:
        raise Refused("dispute.closed", _("The matter is closed."))
