"""Disputes and mediation as JSON: the verbs of the pages. What lies behind a wall stays there for every caller."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.disputes.actions import ConsentBy, ConsentTo, InterruptKind, PartyKind, Side, Source
from fengqiao.kernel import clock, numbers
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import actions, queries, rules, shown
from fengqiao.mediation.actions import Ground, Kind, Procedure, ReturnReason
from fengqiao.people import queries as people
from fengqiao.shell.api import operation

router = Router(tags=["disputes"])
READ = ("disputes.read", "disputes.own")

WORDS = {
    "list_disputes": _("List disputes"),
    "read_dispute": _("Read one dispute"),
    "open_dispute": _("Open a dispute"),
    "offer_mediation": _("Offer mediation"),
    "consent_to": _("A party agrees to one thing"),
    "refuse_mediation": _("A party says no to mediation"),
    "send_mediators": _("Send the list of mediators"),
    "choose_mediator": _("A party names a mediator"),
    "assign_mediator": _("Assign a mediator"),
    "accept_mediation": _("Accept a mediation"),
    "decline_mediation": _("Decline a mediation, with the reason"),
    "end_mediation": _("End a mediation on one of the eight grounds"),
    "ask_docketing": _("Ask the court to docket"),
    "docket_case": _("Enter the case number"),
    "interrupt_matter": _("Stop the ordinary way: somebody is in danger"),
    "read_record": _("Read what was said to settle"),
    "list_mediators": _("The public register of mediators"),
}
"""What each operation does, for the page that shows the API."""


def _plain(text: str) -> str:
    if "\x00" in text or any(0xD800 <= ord(sign) < 0xE000 for sign in text):
        raise ValueError("contains a sign no text holds")
    return text


Words = Annotated[str, AfterValidator(_plain), Field(max_length=20_000)]
Name = Annotated[str, AfterValidator(_plain), Field(min_length=1, max_length=120)]
Code = Annotated[str, AfterValidator(_plain), Field(max_length=80)]
Key = Annotated[int, Field(ge=1, le=2**53)]


class Body(BaseModel):
    """Something sent to us. Unknown fields are refused: a misspelt one would be lost without a word."""

    model_config = ConfigDict(extra="forbid")


class NewParty(Body):
    side: Side
    name: Name
    kind: PartyKind = PartyKind.NATURAL
    phone: Code = ""
    firm_number: Annotated[str, AfterValidator(_plain), Field(max_length=18)] = ""


class NewDispute(Body):
    """Units: fen. `source_key` is the sender's own number: sent twice it is one dispute."""

    parties: Annotated[list[NewParty], Field(min_length=2, max_length=200)]
    place: Code
    cause: Code = ""
    facts: Words = ""
    amount_fen: Annotated[int, Field(ge=0, le=10**15)] | None = None
    source_key: Code = ""


class Offer(Body):
    kind: Kind
    procedure: Procedure = Procedure.NONE
    is_online: bool = False


class Yes(Body):
    party: Key
    to: ConsentTo
    by: ConsentBy = ConsentBy.CODE


class No(Body):
    party: Key
    by: ConsentBy = ConsentBy.CODE


class Choice(Body):
    party: Key
    candidate: Key


class Whom(Body):
    mediator: Key


class Decline(Body):
    reason: ReturnReason
    words: Annotated[str, AfterValidator(_plain), Field(max_length=300)] = ""


class End(Body):
    ground: Ground


class Docket(Body):
    case_number: Annotated[str, AfterValidator(_plain), Field(min_length=1, max_length=60)]


class Danger(Body):
    kind: InterruptKind
    note: Words = ""


class PartyOut(BaseModel):
    id: int
    side: str
    kind: str
    name: str


class CandidateOut(BaseModel):
    id: int
    mediator: int
    name: str
    organisation: str
    reasons: list[str]
    load: int
    capacity: int


class MediationOut(BaseModel):
    kind: str
    stage: str
    layer: str
    organisation: str
    mediator: str
    offered_at: dt.datetime
    accepted_at: dt.datetime | None
    ended_at: dt.datetime | None
    ground: str
    candidates: list[CandidateOut]


