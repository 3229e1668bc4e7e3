"""Reading tables of messages: CSV and XLSX, columns by name, each row either a draft or a reason why not."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import openpyxl
from django.utils.translation import gettext as _

from fengqiao.kernel.clock import CHINA

COLUMNS: dict[str, tuple[str, ...]] = {
    "key": ("msg_id", "id", "number", "编号", "工单编号", "留言编号", "service_request_id"),
    "title": ("title", "subject", "标题", "主题", "留言主题", "诉求标题"),
    "text": ("text", "content", "description", "内容", "诉求内容", "留言详情", "问题描述"),
    "received_at": ("time", "received_at", "requested_datetime", "时间", "留言时间", "受理时间", "来电时间"),
    "name": ("name", "姓名", "诉求人", "联系人"),
    "phone": ("phone", "电话", "手机", "联系电话", "来电号码"),
    "reporter": ("user", "留言用户", "用户"),
    "location": ("address", "location", "地址", "地点", "事发地址"),
    "respondent": ("respondent", "被诉求方", "涉及单位"),
}
"""What a column may be called when no mapping is given."""

FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")


@dataclasses.dataclass(frozen=True)
class Row:
    """One row of a file: its place below the header (from 1), its cells under our own names, and all as they stand."""

    line: int
    cells: Mapping[str, str]
    whole: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        return self.cells.get(name, "").strip()


class BadFile(Exception):
    """The file cannot be read as a table of messages; the text says what to change."""


def file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def guess_columns(header: list[str], *, strict: bool = True) -> dict[str, str]:
    """Our names → the file's column names, as far as they can be recognised.

    Raises BadFile without a text column; not `strict`, somebody will look at it and say which one it is.
    """
    plain = {name.strip().lower().lstrip("\ufeff"): name for name in header}
    found = {
        ours: plain[alias]
        for ours, aliases in COLUMNS.items()
        for alias in [next((alias for alias in aliases if alias in plain), "")]
        if alias
    }
    if "text" not in found and strict:
        raise BadFile(_("No column holds the text of the message. Columns found: %s") % ", ".join(header))
    return found


def check_columns(columns: Mapping[str, str], header: list[str]) -> None:
    """Raises BadFile for a mapping without a text column, or with one the file does not have."""
    there = [name.lstrip("\ufeff") for name in header]
    missing = [theirs for theirs in columns.values() if theirs not in there]
    if missing or "text" not in columns:
        wanted = ", ".join(missing) or "text"
        raise BadFile(
            _("The file has no column %(wanted)s. Columns found: %(found)s")
            % {"wanted": wanted, "found": ", ".join(there)}
        )


def header(path: Path, kind: str = "") -> list[str]:
    """The column names of a file. `kind` ("csv", "xlsx") is what it is where its name does not say."""
    rows = _lines(path, kind)
    first = next(rows, None)
    if first is None:
        raise BadFile(_("The file is empty."))
    return [str(cell or "").lstrip("\ufeff") for cell in first]


def rows(path: Path, columns: Mapping[str, str], kind: str = "") -> Iterator[Row]:
    """The rows of a file under our names. Memory stays flat however long the file is."""
    lines = _lines(path, kind)
    names = [str(cell or "").lstrip("\ufeff") for cell in next(lines, [])]
    places = {ours: names.index(theirs) for ours, theirs in columns.items() if theirs in names}
    for number, cells in enumerate(lines, start=1):
        whole = tuple(_text(cell) for cell in cells)
        yield Row(number, {ours: whole[at] if at < len(whole) else "" for ours, at in places.items()}, whole)


def moment(text: str) -> dt.datetime | None:
    """An instant from a cell, in China time where none is said; None for an empty cell. Raises ValueError."""
    text = text.strip()
    if not text:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        found = next(
            (parsed for form in FORMATS for parsed in [_parsed(text, form)] if parsed is not None), None
        ) or _refuse(text)
    return found if found.tzinfo else found.replace(tzinfo=CHINA)


def _refuse(text: str) -> dt.datetime:
    raise ValueError(text)


def _parsed(text: str, form: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added by the caller
    except ValueError:
        return None


def _text(cell: object) -> str:
    if isinstance(cell, dt.datetime):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _lines(path: Path, kind: str) -> Iterator[list[object]]:
    kind = kind or path.suffix.lower().lstrip(".")
    if kind == "xlsx":
        with path.open("rb") as file:
            try:
                book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            except (zipfile.BadZipFile, KeyError, ValueError) as error:
                raise BadFile(_("This is no Excel file, or a damaged one.")) from error
            for line in book.worksheets[0].iter_rows(values_only=True):
                yield list(line)
        return
    if kind not in {"csv", "txt", "tsv"}:
        raise BadFile(_("Only CSV and XLSX files can be imported."))
    with path.open(encoding=_encoding(path), newline="", errors="strict") as file:
        reader = csv.reader(file, delimiter="\t" if kind == "tsv" else ",")
        try:
            for line in reader:
                if line:
                    yield [*line]
        except UnicodeDecodeError as error:
            raise BadFile(_("The file is neither UTF-8 nor GB18030 text.")) from error


def _encoding(path: Path) -> str:
    """UTF-8 when the file says so throughout its beginning, else GB18030 as older office programs write it."""
    with path.open("rb") as file:
        head = file.read(1 << 20)
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8-sig")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"
