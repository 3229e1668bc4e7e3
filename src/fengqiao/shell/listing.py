"""Large lists: filters in the address, pages by key, columns to choose, views to save, export and print.

A context declares a `Listing` once and calls `answer` in its page; the same declaration makes the HTML table, the
CSV and XLSX files and the print view. Pages go by (sort value, id), never by offset, so page 40,000 costs what page 1
costs and a row that arrives meanwhile neither repeats nor hides another.
"""

from __future__ import annotations

import base64
import binascii
import csv
import dataclasses
import datetime as dt
import functools
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Generic, TypeVar, cast

from django.core.exceptions import FieldError, ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused, Text
from fengqiao.shell import said, views_saved
from fengqiao.shell.models import SavedView

M = TypeVar("M", bound=Model)

PAGE_SIZE = 25
PRINT_MOST = 500
XLSX_MOST = 50_000
CSV_MOST = 1_000_000
SPOOLED_OCTETS = 5 * 1024 * 1024

NOTHING = _("Nothing to show here")

on_export: list[Callable[[HttpRequest, str, str, int], None]] = []
"""Called before a file leaves: request, name of the list, format, number of rows. Filled by contexts above."""


# ---------------------------------------------------------------- declaration


@dataclasses.dataclass(frozen=True)
class Column(Generic[M]):
    """One column: `value` is plain and goes into files, `cell` is what the page shows when that differs."""

    key: str
    label: Text
    value: Callable[[M], Any]
    cell: Callable[[M], Any] | None = None
    is_number: bool = False
    is_shown: bool = True
    order: str = ""


@dataclasses.dataclass(frozen=True)
class Order:
    """A way to sort. `field` must be a column or annotation that is never null; the id breaks ties."""

    key: str
    label: Text
    field: str
    is_descending: bool = False


@dataclasses.dataclass(frozen=True)
class Filter(Generic[M]):
    """One condition kept in the address as `key=value`. Values that are not offered are ignored.

    `kind` is "pills" (links, the first row of a list), "select", "text" or "day".
    """

    key: str
    label: Text
    apply: Callable[[QuerySet[M], str], QuerySet[M]]
    choices: Sequence[tuple[str, Text]] | Callable[[], Sequence[tuple[str, Text]]] = ()
    kind: str = "select"

    def offered(self) -> Sequence[tuple[str, Text]]:
        return self.choices() if callable(self.choices) else self.choices

    def read(self, query: QueryDict) -> str:
        """The chosen value, or "" when nothing sensible was chosen."""
        text = query.get(self.key, "").strip()[:200]
        if not text:
            return ""
        if self.kind in {"pills", "select"}:
            return text if text in {value for value, _label in self.offered()} else ""
        if self.kind == "day":
            try:
                return dt.date.fromisoformat(text).isoformat()
            except ValueError:
                return ""
        return text.replace("\x00", "")


@dataclasses.dataclass(frozen=True)
class Listing(Generic[M]):
    """A list as its context declares it. `name` stands in the audit and in file names."""

    name: str
    title: Text
    columns: Sequence[Column[M]]
    orders: Sequence[Order]
    filters: Sequence[Filter[M]] = ()
    noun: str = "row"
    page_size: int = PAGE_SIZE
    empty_title: Text = NOTHING
    empty_text: Text = ""
    row_url: Callable[[M], str] | None = None


# ---------------------------------------------------------------- a page by key


@dataclasses.dataclass(frozen=True)
class ShownFilter:
    key: str
    label: Text
    kind: str
    value: str
    choices: list[tuple[str, Text, str, bool]]
    """value, label, address with it chosen, whether it is chosen"""

    @property
    def pairs(self) -> list[tuple[str, Text]]:
        """value and label: the options of a select"""
        return [(code, label) for code, label, _url, _is_chosen in self.choices]


@dataclasses.dataclass(frozen=True)
class ShownColumn:
    key: str
    label: Text
    is_number: bool
    is_shown: bool
    sort_url: str = ""
    sorted: str = ""


