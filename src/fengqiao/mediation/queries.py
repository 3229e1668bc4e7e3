"""Questions about mediations, organisations and mediators. Rows of one matter start from `visible_to(actor)`."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from fengqiao.disputes import queries as disputes
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import MEDIATION, Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.models import StoredFile
from fengqiao.mediation import queries_agreement, rules
from fengqiao.mediation.models import Body, Inquiry, Interest, Mediation, Mediator, Note, Question, Slot, Station
from fengqiao.mediation.models_agreement import Agreement, Document, Duty
from fengqiao.mediation.rules import Ground, Match, Profile, Stage, Wanted
from fengqiao.people import access


def visible_to(actor: Actor) -> QuerySet[Mediation]:
    """The mediations of disputes the actor may see. A mediator also sees what waits for their answer."""
    everything = Mediation.objects.all()
    if not access.filters_on() or (actor.level == "all" and actor.compartments):
        return everything
    if actor.role != "resident" and not actor.may(rules.READ):
        return everything.none()
    seen = Exists(disputes.visible_to(actor).filter(pk=OuterRef("dispute")))
    if actor.role == "mediator" and actor.user_id is not None:
        asked = Q(stage=Stage.SENT, mediator__user_id=actor.user_id)
        return everything.filter(seen | asked)
    if actor.role == "organisation_manager" and actor.organisation_id is not None:
        return everything.filter(seen | Q(unit_id=actor.organisation_id))
    return everything.filter(seen)


def with_names(rows: QuerySet[Mediation]) -> QuerySet[Mediation]:
    return rows.select_related("dispute__cause", "dispute__place", "unit", "mediator__user", "court")


def of_dispute(number: str, actor: Actor) -> QuerySet[Mediation]:
    """Every try of one dispute, newest first."""
    return with_names(visible_to(actor).filter(dispute__number=number)).order_by("-attempt")


def live(number: str, actor: Actor) -> Mediation | None:
    return of_dispute(number, actor).exclude(stage=Stage.ENDED).first()


def in_hand_of(actor: Actor) -> QuerySet[Mediation]:
    """What a mediator carries or is asked to take, nearest limit first."""
    rows = Mediation.objects.exclude(stage=Stage.ENDED).filter(mediator__user_id=actor.user_id or 0)
    return with_names(rows).order_by(F("due_at").asc(nulls_last=True), "id")


def around(actor: Actor, *, most: int) -> list[Mediation]:
    """What is not ended among those a desk, a court or a judge sees, nearest limit first.

    By place and by seat one after the other, each through its own index, then put together.
    """
    if not actor.may(rules.READ):
        return []
    order = (F("due_at").asc(nulls_last=True), "id")
    open_ones = Mediation.objects.exclude(stage=Stage.ENDED).order_by(*order)
    ways = [Q(dispute__in=disputes.seats_of(actor).values("dispute"))]
    if disputes.sees_by_place(actor):
        ways.append(Q(**{f"{actor.level}_id": actor.area_id}))
    elif disputes.sees_by_unit(actor):
        ways.append(Q(dispute__unit_id=actor.organisation_id))
    keys = {key for way in ways for key in open_ones.filter(way).values_list("pk", flat=True)[:most]}
    return list(with_names(Mediation.objects.filter(pk__in=keys)).order_by(*order)[:most])


def inbox_of(actor: Actor) -> QuerySet[Mediation]:
    """What was sent to a manager's organisation and is not ended."""
    rows = Mediation.objects.exclude(stage=Stage.ENDED).filter(unit_id=actor.organisation_id)
    return with_names(rows).order_by(F("due_at").asc(nulls_last=True), "id")


# -- behind the wall --------------------------------------------------------------------------------------------------


def may_see_secret(mediation: Mediation, actor: Actor) -> bool:
    """Whether the mediation compartment of this matter is open to the actor: its mediator and its parties alone."""
    if not actor.holds(MEDIATION):
        return False
    return disputes.is_mediator(mediation.dispute, actor) or disputes.party_of(mediation.dispute, actor) is not None


def notes(mediation: Mediation, actor: Actor) -> QuerySet[Note]:
    """The mediator's own notes; for everybody else there are none."""
    own = disputes.is_mediator(mediation.dispute, actor)
    return mediation.notes.all() if own else mediation.notes.none()


def questions(mediation: Mediation, actor: Actor) -> QuerySet[Question]:
    """Questions to the judge on call: for the mediation side, and for the judge who was asked."""
    found = mediation.questions.select_related("judge")
    return found if may_see_secret(mediation, actor) else found.filter(judge_id=actor.user_id or 0)


def questions_to(actor: Actor) -> QuerySet[Question]:
    """Questions a judge on call has not answered, oldest first."""
    waiting = Question.objects.filter(judge_id=actor.user_id or 0, answered_at__isnull=True, taken_back_at__isnull=True)
    return waiting.select_related("mediation__dispute__cause").order_by("asked_at")


