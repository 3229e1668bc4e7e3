"""The official divisions of China as four CSV files (provinces, cities, areas, streets): read and spelt out."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterator
from pathlib import Path

from fengqiao.people.rules import AreaKind
from fengqiao.people.spelling import spell

FILES = {
    AreaKind.PROVINCE: ("provinces.csv", ""),
    AreaKind.CITY: ("cities.csv", "provinceCode"),
    AreaKind.DISTRICT: ("areas.csv", "cityCode"),
    AreaKind.STREET: ("streets.csv", "areaCode"),
}
PLACEHOLDERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
"""Names that only fill a level of the national code; left out of full names."""


@dataclasses.dataclass(frozen=True)
class Division:
    code: str
    name: str
    kind: AreaKind
    parent_code: str
    full_name: str
    pinyin: str
    initials: str


def read(folder: Path) -> Iterator[Division]:
    """Every division, each after the one above it. Refuses: FileNotFoundError, ValueError for a row without parent."""
    full_names: dict[str, str] = {"": ""}
    for kind, (name, parent_column) in FILES.items():
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                parent = row[parent_column] if parent_column else ""
                if parent not in full_names:
                    raise ValueError(f"{name}: {row['code']} lies in {parent}, which is not listed")
                shown = "" if row["name"] in PLACEHOLDERS else row["name"]
                full_names[row["code"]] = full_names[parent] + shown
                whole, initials = spell(row["name"])
                yield Division(
                    row["code"], row["name"], kind, parent, full_names[row["code"]] or row["name"], whole, initials
                )
