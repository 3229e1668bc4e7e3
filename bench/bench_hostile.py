"""Hostile input for every role: no answer may be 500 or above, no answer of the API may break its own document.

`make bench ARGS=hostile`; FENGQIAO_BENCH_CASES (22,000) in all, FENGQIAO_BENCH_SEED. A third comes from schemathesis
out of the OpenAPI document, for keys, the person with number and code, sessions and strangers; the rest are pages and
forms found in the URL resolver, asked for as every role with odd addresses, queries, fields, files and headers.
In this process, over the demonstration district in var/bench-hostile; rate limits are lifted, or they would answer
most of it.
"""

from __future__ import annotations

import base64
import datetime as dt
import logging
import os
import random
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("FENGQIAO_BENCH_FOLDER", "bench-hostile")
os.environ["FENGQIAO_API_PER_MINUTE"] = "1000000000"

import ground

ground.start(fsync="off", synchronous_commit="off", full_page_writes="off")

import schemathesis  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.signals import got_request_exception  # noqa: E402
from django.db import close_old_connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from django.urls import URLPattern, URLResolver, get_resolver  # noqa: E402
from hypothesis import HealthCheck, Phase, given, seed  # noqa: E402
from hypothesis import settings as how  # noqa: E402

from fengqiao.config.demo import loading  # noqa: E402
from fengqiao.intake import rules  # noqa: E402
from fengqiao.intake.actions.receiving import code_of  # noqa: E402
from fengqiao.intake.models import Contact  # noqa: E402
from fengqiao.kernel import clock, limits, scoping  # noqa: E402
from fengqiao.kernel.actor import system  # noqa: E402
from fengqiao.people import actions as people  # noqa: E402
from fengqiao.people.models import Area, Organisation, User  # noqa: E402
from fengqiao.people.rules import Role  # noqa: E402

CASES = int(os.environ.get("FENGQIAO_BENCH_CASES", "22000"))
SEED = int(os.environ.get("FENGQIAO_BENCH_SEED", "20261124"))
API_SHARE = 0.35

