"""A crowd for the reading benches: the demonstration district inside 48,000 units, its contacts told a million times.

The demonstration's own ninety days are the pattern: every copy keeps history, clocks and ratings of its original and
gets a number, a place, a person and, when it is closed, an older date. Filled once as the superuser, in one
transaction with the indexes built at the end, and kept in var/bench-crowd until the sizes asked for change.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("FENGQIAO_BENCH_FOLDER", "bench-crowd")

import ground
import psycopg

UNITS = 48_000
CONTACTS = int(os.environ.get("FENGQIAO_BENCH_CONTACTS", "1000000"))
PERSONS = max(CONTACTS // 5, 100)
SHARES = (("district", 40), ("city", 50), ("elsewhere", 10))
"""Percent of the contacts in the demonstration district, in the rest of its city, and in the rest of the country."""
GRIDDED = 80
"""Percent of the district's contacts that name a grid."""
OLDEST_DAYS = 900
LEVELS = ("city", "district", "street", "community", "grid")
FILLED = ("intake_contact", "intake_entry", "intake_rating", "kernel_deadline", "search_words")
VERSION = 2


def ready() -> Any:
    """Start the cluster with the crowd in it. Result: the cluster."""
    cluster = ground.start(max_wal_size="8GB")
    mark = ground.HOME / "crowd.json"
    wanted = {"contacts": CONTACTS, "units": UNITS, "version": VERSION}
    if not mark.exists() or json.loads(mark.read_text()) != wanted:
        mark.unlink(missing_ok=True)
        began = time.perf_counter()
        _fill(cluster)
        mark.write_text(json.dumps(wanted))
        print(f"filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return cluster


def _fill(cluster: Any) -> None:
    from fengqiao.config.demo import loading
    from fengqiao.config.postgres import SUPERUSER
    from fengqiao.kernel import clock

    loading.clear()
    from django.core.management import call_command

    call_command("sync_reference", verbosity=0)
    loading.load(at=clock.now())
    _people_of_the_city()
    with psycopg.connect(cluster.url(SUPERUSER)) as base:
        base.execute("SET LOCAL session_replication_role = replica")
        base.execute("SET LOCAL synchronous_commit = off")
        base.execute("SET LOCAL maintenance_work_mem = '1GB'")
        base.execute("SET LOCAL work_mem = '256MB'")
        _places(base)
        _persons(base)
        indexes = ground.without_indexes(base, FILLED)
        _patterns(base)
        _seeds(base)
        _copies(base)
        _words(base)
        for definition in indexes:
            base.execute(definition)
    with psycopg.connect(cluster.url(SUPERUSER), autocommit=True) as base:
        base.execute("VACUUM (ANALYZE)")


def _people_of_the_city() -> None:
    """The demonstration ends at the district: a dispatcher and a leader of the city above it."""
    import datetime as dt

    from django.db import transaction

    from fengqiao.config.demo import places
    from fengqiao.kernel import scoping
    from fengqiao.people.models import Area, Membership, Organisation, User
    from fengqiao.people.rules import OrganisationKind, Role

    with transaction.atomic(), scoping.unscoped("bench"):
        city = Area.objects.get(code=places.CITY[0])
        office = Organisation(code="bench-city", name="岚川市综治中心", kind=OrganisationKind.DISTRICT_CENTRE)
        office.put_in(city)
        office.save()
        user = User.objects.create(username="bench-city", name="市调度员")
        Membership.objects.create(
            user=user, organisation=office, role=Role.DISPATCHER, area=city, starts_on=dt.date(2020, 1, 1)
        )


# ---------------------------------------------------------------- places, organisations, persons


def _tree(missing: int) -> Iterator[tuple[str, str, str]]:
    """(code, name, kind) of `missing` places, parents first: districts beside ours, then provinces of our own making."""
    first, second = "东南西北中青白朱玄云", "山河湖岭原林泉桥江川"
    for d in range(2, 17):
        yield f"9901{d:02d}", f"{first[d % 10]}{second[d // 2]}区", "district"
        for s in range(1, 13):
            yield f"9901{d:02d}{s:03d}", f"{first[s % 10]}{second[d % 10]}街道", "street"
    upper = [(f"{p:02d}{c:02d}{d:02d}", p, c, d) for p in range(40, 70) for c in range(1, 11) for d in range(1, 9)]
    streets = missing - 15 * 13 - 30 - 300 - len(upper)
    each = max(streets // len(upper) + 1, 1)
    left = streets
    for code, p, c, d in upper:
        if (c, d) == (1, 1):
            yield code[:2], f"{first[p % 10]}{second[p // 7]}省", "province"
        if d == 1:
            yield code[:4], f"{first[c % 10]}{second[p % 10]}市", "city"
        yield code, f"{first[d]}{second[c % 10]}{'区' if d < 5 else '县'}", "district"
        for s in range(1, min(each, left) + 1):
            yield f"{code}{s:03d}", f"{first[s % 10]}{second[d]}{s}号街道", "street"
        left -= min(each, max(left, 0))


def _places(base: Any) -> None:
    have, top = base.execute("SELECT count(*), max(id) FROM people_area").fetchone()
    known: dict[str, tuple[int, dict[str, int | None], str]] = {}
    for key, code, name, *above in base.execute(
        f"SELECT id, code, full_name, {', '.join(f'{level}_id' for level in LEVELS)} FROM people_area"
    ):
        known[code] = key, dict(zip(LEVELS, above, strict=True)), name
    organisations = []
    columns = "id, code, name, kind, parent_id, full_name, pinyin, initials, aliases, number_code, is_active, " + (
        ", ".join(f"{level}_id" for level in LEVELS)
    )
    with base.cursor().copy(f"COPY people_area ({columns}) FROM STDIN") as copy:
        for key, (code, name, kind) in enumerate(_tree(UNITS - have), start=top + 1):
            parent, above, full = known.get(_above(code), (None, dict.fromkeys(LEVELS), ""))
            own = {**above, kind: key} if kind in LEVELS else above
            known[code] = key, own, full + name
            number = code[-3:] if kind == "street" else ""
            copy.write_row([key, code, name, kind, parent, full + name, "", "", "{}", number, True, *own.values()])
            organisations.append((name, kind, code, key, own))
    top = base.execute("SELECT max(id) FROM people_organisation").fetchone()[0]
    columns = "id, name, kind, code, phone, chat, address, working_hours, capacity, is_active, place_id, " + (
        ", ".join(f"{level}_id" for level in LEVELS)
    )
    with base.cursor().copy(f"COPY people_organisation ({columns}) FROM STDIN") as copy:
        for at, (name, kind, code, key, own) in enumerate(organisations, start=top + 1):
            sort = "street_office" if kind == "street" else "district_centre"
            copy.write_row([at, f"{name}办事处", sort, f"a:{code}", "", "", "", "{}", 0, True, key, *own.values()])
    _set_sequences(base, "people_area", "people_organisation")


def _above(code: str) -> str:
    return code[:6] if len(code) == 9 else code[: len(code) - 2]


def _persons(base: Any) -> None:
    from fengqiao.config.demo import people as names
    from fengqiao.kernel.crypto import seal
    from fengqiao.people.actions.persons import phone_index

    top = base.execute("SELECT coalesce(max(id), 0) FROM people_person").fetchone()[0]
    columns = "id, name, phone, phone_index, identity_number, identity_index, account_index, email, address, language, created_at"
    with base.cursor().copy(f"COPY people_person ({columns}) FROM STDIN") as copy:
        for n in range(PERSONS):
            phone = f"137{n:08d}"
            name = names.SURNAMES[n % len(names.SURNAMES)] + names.GIVEN[n * 7 % len(names.GIVEN)]
            sealed = seal(phone, purpose="people_person.phone")
            copy.write_row(
                [top + 1 + n, name, sealed, phone_index(phone), "", "", "", "", "", "zh-hans", "2020-01-01T00:00:00Z"]
            )
    _set_sequences(base, "people_person")


def _set_sequences(base: Any, *tables: str) -> None:
    for table in tables:
        base.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


# ---------------------------------------------------------------- contacts


def _patterns(base: Any) -> None:
    """The contacts of the demonstration, numbered from 0."""
    base.execute(
        "CREATE TEMP TABLE pattern AS SELECT row_number() OVER (ORDER BY id) - 1 AS p, id, number, closed_at, place_id,"
        " community_id FROM intake_contact"
    )


def _seeds(base: Any) -> None:
    """One row a copy: its key, number, pattern, place, person and how far it is moved into the past."""
    from fengqiao.kernel import numbers

    chance = random.Random(20_261_124)
    patterns = base.execute("SELECT p, closed_at IS NOT NULL, community_id FROM pattern").fetchall()
    grids: dict[int, list[int]] = {}
    for key, community in base.execute("SELECT id, community_id FROM people_area WHERE kind = 'grid'"):
        grids.setdefault(community, []).append(key)
    demo = "(SELECT district_id FROM people_area WHERE code = '990101')"
    streets = {
        name: base.execute(f"SELECT id, number_code FROM people_area WHERE kind = 'street' AND {where}").fetchall()
        for name, where in (
            ("city", f"code LIKE '9901%' AND district_id <> {demo}"),
            ("elsewhere", "code NOT LIKE '9901%'"),
        )
    }
    persons = base.execute("SELECT max(id) FROM people_person").fetchone()[0]
    have = len(patterns)
    first = base.execute("SELECT nextval('matter_number')").fetchone()[0]
    base.execute(
        "CREATE TEMP TABLE seed (n bigint, number text, p bigint, place_id bigint, person_id bigint, shift interval)"
    )
    years = [26] * 4 + [25, 24]
    with base.cursor().copy("COPY seed FROM STDIN") as copy:
        for n in range(CONTACTS - have):
            p, is_closed, community = patterns[n % have]
            region = chance.choices([name for name, _s in SHARES], [share for _n, share in SHARES])[0]
            place, code = None, "001"
            if region != "district":
                place, code = chance.choice(streets[region])
            elif community in grids and chance.randrange(100) < GRIDDED:
                place = chance.choice(grids[community])
            shift = chance.uniform(0, OLDEST_DAYS * 86_400) if is_closed else chance.uniform(0, 36_000)
            number = numbers.compose(code or "000", 2000 + chance.choice(years), first + n)
            copy.write_row([n, number, p, place, persons - chance.randrange(PERSONS), f"{shift:.0f} seconds"])
    base.execute("SELECT setval('matter_number', %s)", [first + CONTACTS])
    base.execute("ANALYZE seed")


def _copies(base: Any) -> None:
    top = base.execute("SELECT max(id) + 1 FROM intake_contact").fetchone()[0]
    moved = {
        "number": "s.number",
        "client_id": "NULL::uuid",
        "source_key": "NULL",
        "person_id": "CASE WHEN o.person_id IS NULL THEN NULL ELSE s.person_id END",
        "place_id": "coalesce(s.place_id, o.place_id)",
        "parent_id": "NULL::bigint",
        "merged_into_id": "NULL::bigint",
        **{f"{level}_id": f"CASE WHEN a.id IS NULL THEN o.{level}_id ELSE a.{level}_id END" for level in LEVELS},
        # A place outside the district is in the hands of its own office.
        "desk_id": "coalesce(u.id, o.desk_id)",
        "unit_id": "CASE WHEN o.unit_id IS NULL THEN NULL ELSE coalesce(u.id, o.unit_id) END",
    }
    _copy(
        base, "intake_contact", f"{top} + s.n",
        "seed s JOIN pattern q ON q.p = s.p JOIN intake_contact o ON o.id = q.id"
        " LEFT JOIN people_area a ON a.id = s.place_id"
        " LEFT JOIN people_organisation u ON u.place_id = a.id AND a.kind = 'street'",
        moved,
    )  # fmt: skip
    for table, changed in (("intake_entry", {}), ("intake_rating", {})):
        _copy(
            base, table, "", f"seed s JOIN pattern q ON q.p = s.p JOIN {table} o ON o.contact_id = q.id",
            {"contact_id": f"{top} + s.n", **changed},
        )  # fmt: skip
    _copy(
        base, "kernel_deadline", "",
        "seed s JOIN pattern q ON q.p = s.p JOIN kernel_deadline o ON o.subject = q.number"
        f" JOIN intake_contact c ON c.id = {top} + s.n",
        {"subject": "s.number", "owner_id": "coalesce(c.unit_id, c.desk_id)",
         **{f"{level}_id": f"c.{level}_id" for level in LEVELS}},
    )  # fmt: skip
    _set_sequences(base, "intake_contact", "intake_entry", "intake_rating", "kernel_deadline")


def _copy(base: Any, table: str, key: str, source: str, moved: dict[str, str]) -> None:
    """Insert rows of `source` (alias o: the pattern's row, s: the seed), every moment moved into the past."""
    columns = base.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    ).fetchall()
    values = []
    for name, kind in columns:
        if name == "id":
            values.append(key or f"nextval(pg_get_serial_sequence('{table}', 'id'))")
        elif name in moved:
            values.append(moved[name])
        else:
            values.append(f"o.{name} - s.shift" if kind.startswith("timestamp") else f"o.{name}")
    names = ", ".join(name for name, _kind in columns)
    base.execute(f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {source}")


def _words(base: Any) -> None:
    """The search words, where there is such a table: of the pattern's text, the place and the copy's own number."""
    if base.execute("SELECT to_regclass('search_words')").fetchone()[0] is None:
        return
    from fengqiao.intake.search import words_of

    base.execute("CREATE TEMP TABLE said (p bigint, words text[])")
    rows = base.execute(
        "SELECT q.p, o.title || ' ' || o.text || ' ' || o.location_text FROM pattern q JOIN intake_contact o USING (id)"
    ).fetchall()
    with base.cursor().copy("COPY said FROM STDIN") as copy:
        for p, text in rows:
            copy.write_row([p, words_of(text)])
    base.execute("TRUNCATE search_words")
    scope = ", ".join(f"'{level}:' || c.{level}_id" for level in LEVELS)
    base.execute(
        "INSERT INTO search_words (contact_id, received_at, words) SELECT c.id, c.received_at, array_to_tsvector("
        f" (SELECT array_agg(w) FROM unnest(t.words || ARRAY[{scope}, 'unit:' || c.unit_id, 'unit:' || c.desk_id,"
        "   'x' || c.id]) AS w WHERE w <> ''))"
        " FROM intake_contact c"
        " LEFT JOIN seed s ON s.number = c.number LEFT JOIN pattern q ON q.number = c.number"
        " JOIN said t ON t.p = coalesce(s.p, q.p)"
    )


if __name__ == "__main__":
    ready()
