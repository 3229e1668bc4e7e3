"""Questions about disputes. Every one that shows rows starts from `visible_to(actor)`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import rules
from fengqiao.disputes.calculators import sources
from fengqiao.disputes.calculators.catalogue import CALCULATORS
from fengqiao.disputes.calculators.words import Words
from fengqiao.disputes.models import Cause, Consent, Dispute, FactSheet, Interrupt, Line, Link, Party, Proof, Seat
from fengqiao.disputes.rules import ENDED, Compartment, ConsentTo, LineKind, PartyKind, SeatRole, Side, Stage
from fengqiao.kernel.actor import CASE, LEVELS, MEDIATION, SAFETY, Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Refused
from fengqiao.people import access
from fengqiao.people import queries as people
from fengqiao.people.models import Person
from fengqiao.people.rules import mask_name

PARTIES = (SeatRole.PARTY, SeatRole.AGENT)


def seats_of(actor: Actor) -> QuerySet[Seat]:
    """The live seats that are the actor's own, in whatever part."""
    mine = Q()
    for column, value in (
        ("user_id", actor.user_id),
        ("person_id", actor.person_id),
        ("party_id", actor.party_id),
        ("contact_id", actor.matter_id),
    ):
        if value is not None:
            mine |= Q(**{column: value})
    if actor.organisation_id is not None and actor.role not in rules.SEATED_ONLY:
        mine |= Q(organisation_id=actor.organisation_id)
    live = Seat.objects.filter(left_at__isnull=True)
    return live.filter(mine) if mine else live.none()


def visible_to(actor: Actor) -> QuerySet[Dispute]:
    """The disputes an actor may see at all: their own seats, and for desks and court their place.

    A mediator, a judge, a grid worker see only those they have a part in; residents only their own.
    """
    everything = Dispute.objects.all()
    if not access.filters_on() or (actor.level == "all" and not actor.is_authenticated):
        return everything
    if actor.level == "all" and actor.compartments:
        return everything
    seated = Exists(seats_of(actor).filter(dispute=OuterRef("pk")))
    if actor.role == "resident":
        return everything.filter(seated)
    if not actor.may(rules.READ):
        return everything.none()
    if actor.role in rules.SEATED_ONLY:
        return everything.filter(seated)
    if sees_by_place(actor):
        return everything.filter(Q(**{f"{actor.level}_id": actor.area_id}) | seated)
    return everything.filter(Q(unit_id=actor.organisation_id) | seated) if sees_by_unit(actor) else everything.none()


def sees_by_place(actor: Actor) -> bool:
    """Whether the actor sees every dispute of their place, besides their own seats."""
    return actor.role not in rules.SEATED_ONLY and actor.level in LEVELS and actor.area_id is not None


def sees_by_unit(actor: Actor) -> bool:
    """Whether the actor, who has no place, sees what their organisation has in hand, besides their own seats."""
    return actor.role not in rules.SEATED_ONLY and not sees_by_place(actor) and actor.organisation_id is not None


def by_number(number: str, actor: Actor) -> Dispute | None:
    return visible_to(actor).select_related("cause", "place", "desk", "unit", "court").filter(number=number).first()


def stage_for(dispute: Dispute, actor: Actor) -> Stage:
    """The stage as this reader may know it: that the ordinary way was stopped is nobody's but the helpers'."""
    stage = Stage(dispute.stage)
    return Stage.FAILED if stage == Stage.INTERRUPTED and not actor.holds(SAFETY) else stage


# -- parties and seats ------------------------------------------------------------------------------------------------


def parties(dispute: Dispute) -> QuerySet[Party]:
    return dispute.parties.filter(left_at__isnull=True).select_related("person", "organisation").order_by("pk")


def names_of_parties(dispute_ids: Iterable[int]) -> QuerySet[Party, tuple[int, str, str]]:
    """(dispute, side, name) of the present parties of many disputes, in their order."""
    rows = Party.objects.filter(dispute_id__in=list(dispute_ids), left_at__isnull=True).order_by("pk")
    return rows.values_list("dispute_id", "side", "name")


def party_of(dispute: Dispute, actor: Actor) -> Party | None:
    """The party the actor is, or speaks for: by sign-in, own code, or the code of the contact it came from."""
    seat = seats_of(actor).filter(dispute=dispute, role__in=PARTIES).select_related("party").order_by("pk").first()
    return seat.party if seat is not None else None


