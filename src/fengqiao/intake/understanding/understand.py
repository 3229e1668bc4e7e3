"""One message, or a hundred thousand, understood: every answer a suggestion with its reason, nothing decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fengqiao.intake.understanding import privacy, urgency
from fengqiao.intake.understanding.classify import Model, Prediction
from fengqiao.intake.understanding.leaves import Leaf, Leaves, standard
from fengqiao.intake.understanding.places import Gazetteer, Place
from fengqiao.intake.understanding.reasons import Reason, Span, Suggestion, first_words
from fengqiao.intake.understanding.similar import Fingerprint, fingerprints, issue_key
from fengqiao.intake.understanding.urgency import Level, Urgency

_RULE_BAR = 1.5
_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Models:
    """What one process has loaded. `classifier` is None when nothing was trained: then the rules speak alone."""

    classifier: Model | None = None
    leaves: Leaves | None = None

    @property
    def headings(self) -> Leaves:
        return self.leaves or standard()

    @property
    def version(self) -> str:
        return self.classifier.version if self.classifier else "rules"

    @property
    def is_starter(self) -> bool:
        return self.classifier is None or self.classifier.is_starter


@dataclass(frozen=True, slots=True)
class Understanding:
    """Suggestions for one message.

    `category` holds labels of the training file; `heading` codes of our taxonomy, the narrowest found.
    `personal` are stretches of the text, `personal_title` of the title. `clock` is the promise of the heading.
    """

    category: Suggestion[str]
    heading: Suggestion[str]
    place: Place
    urgency: Urgency
    clock: str
    fingerprint: Fingerprint
    personal_title: tuple[privacy.Found, ...]
    personal: tuple[privacy.Found, ...]
    model_version: str
    is_starter: bool

    @property
    def level(self) -> Level:
        return self.urgency.level

    @property
    def is_crisis(self) -> bool:
        return self.urgency.is_crisis

    @property
    def issue_key(self) -> str:
        """Messages with the same key may tell the same story; "" when no place is known."""
        place = str(self.place.id) if self.place.id is not None else self.place.name
        return issue_key(place, self.heading.value or self.category.value or "")


def understand(title: str, text: str, *, models: Models, gazetteer: Gazetteer, now: dt.datetime) -> Understanding:
    """Suggestions for one message received at `now`."""
    return understand_many([(title, text)], models=models, gazetteer=gazetteer, now=now)[0]


def understand_many(
    messages: Sequence[tuple[str, str]],
    *,
    models: Models,
    gazetteer: Gazetteer,
    now: dt.datetime | Sequence[dt.datetime],
    with_words: bool = True,
) -> list[Understanding]:
    """Suggestions for many messages. `with_words=False` leaves out the quoted words of the category: quicker."""
    moments = [now] * len(messages) if isinstance(now, dt.datetime) else list(now)
    found: list[Understanding] = []
    for start in range(0, len(messages), _CHUNK):
        stop = start + _CHUNK
        found.extend(_chunk(messages[start:stop], models, gazetteer, moments[start:stop], with_words))
    return found


def _chunk(
    messages: Sequence[tuple[str, str]],
    models: Models,
    gazetteer: Gazetteer,
    moments: Sequence[dt.datetime],
    with_words: bool,
) -> list[Understanding]:
    headings = models.headings
    leaves = headings.find_many(messages)
    predictions = models.classifier.predict_many(messages) if models.classifier else [None] * len(messages)
    urgencies = urgency.judge_many(messages, on=[moment.date() for moment in moments])
    places = gazetteer.find_many(messages)
    marks = fingerprints(messages)
    found = []
    for row, (title, text) in enumerate(messages):
        personal = {"title": tuple(privacy.find(title)), "text": tuple(privacy.find(text))}
        category = _category(predictions[row], leaves[row], models, (title, text), with_words)
        category = _without(category, _closed(personal, urgencies[row]))
        heading = _heading(category, leaves[row], headings)
        found.append(
            Understanding(
                category=category,
                heading=heading,
                place=places[row],
                urgency=urgencies[row],
                clock=_clock(heading, urgencies[row], headings),
                fingerprint=marks[row],
                personal_title=personal["title"],
                personal=personal["text"],
                model_version=models.version,
                is_starter=models.is_starter,
            )
        )
    return found


def _closed(personal: dict[str, tuple[privacy.Found, ...]], found: Urgency) -> list[Span]:
    """Stretches no reason may quote: personal data, and sentences about self-harm."""
    return [*found.crisis, *(Span(part, one.start, one.end) for part, all_of in personal.items() for one in all_of)]


def _without(category: Suggestion[str], closed: list[Span]) -> Suggestion[str]:
    """The suggestion with its quotations from closed stretches taken out."""
    if not closed:
        return category
    reasons = []
    for reason in category.reasons:
        if reason.code != "category.learned" or not reason.words:
            reasons.append(reason)
            continue
        pairs = zip(reason.words, reason.spans, strict=True)
        open_pairs = [(word, span) for word, span in pairs if not any(_touch(span, one) for one in closed)]
        words, spans = tuple(word for word, _ in open_pairs), tuple(span for _, span in open_pairs)
        reasons.append(Reason(reason.code, words, spans))
    return replace(category, reasons=tuple(reasons))


def _touch(one: Span, other: Span) -> bool:
    return one.part == other.part and one.start < other.end and other.start < one.end


def _category(
    prediction: Prediction | None, leaves: list[Leaf], models: Models, message: tuple[str, str], with_words: bool
) -> Suggestion[str]:
    if prediction is None or models.classifier is None:
        return _by_rules(leaves, models.headings)
    if models.is_starter and leaves and leaves[0].weight >= _RULE_BAR:
        return _rules_and_starter(prediction, leaves, models.headings)
    reasons: tuple[Reason, ...] = (Reason("category.learned"),)
    if with_words:
        words = models.classifier.explain(*message, prediction.label)
        reasons = (Reason("category.learned", tuple(word for word, _ in words), tuple(span for _, span in words)),)
    return Suggestion(prediction.label, prediction.second, prediction.is_sure, prediction.share, reasons)


def _by_rules(leaves: list[Leaf], headings: Leaves) -> Suggestion[str]:
    tops = first_words([headings.headings[leaf.code].top for leaf in leaves], 2)
    if not tops:
        return Suggestion(None, reasons=(Reason("category.unknown"),))
    return Suggestion(tops[0], tops[1] if len(tops) > 1 else None, False, 0.5, (leaves[0].reason,))


def _rules_and_starter(prediction: Prediction, leaves: list[Leaf], headings: Leaves) -> Suggestion[str]:
    """A fresh installation trusts the words of its rules more than the few texts it was started with."""
    top = headings.headings[leaves[0].code].top
    agrees = prediction.label == top
    spoken = (headings.headings[leaf.code].top for leaf in leaves if leaf.weight >= _RULE_BAR)
    other = next((one for one in spoken if one != top), prediction.second if agrees else prediction.label)
    share = max(prediction.share, 0.6) if agrees else 0.5
    return Suggestion(top, other, agrees and leaves[0].weight >= 2 * _RULE_BAR, share, (leaves[0].reason,))


def _heading(category: Suggestion[str], leaves: list[Leaf], headings: Leaves) -> Suggestion[str]:
    """The heaviest heading under the category; under any, when the category is not of our taxonomy."""
    top = headings.top(category.value or "")
    under = [leaf for leaf in leaves if not top or headings.headings[leaf.code].top == top]
    if not under:
        return Suggestion(top or None, None, False, category.share, category.reasons)
    second = under[1].code if len(under) > 1 else None
    is_sure = category.is_sure and (second is None or under[0].weight >= 1.5 * under[1].weight)
    return Suggestion(under[0].code, second, is_sure, category.share, (under[0].reason,))


def _clock(heading: Suggestion[str], found: Urgency, headings: Leaves) -> str:
    if found.is_outage and heading.value and heading.value.startswith("utilities"):
        return "utility"
    return headings.headings[heading.value].clock if heading.value else "ordinary"
