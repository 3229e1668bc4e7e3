"""What goes in and out. Codes instead of ids for places, units and categories; moments with their zone."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from fengqiao.intake.rules import About, Behalf, Channel, Stage, Urgency


def _plain(text: str) -> str:
    """No NUL and no half characters: the database holds neither."""
    if "\x00" in text:
        raise ValueError("contains NUL")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("contains half of a character") from error
    return text


Words = Annotated[str, AfterValidator(_plain), Field(max_length=20_000)]
Line = Annotated[str, AfterValidator(_plain), Field(max_length=200)]
Code = Annotated[str, AfterValidator(_plain), Field(max_length=40)]
Number = Annotated[str, AfterValidator(_plain), Field(max_length=40, examples=["01226-0004827-3"])]


class Body(BaseModel):
    """Something sent to us. Unknown fields are refused: a misspelt one would be lost without a word."""

    model_config = ConfigDict(extra="forbid")


FileIds = Annotated[list[Annotated[int, Field(ge=1, le=2**53)]], Field(max_length=9)]


class NewContact(Body):
    """What somebody tells. Only the text is needed; place, category and urgency are understood from it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "text": "云锦小区3号楼暖气不热，室温只有14度。",
                    "name": "陈立秋",
                    "phone": "13812340421",
                    "place": "990101001001",
                }
            ]
        },
    )
    text: Annotated[Words, Field(min_length=1)]
    title: Line = ""
    name: Annotated[str, AfterValidator(_plain), Field(max_length=60)] = ""
    phone: Annotated[str, AfterValidator(_plain), Field(max_length=30)] = ""
    email: Annotated[str, AfterValidator(_plain), Field(max_length=200)] = ""
    is_anonymous: bool = False
    wants_secrecy: bool = False
    behalf: Behalf = Behalf.SELF
    group_size: Annotated[int, Field(ge=2, le=100_000)] | None = None
    place: Code = ""
    location_text: Line = ""
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    respondent: Annotated[str, AfterValidator(_plain), Field(max_length=120)] = ""
    category: Code = ""
    urgency: Urgency = Urgency.ORDINARY
    channel: Channel = Channel.API
    client_id: uuid.UUID | None = None
    files: FileIds = []


class Told(Body):
    """Words to the person or for the file, with files sent before."""

    text: Annotated[Words, Field(min_length=1)]
    files: FileIds = []


class Said(Body):
    text: Annotated[Words, Field(min_length=1)]


class Reason(Body):
    reason: Annotated[Words, Field(min_length=1)]


class Added(Body):
    """What the person adds: words, files or both."""

    text: Words = ""
    files: FileIds = []


class Dispatch(Body):
    unit: Code
    category: Code = ""
    place: Code = ""
    urgency: Urgency | None = None
    helping: Annotated[list[Code], Field(max_length=20)] = []


class Transfer(Reason):
    to: Annotated[str, AfterValidator(_plain), Field(min_length=1, max_length=120)]


class UrgencyChange(Reason):
    urgency: Urgency


class Into(Body):
    into: Number


class Parent(Body):
    parent: Number


class Parts(Body):
    texts: Annotated[list[Annotated[Words, Field(min_length=1)]], Field(min_length=1, max_length=10)]


class Supporter(Body):
    """Somebody with the same trouble, written down by staff."""

    name: Annotated[str, AfterValidator(_plain), Field(max_length=60)] = ""
    phone: Annotated[str, AfterValidator(_plain), Field(min_length=5, max_length=30)]


Score = Annotated[int, Field(ge=1, le=5)]


class Acceptance(Body):
    score: Score | None = None
    text: Words = ""


class Optional(Body):
    text: Words = ""


class RatingGiven(Body):
    about: About
    score: Score | None = None
    is_resolved: bool | None = None
    text: Words = ""


# ---------------------------------------------------------------- out


class Named(BaseModel):
    code: str
    name: str


