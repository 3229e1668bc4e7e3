"""The taxonomy that comes with the product, brought into the table of categories."""

from __future__ import annotations

import csv
from importlib import resources

from fengqiao.intake.models import Category


def sync_categories() -> int:
    """Add categories the table does not hold yet; rows changed by the district stay as they are. Result: how many."""
    known = {category.code: category for category in Category.objects.all()}
    made = 0
    for row in _rows():
        if row["code"] in known:
            continue
        parent = known.get(row["code"].rpartition(".")[0])
        known[row["code"]] = Category.objects.create(
            code=row["code"],
            parent=parent,
            level=row["code"].count(".") + 1,
            name_zh=row["zh"],
            name_en=row["en"],
            clock_class=row["clock"],
            keywords=row["words"].split(),
        )
        made += 1
    return made


def _rows() -> list[dict[str, str]]:
    file = resources.files("fengqiao.intake.understanding") / "data" / "taxonomy.csv"
    with file.open(encoding="utf-8") as lines:
        return sorted(csv.DictReader(lines), key=lambda row: row["code"].count("."))