# -- stations and workrooms --------------------------------------------------------------------------------------------


def own_stations(actor: Actor) -> QuerySet[Station]:
    """Where an actor answers: stations of their own organisation, and those they are on the roster of."""
    rostered = Slot.objects.filter(station=OuterRef("pk"), user_id=actor.user_id or 0, cancelled_at=None)
    own = Q(organisation_id=actor.organisation_id) if actor.organisation_id is not None else Q(pk__in=[])
    return Station.objects.filter(own | Exists(rostered), is_active=True)


def inquiries_for(actor: Actor) -> QuerySet[Inquiry]:
    """Questions without an answer at the actor's own stations, oldest first; nobody else's."""
    if not actor.may(rules.ANSWER):
        return Inquiry.objects.none()
    waiting = Inquiry.objects.filter(answered_at=None, station__in=own_stations(actor))
    return waiting.select_related("station").order_by("asked_at", "pk")


ROSTER_WEEKS = 4


@dataclasses.dataclass(frozen=True)
class RosterWeek:
    """One week of a station: for each profession its hours. An empty cell is a hole, and is shown as one."""

    monday: dt.date
    cells: tuple[tuple[rules.Profession, tuple[Slot, ...]], ...]

    @property
    def holes(self) -> list[str]:
        return [str(profession.label) for profession, slots in self.cells if not slots]


def roster(station: Station, *, today: dt.date, weeks: int = ROSTER_WEEKS) -> list[RosterWeek]:
    """This week and those after: who of each profession sits there. A workroom wants all five, a station its judge."""
    wanted = list(rules.Profession) if station.kind == rules.SlotKind.WORKROOM else [rules.Profession.JUDGE]
    first = today - dt.timedelta(days=today.weekday())
    begins = dt.datetime.combine(first, dt.time(), tzinfo=CHINA)
    rows = station.slots.filter(
        cancelled_at=None, starts_at__gte=begins, starts_at__lt=begins + dt.timedelta(weeks=weeks)
    )
    slots = list(rows.select_related("user").order_by("starts_at", "pk"))
    found = []
    for n in range(weeks):
        monday = first + dt.timedelta(weeks=n)
        own = [one for one in slots if 0 <= (one.starts_at.astimezone(CHINA).date() - monday).days < 7]
        cells = tuple((one, tuple(slot for slot in own if slot.profession == one)) for one in wanted)
        found.append(RosterWeek(monday, cells))
    return found


# -- the registry -----------------------------------------------------------------------------------------------------


def published_bodies() -> QuerySet[Body]:
    """The public register: what ONM 5 asks for and nothing else."""
    shown = Body.objects.filter(is_published=True, organisation__is_active=True)
    return shown.select_related("organisation__place", "inviting_court").order_by("organisation__code")


def published_mediators(body: Body, *, on: dt.date) -> QuerySet[Mediator]:
    shown = body.mediators.filter(is_published=True, user__is_active=True).exclude(certificate="")
    shown = shown.filter(Q(until__isnull=True) | Q(until__gte=on))
    return shown.select_related("user").order_by("user__name", "pk")


def active_mediators(*, on: dt.date) -> QuerySet[Mediator]:
    """Who may be proposed that day: certified, not paused, in service, present, of an open organisation."""
    return (
        Mediator.objects.filter(since__lte=on, paused_at__isnull=True, user__is_active=True, body__is_open=True)
        .filter(Q(until__isnull=True) | Q(until__gte=on))
        .filter(Q(user__away_until__isnull=True) | Q(user__away_until__lt=on))
        .filter(Q(body__licence_until__isnull=True) | Q(body__licence_until__gte=on))
        .exclude(certificate="")
        .select_related("user", "body__organisation")
        .order_by("pk")
    )


def licence_lapsed(body: Body, *, on: dt.date) -> bool:
    """Whether the licence of an organisation is over that day: no new matter goes there."""
    return body.licence_until is not None and body.licence_until < on


def loads(mediator_ids: Sequence[int] | None = None) -> dict[int, int]:
    """Open mediations by mediator; one query."""
    rows = Mediation.objects.exclude(stage=Stage.ENDED).filter(mediator__isnull=False)
    if mediator_ids is not None:
        rows = rows.filter(mediator_id__in=mediator_ids)
    return dict(rows.values_list("mediator_id").annotate(n=Count("pk")))


@dataclasses.dataclass(frozen=True)
class Record:
    """Agreements of a mediator, and how many of them were performed to the end. Plain counts, no rate."""

    agreed: int
    performed: int


