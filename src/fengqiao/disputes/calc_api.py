"""The calculators as JSON: which there are with their inputs, and one question with its answer. Open to everybody."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from ninja.errors import ValidationError
from pydantic import BaseModel, Field
from pydantic import ValidationError as Malformed

from fengqiao.disputes.calculators import sources
from fengqiao.disputes.calculators.answers import as_json
from fengqiao.disputes.calculators.catalogue import PUBLIC, described
from fengqiao.shell.api import operation

router = Router(tags=["calculators"])
WORDS = {
    "list_calculators": _("Which calculators there are, and what each asks"),
    "calculate": _("Work out a fee, a time limit or damages"),
}


class CalculatorOut(BaseModel):
    name: str
    title_zh: str
    title_en: str
    what_zh: str
    what_en: str
    input: dict[str, Any] = Field(description="JSON Schema of `input`")


class ValueOut(BaseModel):
    name: str
    kind: str = Field(description="money, date, moment, months, percent, count, flag, words, code, choice or heads")
    value: Any = Field(description="Money in yuan with two decimals, days as ISO")
    fen: int | list[int] | None = Field(None, description="Money in fen")
    label_zh: str
    label_en: str
    shown_zh: str
    shown_en: str


class StepOut(BaseModel):
    zh: str
    en: str
    rules: list[str] = Field(description="Keys of the rules this step used; see `articles`")


class ArticleOut(BaseModel):
    key: str
    value: str
    unit: str
    instrument: str
    article: str
    jurisdiction: str
    kind: str
    valid_from: str
    valid_to: str | None
    is_verified: bool


class NoteOut(BaseModel):
    zh: str
    en: str


class ResultOut(BaseModel):
    result: dict[str, Any]
    values: list[ValueOut]
    steps: list[StepOut]
    articles: list[ArticleOut]
    notes: list[NoteOut]


class Asked(BaseModel):
    input: str = Field(
        max_length=8000,
        description='The input as a JSON object, as `{"kind": "property", "claim": "100000"}`; money in yuan',
    )


@router.get("/calculators", response=list[CalculatorOut], summary="Which calculators there are")
@operation()
def list_calculators(request: HttpRequest) -> Any:
    return [described(one) for one in PUBLIC.values()]


@router.get("/calculators/{name}", response=ResultOut, summary="Work out a fee, a time limit or damages")
@operation()
def calculate(request: HttpRequest, name: str, asked: Query[Asked]) -> Any:
    """Values, steps in words of both languages, and the article and version behind every number. The court decides."""
    found = PUBLIC.get(name)
    if found is None:
        raise Http404
    today = request.now.date()  # type: ignore[attr-defined]
    try:
        return as_json(found.calculate(_object(asked.input), sources.installed(today)))
    except Malformed as error:
        raise ValidationError(
            [{"loc": ("query", "input", *one["loc"]), "type": one["type"], "msg": one["msg"]} for one in error.errors()]
        ) from error


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValidationError([{"loc": ("query", "input"), "type": "json", "msg": "a JSON object goes here"}])
    return found
