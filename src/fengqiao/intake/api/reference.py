"""What other systems need to speak our codes: categories, places, units, rules (public), and who they are."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, Field

from fengqiao.intake import queries, rules
from fengqiao.intake.api import schemas
from fengqiao.intake.api.common import actor_of, now
from fengqiao.kernel import rulebook
from fengqiao.kernel.actor import verbs
from fengqiao.people import queries as people
from fengqiao.shell.api import operation

router = Router(tags=["reference"])


@router.get("/me", response=schemas.Me, summary="Who am I")
@operation(rules.READ, rules.FILE, rules.OWN)
def me(request: HttpRequest) -> Any:
    actor = actor_of(request)
    unit = people.organisation_by_id(actor.organisation_id) if actor.organisation_id else None
    return {
        "id": actor.id,
        "name": actor.name,
        "role": actor.role,
        "organisation": {"code": unit.code, "name": unit.name} if unit else None,
        "verbs": sorted(verb for verb in verbs() if verb.startswith("intake.") and actor.may(verb)),
    }


@router.get("/categories", response=list[schemas.CategoryOut], summary="What a matter can be about")
@operation()
def list_categories(request: HttpRequest) -> Any:
    found = queries.categories()
    codes = {one.pk: one.code for one in found}
    return [
        {
            "code": one.code,
            "parent": codes.get(one.parent_id) if one.parent_id else None,
            "level": one.level,
            "name": one.name_zh,
            "name_en": one.name_en,
            "clock_class": one.clock_class,
        }
        for one in found
    ]


class Typed(BaseModel):
    q: schemas.Line = Field(description="Part of the name, pinyin, initials or the beginning of the code")


@router.get("/places", response=list[schemas.PlaceOut], summary="Find places")
@operation()
def find_places(request: HttpRequest, typed: Query[Typed]) -> Any:
    """Up to twelve places, the widest first."""
    return [
        {"code": one.code, "name": one.name, "full_name": one.full_name, "kind": one.kind}
        for one in people.find_areas(actor_of(request), typed.q)
    ]


@router.get("/units", response=list[schemas.UnitOut], summary="Find units")
@operation()
def find_units(request: HttpRequest, typed: Query[Typed]) -> Any:
    """Up to fifty organisations whose name holds, or whose code begins with, what was typed."""
    return [
        {"code": one.code, "name": one.name, "kind": one.kind, "place": one.place.code if one.place else None}
        for one in people.find_organisations(typed.q)
    ]


class Day(BaseModel):
    on: dt.date | None = Field(None, description="The day whose rules are asked for; today when missing")


@router.get("/rules", response=list[schemas.RuleOut], summary="Time limits and other rules")
@operation()
def list_rules(request: HttpRequest, day: Query[Day]) -> Any:
    """Every rule in the version that holds on a day, with instrument and article."""
    on = day.on or now(request).date()
    return [
        {
            "key": one.key,
            "value": one.value,
            "unit": one.unit,
            "jurisdiction": one.jurisdiction,
            "kind": one.kind,
            "instrument": one.instrument,
            "article": one.article,
            "valid_from": one.valid_from,
            "valid_to": one.valid_to,
            "is_verified": one.is_verified,
            "note": one.note,
        }
        for one in rulebook.on_day(on)
    ]