WORDS = (
    "", " ", "\x00", "a\x00b", "\ud800", "\x1b[31m", "\u202eabc", "é́́́́", "𠮷𠮷野家", "👩‍👩‍👧‍👦" * 40, "\ufeff", "\u2028", "ﷺ" * 50,
    "暖" * 3000, "x" * 70_000, "' OR 1=1 --", "'; DROP TABLE intake_contact; --", "\\", "%", "_", "%s%s%n", "{{7*7}}", "${7*7}",
    "{% debug %}", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "../../etc/passwd", "..\\..\\win.ini", "/dev/null",
    "file:///etc/passwd", "http://127.0.0.1:1/", "=cmd|'/c calc'!A1", "-1", "0", "1", "2147483648", "9223372036854775808",
    "1" * 40, "1e400", "NaN", "Infinity", "-0", "0x1f", "1_000", "１２３", "٣", "²", "true", "null", "[]", "{}", '{"a":[[[[]]]]}',
    "2026-02-30", "0000-00-00", "99999-12-31", "2026-13-01T25:61:61Z", "2026-11-24", "10:99", "9999-12-31T23:59:59+14:00",
    "00000000-0000-0000-0000-000000000000", "00126-0000001-0", "13812340421", "+8613812340421", "１３８１２３４０４２１", "a@b", "a@b.cn",
    "110101199001011237", "zh-hans", "en", "xx" * 30, "on", "mine", "\r\nSet-Cookie: a=b", "a,b;c|d", "\t\t", "Ａ", "ß", "İ", "ǆ",
)  # fmt: skip
NUMBERS = ("0", "1", "2", "17", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "9" * 60)
PATHS = (
    "//", "/%00", "/%ff%fe", "/..%2f..%2fetc/passwd", "/desk/%E0%80%80/", "/desk/\ud7ff/", "/static/../settings.py",
    "/static/%2e%2e/%2e%2e/x", "/" + "a" * 9000, "/desk/00126-0000001-0/files/../../", "/;a=b", "/%0d%0aX: y", "/api/v1/", "/api/v1",
    "/api/v1/contacts/%00", "/api/v1/contacts/..%2f", "/api/v1/openapi.json/", "/favicon.ico", "/.git/config", "/wp-login.php",
    "/s/%F0%9F%98%80/", "/s/" + "z" * 300 + "/", "/follow/%27%20OR%201=1/", "/follow/%00/", "/posters/%00.pdf", "/search/?q=%ff%00",
)  # fmt: skip
FILES = (
    ("a.jpg", b"\xff\xd8\xff\xe0" + b"\x00" * 40, "image/jpeg"), ("../../x.png", b"\x89PNG\r\n\x1a\n" + b"\x00" * 30, "image/png"),
    ("", b"", "application/octet-stream"), ("a\x00b.pdf", b"%PDF-1.7\n", "application/pdf"), ("x.svg", b"<svg onload='a()'/>", "image/svg+xml"),
    ("bomb.zip", b"PK\x03\x04" + b"\x00" * 50, "application/zip"), ("名" * 150 + ".txt", b"\xff\xfe\x00", "text/plain"),
    ("a.csv", b"text\n\x00\n", "text/csv"), ("a.xlsx", b"PK\x03\x04junk", "application/vnd.ms-excel"),
)  # fmt: skip
HEADERS: tuple[dict[str, str], ...] = (
    {}, {}, {}, {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "'\"<>"}, {"HTTP_ACCEPT_LANGUAGE": "en,zh;q=zz,*;q=9"},
    {"HTTP_COOKIE": "fq_session=\x01\x02; fq_language=zz; a"}, {"HTTP_REFERER": "http://evil.example/\x7f"}, {"HTTP_RANGE": "bytes=9-1"},
    {"HTTP_IF_MODIFIED_SINCE": "yesterday"}, {"HTTP_HOST": "evil.example"}, {"HTTP_X_FORWARDED_FOR": "1.2.3.4, '"},
    {"HTTP_IDEMPOTENCY_KEY": "\x7f"}, {"HTTP_AUTHORIZATION": "Basic !!!"}, {"HTTP_AUTHORIZATION": "Bearer fq__"}, {"HTTP_ACCEPT": "*/*;q=x"},
)  # fmt: skip


# ---------------------------------------------------------------- what went wrong


class Findings:
    """Answers ≥ 500 and broken promises, each kind once with an example."""

    def __init__(self) -> None:
        self.asked, self.bad, self.broken = 0, 0, 0
        self.seen: Counter[str] = Counter()
        self.last = ""
        got_request_exception.connect(self.keep)

    def keep(self, sender: Any, request: Any = None, **more: Any) -> None:
        self.last = traceback.format_exc()

    def note(self, status: int, what: str) -> None:
        self.asked += 1
        if status < 500:
            return
        self.bad += 1
        lines = [line for line in self.last.strip().splitlines() if line.strip()]
        ours = [line.strip() for line in lines if "/fengqiao/" in line][-1:]
        self.tell(f"{status} {' '.join(ours)} {lines[-1][:200] if lines else ''}", f"{what[:700]}\n{self.last[-1800:]}")
        self.last = ""

    def breaks(self, kind: str, what: str) -> None:
        self.broken += 1
        self.tell(f"document: {kind[:160]}", what[:1200])

    def tell(self, kind: str, example: str) -> None:
        self.seen[kind] += 1
        if self.seen[kind] == 1:
            print(f"--- {kind}\n{example}".encode(errors="backslashreplace").decode(), file=sys.stderr)


FOUND = Findings()


# ---------------------------------------------------------------- callers


def prepare() -> None:
    if not loading.is_loaded():
        loading.load(at=clock.now())
    limits.hit = lambda *args, **kwargs: True  # type: ignore[assignment]
    limits.is_over = lambda *args, **kwargs: False  # type: ignore[assignment]