class ClockOut(BaseModel):
    kind: str
    due_at: dt.datetime
    plain_due_at: dt.datetime


class DisputeOut(BaseModel):
    """Stage, dates, signed facts for everybody who sees the dispute; account and claims for the case side alone."""

    number: str
    cause: str
    stage: str
    next: str
    amount_fen: int | None
    demanded_at: dt.datetime
    case_number: str
    parties: list[PartyOut]
    clocks: list[ClockOut]
    mediation: MediationOut | None
    undisputed_facts: list[str]
    facts: str | None
    claims: list[str] | None


class BriefOut(BaseModel):
    number: str
    cause: str
    stage: str
    opened_at: dt.datetime


class PageOut(BaseModel):
    disputes: list[BriefOut]
    next: str | None


class RecordOut(BaseModel):
    notes: list[str]
    questions: list[str]


class MediatorOut(BaseModel):
    organisation: str
    kind: str
    fee: str
    fields: list[str]
    mediators: list[str]


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined, no-any-return]


def _edge(request: HttpRequest) -> dict[str, Any]:
    return {"actor": _actor(request), "at": request.now}  # type: ignore[attr-defined]


def _matter(request: HttpRequest, number: str) -> shown.Matter:
    """The matter of an address, if the caller may see it. Absent and unseen are one 404."""
    written = numbers.normalise(number)
    found = shown.matter_of(written, **_edge(request)) if written else None
    if found is None:
        raise Http404
    return found


def _after(request: HttpRequest, number: str) -> Any:
    """The matter as it stands after a deed."""
    found = shown.matter_of(number, **_edge(request))
    if found is None:
        raise Http404
    return _out(found)


def _out(matter: shown.Matter) -> DisputeOut:
    dispute, actor = matter.dispute, matter.actor
    sheet = dispute_queries.fact_sheet(dispute, actor)
    case = actor.holds("case")
    return DisputeOut(
        number=matter.number,
        cause=dispute.name,
        stage=matter.stage,
        next=str(shown.whose_move(dispute, matter.live, matter.stage)[0]),
        amount_fen=dispute.amount_fen,
        demanded_at=dispute.demanded_at,
        case_number=dispute.case_number,
        parties=[
            PartyOut(id=one.party.pk, side=one.party.side, kind=one.party.kind, name=one.name)
            for one in dispute_queries.shown_parties(dispute, actor)
        ],
        clocks=[
            ClockOut(kind=one.kind, due_at=one.due_at, plain_due_at=one.plain_due_at)
            for one in shown.clocks(matter.number, at=matter.now, actor=actor)
        ],
        mediation=_mediation(matter),
        undisputed_facts=list(sheet.facts) if sheet is not None else [],
        facts=dispute.account.facts if case else None,
        claims=[one.text for one in dispute.claims.filter(withdrawn_at__isnull=True)] if case else None,
    )


def _mediation(matter: shown.Matter) -> MediationOut | None:
    found = matter.mediation
    if found is None:
        return None
    return MediationOut(
        kind=found.kind,
        stage=found.stage,
        layer=found.layer,
        organisation=found.unit.name if found.unit else "",
        mediator=found.mediator.user.name if found.mediator else "",
        offered_at=found.offered_at,
        accepted_at=found.accepted_at,
        ended_at=found.ended_at,
        ground=found.ground,
        candidates=[
            CandidateOut(
                id=one.pk,
                mediator=one.mediator_id,
                name=one.name,
                organisation=one.house,
                reasons=[str(reason) for reason in one.reasons],
                load=one.load,
                capacity=one.capacity,
            )
            for one in shown.candidates(found)
        ],
    )