@dataclasses.dataclass
class Page(Generic[M]):
    """One page of a list, ready for `shell/parts/listing.html` and for `{% pager %}`."""

    listing: Listing[M]
    rows: list[M]
    columns: list[Column[M]]
    order: Order
    query: QueryDict
    has_before: bool
    has_after: bool
    saved: list[SavedView] = dataclasses.field(default_factory=list)
    path: str = ""

    def _address(self, **changes: str) -> str:
        query = self.query.copy()
        for name in ("after", "before", "format"):
            query.pop(name, None)
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        return f"?{query.urlencode()}" if query else self.path or "?"

    @property
    def next_url(self) -> str:
        return self._address(after=token(self.rows[-1], self.order)) if self.has_after and self.rows else ""

    @property
    def previous_url(self) -> str:
        return self._address(before=token(self.rows[0], self.order)) if self.has_before and self.rows else ""

    @property
    def described(self) -> str:
        counted = said.count(len(self.rows), self.listing.noun, language=get_language() or "zh-hans")
        if self.has_before or self.has_after:
            return gettext("%(counted)s on this page") % {"counted": counted}
        return gettext("%(counted)s in all") % {"counted": counted}

    @functools.cached_property
    def filters(self) -> list[ShownFilter]:
        return [self._shown(one) for one in self.listing.filters]

    def _shown(self, one: Filter[M]) -> ShownFilter:
        value = one.read(self.query)
        offered = one.offered() if one.kind in {"pills", "select"} else ()
        is_linked = one.kind == "pills"
        choices = [
            (code, label, self._address(**{one.key: code}) if is_linked else "", code == value)
            for code, label in offered
        ]
        return ShownFilter(one.key, one.label, one.kind, value, choices)

    @property
    def heads(self) -> list[ShownColumn]:
        shown = {column.key for column in self.columns}
        orders = {order.key: order for order in self.listing.orders}
        return [self._head(column, column.key in shown, orders) for column in self.listing.columns]

    def _head(self, column: Column[M], is_shown: bool, orders: dict[str, Order]) -> ShownColumn:
        url, now = "", ""
        if column.order in orders:
            url = self._address(order=column.order)
            if column.order == self.order.key:
                now = "descending" if self.order.is_descending else "ascending"
        return ShownColumn(column.key, column.label, column.is_number, is_shown, url, now)

    @property
    def table(self) -> list[tuple[M, str, list[tuple[ShownColumn, Any]]]]:
        """Rows with their address and their cells in the order of the shown columns."""
        heads = [head for head in self.heads if head.is_shown]
        pairs = list(zip(heads, self.columns, strict=True))
        url = self.listing.row_url
        return [
            (
                row,
                url(row) if url else "",
                [(head, _cell(one, row)) for head, one in pairs],
            )
            for row in self.rows
        ]

    @property
    def is_filtered(self) -> bool:
        return any(one.read(self.query) for one in self.listing.filters)

    @property
    def has_form(self) -> bool:
        return any(one.kind != "pills" for one in self.listing.filters)

    @property
    def kept_pairs(self) -> list[tuple[str, str]]:
        """What the filter form carries along: pills, columns and order."""
        asked = {one.key for one in self.listing.filters if one.kind != "pills"}
        return [pair for pair in self._pairs() if pair[0] not in asked]

    @property
    def all_pairs(self) -> list[tuple[str, str]]:
        """What the form of columns carries along: everything else."""
        return [pair for pair in self._pairs() if pair[0] != "columns"]

    def _pairs(self) -> list[tuple[str, str]]:
        gone = {"after", "before", "format"}
        return [(name, value) for name, values in self.query.lists() for value in values if name not in gone]

    @property
    def kept(self) -> str:
        """The address without the place in the list: what a saved view keeps."""
        return self._address().lstrip("?") if self._address().startswith("?") else ""

    @property
    def csv_url(self) -> str:
        return self._address(format="csv")

    @property
    def xlsx_url(self) -> str:
        return self._address(format="xlsx")

    @property
    def print_url(self) -> str:
        return self._address(format="print")


def _cell(column: Column[M], row: M) -> Any:
    return column.cell(row) if column.cell else column.value(row)