def keys() -> dict[str, str]:
    """`Authorization` of everybody who calls the API without a session."""
    at = clock.now()
    every = (rules.FILE, rules.READ, rules.DISPATCH, rules.HANDLE, rules.REGISTER, rules.REORDER)
    wanted = {
        "dispatcher key": ("centre", Role.DISPATCHER, every),
        "unit key": ("heating", Role.OFFICER, (rules.FILE, rules.READ, rules.HANDLE)),
        "grid key": ("community:港云社区", Role.GRID_WORKER, (rules.READ, rules.HANDLE, rules.REGISTER)),
    }
    found = {"nobody": "", "broken key": "Bearer fq_abcdefgh_nothing"}
    with scoping.unscoped("bench"):
        for name, (code, role, scopes) in wanted.items():
            unit = Organisation.objects.get(code=code)
            _row, secret = people.issue_key(
                organisation=unit, name="bench", role=role, scopes=scopes, actor=system("bench"), at=at,
                expires_on=at.date() + dt.timedelta(days=9),
            )  # fmt: skip
            found[name] = f"Bearer {secret}"
        done = Contact.objects.filter(stage=rules.Stage.DONE).first()
        assert done is not None
        found["person"] = "Basic " + base64.b64encode(f"{done.number}:{code_of(done)}".encode()).decode()
    return found


class Things:
    """Real numbers, codes and ids, so that hostile input also reaches what lies behind a valid one."""

    def __init__(self) -> None:
        with scoping.unscoped("bench"):
            by_stage: dict[str, list[str]] = {}
            for number, stage in Contact.objects.values_list("number", "stage"):
                by_stage.setdefault(stage, []).append(number)
            self.numbers = [number for one in by_stage.values() for number in one[:40]]
            self.places = list(Area.objects.values_list("code", flat=True)[:60])
            self.units = list(Organisation.objects.values_list("code", flat=True)[:60])
            self.ids = [str(pk) for pk in Contact.objects.values_list("pk", flat=True)[:20]]


# ---------------------------------------------------------------- the API, out of its document


def api(count: int, things: Things) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
    operations = [one.ok() for one in schema.get_all_operations()]
    callers = list(keys().items())
    each = max(count // (len(operations) * len(callers)), 1)
    for at, operation in enumerate(operations):
        for n, (_name, authorization) in enumerate(callers):
            _fuzz(operation, authorization, each, things, SEED + 97 * at + n)


def _fuzz(operation: Any, authorization: str, count: int, things: Things, start: int) -> None:
    chance = random.Random(start)

    @seed(start)
    @how(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate], report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def one(case: Any) -> None:
        _make_real(case, chance, things)
        headers = {"Authorization": authorization} if authorization else {}
        try:
            response = case.call(headers=headers)
        except (UnicodeError, ValueError) as error:  # not even a request
            FOUND.tell(f"could not be sent: {type(error).__name__}", repr(error))
            return
        FOUND.note(response.status_code, f"{case.method} {case.formatted_path} {case.query} {case.body!r}")
        try:
            case.validate_response(response, checks=CHECKS)
        except (BaseExceptionGroup, AssertionError) as error:  # every broken promise is counted
            FOUND.breaks(f"{case.method} {case.path} {response.status_code} {_first(error)}", _first(error, 1200))

    one()


CHECKS: list[Any] = []


def _first(error: BaseException, most: int = 120) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__} {error}"[:most].replace("\n", " ")


def _make_real(case: Any, chance: random.Random, things: Things) -> None:
    """Put existing numbers and codes where an odd one would end at the first door."""
    if "number" in (case.path_parameters or {}) and chance.random() < 0.6:
        case.path_parameters["number"] = chance.choice(things.numbers)
    if isinstance(case.body, dict):
        for field, known in (
            ("unit", things.units),
            ("place", things.places),
            ("into", things.numbers),
            ("parent", things.numbers),
        ):
            if field in case.body and chance.random() < 0.5:
                case.body[field] = chance.choice(known)