def records(mediator_ids: Sequence[int]) -> dict[int, Record]:
    found = (
        Mediation.objects.filter(mediator_id__in=mediator_ids, ground=Ground.AGREED)
        .values("mediator_id")
        .annotate(agreed=Count("pk"), performed=Count("pk", filter=Q(dispute__stage="closed")))
    )
    return {row["mediator_id"]: Record(row["agreed"], row["performed"]) for row in found}


# -- matching ---------------------------------------------------------------------------------------------------------


def wanted_of(mediation: Mediation) -> Wanted:
    """What the matter asks for, from its cause, place and parties."""
    dispute = mediation.dispute
    nearest = (dispute.grid_id, dispute.community_id, dispute.street_id, dispute.district_id, dispute.city_id)
    languages = frozenset(party.language for party in disputes.parties(dispute) if party.language != "zh-hans")
    return Wanted(mediation.field, [one for one in nearest if one], languages, mediation.evenings)


def profiles(mediation: Mediation, *, on: dt.date) -> list[Profile]:
    """Every active mediator as matching sees them, ties and earlier parts included. A handful of queries."""
    mediators = list(active_mediators(on=on))
    keys = [one.pk for one in mediators]
    load, record = loads(keys), records(keys)
    ties = ties_of(mediation, mediators)
    barred = _barred(mediation)
    return [
        Profile(
            mediator_id=one.pk,
            user_id=one.user_id,
            body_id=one.body_id,
            body_kind=one.body.kind,
            fields=frozenset(one.fields or one.body.fields),
            languages=frozenset(one.languages or one.body.languages),
            places=frozenset(one.places or one.body.places or _own_place(one)),
            evenings=one.evenings,
            load=load.get(one.pk, 0),
            capacity=one.capacity,
            agreed=record[one.pk].agreed if one.pk in record else 0,
            performed=record[one.pk].performed if one.pk in record else 0,
            ties=tuple(ties.get(one.pk, ())),
            barred=one.user_id in barred,
        )
        for one in mediators
    ]


def _own_place(mediator: Mediator) -> list[int]:
    place_id = mediator.body.organisation.place_id
    return [place_id] if place_id is not None else []


def ties_of(mediation: Mediation, mediators: Sequence[Mediator]) -> dict[int, list[str]]:
    """Whom each mediator is tied to: declared interests against parties, their firms, their relatives."""
    parties = list(disputes.parties(mediation.dispute).prefetch_related("relatives"))
    names = {party.name for party in parties} | {kin.name for party in parties for kin in party.relatives.all()}
    codes = {party.credit_code for party in parties if party.credit_code}
    units = {party.organisation_id for party in parties if party.organisation_id}
    persons = {party.person_id for party in parties if party.person_id}
    found: dict[int, list[str]] = {}
    declared = Interest.objects.filter(mediator__in=mediators, ended_at__isnull=True)
    for interest in declared.filter(Q(name__in=names) | Q(credit_code__in=codes)):
        found.setdefault(interest.mediator_id, []).append(interest.name)
    for mediator in mediators:
        own = mediator.user.person_id in persons or mediator.user.name in names
        if own or mediator.body.organisation_id in units:
            found.setdefault(mediator.pk, []).append(mediator.user.name)
    return found


def _barred(mediation: Mediation) -> set[int]:
    """Accounts that take no part as mediator any more: another role, a challenge, a refusal or silence before."""
    dispute = mediation.dispute
    other = set(
        dispute.seats.exclude(role="organisation").filter(user_id__isnull=False).values_list("user_id", flat=True)
    )
    gone = mediation.assignments.exclude(answer__in=["waiting", "accepted"]).filter(mediator__isnull=False)
    return other | set(gone.values_list("mediator__user_id", flat=True))


def matches(mediation: Mediation, *, on: dt.date, most: int = rules.CANDIDATES) -> list[Match]:
    """The candidates for a mediation. Relatives lie behind a wall, so this looks with open eyes and returns reasons."""
    with scoping.unscoped("mediation.match"):
        return rules.shortlist(profiles(mediation, on=on), wanted_of(mediation), most=most)


# -- after an end -----------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class PreparedSuit:
    """Everything the court needs to docket, as far as the matter holds it. `missing` names what is not there yet."""

    number: str
    court_id: int | None
    cause: str
    amount_fen: int | None
    applicants: tuple[str, ...]
    respondents: tuple[str, ...]
    claims: tuple[str, ...]
    missing: tuple[str, ...]