def token(row: Model, order: Order) -> str:
    """The place of a row in the order, for the address. Holds nothing the row does not show."""
    value = getattr(row, order.field)
    if isinstance(value, dt.datetime | dt.date):
        value = value.isoformat()
    packed = json.dumps([value, row.pk], ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_token(text: str) -> tuple[Any, int] | None:
    """The opposite of `token`; None for anything else, since people shorten and mix addresses."""
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None
    good = isinstance(pk, int) and not isinstance(pk, bool) and abs(pk) < 2**63 and isinstance(value, str | int | float)
    return (value, pk) if good and "\x00" not in str(value) else None


def _beyond(order: Order, place: tuple[Any, int], *, is_descending: bool) -> Q:
    """Rows after a place. Written as a range plus the tie, so that an index on (field, id) is walked from there."""
    word = "lt" if is_descending else "gt"
    value, pk = place
    further = Q(**{f"{order.field}__{word}": value}) | Q(**{order.field: value, f"pk__{word}": pk})
    return Q(**{f"{order.field}__{word}e": value}) & further


def _sorted(rows: QuerySet[M], order: Order, *, is_descending: bool) -> QuerySet[M]:
    sign = "-" if is_descending else ""
    return rows.order_by(f"{sign}{order.field}", f"{sign}pk")


def filtered(listing: Listing[M], query: QueryDict, rows: QuerySet[M]) -> QuerySet[M]:
    for one in listing.filters:
        value = one.read(query)
        if value:
            rows = one.apply(rows, value)
    return rows


def chosen_order(listing: Listing[M], query: QueryDict) -> Order:
    wanted = query.get("order", "")
    return next((order for order in listing.orders if order.key == wanted), listing.orders[0])


def chosen_columns(listing: Listing[M], query: QueryDict) -> list[Column[M]]:
    """The columns of the address (`columns=a,b` or repeated), in the declared order; else those shown by default."""
    wanted = {key for text in query.getlist("columns") for key in text.split(",")}
    chosen = [column for column in listing.columns if column.key in wanted]
    return chosen or [column for column in listing.columns if column.is_shown]


def page_of(listing: Listing[M], query: QueryDict, rows: QuerySet[M]) -> Page[M]:
    """The page the address asks for. `rows` is already narrowed to what the actor may see."""
    order = chosen_order(listing, query)
    rows = filtered(listing, query, rows)
    after, before = read_token(query.get("after", "")), read_token(query.get("before", ""))
    try:
        found, has_before, has_after = _around(listing, rows, order, after, before)
    except (ValueError, TypeError, ValidationError, FieldError):  # a place of another order: start at the top
        found, has_before, has_after = _around(listing, rows, order, None, None)
    return Page(listing, found, chosen_columns(listing, query), order, query, has_before, has_after)


def _around(
    listing: Listing[M], rows: QuerySet[M], order: Order, after: tuple[Any, int] | None, before: tuple[Any, int] | None
) -> tuple[list[M], bool, bool]:
    """One row more than fits tells whether there is another page: no count is ever made."""
    size = listing.page_size
    if before is not None and after is None:
        back = _sorted(rows, order, is_descending=not order.is_descending)
        found = list(back.filter(_beyond(order, before, is_descending=not order.is_descending))[: size + 1])
        return found[:size][::-1], len(found) > size, True
    ahead = _sorted(rows, order, is_descending=order.is_descending)
    if after is not None:
        ahead = ahead.filter(_beyond(order, after, is_descending=order.is_descending))
    found = list(ahead[: size + 1])
    return found[:size], after is not None, len(found) > size


# ---------------------------------------------------------------- answering


def answer(
    request: HttpRequest,
    listing: Listing[M],
    rows: QuerySet[M],
    *,
    template: str = "shell/listing.html",
    context: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page, the file or the print view, whichever the address asks for. `rows` starts from `visible_to(actor)`."""
    wanted = request.GET.get("format", "")
    if wanted == "csv":
        return as_csv(request, listing, rows)
    if wanted == "xlsx":
        return as_xlsx(request, listing, rows)
    if wanted == "print":
        return as_print(request, listing, rows)
    shown = page_of(listing, request.GET, rows)
    actor = cast(Any, request).actor
    shown.path, shown.saved = request.path, views_saved.of(actor.user_id, request.path)
    return render(request, template, {"page": shown, **(context or {})})


def _all(request: HttpRequest, listing: Listing[M], rows: QuerySet[M]) -> tuple[QuerySet[M], list[Column[M]]]:
    order = chosen_order(listing, request.GET)
    rows = _sorted(filtered(listing, request.GET, rows), order, is_descending=order.is_descending)
    return rows, chosen_columns(listing, request.GET)


def _leave(request: HttpRequest, listing: Listing[M], rows: QuerySet[M], kind: str, most: int) -> None:
    """Refuses: more rows than a file may hold. Tells the audit what leaves, before it does."""
    number = rows.count()
    if number > most:
        raise Refused(
            "listing.too_many",
            gettext("This list is too long for one file. It has %(number)s rows; a file takes %(most)s.")
            % {"number": f"{number:,}", "most": f"{most:,}"},
            next_step=gettext("Narrow it by the filters, for example to one month, and export again."),
        )
    for hook in on_export:
        hook(request, listing.name, kind, number)


def harmless(value: Any) -> Any:
    """A value a spreadsheet will not run: text that begins like a formula gets an apostrophe. Numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, dt.datetime):
        return said.local(value).strftime("%Y-%m-%d %H:%M")
    text = str(value)
    return f"'{text}" if text[:1] in "=+-@\t\r\n" and text else text


class _Echo:
    def write(self, text: str) -> str:
        return text


def as_csv(request: HttpRequest, listing: Listing[M], rows: QuerySet[M]) -> HttpResponse:
    """UTF-8 with a mark Excel understands, row by row: a million rows need no memory."""
    rows, columns = _all(request, listing, rows)
    _leave(request, listing, rows, "csv", CSV_MOST)
    lines = _csv_lines(cast(Any, request).actor, rows, columns, get_language() or "zh-hans")
    headers = _attachment(listing, "csv")
    return cast(HttpResponse, StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers))


