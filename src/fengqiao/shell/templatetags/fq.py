"""Template tags and filters of the shell: clock badges, masked fields, dates and numbers as people say them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from fengqiao.kernel import clock as clocks_of_the_house
from fengqiao.shell import clocks, listing, menu, said

register = template.Library()


def language() -> str:
    return get_language() or "zh-hans"


def _time(value: dt.date, text: str) -> SafeString:
    """Every date is a `<time>`, so that it stays tight and unbroken and machines can read it."""
    stamp = said.local(value).isoformat(timespec="minutes") if isinstance(value, dt.datetime) else value.isoformat()
    return format_html('<time datetime="{}">{}</time>', stamp, text)


def _today() -> dt.datetime:
    return clocks_of_the_house.now()


@register.filter
def day(value: dt.date | None) -> str:
    return "" if value is None else _time(value, said.day(value, today=_today(), language=language()))


@register.filter
def day_short(value: dt.date | None) -> str:
    """Without the day of the week."""
    return "" if value is None else _time(value, said.day(value, today=_today(), language=language(), weekday=False))


@register.filter
def moment(value: dt.datetime | None) -> str:
    return "" if value is None else _time(value, said.moment(value, now=_today(), language=language()))


@register.filter
def promise(value: dt.date | None) -> str:
    return "" if value is None else _time(value, said.promise(value, now=_today(), language=language()))


@register.filter
def hour(value: dt.datetime | None) -> str:
    return "" if value is None else _time(value, said.hour(value))


@register.filter
def span(seconds: float | dt.timedelta | None) -> str:
    if seconds is None:
        return ""
    return said.span(seconds.total_seconds() if isinstance(seconds, dt.timedelta) else seconds, language=language())


@register.filter
def number(value: float | None) -> str:
    return "" if value is None else said.number(value)


@register.filter
def count_of(value: int | None, noun: str = "matter") -> str:
    return "" if value is None else said.count(value, noun, language=language())


@register.filter
def money(fen: int | None) -> str:
    return "" if fen is None else said.money(fen, language=language())


@register.filter
def money_short(fen: int | None) -> str:
    return "" if fen is None else said.money_short(fen, language=language())


@register.filter
def share_of(part: int, whole: int) -> str:
    return said.rate(part, whole, language=language())


@register.filter
def phone(text: str) -> str:
    return format_html('<span class="fq-num fq-nowrap">{}</span>', said.phone(text)) if text else ""


@register.filter
def matter_number(text: str) -> str:
    return format_html('<span class="fq-num fq-nowrap">{}</span>', text) if text else ""


@register.filter
def file_size(octets: int | None) -> str:
    return "" if octets is None else said.size(octets)


@register.filter
def listed(words: list[str]) -> str:
    return said.listed([str(word) for word in words], language=language())


@register.simple_tag
def icon(name: str, label: str = "") -> str:
    """An icon next to words is decoration; one that stands alone says what it is."""
    if label:
        return format_html('<i class="ti ti-{}" role="img" aria-label="{}"></i>', name, label)
    return format_html('<i class="ti ti-{}" aria-hidden="true"></i>', name)


@register.simple_tag
def clock(thing: Any, note: Any = None) -> str:
    """Clock badge: state as icon, ground and words. Beside it stands `note`: an instant, words, "" for nothing.

    A deadline says by itself when it ends, or why it is paused.
    """
    now = _today()
    seen = None if thing is None else clocks.reading(thing, now)
    if seen is None:
        return ""
    beside = _beside(thing, seen.state) if note is None else _when(note, seen.state)
    return format_html(
        '<span class="fq-clock is-{}">{}<b>{}</b>{}</span>',
        seen.state,
        icon(clocks.ICONS[seen.state]),
        seen.text(language()),
        format_html("<span>{}</span>", beside) if beside else "",
    )


def _when(note: Any, state: str) -> Any:
    if isinstance(note, dt.datetime):
        return moment(note) if state in {"today", "over"} else day(note)
    return note


def _beside(thing: Any, state: str) -> Any:
    """What stands beside the badge of a deadline: its end, marked when the year's calendar is not yet official."""
    due_at = getattr(thing, "due_at", None)
    if due_at is None or state == "met":
        return ""
    if state == "paused":
        reason = getattr(thing, "get_pause_reason_display", None)
        return reason() if reason else ""
    when = _when(due_at, state)
    if state == "over":
        return format_html(_("was due {when}"), when=when)
    return format_html(_("{when} (provisional)"), when=when) if getattr(thing, "is_provisional", False) else when


