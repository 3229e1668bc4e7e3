"""What lists and detail of disputes cost the server with 300,000 of them: roles x pages, p95 and the slowest query.

`make bench ARGS=disputes`; FENGQIAO_BENCH_DISPUTES sets how many (300,000), FENGQIAO_BENCH_TIMES how often each page is
asked for (20). In this process through the whole of Django under the policies, against the embedded server. One matter
in fourteen is open; each has an account, two parties with seats and codes, a mediator's seat, a claim, a mediation and
four lines; every second closed one an agreement, every tenth a confirmation. Filled once into var/bench-disputes.
`work` is the mean of the processor time of a page, ours and the database's together.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("FENGQIAO_BENCH_FOLDER", "bench-disputes")

import ground
import psycopg

DISPUTES = int(os.environ.get("FENGQIAO_BENCH_DISPUTES", "300000"))
TIMES = int(os.environ.get("FENGQIAO_BENCH_TIMES", "20"))
PAGE_P95, PAGE_AIM = 150, 60
VERSION = 3
PLACED = "place_id, city_id, district_id, street_id, community_id, grid_id"
FILLED = (
    "disputes_dispute", "disputes_disputeaccount", "disputes_party", "disputes_seat", "disputes_claim", "disputes_line",
    "mediation_mediation", "mediation_agreement", "mediation_term", "mediation_duty", "court_confirmation",
    "kernel_deadline",
)  # fmt: skip
ROLES = {
    "mediator": "xuguilan",
    "manager": "shimin",
    "clerk": "hanlu",
    "supervisor": "wanfang",
    "assistant": "hemiao",
    "judge": "weiqing",
    "court manager": "peiqing",
    "leader": "luhuaiyuan",
}
ENDED = "(n % 14 <> 0)"
SETTLED = "(n % 14 <> 0 AND n % 2 = 1)"
TOPICS = "ARRAY['物业服务合同','民间借贷','预付式消费','邻里噪声','相邻漏水','劳动报酬','房屋租赁','机动车交通事故']"


def _fill(cluster: Any) -> None:
    from django.core.management import call_command

    from fengqiao.config.demo import loading
    from fengqiao.config.postgres import SUPERUSER
    from fengqiao.kernel import clock

    loading.clear()
    call_command("sync_reference", verbosity=0)
    loading.load(at=clock.now())
    with psycopg.connect(cluster.url(SUPERUSER)) as base:
        base.execute("SET LOCAL session_replication_role = replica")
        base.execute("SET LOCAL synchronous_commit = off")
        base.execute("SET LOCAL maintenance_work_mem = '1GB'")
        base.execute("SET LOCAL work_mem = '256MB'")
        indexes = ground.without_indexes(base, FILLED)
        _seeds(base)
        for words in STEPS:
            base.execute(words)
        for definition in indexes:
            base.execute(definition)
        for table in FILLED:
            base.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    with psycopg.connect(cluster.url(SUPERUSER), autocommit=True) as base:
        base.execute("VACUUM (ANALYZE)")


def _seeds(base: Any) -> None:
    """One row a matter: its keys, number, grid, mediator and times."""
    from fengqiao.kernel import clock, numbers

    codes = numbers.issue_many("012", clock.now().date(), DISPUTES)
    base.execute("CREATE TEMP TABLE code (n int, number text)")
    with base.cursor().copy("COPY code FROM STDIN") as copy:
        for n, number in enumerate(codes, 1):
            copy.write_row([n, number])
    base.execute(
        "CREATE TEMP TABLE grid AS SELECT row_number() OVER (ORDER BY id) - 1 AS g, id AS place_id, city_id,"
        " district_id, street_id, community_id, grid_id FROM people_area WHERE kind = 'grid';"
        "CREATE TEMP TABLE who AS SELECT row_number() OVER (ORDER BY m.id) - 1 AS w, m.id AS mediator_id, m.user_id,"
        " b.organisation_id AS unit_id FROM mediation_mediator m JOIN mediation_body b ON b.id = m.body_id;"
        "CREATE TEMP TABLE human AS SELECT row_number() OVER (ORDER BY id) - 1 AS h, id AS person_id"
        " FROM people_person"
    )
    base.execute(
        f"""CREATE TEMP TABLE d AS
        SELECT n, (SELECT max(id) FROM disputes_dispute) + n AS id, number, grid.*, who.*, human.person_id,
          now() - make_interval(days => CASE WHEN {ENDED} THEN 40 + n % 1400 ELSE n % 60 END, mins => n % 600) AS at,
          CASE WHEN n % 28 = 0 THEN 'mediating' WHEN n % 42 = 0 THEN 'failed' WHEN n % 70 = 0 THEN 'performing'
            WHEN {ENDED} THEN 'closed' ELSE 'offered' END AS stage
        FROM code
        JOIN grid ON g = n * 7 % (SELECT count(*) FROM grid)
        JOIN who ON w = n / 28 * 11 % (SELECT count(*) FROM who)
        JOIN human ON h = n * 13 % (SELECT count(*) FROM human)"""
    )
    base.execute("ANALYZE d")


DESK, COURT = (f"(SELECT id FROM people_organisation WHERE code = '{code}')" for code in ("h12368", "court"))
STEPS = (
    f"""INSERT INTO disputes_dispute (id, {PLACED}, number, source, topic, amount_fen, location_text, opened_at,
      demanded_at, stage, mover, is_confidential, desk_id, unit_id, court_id, docketed_at, case_number, due_at, due_kind,
      closed_at, changed_at)
    SELECT id, {PLACED}, number, 'direct', ({TOPICS})[1 + n % 8], 10000 + n * 37 % 5000000, '', at, at, stage,
      CASE stage WHEN 'closed' THEN 'nobody' WHEN 'mediating' THEN 'mediator' ELSE 'parties' END, true, {DESK}, unit_id,
      {COURT}, CASE WHEN stage = 'closed' AND n % 6 = 0 THEN at + interval '12 days' END, '',
      CASE WHEN stage <> 'closed' THEN at + interval '30 days' END, '', CASE WHEN stage = 'closed' THEN at
      + make_interval(days => 20 + n % 17) END, at FROM d""",
    "INSERT INTO disputes_disputeaccount (dispute_id, facts, wish, changed_at) SELECT id, '', '', at FROM d",
    """INSERT INTO disputes_party (dispute_id, side, kind, name, person_id, credit_code, is_minor, safe_contact,
      language, code_version, joined_at)
    SELECT id, side, CASE WHEN side = 'respondent' AND n % 3 = 0 THEN 'legal' ELSE 'natural' END, '当事人' || n % 997,
      CASE WHEN side = 'applicant' THEN person_id END, '', false, false, 'zh-hans', 1, at
    FROM d, unnest(ARRAY['applicant', 'respondent']) AS side""",
    f"""INSERT INTO disputes_seat ({PLACED}, dispute_id, role, person_id, party_id, side, joined_at, why)
    SELECT {PLACED}, d.id, 'party', p.person_id, p.id, p.side, at, '' FROM d JOIN disputes_party p
      ON p.dispute_id = d.id""",
    f"""INSERT INTO disputes_seat ({PLACED}, dispute_id, role, user_id, side, joined_at, left_at, why)
    SELECT {PLACED}, id, 'mediator', user_id, '', at, NULL, '' FROM d""",
    f"""INSERT INTO disputes_seat ({PLACED}, dispute_id, role, organisation_id, side, joined_at, left_at, why)
    SELECT {PLACED}, id, 'organisation', unit_id, '', at, NULL, '' FROM d""",
    """INSERT INTO disputes_claim (dispute_id, party_id, kind, text, amount_fen, made_at)
    SELECT d.id, p.id, 'money', '', 10000 + n * 37 % 5000000, at FROM d JOIN disputes_party p
      ON p.dispute_id = d.id AND p.side = 'applicant'""",
    """INSERT INTO disputes_line (dispute_id, at, kind, compartment, actor, actor_name, text, facts)
    SELECT id, at + make_interval(hours => k), (ARRAY['opened','offered','delegated','accepted'])[k],
      (ARRAY['open','open','open','open'])[k], 'job:bench', '', '', '{}' FROM d, generate_series(1, 4) AS k""",
    f"""INSERT INTO mediation_mediation ({PLACED}, uid, dispute_id, attempt, kind, procedure, field, stage, layer,
      court_id, unit_id, mediator_id, is_online, evenings, offered_at, sent_at, accepted_at, due_at, ended_at, ground)
    SELECT {PLACED}, gen_random_uuid(), id, 1, CASE WHEN n % 3 = 0 THEN 'delegated' ELSE 'peoples' END, '', 'property',
      CASE stage WHEN 'mediating' THEN 'running' WHEN 'offered' THEN 'proposed' ELSE 'ended' END, 'mediator',
      CASE WHEN n % 3 = 0 THEN {COURT} END, unit_id, CASE WHEN stage <> 'offered' THEN mediator_id END, false, false,
      at, at, CASE WHEN stage <> 'offered' THEN at + interval '1 day' END,
      CASE WHEN stage IN ('mediating', 'offered') THEN at + interval '30 days' END,
      CASE WHEN stage NOT IN ('mediating', 'offered') THEN at + make_interval(days => 9 + n % 20) END,
      CASE WHEN stage IN ('mediating', 'offered') THEN '' WHEN stage = 'performing' OR (stage = 'closed'
      AND n % 2 = 1) THEN 'agreed' ELSE 'gap' END FROM d""",
    """INSERT INTO mediation_agreement (uid, dispute_id, mediation_id, unit_id, version, kind, status, touches, on_paper,
      language, facts, issues, responsibility, place_of_performance, settles_all, text_sha256, drafted_at, actor,
      effective_at, completed_at, performed_at)
    SELECT gen_random_uuid(), d.id, m.id, d.unit_id, 1, m.kind, CASE WHEN d.stage = 'performing' THEN 'effective'
      ELSE 'performed' END, '{}', false, 'zh-hans', '', '', '', '', true, md5(d.number) || md5(d.number), m.ended_at,
      'job:bench', m.ended_at, m.ended_at, CASE WHEN d.stage <> 'performing' THEN m.ended_at + interval '7 days' END
    FROM d JOIN mediation_mediation m ON m.dispute_id = d.id WHERE m.ground = 'agreed'""",
    """INSERT INTO mediation_term (agreement_id, "order", kind, debtor_id, creditor_id, text, manner, amount_fen)
    SELECT a.id, 1, 'pay', r.id, p.id, '', '', 8000 + a.id * 31 % 4000000 FROM mediation_agreement a
      JOIN disputes_party p ON p.dispute_id = a.dispute_id AND p.side = 'applicant'
      JOIN disputes_party r ON r.dispute_id = a.dispute_id AND r.side = 'respondent' WHERE a.actor = 'job:bench'""",
    """INSERT INTO mediation_duty (agreement_id, term_id, "order", amount_fen, plain_on, due_on, is_provisional,
      accepted_fen, done_on)
    SELECT a.id, t.id, 1, t.amount_fen, a.effective_at::date + 10, a.effective_at::date + 10, false,
      CASE WHEN a.performed_at IS NOT NULL THEN t.amount_fen ELSE 0 END, a.performed_at::date
    FROM mediation_agreement a JOIN mediation_term t ON t.agreement_id = a.id WHERE a.actor = 'job:bench'""",
    f"""INSERT INTO court_confirmation ({PLACED}, uid, dispute_id, agreement_id, court_id, status, last_on, opened_at,
      applied_at, both_appeared, due_at, lacking, number, accepted_at, judge_id, heard_at, mode, decided_at, is_valid,
      rejected, excluded)
    SELECT {PLACED}, gen_random_uuid(), d.id, a.id, {COURT}, CASE WHEN n % 301 = 0 THEN 'applied' ELSE 'decided' END,
      a.effective_at::date + 30, a.effective_at, a.effective_at, n % 5 = 0, a.effective_at + interval '30 days', '{{}}',
      CASE WHEN n % 301 = 0 THEN '' ELSE '司特' || d.id END, CASE WHEN n % 301 <> 0 THEN a.effective_at END,
      CASE WHEN n % 301 <> 0 THEN (SELECT id FROM people_user WHERE username = 'weiqing') END,
      CASE WHEN n % 301 <> 0 THEN a.effective_at END, '', CASE WHEN n % 301 <> 0 THEN a.effective_at END,
      CASE WHEN n % 301 <> 0 THEN true END, '', ''
    FROM d JOIN mediation_agreement a ON a.dispute_id = d.id WHERE a.actor = 'job:bench' AND n % 5 = 0""",
    """INSERT INTO kernel_deadline (subject, kind, rule_id, rule_key, unit, began_at, due_at, plain_due_at,
      is_provisional, owner_id, mover, state, met_at, pauses, pause_reason, warn_at, level, district_id)
    SELECT number || '/d', 'mediation', r.id, r.key, r.unit, at, at + interval '30 days', at + interval '30 days', false,
      unit_id, 'unit', CASE WHEN stage IN ('mediating', 'offered') THEN 'running' ELSE 'met' END,
      CASE WHEN stage NOT IN ('mediating', 'offered') THEN at + interval '20 days' END, '[]', '',
      at + interval '25 days', 0, district_id
    FROM d, (SELECT id, key, unit FROM kernel_rule WHERE key = 'mediation.delegated' LIMIT 1) AS r""",
)
"""In their order: each table from those before it."""


def ready() -> Any:
    """Start the cluster with the matters in it. Result: the cluster."""
    cluster = ground.start(max_wal_size="4GB")
    mark = ground.HOME / "disputes.json"
    wanted = {"disputes": DISPUTES, "version": VERSION}
    if not mark.exists() or json.loads(mark.read_text()) != wanted:
        mark.unlink(missing_ok=True)
        began = time.perf_counter()
        _fill(cluster)
        mark.write_text(json.dumps(wanted))
        print(f"filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return cluster


CLUSTER = ready()

from django.conf import settings  # noqa: E402

settings.ALLOWED_HOSTS = ["testserver", *settings.ALLOWED_HOSTS]

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from fengqiao.disputes import queries as disputes  # noqa: E402
from fengqiao.disputes.models import Dispute, Party  # noqa: E402
from fengqiao.kernel import clock, scoping  # noqa: E402
from fengqiao.mediation.models import Body, Mediation  # noqa: E402
from fengqiao.people import access  # noqa: E402
from fengqiao.people.models import User  # noqa: E402

Address = Callable[[], str]


class Reader:
    """Somebody at work: a session, and addresses of what they would open."""

    def __init__(self, role: str, chance: random.Random) -> None:
        self.role, self.chance, self.client = role, chance, Client()
        self.numbers: list[str] = []

    def signed_in(self, username: str) -> Reader:
        user = User.objects.get(username=username)
        held = access.duties(user, on=clock.now().date())
        actor = access.actor_for(held[0])
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        with scoping.scoped(actor):
            rows = disputes.visible_to(actor)
            fresh = rows.filter(closed_at=None).order_by("-id").values_list("number", flat=True)[:150]
            old = rows.order_by("-opened_at", "-id").values_list("number", flat=True)[:150]
            self.numbers = [*fresh, *old]
        return self

    def by_code(self) -> Reader:
        """A party of three running matters, by number and code."""
        with scoping.unscoped("bench"):
            live = Mediation.objects.filter(stage="running", dispute__opened_at__lt=clock.now()).order_by("-id")
            parties = Party.objects.filter(dispute__in=live.values("dispute")[:12], side="applicant")
            pairs = [(one.dispute.number, disputes.party_code(one, one.dispute.number)) for one in parties[:3]]
        for number, code in pairs:
            self.client.post(reverse("mediation:room_door"), {"number": number, "code": code})
        self.numbers = [number for number, _code in pairs]
        return self

    def pages(self) -> Iterator[tuple[str, Address]]:
        """(name, what to ask for next)."""

        def any_matter(route: str, more: str = "") -> Address:
            return lambda: reverse(route, args=[self.chance.choice(self.numbers)]) + more

        if self.role == "party":
            yield "my dispute", any_matter("mediation:party")
            yield "what the court would mean", any_matter("mediation:party_weigh")
            yield "like matters", any_matter("mediation:party_weigh", "?similar=1")
            yield "my matters", lambda: reverse("intake:mine")
            return
        yield "home", lambda: reverse("shell:start")
        yield "my turn", lambda: reverse("mediation:turn")
        if self.numbers:
            yield "detail", any_matter("mediation:matter")
            yield "detail, parties", any_matter("mediation:matter", "?see=parties")
            yield "detail, mediator", any_matter("mediation:matter", "?see=mediator")
            yield "search, number", lambda: f"{reverse('intake:search')}?q={self.chance.choice(self.numbers)}"
            yield "API, one dispute", lambda: f"/api/v1/disputes/{self.chance.choice(self.numbers)}"
        yield "API, list", lambda: "/api/v1/disputes"
        yield "API, list from the middle", lambda: f"/api/v1/disputes?after={DISPUTES // 2}"
        if self.role == "mediator":
            live = self._running()
            yield "weighing", lambda: reverse("mediation:weigh", args=[self.chance.choice(live)])
            yield (
                "weighing, like matters",
                lambda: reverse("mediation:weigh", args=[self.chance.choice(live)]) + "?similar=1",
            )
        if self.role in {"assistant", "judge", "court manager"}:
            yield "queue of the court", lambda: reverse("court:queue")
        if self.role == "clerk":
            houses = list(Body.objects.values_list("pk", flat=True))
            yield "register", lambda: reverse("mediation:register")
            yield "a house of the register", lambda: reverse("mediation:body", args=[self.chance.choice(houses)])
            yield "stations", lambda: reverse("mediation:stations")

    def _running(self) -> list[str]:
        user = User.objects.get(username=ROLES["mediator"])
        with scoping.unscoped("bench"):
            rows = Dispute.objects.filter(mediations__stage="running", mediations__mediator__user=user)
            return list(rows.values_list("number", flat=True)[:100])

    def ask(self, address: Address) -> tuple[float, ground.Slowest, int]:
        url, slowest = address(), ground.Slowest()
        with connection.execute_wrapper(slowest):
            began = time.perf_counter()
            response = self.client.get(url)
            took = time.perf_counter() - began
        return took, slowest, response.status_code


def main() -> None:
    chance, alls, slow = random.Random(7), [], []
    readers = [Reader(role, chance).signed_in(username) for role, username in ROLES.items()]
    readers.append(Reader("party", chance).by_code())
    for reader in readers:
        for name, address in reader.pages():
            _took, _slowest, status = reader.ask(address)
            if status not in {200, 302}:
                print(f"   {reader.role} has no {name}: {status}", file=sys.stderr)
                continue
            used = ground.work_s()
            asked = [reader.ask(address) for _time in range(TIMES)]
            used = (ground.work_s() - used) / TIMES
            times = sorted(took * 1000 for took, _slowest, _status in asked)
            alls += times
            worst = max((slowest for _took, slowest, _status in asked), key=lambda one: one.most_s)
            p95 = times[max(round(len(times) * 0.95) - 1, 0)]
            ground.tell(
                f"{reader.role}: {name}, p95", p95, "ms", gate=f"<= {PAGE_P95}", aim=f"<= {PAGE_AIM}",
                p50=round(statistics.median(times), 1), slowest_query=round(worst.most_s * 1000, 1),
                queries=worst.count, work=round(used * 1000, 1),
            )  # fmt: skip
            slow.append((worst.most_s * 1000, reader.role, name, worst.sql))
    alls.sort()
    ground.tell("every page of every role together, p95", alls[int(len(alls) * 0.95)], "ms",
                gate=f"<= {PAGE_P95}", aim=f"<= {PAGE_AIM}")  # fmt: skip
    for most, role, name, sql in sorted(slow, reverse=True)[: int(os.environ.get("FENGQIAO_BENCH_SHOWN", "6"))]:
        print(f"   {role} {name}: {most:.0f} ms {sql[:2500]}", file=sys.stderr)


if __name__ == "__main__":
    main()