def has_seat(dispute: Dispute, user_id: int | None, *roles: SeatRole, live: bool = True) -> bool:
    """Whether this account has (or, with `live=False`, ever had) one of these parts in the dispute."""
    if user_id is None:
        return False
    seats = dispute.seats.filter(user_id=user_id, role__in=roles)
    return bool((seats.filter(left_at__isnull=True) if live else seats).exists())


def deciders(number: str) -> set[int]:
    """Accounts that check or decide this matter. Call in a scope that sees everything."""
    roles = (SeatRole.DECIDER, SeatRole.CHECKER)
    rows = Seat.objects.filter(dispute__number=number, role__in=roles, left_at__isnull=True, user__isnull=False)
    return set(rows.values_list("user_id", flat=True))


def users_barred_from_deciding(number: str) -> set[int]:
    """Accounts that mediated or guided in this matter, whenever it was. Call in a scope that sees everything."""
    barring = (SeatRole.MEDIATOR, SeatRole.GUIDE)
    rows = Seat.objects.filter(dispute__number=number, role__in=barring, user__isnull=False)
    return set(rows.values_list("user_id", flat=True))


def is_mediator(dispute: Dispute, actor: Actor) -> bool:
    return actor.holds(MEDIATION) and has_seat(dispute, actor.user_id, SeatRole.MEDIATOR)


@dataclasses.dataclass(frozen=True)
class ShownParty:
    """A party as this reader may see it. The other side and a party in safe contact show a name and nothing more."""

    party: Party
    name: str
    phone: str
    is_own: bool


def shown_parties(dispute: Dispute, actor: Actor) -> list[ShownParty]:
    own = party_of(dispute, actor)
    found = []
    for party in parties(dispute):
        is_own = own is not None and own.pk == party.pk
        may = is_own or (actor.holds(CASE) and actor.role != "resident")
        person = party.person
        phone = access.masked(person).phone if may and person is not None else ""
        found.append(
            ShownParty(party, party.name if may or actor.is_authenticated else mask_name(party.name), phone, is_own)
        )
    return found


def matters_of_firm(party: Party, *, since: dt.datetime) -> int:
    """In how many disputes opened since then the same firm is a party; 0 for persons, who are not counted."""
    same = Q(credit_code=party.credit_code) if party.credit_code else Q(pk__in=())
    if party.organisation_id is not None:
        same |= Q(organisation_id=party.organisation_id)
    rows = Party.objects.filter(same, dispute__opened_at__gte=since)
    return rows.values("dispute").distinct().count()


def party_code(party: Party, number: str) -> str:
    """Six digits that open the matter for this party alone, with its number. Derived, never stored."""
    key = bytes.fromhex(settings.INDEX_KEY)
    text = f"party\0{number}\0{party.pk}\0{party.code_version}"
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def party_by_code(number: str, code: str) -> Party | None:
    """The party whose code this is. Call in a scope that sees everything; the caller counts the tries."""
    found = None
    for party in Party.objects.filter(dispute__number=number, left_at__isnull=True).order_by("pk"):
        if hmac.compare_digest(party_code(party, number).encode(), code.encode()):
            found = found or party
    return found


def actor_of_party(party_id: int) -> Actor:
    """Whoever showed number and code of a party: that one matter, as that party."""
    return Actor(id=f"party:{party_id}", role="resident", party_id=party_id, compartments=frozenset({CASE, MEDIATION}))


# -- consent ----------------------------------------------------------------------------------------------------------


def has_consented(party: Party, to: ConsentTo, *, step: str = "") -> bool:
    return Consent.objects.filter(party=party, to=to, step=step, withdrawn_at__isnull=True).exists()


def all_consent(dispute: Dispute, to: ConsentTo, *, step: str = "") -> bool:
    """Whether every party of both sides agrees; third parties are asked too."""
    wanted = list(parties(dispute))
    given = Consent.objects.filter(party__in=wanted, to=to, step=step, withdrawn_at__isnull=True)
    sides = {party.side for party in wanted}
    return {Side.APPLICANT, Side.RESPONDENT} <= sides and given.values("party").distinct().count() == len(wanted)