def prepared_suit(number: str, actor: Actor) -> PreparedSuit | None:
    """The docketing step, ready to be sent. Never an obstacle: what is missing can follow after filing."""
    dispute = disputes.by_number(number, actor)
    if dispute is None:
        return None
    sides: dict[str, list[str]] = {"applicant": [], "respondent": []}
    for party in disputes.parties(dispute):
        sides.setdefault(party.side, []).append(party.name)
    claims: list[Any] = list(dispute.claims.filter(withdrawn_at__isnull=True)) if actor.holds("case") else []
    missing = [
        name
        for name, is_there in (
            ("cause", dispute.cause_id is not None),
            ("claim", bool(claims)),
            ("amount", dispute.amount_fen is not None),
        )
        if not is_there
    ]
    return PreparedSuit(
        number=number,
        court_id=dispute.court_id,
        cause=dispute.name,
        amount_fen=dispute.amount_fen,
        applicants=tuple(sides["applicant"]),
        respondents=tuple(sides["respondent"]),
        claims=tuple(one.text for one in claims),
        missing=tuple(missing),
    )


SMALLEST_CELL = 5
"""Counts below this are not shown to the public."""


def settled_by(body: Body) -> list[tuple[str, int]]:
    """What a house settled, by field; small counts left out. No names, no sums, no rate."""
    with scoping.unscoped("mediation.settled_by"):
        found = (
            Mediation.objects.filter(unit_id=body.organisation_id, ground=Ground.AGREED)
            .exclude(field="")
            .values_list("field")
            .annotate(n=Count("pk"))
            .order_by("-n", "field")
        )
        return [(str(rules.Field(field).label), n) for field, n in found if n >= SMALLEST_CELL]


# -- the agreement, for contexts above --------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class ForCourt:
    """What a court's desk may know of an agreement without reading it: whether it can be confirmed, point by point."""

    agreement_id: int
    mediation_id: int
    number: str
    kind: str
    unit_id: int
    unit_place_id: int | None
    inviting_court_id: int | None
    is_sealed: bool
    effective_at: dt.datetime | None
    is_definite: bool
    is_registered: bool
    touches: frozenset[str]
    papers: frozenset[str]
    paper_number: str


def for_court(number: str, *, on: dt.date) -> ForCourt | None:
    """The live agreement of a matter as the court's desk sees it. The caller has checked the actor."""
    with scoping.unscoped("mediation.for_court"):
        found = (
            Agreement.objects.exclude(status="replaced")
            .select_related("dispute", "unit", "mediation__court")
            .filter(dispute__number=number)
            .order_by("-pk")
            .first()
        )
        if found is None:
            return None
        documents = list(found.documents.filter(replaced_at__isnull=True, is_final=True))
        body = Body.objects.filter(organisation_id=found.unit_id, is_open=True).first()
        licensed = body is not None and (body.licence_until is None or body.licence_until >= on)
        return ForCourt(
            agreement_id=found.pk,
            mediation_id=found.mediation_id,
            number=number,
            kind=found.kind,
            unit_id=found.unit_id,
            unit_place_id=found.unit.district_id,
            inviting_court_id=found.mediation.court_id if found.kind in {"delegated", "entrusted"} else None,
            is_sealed=found.is_in_effect,
            effective_at=found.effective_at,
            is_definite=not queries_agreement.gaps(found),
            is_registered=licensed,
            touches=frozenset(found.touches),
            papers=frozenset(one.kind for one in documents),
            paper_number=next((one.number for one in documents if one.kind == "agreement"), ""),
        )


def last_days(agreement_id: int) -> list[tuple[int, dt.date, bool]]:
    """(duty, last day, done) of an agreement, for the term of enforcement. The caller has checked the actor."""
    with scoping.unscoped("mediation.last_days"):
        rows = Duty.objects.filter(agreement_id=agreement_id).order_by("due_on", "order")
        return [(one.pk, one.due_on, one.done_on is not None) for one in rows]


def agreement_of(number: str, actor: Actor) -> Agreement | None:
    """The live agreement this reader may read."""
    return queries_agreement.current(number, actor)


def agreement_lines(agreement: Agreement, *, today: dt.date) -> list[queries_agreement.Line]:
    return queries_agreement.lines(agreement, today=today)


def papers_of(number: str, actor: Actor) -> QuerySet[Document]:
    return queries_agreement.documents(number, actor)


def file_of(document: Document) -> StoredFile:
    return queries_agreement.newest(document).file


def judges_for(number: str, *, court_id: int, on: dt.date) -> list[tuple[int, str]]:
    """Judges of a court who had no part in this matter that bars them."""
    from fengqiao.people import queries as people

    with scoping.unscoped("mediation.judges_for"):
        barred = disputes.users_barred_from_deciding(number)
        rows = people.duties_of(court_id, roles=["judge"], on=on)
        return sorted(
            {(one.user_id, one.user.name) for one in rows if one.user_id not in barred}, key=lambda row: row[1]
        )


def signing_form(agreement: Agreement, data: Any = None) -> Any:
    """The form a party signs with, bound to the text it was shown."""
    from fengqiao.mediation.forms_agreement import ByHand

    return ByHand(data, initial={"text_sha256": agreement.text_sha256})