@register.simple_tag
def urgency(level: str) -> str:
    """Weight, not hue: "emergency" is filled, "urgent" outlined, everything else shows nothing."""
    if level == "emergency":
        words = pgettext("urgency", "Emergency")
        return format_html('<span class="fq-urg is-top">{}{}</span>', icon("bolt"), words)
    if level == "urgent":
        return format_html('<span class="fq-urg">{}{}</span>', icon("bolt"), pgettext("urgency", "Urgent"))
    return ""


@register.simple_tag
def options(pairs: Iterable[tuple[Any, Any]], chosen: Any = "") -> str:
    """The `<option>`s of (value, words), at once: a page with hundreds of them spent most of its time on the loop."""
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, " selected" if str(value) == str(chosen) else "", words) for value, words in pairs),
    )


@register.simple_tag
def move(is_mine: bool, words: str) -> str:
    """Who owes the next step: a filled dot is the reader, a hollow one somebody else."""
    return format_html('<span class="fq-move{}">{}</span>', " is-me" if is_mine else "", words)


@register.simple_tag
def bar(value: float, whole: float, label: str) -> str:
    """A bar drawn by SVG attributes, because the policy forbids `style`; without a label the words beside it say it."""
    whole = max(whole, 0.000001)
    share = max(0.0, min(1.0, value / whole)) * 100
    return format_html(
        '<svg class="fq-bar" viewBox="0 0 100 8" preserveAspectRatio="none"{}>'
        '<rect class="t" width="100" height="8"/><rect class="v" width="{}" height="8"/></svg>',
        format_html(' role="img" aria-label="{}"', label) if label else mark_safe(' aria-hidden="true"'),
        f"{share:.2f}",
    )


@register.inclusion_tag("shell/parts/empty.html")
def empty(name: str, title: Any, text: Any = "", url: str = "", action: Any = "", level: int = 2) -> dict[str, Any]:
    """Empty state: what is true, and what to do."""
    return {"icon": name, "title": title, "text": text, "url": url, "action": action, "level": level}


@register.inclusion_tag("shell/parts/mask.html")
def mask(value: str, reveal_url: str = "", label: Any = "") -> dict[str, Any]:
    """A masked field; the link leads to the page that asks for the purpose, shows the field once and writes the row."""
    return {"value": value, "url": reveal_url, "label": label}


@register.inclusion_tag("shell/parts/field.html")
def field(bound: BoundField, hint: Any = "") -> dict[str, Any]:
    """Label, hint, error and input, wired for assistive technology."""
    return {"field": bound, "hint": hint or bound.help_text, "kind": _kind(bound)}


def _kind(bound: BoundField) -> str:
    chosen: str = getattr(bound.field, "fq_kind", "")
    if chosen:
        return chosen
    if getattr(bound.field.widget, "input_type", "") == "checkbox":
        return "check"
    return "choice" if bound.use_fieldset else "plain"


@register.inclusion_tag("shell/parts/summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """What must be changed, each line a link to its field."""
    return {"form": form, "errors": [] if form is None else form.problems()}


@register.inclusion_tag("shell/parts/pager.html", takes_context=True)
def pager(context: template.Context, page: Any) -> dict[str, Any]:
    """Real links to the next and the previous page of a list that pages by key."""
    return {"page": page, "request": context.get("request")}


@register.simple_tag(takes_context=True)
def menu_items(context: template.Context, role: str | None = None) -> list[menu.Shown]:
    """The menu of the actor (or of one role), with counts; error pages show none and cost nothing."""
    request = context.get("request")
    return [] if request is None else menu.shown(request, role=role, counted=not context.get("is_error"))


@register.filter
def first_tabs(items: list[menu.Shown]) -> list[menu.Shown]:
    """Bottom tabs of a phone: four and "more", or five when five is all."""
    return items if len(items) <= 5 else items[:4]


@register.simple_tag(takes_context=True)
def address(context: template.Context, **changes: Any) -> str:
    """The present address with some parameters changed; an empty value removes one. Filters stay in the address."""
    request = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = str(value)
    encoded = query.urlencode()
    return conditional_escape(f"?{encoded}" if encoded else request.path)


@register.filter
def shown(value: Any) -> Any:
    """A cell of a list: instants and days as people say them, yes and no in words, a dash for nothing."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return day(value)
    return said.number(value) if isinstance(value, int) else value


@register.filter
def conditions(page: Any) -> str:
    """The chosen filters of a list in words."""
    return said.listed(listing.labels_of(page.filters), language=language())