@router.get("/disputes", response=PageOut, summary="List disputes")
@operation(*READ)
def list_disputes(request: HttpRequest, after: Annotated[int, Field(ge=0, le=2**53)] = 0) -> Any:
    """Newest first, fifty at a time; `after` is the `next` of the page before."""
    rows = dispute_queries.visible_to(_actor(request)).select_related("cause").order_by("-id")
    found = list((rows.filter(pk__lt=after) if after else rows)[:51])
    kept = found[:50]
    return PageOut(
        disputes=[
            BriefOut(
                number=one.number,
                cause=one.name,
                stage=dispute_queries.stage_for(one, _actor(request)),
                opened_at=one.opened_at,
            )
            for one in kept
        ],
        next=str(kept[-1].pk) if len(found) > 50 else None,
    )


@router.get("/disputes/{number}", response=DisputeOut, summary="Read one dispute")
@operation(*READ)
def read_dispute(request: HttpRequest, number: str) -> Any:
    return _out(_matter(request, number))


@router.get("/disputes/{number}/record", response=RecordOut, summary="Read what was said to settle")
@operation("mediation.read", "disputes.own")
def read_record(request: HttpRequest, number: str) -> Any:
    """Refused with `mediation.secret` to whoever sees the matter and has no part in the talks."""
    matter = _matter(request, number)
    if matter.mediation is None:
        raise Http404
    if not queries.may_see_secret(matter.mediation, matter.actor):
        raise Forbidden(
            "mediation.read",
            _("What was said to settle stays with the mediator and the parties."),
            code="mediation.secret",
            law=_("Online Mediation art. 18"),
        )
    return RecordOut(
        notes=[one.text for one in queries.notes(matter.mediation, matter.actor)],
        questions=[one.text for one in queries.questions(matter.mediation, matter.actor)],
    )


@router.post("/disputes", response=DisputeOut, summary="Open a dispute")
@operation("disputes.open")
def open_dispute(request: HttpRequest, sent: NewDispute) -> Any:
    """Nothing starts with it: each party is asked alone whether it wants mediation."""
    actor = _actor(request)
    place = people.area_by_code(sent.place)
    desk = actor.organisation_id
    if place is None or desk is None:
        raise Refused("dispute.place", _("This place is not known here."))
    at: dt.datetime = request.now  # type: ignore[attr-defined]
    cause = dispute_queries.cause_by_code(sent.cause, on=at.date()) if sent.cause else None
    new = disputes.NewDispute(
        source=Source.SYSTEM if actor.is_system else Source.DIRECT,
        desk_id=desk,
        place_id=place.pk,
        demanded_at=at,
        parties=tuple(
            disputes.NewParty(one.side, one.name, kind=one.kind, phone=one.phone, credit_code=one.firm_number)
            for one in sent.parties
        ),
        cause_id=cause.pk if cause else None,
        amount_fen=sent.amount_fen,
        facts=sent.facts,
        source_key=f"{desk}:{sent.source_key}" if sent.source_key else None,
    )
    return _after(request, disputes.open_dispute(new=new, actor=actor, at=at).number)


@router.post("/disputes/{number}/offer", response=DisputeOut, summary="Offer mediation")
@operation(rules.OFFER)
def offer_mediation(request: HttpRequest, number: str, sent: Offer) -> Any:
    matter = _matter(request, number)
    actions.offer(
        number=matter.number, kind=sent.kind, procedure=sent.procedure, is_online=sent.is_online, **_edge(request)
    )
    return _after(request, matter.number)


@router.post("/disputes/{number}/consent", response=DisputeOut, summary="A party agrees to one thing")
@operation("disputes.consent")
def consent_to(request: HttpRequest, number: str, sent: Yes) -> Any:
    matter = _matter(request, number)
    disputes.consent(number=matter.number, party_id=sent.party, to=(sent.to,), by=sent.by, **_edge(request))
    return _after(request, matter.number)


@router.post("/disputes/{number}/refuse", response=DisputeOut, summary="A party says no to mediation")
@operation("disputes.consent")
def refuse_mediation(request: HttpRequest, number: str, sent: No) -> Any:
    """What runs ends at once; it costs the party no right."""
    matter = _matter(request, number)
    actions.refuse(number=matter.number, party_id=sent.party, by=sent.by, **_edge(request))
    return _after(request, matter.number)


