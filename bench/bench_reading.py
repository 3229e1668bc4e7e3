"""What a page costs the server in a large city: roles × pages, p95 and the slowest query; and the net beside the filter.

`make bench ARGS=reading`; FENGQIAO_BENCH_CONTACTS sets the size (1,000,000), FENGQIAO_BENCH_TIMES how often each page
is asked for (20). In this process through the whole of Django, against the embedded server, nothing cached between
requests that a serving process would not keep as well. `work` is the mean of the processor time of a page, ours and
the database's together: what it would take on a machine that does nothing else.
"""

from __future__ import annotations

import os
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import crowd
import ground

CLUSTER = crowd.ready()

from django.conf import settings  # noqa: E402

settings.ALLOWED_HOSTS = ["testserver", *settings.ALLOWED_HOSTS]

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import NoReverseMatch, reverse  # noqa: E402

from fengqiao.intake import queries  # noqa: E402
from fengqiao.kernel import clock, scoping  # noqa: E402
from fengqiao.kernel.actor import LEVELS, Actor  # noqa: E402
from fengqiao.people import access  # noqa: E402
from fengqiao.people.models import Area, Membership, User  # noqa: E402

TIMES = int(os.environ.get("FENGQIAO_BENCH_TIMES", "20"))
ROLES = {
    "grid": "linxiaomei",
    "community": "fangjing",
    "subdistrict": "hanlu",
    "district": "wanfang",
    "city": "bench-city",
    "unit": "shilei",
}
WORDS = ("暖气不热", "电梯 困人", "物业费", "押金", "飞线充电", "工钱", "10号楼 暖气")
PLACES = ("港云", "qiaoxi", "gysq", "云锦小区")
PAGE_P95, PAGE_AIM, QUERY_MOST = 150, 60, 500


Address = Callable[[], str]


class Reader:
    """One member at work: a session, and addresses of what they would open."""

    def __init__(self, role: str, username: str, chance: random.Random) -> None:
        self.role, self.chance = role, chance
        user = User.objects.get(username=username)
        self.actor = _actor(user)
        self.client = Client()
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        self.numbers, self.phones = self._known()

    def _known(self) -> tuple[list[str], list[str]]:
        """Numbers and phones of open and closed matters in scope."""
        with scoping.scoped(self.actor):
            rows = queries.visible_to(self.actor)
            fresh = list(queries.open_for(self.actor).order_by("due_at", "id")[:200])
            old = list(rows.select_related("person").order_by("-received_at", "-id")[:400])
        numbers = [one.number for one in (*fresh, *old)]
        return numbers, [one.person.phone for one in old if one.person and one.person.phone] or ["13800000000"]

    def pages(self) -> Iterator[tuple[str, Address]]:
        """(name, what to ask for next) of the pages that exist."""
        pick = self.chance.choice
        named: list[tuple[str, str, Callable[[str], str], Callable[[], list[str]]]] = [
            ("home", "intake:today", str, list),
            ("queue", "intake:desk", str, list),
            ("queue, overdue", "intake:desk", lambda url: f"{url}?pile=over", list),
            ("queue, others' turn", "intake:desk", lambda url: f"{url}?pile=others", list),
            ("queue, clock stopped", "intake:desk", lambda url: f"{url}?pile=paused", list),
            ("queue, words in the title", "intake:desk", lambda url: f"{url}?text={pick(WORDS).split()[0]}", list),
            ("queue, nothing found", "intake:desk", lambda url: f"{url}?pile=all&text=zzzz", list),
            ("queue, channel window", "intake:desk", lambda url: f"{url}?pile=all&channel=window", list),
            ("detail", "intake:detail", str, lambda: [pick(self.numbers)]),
            ("detail, related", "intake:detail", lambda url: f"{url}?see=related", lambda: [pick(self.numbers)]),
            ("search, number", "intake:search", lambda url: f"{url}?q={pick(self.numbers)}", list),
            ("search, phone", "intake:search", lambda url: f"{url}?q={pick(self.phones)}", list),
            ("search, last four", "intake:search", lambda url: f"{url}?q={pick(self.phones)[-4:]}", list),
            ("search, words", "intake:search", lambda url: f"{url}?q={pick(WORDS)}", list),
            ("search, place", "intake:search", lambda url: f"{url}?q={pick(PLACES)}", list),
            ("search, nothing found", "intake:search", lambda url: f"{url}?q=zzzz{pick('abcdef')}", list),
        ]
        for name, route, address, arguments in named:
            try:
                reverse(route, args=arguments())
            except NoReverseMatch:
                print(f"no page yet: {name}", file=sys.stderr)
                continue
            yield name, lambda r=route, f=address, a=arguments: f(reverse(r, args=a()))
            if name == "queue":
                yield "queue, three pages on", self._next_pages()

    def _next_pages(self) -> Address:
        """The list followed by its own links, three pages deep."""
        url = reverse("intake:desk") + "?pile=all"
        for _page in range(3):
            found = re.search(r'href="([^"]*after=[^"]*)"', self.client.get(url).content.decode())
            url = found[1].replace("&amp;", "&") if found else url
        return lambda: url

    def ask(self, address: Address) -> tuple[float, float, str]:
        """(seconds for the answer, of the slowest query, that query)."""
        url, slowest = address(), ground.Slowest()
        with connection.execute_wrapper(slowest):
            began = time.perf_counter()
            response = self.client.get(url)
            took = time.perf_counter() - began
        assert response.status_code in {200, 302}, (url, response.status_code)
        return took, slowest.most_s, slowest.sql