class ContactOut(BaseModel):
    """One matter as the caller may see it. Only `is_accepted` means solved: the person said so."""

    number: str
    channel: str
    received_at: dt.datetime
    changed_at: dt.datetime
    title: str
    text: str
    category: Named | None
    place: Named | None
    location_text: str
    latitude: float | None
    longitude: float | None
    urgency: Urgency
    clock_class: str
    stage: Stage
    status: str = Field(description="The state in one plain sentence, as the person reads it")
    next_move: str = Field(description="desk, unit, person or nobody")
    desk: Named
    unit: Named | None
    due_at: dt.datetime | None
    due_kind: str
    responded_at: dt.datetime | None
    done_at: dt.datetime | None
    closed_at: dt.datetime | None
    is_accepted: bool
    times_reopened: int
    parent: str | None
    merged_into: str | None


class Receipt(BaseModel):
    """`code` opens the matter together with its number; it is the person's. Missing when it went out by message."""

    number: str
    code: str | None
    is_repeat: bool
    contact: ContactOut


class Clock(BaseModel):
    kind: str
    state: str
    rule: str
    began_at: dt.datetime
    due_at: dt.datetime
    is_provisional: bool
    met_at: dt.datetime | None


class FileOut(BaseModel):
    uid: uuid.UUID
    name: str
    kind: str
    size: int
    is_internal: bool


class EntryOut(BaseModel):
    """One line of the history. Internal lines leave the house on no exit."""

    at: dt.datetime
    kind: str
    name: str
    text: str
    organisation: Named | None
    by: str
    is_internal: bool
    facts: dict[str, Any]
    files: list[FileOut]


class PersonOut(BaseModel):
    """Masked. Full details are shown on pages only, for a stated purpose."""

    name: str
    phone: str


class ContactDetail(ContactOut):
    person: PersonOut | None
    helping: list[Named]
    clocks: list[Clock]
    timeline: list[EntryOut]
    files: list[FileOut]


class ContactPage(BaseModel):
    items: list[ContactOut]
    next_cursor: str | None = Field(description="Send it back as `cursor`; null on the last page")


class Uploaded(BaseModel):
    """`id` is named in `files` of a later request by the same caller."""

    id: int
    name: str
    kind: str
    size: int


class RejectionOut(BaseModel):
    line: int = Field(description="Row below the header, from 1")
    reason: str


class ImportRunOut(BaseModel):
    """One file on its way in. `read` = `made` + `known` (had come in before) + `rejected`."""

    id: int
    file_name: str
    state: Literal["waiting", "running", "stopped", "failed", "done"]
    mapping: str
    columns: dict[str, str] = Field(description="Our field → column of the file")
    sent_at: dt.datetime | None
    finished_at: dt.datetime | None
    error: str
    read: int
    made: int
    known: int
    rejected: int
    rejections: list[RejectionOut] = Field(description="The first hundred rows not taken")


class CategoryOut(BaseModel):
    code: str
    parent: str | None
    level: int
    name: str
    name_en: str
    clock_class: str


class PlaceOut(BaseModel):
    code: str
    name: str
    full_name: str
    kind: str


class UnitOut(BaseModel):
    code: str
    name: str
    kind: str
    place: str | None


class RuleOut(BaseModel):
    key: str
    value: str
    unit: str
    jurisdiction: str
    kind: str
    instrument: str
    article: str
    valid_from: dt.date
    valid_to: dt.date | None
    is_verified: bool
    note: str


class Figures(BaseModel):
    """Counts with what they rest on; a rate is null while nothing is due. Only acceptances are solved."""

    received: int
    open: int
    over: int
    responded: int
    due_response: int
    solved: int
    lapsed: int
    decided: int
    response_rate: float | None
    resolution_rate: float | None
    by_day: dict[str, int]


class Me(BaseModel):
    """Who we take you for."""

    id: str
    name: str
    role: str
    organisation: Named | None
    verbs: list[str]
