"""Statutory papers 法律文书: what each says, as blocks; one source for the PDF/A we issue and the DOCX people edit.

The papers are in Chinese, as the law wants them. Nothing here reads a table: what is printed comes in as `Matter`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import docx
from docx.shared import Pt

from fengqiao.kernel import documents
from fengqiao.kernel.clock import CHINA
from fengqiao.mediation.rules_agreement import Paper

Block = dict[str, Any]

TITLES: dict[str, str] = {
    Paper.APPLICATION: "调解申请书",
    Paper.AGREEMENT: "调解协议书",
    Paper.RECORD: "调解笔录",
    Paper.CERTIFICATE: "调解组织主持调解的证明",
    Paper.CONFIRMATION: "司法确认申请书",
    Paper.FACTS: "无争议事实记载表",
    Paper.SERVICE: "送达地址确认书",
    Paper.PLAN: "分期履行计划",
    Paper.DOCKETING: "民事起诉状",
    Paper.RULING: "民事裁定书",
    Paper.ENFORCEMENT: "强制执行申请书",
}


@dataclasses.dataclass(frozen=True)
class Side:
    """A party as the paper names it."""

    role: str
    name: str
    details: tuple[tuple[str, str], ...] = ()


@dataclasses.dataclass(frozen=True)
class Matter:
    """What most papers share."""

    number: str
    cause: str
    sides: tuple[Side, ...]
    organisation: str = ""
    mediator: str = ""
    court: str = ""


@dataclasses.dataclass(frozen=True)
class Strip:
    """A place to sign, or a signature: the stroke as points, what is printed below."""

    label: str
    name: str
    note: str = ""
    stroke: str = ""


# -- how things are written -------------------------------------------------------------------------------------------

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_SMALL, _LARGE = ("", "拾", "佰", "仟"), ("", "万", "亿", "万亿")


def capital(fen: int) -> str:
    """An amount in the capital figures of contracts: 120000 → 壹仟贰佰元整. Units: fen."""
    assert 0 <= fen < 10**18, fen
    yuan, rest = divmod(fen, 100)
    whole = _whole(yuan)
    jiao, cent = divmod(rest, 10)
    if not rest:
        return f"{whole or '零'}元整"
    tail = (f"{_DIGITS[jiao]}角" if jiao else "") + (f"{_DIGITS[cent]}分" if cent else "整")
    if whole:
        return f"{whole}元{'零' if not jiao else ''}{tail}"
    return tail


def _whole(yuan: int) -> str:
    groups = []
    while yuan:
        yuan, low = divmod(yuan, 10_000)
        groups.append(low)
    text, gap = "", False
    for power in range(len(groups) - 1, -1, -1):
        group = groups[power]
        if not group:
            gap = bool(text)
            continue
        text += ("零" if text and (gap or group < 1000) else "") + _group(group) + _LARGE[power]
        gap = False
    return text


def _group(number: int) -> str:
    text, gap = "", False
    for power in range(3, -1, -1):
        digit = number // 10**power % 10
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + _SMALL[power]
            gap = False
        else:
            gap = bool(text)
    return text


def money(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}元（人民币{capital(fen)}）"


def day(value: dt.date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def moment(value: dt.datetime) -> str:
    here = value.astimezone(CHINA)
    return f"{day(here.date())}{here:%H:%M}"


def due(plain: dt.date, moved: dt.date, *, is_provisional: bool = False) -> str:
    """A day with what the calendar did to it."""
    text = day(moved)
    if moved != plain:
        text += f"（约定日{plain.month}月{plain.day}日为休息日，顺延）"
    return text + ("（放假安排未公布，暂按周末推算）" if is_provisional else "")


# -- blocks -----------------------------------------------------------------------------------------------------------


def heading(text: str) -> Block:
    return {"kind": "heading", "text": text}


def text(words: str) -> Block:
    return {"kind": "text", "text": words}


def fields(*rows: tuple[str, str]) -> Block:
    return {"kind": "fields", "rows": [[label, value] for label, value in rows if value]}


def items(lines: Sequence[str]) -> Block:
    return {"kind": "list", "items": list(lines)}


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    return {"kind": "table", "head": list(head), "rows": [list(row) for row in rows]}


def signatures(strips: Sequence[Strip]) -> Block:
    return {
        "kind": "signatures",
        "rows": [
            {"label": one.label, "name": one.name, "note": one.note, "svg": stroke_svg(one.stroke)} for one in strips
        ],
    }


def sides(matter: Matter) -> list[Block]:
    return [fields((side.role, side.name), *side.details) for side in matter.sides]


def to_sign(matter: Matter, *, note: str = "（签名、盖章或者按指印）") -> list[Strip]:
    return [Strip(side.role, side.name, note) for side in matter.sides]


# -- strokes ----------------------------------------------------------------------------------------------------------

WIDE, HIGH = 600, 200
"""The field a stroke is drawn in; points lie inside it."""
MOST_POINTS = 4000


def read_stroke(raw: str) -> list[list[tuple[int, int]]]:
    """Lines of points from "x,y x,y;x,y …". Raises ValueError when it is no drawing, or too small to be a signature."""
    lines = []
    for line in raw.strip().split(";"):
        points = [tuple(int(part) for part in point.split(",")) for point in line.split()]
        if any(len(point) != 2 or not (0 <= point[0] <= WIDE and 0 <= point[1] <= HIGH) for point in points):
            raise ValueError("a point outside the field")
        if points:
            lines.append([(point[0], point[1]) for point in points])
    every = [point for line in lines for point in line]
    if not 8 <= len(every) <= MOST_POINTS:
        raise ValueError("too few or too many points")
    xs, ys = [x for x, _y in every], [y for _x, y in every]
    if max(xs) - min(xs) < 20 and max(ys) - min(ys) < 20:
        raise ValueError("a dot is no signature")
    return lines


def stroke_svg(raw: str) -> str:
    """The drawing as an inert SVG; "" where there is none."""
    if not raw:
        return ""
    paths = "".join(
        f'<polyline points="{" ".join(f"{x},{y}" for x, y in line)}"/>' for line in read_stroke(raw) if len(line) > 1
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}">'
        f'<g fill="none" stroke="#1b2a31" stroke-width="5" stroke-linecap="round" stroke-linejoin="round">'
        f"{paths}</g></svg>"
    )


# -- the file ---------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Sheet:
    """A paper ready to be set. `url`: the check page; `sha256`: of the text the signatures belong to, "" before."""

    kind: str
    number: str
    issuer: str
    blocks: tuple[Block, ...]
    url: str
    sha256: str = ""
    title: str = ""

    @property
    def heading(self) -> str:
        return self.title or TITLES[self.kind]


def pdf(sheet: Sheet) -> bytes:
    """PDF/A-2b."""
    return documents.pdf(
        "mediation/paper",
        {
            "language": "zh", "title": sheet.heading, "number": sheet.number, "issuer": sheet.issuer,
            "blocks": list(sheet.blocks), "qr": documents.qr_svg(sheet.url, border=0),
            "url": sheet.url.removeprefix("https://").removeprefix("http://"), "hash": sheet.sha256,
        },
    )  # fmt: skip


def draft(sheet: Sheet) -> bytes:
    """The same paper as DOCX, to be edited. Without strokes: an edited paper is signed anew."""
    paper = docx.Document()
    normal: Any = paper.styles["Normal"]
    normal.font.name, normal.font.size = "SimSun", Pt(12)
    paper.core_properties.title = f"{sheet.heading} {sheet.number}"
    paper.core_properties.author = sheet.issuer
    paper.add_heading(sheet.heading, level=0)
    paper.add_paragraph(sheet.number)
    for block in sheet.blocks:
        _add(paper, block)
    return _saved(paper)


def _add(paper: Any, block: Block) -> None:
    kind = block["kind"]
    if kind == "heading":
        paper.add_heading(block["text"], level=2)
    elif kind == "text":
        for line in block["text"].split("\n"):
            paper.add_paragraph(line)
    elif kind == "list":
        for item in block["items"]:
            paper.add_paragraph(item, style="List Number")
    elif kind == "fields":
        _add_table(paper, block["rows"])
    elif kind == "table":
        _add_table(paper, [block["head"], *block["rows"]])
    else:
        for one in block["rows"]:
            paper.add_paragraph(f"{one['label']}：{one['name']}          {one['note']}")


def _add_table(paper: Any, rows: Sequence[Sequence[str]]) -> None:
    made = paper.add_table(rows=0, cols=len(rows[0]) if rows else 1)
    made.style = "Table Grid"
    for row in rows:
        cells = made.add_row().cells
        for cell, words in zip(cells, row, strict=True):
            cell.text = words


def _saved(paper: Any) -> bytes:
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()