def is_refused(dispute: Dispute) -> bool:
    """Whether a party has said no to mediation and not taken it back."""
    return dispute.parties.filter(refusals__lifted_at__isnull=True, refusals__isnull=False).exists()


# -- what lies behind the walls ---------------------------------------------------------------------------------------


def history(dispute: Dispute, actor: Actor) -> QuerySet[Line]:
    """The lines this reader may see, newest first: open ones, and those of each compartment the reader holds here.

    Notes among colleagues are never a party's to read.
    """
    open_to = [Compartment.OPEN]
    if actor.holds(CASE):
        open_to.append(Compartment.CASE)
    if actor.holds(SAFETY):
        open_to.append(Compartment.SAFETY)
    if is_mediator(dispute, actor) or (actor.holds(MEDIATION) and party_of(dispute, actor) is not None):
        open_to.append(Compartment.MEDIATION)
    found = dispute.lines.filter(compartment__in=open_to).select_related("organisation")
    return found.exclude(kind=LineKind.NOTE) if actor.role == "resident" else found


def proofs(dispute: Dispute, actor: Actor) -> QuerySet[Proof]:
    """Files of the case side. What one side holds back is there for that side and the mediator."""
    found = dispute.proofs.select_related("file", "party")
    if not actor.holds(CASE):
        return found.none()
    if is_mediator(dispute, actor):
        return found
    own = party_of(dispute, actor)
    return found.filter(only_side__in=["", own.side] if own is not None else [""])


def fact_sheet(dispute: Dispute, actor: Actor) -> FactSheet | None:
    """The list of undisputed facts in force. Before every party signed it only the mediation side sees it."""
    current = dispute.fact_sheets.filter(replaced_at__isnull=True).first()
    if current is None or current.signed_at is not None:
        return current
    return current if is_mediator(dispute, actor) or party_of(dispute, actor) is not None else None


def live_interrupts(dispute: Dispute) -> QuerySet[Interrupt]:
    return dispute.interrupts.filter(lifted_at__isnull=True)


def linked(dispute: Dispute, actor: Actor) -> QuerySet[Dispute]:
    """Disputes linked with this one, either way, that the reader may see."""
    pairs = Link.objects.filter(Q(dispute=dispute) | Q(other=dispute)).values_list("dispute_id", "other_id")
    return visible_to(actor).filter(pk__in={key for pair in pairs for key in pair} - {dispute.pk}).order_by("pk")


# -- causes -----------------------------------------------------------------------------------------------------------


def find_causes(typed: str, *, on: object, most: int = 12) -> list[Cause]:
    """Causes in force that day whose name holds the words; the most special first."""
    found = Cause.objects.filter(valid_from__lte=on).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    if typed.strip():
        found = found.filter(Q(name__contains=typed.strip()) | Q(code=typed.strip()))
    return list(found.order_by("-level", "id")[:most])


def cause_by_code(code: str, *, on: object) -> Cause | None:
    found = Cause.objects.filter(code=code, valid_from__lte=on)
    return found.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).order_by("-valid_from").first()


def disputes_of(numbers: Iterable[str]) -> dict[str, Dispute]:
    """Disputes by number, for pages of contexts above; the caller's net decides which are there."""
    return {one.number: one for one in Dispute.objects.select_related("cause", "unit").filter(number__in=list(numbers))}


def persons_in(actor: Actor) -> QuerySet[Person]:
    """Persons named as parties of disputes whose case side the actor reads, and not those in safe contact."""
    if not actor.holds(CASE) or actor.role == "resident":
        return Person.objects.none()
    seen = visible_to(actor)
    named = Party.objects.filter(dispute__in=seen, person=OuterRef("pk"), left_at__isnull=True)
    return Person.objects.filter(Exists(named))


people.register_person_scope(persons_in)


# -- reckoning with the court -----------------------------------------------------------------------------------------

AWARDS: dict[str, tuple[str, ...]] = {
    "loan_interest": ("total",),
    "property_fee": ("total",),
    "prepaid_refund": ("refund", "refund_if_operator", "refund_if_consumer"),
    "consumer": ("total",),
    "severance": ("amount", "n_plus_1", "two_n"),
    "labour_pay": ("amount", "total", "extra", "extra_low", "extra_high"),
    "work_injury": ("lump_sum",),
    "personal_injury": ("total", "amount"),
    "supply_outage": ("refund",),
}
"""Calculators whose answer is a sum a court may award, and which of their values it is."""


