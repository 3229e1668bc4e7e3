"""Filing and reading contacts: the list, one matter, its files, the figures."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest
from ninja import Query, Router, Status
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from fengqiao.intake import actions, queries, rules
from fengqiao.intake.actions.receiving import Draft
from fengqiao.intake.api import schemas, shown
from fengqiao.intake.api.common import actor_of, category_id, keep_raw, now, page_of, place_id, read_cursor
from fengqiao.intake.api.common import files as files_of
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Channel, EntryKind, Stage, Urgency
from fengqiao.kernel import files
from fengqiao.people import queries as people
from fengqiao.shell.api import operation

router = Router(tags=["contacts"])


def _in_range(moment: dt.datetime) -> dt.datetime:
    """Far from the ends of time, where a change of zone would leave the calendar."""
    if not 1900 <= moment.year <= 2200:
        raise ValueError("lies outside 1900 to 2200")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_in_range)]


class Wanted(BaseModel):
    """Filters of the list. All of them must fit."""

    order: Literal["received", "changed"] = Field(
        "received", description="received: newest first; changed: in the order of change, to follow what happens"
    )
    open: bool | None = Field(None, description="Whether somebody still owes a move")
    stage: Stage | None = None
    urgency: Urgency | None = None
    category: schemas.Code = Field("", description="Code of a category; those below it count too")
    place: schemas.Code = Field("", description="Code of a place; all within it counts too")
    unit: schemas.Code = Field("", description="Code of the unit in hand")
    received_from: Moment | None = None
    received_until: Moment | None = None
    changed_after: Moment | None = None
    due_before: Moment | None = None
    limit: int = Field(50, ge=1, le=200)
    cursor: schemas.Line = ""


@router.get("/contacts", response=schemas.ContactPage, summary="List matters")
@operation(rules.READ, rules.OWN)
def list_contacts(request: HttpRequest, wanted: Query[Wanted]) -> Any:
    """The matters in the caller's scope, page by page. The cursor stays right while new ones arrive."""
    rows = _narrowed(queries.visible_to(actor_of(request)), wanted)
    moment = "received_at" if wanted.order == "received" else "changed_at"
    after = read_cursor(wanted.cursor)
    if wanted.order == "received":
        rows = rows.order_by("-received_at", "-pk")
        rows = rows.filter(_beyond("lt", moment, after)) if after else rows
    else:
        rows = rows.order_by("changed_at", "pk")
        rows = rows.filter(_beyond("gt", moment, after)) if after else rows
    found = list(queries.with_names(rows).select_related("parent", "merged_into")[: wanted.limit + 1])
    kept, cursor = page_of(found, wanted.limit, moment)
    return {"items": [shown.brief(contact) for contact in kept], "next_cursor": cursor}


def _beyond(side: str, moment: str, after: tuple[dt.datetime, int]) -> Q:
    return Q(**{f"{moment}__{side}e": after[0]}) & (
        Q(**{f"{moment}__{side}": after[0]}) | Q(**{f"pk__{side}": after[1]})
    )


def _narrowed(rows: QuerySet[Contact], wanted: Wanted) -> QuerySet[Contact]:
    exact = {"stage": wanted.stage, "urgency": wanted.urgency, "unit__code": wanted.unit}
    since = {
        "received_at__gte": wanted.received_from,
        "received_at__lt": wanted.received_until,
        "changed_at__gt": wanted.changed_after,
        "due_at__lt": wanted.due_before,
    }
    rows = rows.filter(**{key: value for key, value in (exact | since).items() if value})
    if wanted.open is not None:
        rows = rows.filter(closed_at__isnull=wanted.open)
    if wanted.category:
        rows = rows.filter(Q(category__code=wanted.category) | Q(category__code__startswith=f"{wanted.category}."))
    if wanted.place:
        rows = within(rows, wanted.place)
    return rows


def within(rows: QuerySet[Contact], code: str) -> QuerySet[Contact]:
    """Those inside a place, whatever its level. A code that names no place names no rows."""
    area = people.area_by_code(code)
    if area is None:
        return rows.none()
    column = f"{area.kind}_id"
    return rows.filter(**{column: area.pk}) if hasattr(Contact, column) else rows.filter(place=area)


@router.get("/contacts/{number}", response=schemas.ContactDetail, summary="Read one matter")
@operation(rules.READ, rules.OWN)
def read_contact(request: HttpRequest, number: str) -> Any:
    """State, clocks and history. Internal lines are there for the unit in hand alone, if its key may handle matters."""
    return shown.detail(shown.contact_of(request, number), actor_of(request))


@router.get("/contacts/{number}/files/{uid}", response=None, summary="Download a file", tags=["files"])
@operation(rules.READ, rules.OWN)
def read_file(request: HttpRequest, number: str, uid: uuid.UUID) -> FileResponse:
    """The bytes of one file of a matter, judged and cleaned on arrival."""
    contact = shown.contact_of(request, number)
    inside = shown.sees_inside(actor_of(request), contact)
    found = queries.files(contact, internal=inside).filter(uid=uid).first()
    if found is None:
        raise Http404
    return files.file_response(found.file, download=True)


@router.post("/contacts", response={201: schemas.Receipt, 200: schemas.Receipt}, summary="File a matter")
@operation(rules.FILE, keep=keep_raw)
def create_contact(request: HttpRequest, sent: schemas.NewContact) -> Any:
    """Keep what somebody tells, give it a number, an owner and a clock. The same `client_id` again changes nothing."""
    actor = actor_of(request)
    draft = Draft(
        **sent.model_dump(exclude={"place", "category", "files", "channel"}),
        place_id=place_id(sent.place),
        category_id=category_id(sent.category),
        person_id=actor.person_id if actor.role == "resident" else None,
        files=files_of(sent.files, actor),
    )
    channel = Channel.WEB if actor.role == "resident" else sent.channel
    raw = request.raw  # type: ignore[attr-defined]
    given = actions.receive(draft=draft, channel=channel, actor=actor, at=now(request), raw=raw)
    reached = actor.is_system and bool(sent.phone or sent.email)
    mine = not given.is_repeat or _own(given.contact, request)
    return Status(200 if given.is_repeat else 201, shown.receipt(given, with_code=mine and not reached))


def _own(contact: Contact, request: HttpRequest) -> bool:
    """Whether a contact found again under its client id was filed by this caller."""
    return contact.entries.filter(kind=EntryKind.RECEIVED, actor=actor_of(request).id).exists()


class Period(BaseModel):
    place: schemas.Code = Field("", description="Code of a place inside the caller's own")
    received_from: Moment | None = None
    received_until: Moment | None = None


@router.get("/figures", response=schemas.Figures, summary="Count matters", tags=["figures"])
@operation(rules.READ)
def figures(request: HttpRequest, wanted: Query[Period]) -> Any:
    """Received, open, overdue, answered and accepted within the caller's scope, and what the rates rest on."""
    rows = queries.visible_to(actor_of(request))
    if wanted.place:
        place_id(wanted.place)
        rows = within(rows, wanted.place)
    since = wanted.received_from or now(request) - dt.timedelta(days=90)
    rows = rows.filter(received_at__gte=since)
    if wanted.received_until:
        rows = rows.filter(received_at__lt=wanted.received_until)
    standing = queries.standing(rows, at=now(request))
    rates = {"response_rate": standing.response_rate, "resolution_rate": standing.resolution_rate}
    return (
        vars(standing)
        | rates
        | {"by_day": {day.isoformat(): n for day, n in queries.daily(rows, since=since.date()).items()}}
    )
