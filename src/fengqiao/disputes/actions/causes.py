"""The official table of civil causes of action comes in as one version; older versions end the day before."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes.models import Cause
from fengqiao.kernel.errors import Refused

COLUMNS = ("part_name", "group_name", "code", "level", "name", "parent")


@dataclasses.dataclass(frozen=True)
class Imported:
    added: int
    changed: int
    ended: int


@transaction.atomic
def import_causes(*, lines: Iterable[str], version: str, valid_from: dt.date) -> Imported:
    """Take a version over; running it again changes nothing. Earlier versions stay for the matters that use them.

    Refuses: a file without the columns; a parent that is not there. Basis: 民事案件案由规定.
    """
    rows = list(csv.DictReader(lines))
    if not rows or not set(COLUMNS) <= rows[0].keys():
        raise Refused("causes.columns", _("The file needs the columns %(names)s") % {"names": ", ".join(COLUMNS)})
    known = {cause.code: cause for cause in Cause.objects.filter(version=version)}
    added = changed = 0
    for row in sorted(rows, key=lambda row: int(row["level"])):
        facts = {
            "level": int(row["level"]),
            "name": row["name"],
            "part": row["part_name"],
            "group": row["group_name"],
            "parent": _above(row, known),
            "valid_from": valid_from,
        }
        cause = known.get(row["code"])
        if cause is None:
            known[row["code"]] = Cause.objects.create(version=version, code=row["code"], **facts)
            added += 1
        elif any(getattr(cause, field) != value for field, value in facts.items()):
            Cause.objects.filter(pk=cause.pk).update(**facts)
            changed += 1
    older = Cause.objects.exclude(version=version).filter(valid_from__lt=valid_from, valid_to__isnull=True)
    return Imported(added, changed, older.update(valid_to=valid_from - dt.timedelta(days=1)))


def _above(row: dict[str, str], known: dict[str, Cause]) -> Cause | None:
    if not row["parent"]:
        return None
    if row["parent"] not in known:
        raise Refused("causes.parent", _("%(parent)s is not in the file") % {"parent": row["parent"]})
    return known[row["parent"]]