def award_calculators() -> list[tuple[str, Words]]:
    """(name, title) of the calculators a side may reckon with."""
    return [(name, CALCULATORS[name].title) for name in AWARDS]


def award_form(name: str, about: str = "", data: Any = None) -> Any:
    """The form of such a calculator in one of its variants; after `is_valid`, `given` holds the input."""
    from fengqiao.disputes.calc_forms import form_of

    found = CALCULATORS[name]
    return form_of(found, next((one for one in found.variants if one.code == about), found.variants[0]))(data)


def award_variants(name: str) -> list[tuple[str, Words]]:
    """(code, label) of the ways to use such a calculator."""
    return [(one.code, one.label) for one in CALCULATORS[name].variants]


def award(name: str, given: Any, *, on: dt.date) -> tuple[int, int]:
    """The least and the most a calculator says a court may award. Units: fen. `given`: its input, or that as JSON.

    Refuses: `award.no_sum` where the calculation gives no sum in money; what the calculator itself refuses.
    Raises pydantic's ValidationError on malformed JSON.
    """
    found, law = CALCULATORS[name], sources.installed(on)
    result = found.calculate(given, law) if isinstance(given, Mapping) else found.run(given, law)
    sums = [one.value for one in result.values if one.name in AWARDS[name] and isinstance(one.value, int)]
    if not sums:
        raise Refused("award.no_sum", _("This calculation gives no sum in money."))
    return min(sums), max(sums)


def court_fee_fen(claim_fen: int, *, is_labour: bool, on: dt.date) -> tuple[int, str]:
    """The court fee of a claim in ordinary procedure, and the article. Units: fen. Basis: 诉讼费用交纳办法 13."""
    fee = CALCULATORS["litigation_fee"]
    given = (
        {"kind": "labour"} if is_labour else {"kind": "property", "claim": f"{claim_fen // 100}.{claim_fen % 100:02d}"}
    )
    result = fee.calculate(given, sources.installed(on))
    rule = result.rules[0]
    return int(result["fee"]), f"{rule.instrument} {rule.article}"


# -- like matters -----------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Closed:
    """A closed matter as counting sees it. `firms`: whether one stands on the applicant's, on the respondent's side."""

    pk: int
    amount_fen: int | None
    closed_at: dt.datetime
    docketed_at: dt.datetime | None
    firms: tuple[bool, bool]


def closed_like(dispute: Dispute, *, since: dt.date, most: int) -> list[Closed]:
    """The newest matters of the same cause, or topic where none is named, that closed since then; not this one, and
    none in which somebody was in danger. Call in a scope that sees everything, and give nobody a row of it."""
    named = dispute.cause
    cause = {"cause__code": named.code} if named is not None else {"cause": None, "topic": dispute.topic}
    begins = dt.datetime.combine(since, dt.time.min, tzinfo=CHINA)
    rows = Dispute.objects.filter(**cause, closed_at__gte=begins, stage__in=ENDED).exclude(pk=dispute.pk)
    rows = rows.filter(~Exists(Interrupt.objects.filter(dispute=OuterRef("pk")))).order_by("-opened_at", "-pk")
    listed = list(rows.values_list("pk", "amount_fen", "closed_at", "docketed_at")[:most])
    firms = firms_in([row[0] for row in listed])
    return [
        Closed(pk, amount_fen, closed_at, docketed_at, firms.get(pk, (False, False)))
        for pk, amount_fen, closed_at, docketed_at in listed
        if closed_at is not None
    ]


def firms_in(keys: Iterable[int]) -> dict[int, tuple[bool, bool]]:
    """Whether a firm stands on the applicant's and on the respondent's side, by dispute; persons alone are left out."""
    rows = Party.objects.filter(dispute_id__in=list(keys), left_at__isnull=True).exclude(kind=PartyKind.NATURAL)
    found: dict[int, set[str]] = {}
    for key, side in rows.values_list("dispute_id", "side"):
        found.setdefault(key, set()).add(side)
    return {key: (Side.APPLICANT in sides, Side.RESPONDENT in sides) for key, sides in found.items()}