def _csv_lines(actor: Actor, rows: QuerySet[M], columns: list[Column[M]], language: str) -> Iterator[str]:
    """Runs after the page and its transaction are over, so it lays the actor's net and sets the language again."""
    writer = csv.writer(_Echo())
    with translation.override(language), scoping.scoped(actor):
        yield "\ufeff" + str(writer.writerow([harmless(column.label) for column in columns]))
        for row in rows.iterator(chunk_size=1000):
            yield str(writer.writerow([harmless(column.value(row)) for column in columns]))


def as_xlsx(request: HttpRequest, listing: Listing[M], rows: QuerySet[M]) -> HttpResponse:
    from openpyxl import Workbook

    rows, columns = _all(request, listing, rows)
    _leave(request, listing, rows, "xlsx", XLSX_MOST)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(str(listing.title)[:31])
    sheet.freeze_panes = "A2"
    sheet.append([harmless(column.label) for column in columns])
    for row in rows.iterator(chunk_size=1000):
        sheet.append([_clean(harmless(column.value(row))) for column in columns])
    file = cast("IO[bytes]", SpooledTemporaryFile(max_size=SPOOLED_OCTETS))  # noqa: SIM115 - the answer closes it
    book.save(file)
    file.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = FileResponse(cast("io.BufferedReader", file), content_type=kind, headers=_attachment(listing, "xlsx"))
    return cast(HttpResponse, answer)


def _clean(value: Any) -> Any:
    """Control characters may not stand in a spreadsheet."""
    if not isinstance(value, str):
        return value
    return "".join(letter for letter in value if letter >= " " or letter in "\t\n")


def _attachment(listing: Listing[M], kind: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{listing.name}.{kind}"',
        "Cache-Control": "no-store, private",
    }


def as_print(request: HttpRequest, listing: Listing[M], rows: QuerySet[M]) -> HttpResponse:
    """The first rows on paper, with the filters named above them."""
    rows, columns = _all(request, listing, rows)
    found = list(rows[: PRINT_MOST + 1])
    for hook in on_export:
        hook(request, listing.name, "print", min(len(found), PRINT_MOST))
    shown = Page(listing, found[:PRINT_MOST], columns, chosen_order(listing, request.GET), request.GET, False, False)
    return render(request, "shell/listing_print.html", {"page": shown, "is_cut": len(found) > PRINT_MOST})


def labels_of(shown: Iterable[ShownFilter]) -> list[str]:
    """The chosen conditions in words, for the head of a print."""
    found = []
    for one in shown:
        chosen = next((str(label) for code, label, _url, is_chosen in one.choices if is_chosen and code), one.value)
        if one.value:
            found.append(f"{one.label} {chosen}")
    return found
