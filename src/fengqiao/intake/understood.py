"""What understanding means for this installation: labels become categories, names become areas, danger is sealed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from fengqiao.intake.models import Category
from fengqiao.intake.routing import Router
from fengqiao.intake.rules import URGENCY_ORDER, Urgency
from fengqiao.intake.understanding import loader
from fengqiao.intake.understanding.reasons import Span
from fengqiao.intake.understanding.understand import Understanding, understand_many
from fengqiao.people.models import Area

Message = tuple[str, str]
"""Title and text; the title may be empty."""

SEALED_MARK = "〔另有一句已由专人处理〕"
"""Stands in the open text where a sentence about danger to oneself was put under seal."""


@dataclasses.dataclass(frozen=True)
class Reading:
    """The suggestions for one message in terms of our own tables. Nothing here is decided."""

    category_id: int | None
    second_category_id: int | None
    category_is_sure: bool
    clock_class: str
    label: str
    place: Area | None
    sure_place: Area | None
    urgency: Urgency
    is_crisis: bool
    open_title: str
    open_text: str
    sealed_text: str
    issue_key: int | None
    raw: Understanding

    def as_json(self, router: Router, place: Area | None) -> dict[str, Any]:
        """What the desk shows as chips: value, second choice, whether sure, and the reasons as codes with words."""
        where = place or self.place
        route = router.route(category_id=self.category_id, place=where, urgency=self.urgency)
        second = self.raw.place.second
        return {
            "category": {
                "value": self.category_id,
                "second": self.second_category_id,
                "sure": self.category_is_sure,
                "label": self.label,
                "reasons": self.why("category"),
            },
            "place": {
                "value": where.pk if where else None,
                "second": second.id if second else None,
                "sure": place is not None or self.sure_place is not None,
                "name": self.raw.place.name,
                "building": self.raw.place.building,
                "reasons": self.why("place"),
            },
            "unit": {
                "value": route.unit_id,
                "second": route.second_id,
                "sure": self.category_is_sure and not route.is_backstop,
                "rule": route.rule_id,
                "backstop": route.is_backstop,
            },
            "urgency": {
                "value": self.urgency,
                "sure": True,
                "crisis": self.is_crisis,
                "reasons": self.why("urgency"),
            },
            "personal": [found.kind for found in (*self.raw.personal_title, *self.raw.personal)],
            "version": self.raw.model_version,
            "starter": self.raw.is_starter,
        }

    def why(self, field: str) -> list[dict[str, Any]]:
        """What a suggestion rests on: codes with the words of the message."""
        said = {
            "category": self.raw.heading.reasons or self.raw.category.reasons,
            "place": self.raw.place.reasons,
            "urgency": self.raw.urgency.reasons,
        }
        return [{"code": one.code, "words": list(one.words)} for one in said[field]]


class Reader:
    """Models, gazetteer, categories and areas, loaded once; reads many messages."""

    def __init__(self) -> None:
        self._models, self._gazetteer = loader.models(), loader.gazetteer()
        rows = Category.objects.filter(is_active=True).values_list("pk", "code", "name_zh", "clock_class")
        self._by_code = {code: (pk, clock) for pk, code, _name, clock in rows}
        self._by_name = {name: (pk, clock) for pk, _code, name, clock in rows}
        self._areas: dict[int, Area] = {}

    def read(self, messages: Sequence[Message], *, at: Sequence[dt.datetime]) -> list[Reading]:
        """Suggestions for messages (title, text) received at these moments."""
        return self.settle(messages, self.look(messages, at=at))

    def look(self, messages: Sequence[Message], *, at: Sequence[dt.datetime]) -> list[Understanding]:
        """The part that needs no database: may run in another thread."""
        return understand_many(
            messages, models=self._models, gazetteer=self._gazetteer, now=at, with_words=len(messages) < 50
        )

    def settle(self, messages: Sequence[Message], found: Sequence[Understanding]) -> list[Reading]:
        """Put what was understood in terms of our tables."""
        self._learn_areas({one.place.id for one in found if one.place.id is not None})
        return [self._reading(message, one) for message, one in zip(messages, found, strict=True)]

    def _learn_areas(self, ids: set[int]) -> None:
        missing = ids - self._areas.keys()
        if missing:
            self._areas.update(Area.objects.in_bulk(missing))

    def _reading(self, message: Message, one: Understanding) -> Reading:
        category_id, clock = self._category(one.heading.value or one.category.value)
        second_id, _clock = self._category(one.heading.second or one.category.second)
        place = self._areas.get(one.place.id) if one.place.id is not None else None
        open_title, sealed_title = seal(message[0], [span for span in one.urgency.crisis if span.part == "title"])
        open_text, sealed_text = seal(message[1], [span for span in one.urgency.crisis if span.part == "text"])
        return Reading(
            category_id=category_id,
            second_category_id=second_id if second_id != category_id else None,
            category_is_sure=category_id is not None and one.heading.is_sure,
            clock_class=one.clock or clock,
            label=one.category.value or "",
            place=place,
            sure_place=place if one.place.is_sure else None,
            urgency=URGENCY_ORDER[int(one.level)],
            is_crisis=one.is_crisis,
            open_title=open_title,
            open_text=open_text,
            sealed_text="\n".join(part for part in (sealed_title, sealed_text) if part),
            issue_key=_issue(one.issue_key),
            raw=one,
        )

    def _category(self, label: str | None) -> tuple[int | None, str]:
        if not label:
            return None, ""
        return self._by_code.get(label) or self._by_name.get(label) or (None, "")


def read(title: str, text: str, *, at: dt.datetime) -> Reading:
    """Suggestions for one message."""
    return Reader().read([(title, text)], at=[at])[0]


def clock_class_of(category_id: int | None) -> str:
    """The limits a category runs on: its own, or those of the nearest category above that names some."""
    category = Category.objects.select_related("parent__parent").filter(pk=category_id).first() if category_id else None
    while category is not None:
        if category.clock_class:
            return category.clock_class
        category = category.parent
    return ""


def seal(text: str, spans: Sequence[Span]) -> tuple[str, str]:
    """Take sentences out of a text. Result: the open text with a mark in their place, and what was taken out."""
    if not spans:
        return text, ""
    kept, taken, end = [], [], 0
    for span in sorted(spans, key=lambda one: one.start):
        kept.append(text[end : max(span.start, end)])
        taken.append(text[max(span.start, end) : span.end])
        end = max(end, span.end)
    kept.append(text[end:])
    return SEALED_MARK.join(kept), "\n".join(part for part in taken if part)


def _issue(key: str) -> int | None:
    """The issue window as a number to index."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True) if key else None