def _actor(user: User) -> Actor:
    held = access.duties(user, on=clock.now().date())
    return access.actor_for(held[0])


def pages() -> None:
    chance = random.Random(7)
    worst: dict[str, tuple[float, str, str]] = {}
    alls: list[float] = []
    for role, username in ROLES.items():
        reader = Reader(role, username, chance)
        for name, address in reader.pages():
            reader.ask(address)
            used = ground.work_s()
            asked = [reader.ask(address) for _time in range(TIMES)]
            used = (ground.work_s() - used) / TIMES
            times = sorted(took * 1000 for took, _most, _sql in asked)
            alls += times
            most, sql = max((most * 1000, sql) for _took, most, sql in asked)
            p95 = times[max(round(len(times) * 0.95) - 1, 0)]
            ground.tell(
                f"{role}: {name}, p95", p95, "ms", gate=f"<= {PAGE_P95}", aim=f"<= {PAGE_AIM}",
                p50=round(statistics.median(times), 1), max=round(times[-1], 1), slowest_query=round(most, 1), work=round(used * 1000, 1),

            )  # fmt: skip
            if most > worst.get(role, (0.0, "", ""))[0]:
                worst[role] = most, name, sql
    alls.sort()
    if alls:
        ground.tell("every page of every role together, p95", alls[int(len(alls) * 0.95)], "ms", gate=f"<= {PAGE_P95}")
    for role, (most, name, sql) in worst.items():
        ground.tell(f"{role}: slowest query", most, "ms", gate=f"<= {QUERY_MOST}")
        print(f"   {role} {name}: {most:.0f} ms {sql[:3000]}", file=sys.stderr)


# ---------------------------------------------------------------- the net


@contextmanager
def without_policies() -> Iterator[Any]:
    """A connection for which no policy holds: the superuser's."""
    import psycopg

    from fengqiao.config.postgres import SUPERUSER

    with psycopg.connect(CLUSTER.url(SUPERUSER)) as base:
        yield base


QUESTIONS: dict[str, Callable[[Actor], Any]] = {
    "queue": lambda actor: (
        queries.open_for(actor).order_by("queue_key", "pk")[:25]
        if hasattr(queries.Contact, "queue_key")
        else queries.open_for(actor).order_by("due_at", "pk")[:25]
    ),
    "newest": lambda actor: queries.visible_to(actor).order_by("-received_at", "-pk")[:25],
}
INDEXES = {"queue": ("contact_turn_", "contact_queue_"), "newest": ("contact_recent_",)}


def net() -> None:
    """Whether the index of the application filter is used below the policies, and what the policies cost."""
    strange, ratios = 0, []
    for role, username in ROLES.items():
        actor = _actor(User.objects.get(username=username))
        if actor.level not in LEVELS:
            continue
        for question, ask in QUESTIONS.items():
            sql, params = ask(actor).query.sql_with_params()
            with scoping.scoped(actor), connection.cursor() as cursor:
                plan, bound = _timed(cursor, sql, params)
            with without_policies() as base:
                _plan, free = _timed(base, sql, params)
            wanted = [f"{start}{actor.level}" for start in INDEXES[question]]
            if not any(index in plan for index in wanted) or "Seq Scan on intake_contact" in plan:
                strange += 1
                print(f"{role} {question}:\n{plan}", file=sys.stderr)
            ratios.append(bound / free)
            ground.tell(f"{role}: {question} under the policies", bound * 1000, "ms", peer=round(free * 1000, 3),
                        ratio=round(bound / free, 2), gate="<= 60")  # fmt: skip
    ground.tell("plans under the policies without the filter's index", strange, "plans", gate="<= 0")
    ground.tell("policies cost, median", statistics.median(ratios), "times")


def _timed(cursor: Any, sql: str, params: Any) -> tuple[str, float]:
    """The plan, and the median time of the question in seconds."""
    rows = cursor.execute(f"EXPLAIN {sql}", params) or cursor
    plan = "\n".join(row[0] for row in rows.fetchall())
    times = []
    for _time in range(9):
        began = time.perf_counter()
        (cursor.execute(sql, params) or cursor).fetchall()
        times.append(time.perf_counter() - began)
    return plan, statistics.median(times)


def scope_change() -> None:
    """A duty moved to another subdistrict: what the very next request still shows of the old one."""
    user = User.objects.get(username=ROLES["subdistrict"])
    duty = Membership.objects.get(pk=access.duties(user, on=clock.now().date())[0].pk)
    reader = Reader("subdistrict", user.username, random.Random(1))
    before = reader.numbers[0]
    try:
        page = reverse("intake:detail", args=[before])
    except NoReverseMatch:
        return
    first = reader.client.get(page).status_code
    old = duty.area_id
    Membership.objects.filter(pk=duty.pk).update(area_id=Area.objects.get(name="文澜街道").pk)
    after = reader.client.get(page).status_code
    Membership.objects.filter(pk=duty.pk).update(area_id=old)
    ground.tell("requests that still saw the old scope", int(first != 200 or after != 404), "requests", gate="<= 0")


pages()
net()
scope_change()