@router.post("/disputes/{number}/mediators", response=DisputeOut, summary="Send the list of mediators")
@operation(rules.OFFER)
def send_mediators(request: HttpRequest, number: str) -> Any:
    matter = _matter(request, number)
    actions.send_list(number=matter.number, **_edge(request))
    return _after(request, matter.number)


@router.post("/disputes/{number}/choose", response=DisputeOut, summary="A party names a mediator")
@operation(rules.CHOOSE)
def choose_mediator(request: HttpRequest, number: str, sent: Choice) -> Any:
    matter = _matter(request, number)
    actions.choose(number=matter.number, party_id=sent.party, candidate_id=sent.candidate, **_edge(request))
    return _after(request, matter.number)


@router.post("/disputes/{number}/assign", response=DisputeOut, summary="Assign a mediator")
@operation(rules.ASSIGN)
def assign_mediator(request: HttpRequest, number: str, sent: Whom) -> Any:
    matter = _matter(request, number)
    actions.assign(number=matter.number, mediator_id=sent.mediator, **_edge(request))
    return _after(request, matter.number)


@router.post("/disputes/{number}/accept", response=DisputeOut, summary="Accept a mediation")
@operation(rules.ACCEPT)
def accept_mediation(request: HttpRequest, number: str) -> Any:
    """The 30, 15 or 7 days begin with this."""
    matter = _matter(request, number)
    actions.accept(number=matter.number, **_edge(request))
    return _after(request, matter.number)


@router.post("/disputes/{number}/decline", response=DisputeOut, summary="Decline a mediation, with the reason")
@operation(rules.ACCEPT)
def decline_mediation(request: HttpRequest, number: str, sent: Decline) -> Any:
    matter = _matter(request, number)
    actions.decline(number=matter.number, reason=sent.reason, words=sent.words, **_edge(request))
    return _out(matter)


@router.post("/disputes/{number}/end", response=DisputeOut, summary="End a mediation on one of the eight grounds")
@operation(rules.HOLD)
def end_mediation(request: HttpRequest, number: str, sent: End) -> Any:
    matter = _matter(request, number)
    actions.end(number=matter.number, ground=sent.ground, **_edge(request))
    return _after(request, matter.number)


@router.post("/disputes/{number}/docketing", response=DisputeOut, summary="Ask the court to docket")
@operation("disputes.docket")
def ask_docketing(request: HttpRequest, number: str) -> Any:
    """At any time; whatever mediation runs neither ends nor holds it."""
    matter = _matter(request, number)
    court = matter.dispute.court_id or matter.dispute.desk_id
    disputes.ask_docketing(number=matter.number, court_id=court, **_edge(request))
    return _after(request, matter.number)


@router.post("/disputes/{number}/docket", response=DisputeOut, summary="Enter the case number")
@operation("disputes.register_case")
def docket_case(request: HttpRequest, number: str, sent: Docket) -> Any:
    matter = _matter(request, number)
    disputes.docket(number=matter.number, case_number=sent.case_number, **_edge(request))
    return _after(request, matter.number)


@router.post(
    "/disputes/{number}/interrupt", response=DisputeOut, summary="Stop the ordinary way: somebody is in danger"
)
@operation("disputes.interrupt")
def interrupt_matter(request: HttpRequest, number: str, sent: Danger) -> Any:
    """Names the duty and its deadline. No party ever sees a trace."""
    matter = _matter(request, number)
    actions.interrupt(number=matter.number, kind=sent.kind, note=sent.note, **_edge(request))
    return _after(request, matter.number)


@router.get("/mediators", response=list[MediatorOut], summary="The public register of mediators")
@operation()
def list_mediators(request: HttpRequest) -> Any:
    """What the law wants published: fields, whether it charges, who mediates. No figure on any person."""
    return [
        MediatorOut(
            organisation=body.organisation.name,
            kind=body.kind,
            fee=body.fee_policy,
            fields=list(body.fields),
            mediators=[one.user.name for one in queries.published_mediators(body, on=clock.now().date())],
        )
        for body in queries.published_bodies()
    ]