# ---------------------------------------------------------------- pages and forms


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(name, path pattern such as "desk/<matter:number>/") of every page; the API has its own part."""
    for one in (resolver or get_resolver()).url_patterns:
        path = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            if not path.startswith("api/v1"):
                yield from routes(one, path)
        elif isinstance(one, URLPattern):
            yield one.name or "", path


ENDS_SESSION = ("logout", "usersessions")


class Attacker:
    """One role at the pages: follows every route with odd parts and sends every form with odd fields."""

    def __init__(self, username: str, things: Things, chance: random.Random) -> None:
        self.username, self.things, self.chance = username, things, chance
        self.client = Client(raise_request_exception=False)
        self.fields: dict[str, list[tuple[str, bool]]] = {}
        self.sign_in()

    def sign_in(self) -> None:
        if self.username:
            user = User.objects.get(username=self.username)
            self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def visit(self, name: str, pattern: str) -> None:
        """One case: mostly a form, else a query."""
        path = "/" + self.filled(pattern)
        if pattern not in self.fields:
            page = self.send("get", path, {}, {})
            self.fields[pattern] = _fields(page)
        headers = self.chance.choice(HEADERS)
        if self.chance.random() < 0.45:
            self.send("get", path, self.odd([(field, False) for field, _f in self.fields[pattern]]), headers)
        else:
            self.send("post", path, self.odd(self.fields[pattern]), headers)
        if any(word in name for word in ENDS_SESSION):
            self.sign_in()

    def filled(self, pattern: str) -> str:
        return re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: self.part(found[1] or "str", found[2]), pattern.strip("^$"))

    def part(self, kind: str, name: str) -> str:
        if name in {"number", "key", "code"} and self.chance.random() < 0.75 and kind in {"matter", "str"}:
            return self.chance.choice(self.things.numbers if name == "number" else self.things.places)
        if kind == "int":
            return self.chance.choice((*NUMBERS, *self.things.ids))
        if kind == "uuid":
            return "00000000-0000-4000-8000-000000000000"
        if kind == "matter":
            return self.chance.choice(("00126-0000001-0", "99999-9999999-9"))
        return self.chance.choice([word for word in WORDS if word and "/" not in word and len(word) < 400])

    def odd(self, fields: list[tuple[str, bool]]) -> dict[str, Any]:
        """Values for these fields, some missing, some twice, and names nobody asked for."""
        known = fields or [("q", False), ("text", False), ("after", False)]
        found: dict[str, Any] = {}
        for field, is_file in known:
            roll = self.chance.random()
            if roll < 0.15:
                continue
            if is_file and roll < 0.9:
                name, content, kind = self.chance.choice(FILES)
                found[field] = SimpleUploadedFile(name or "x", content, kind)
            elif roll < 0.25:
                found[field] = [self.word(), self.word()]
            else:
                found[field] = self.word()
        for extra in ("pile", "see", "after", "before", "columns", "format", "next", "order", "view"):
            if self.chance.random() < 0.08:
                found[extra] = self.word()
        return found

    def word(self) -> str:
        roll = self.chance.random()
        if roll < 0.12:
            return self.chance.choice(self.things.numbers)
        if roll < 0.2:
            return self.chance.choice((*self.things.ids, *self.things.places, *self.things.units))
        return self.chance.choice(WORDS)

    def send(self, method: str, path: str, values: dict[str, Any], headers: dict[str, str]) -> Any:
        clean = {key: _sendable(value) for key, value in values.items()}
        try:
            response = getattr(self.client, method)(path.encode(errors="replace").decode(), clean, **headers)
        except (UnicodeError, ValueError) as error:  # the test client could not even build it
            FOUND.tell(f"could not be sent: {type(error).__name__} {error}"[:120], path[:200])
            return None
        FOUND.note(response.status_code, f"{self.username or 'nobody'} {method} {path} {values!r} {headers}")
        if response.streaming:
            for _part in response.streaming_content:
                pass
        response.close()
        return response


def _sendable(value: Any) -> Any:
    """Half characters cannot be put into a form by this client; their octets are sent by `raw` instead."""
    if isinstance(value, list):
        return [_sendable(one) for one in value]
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _fields(response: Any) -> list[tuple[str, bool]]:
    """(name, takes a file) of every field on a page."""
    if response is None or response.streaming or "html" not in response.headers.get("Content-Type", ""):
        return []
    page = response.content.decode(errors="replace")
    tags = re.findall(r"<(?:input|select|textarea|button)\b[^>]*>", page)
    found = {}
    for tag in tags:
        name = re.search(r'name="([^"]+)"', tag)
        if name and name[1] != "csrfmiddlewaretoken":
            found[name[1]] = 'type="file"' in tag
    return list(found.items())


def raw(client: Client, path: str, chance: random.Random) -> None:
    """Bodies no form library would send."""
    bodies = (
        b"text=%ff%fe",
        b"a=\x00",
        b"%",
        b"&&&=",
        b"text=\xed\xa0\x80",
        b"a=1&" * 2000,
        b"--x\r\nContent-Disposition: form-data",
        b"{",
    )
    kinds = (
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "application/json",
        "text/plain; charset=zz",
        "\x01",
    )
    response = client.generic("POST", _sendable(path), chance.choice(bodies), chance.choice(kinds))
    FOUND.note(response.status_code, f"raw POST {path}")


def pages(count: int, things: Things) -> None:
    chance = random.Random(SEED)
    usernames = [
        "",
        *sorted(User.objects.filter(memberships__isnull=False).values_list("username", flat=True).distinct()),
    ]
    roles: dict[str, str] = {"": ""}
    for username in usernames[1:]:
        for role in User.objects.get(username=username).memberships.values_list("role", flat=True):
            roles.setdefault(role, username)
    every = sorted(set(routes()))
    attackers = [Attacker(username, things, chance) for username in roles.values()]
    print(f"{len(every)} routes, {len(attackers)} roles", file=sys.stderr)
    end = FOUND.asked + count
    while FOUND.asked < end:
        attacker = chance.choice(attackers)
        roll = chance.random()
        if roll < 0.9:
            attacker.visit(*chance.choice(every))
        elif roll < 0.95:
            attacker.send(
                chance.choice(("get", "post", "head", "put", "delete", "options")), chance.choice(PATHS), {}, {}
            )
        else:
            raw(attacker.client, "/" + attacker.filled(chance.choice(every)[1]), chance)
        close_old_connections()


def main() -> None:
    logging.disable(logging.CRITICAL)
    prepare()
    things = Things()
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    CHECKS.extend([not_a_server_error, response_schema_conformance, status_code_conformance, content_type_conformance])
    began = time.perf_counter()
    with override_settings(ALLOWED_HOSTS=["testserver", *settings.ALLOWED_HOSTS]):
        if "pages" not in sys.argv:
            api(int(CASES * API_SHARE), things)
        of_api = FOUND.asked
        if "api" not in sys.argv:
            pages(CASES - of_api, things)
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    ground.tell("hostile cases", FOUND.asked, "cases", gate=">= 20000")
    ground.tell("hostile cases at the API, from its document", of_api, "cases")
    ground.tell("hostile input: answers of 500 and above", FOUND.bad, "answers", gate="<= 0")
    ground.tell("hostile input: answers that break the API's document", FOUND.broken, "answers", gate="<= 0")
    for kind, n in FOUND.seen.most_common():
        print(f"{n:6} {kind}".encode(errors="backslashreplace").decode(), file=sys.stderr)


if __name__ == "__main__":
    main()
