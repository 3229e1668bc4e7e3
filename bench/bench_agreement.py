"""An agreement as PDF/A with seal and time stamp: how long; and whether the check finds every changed byte."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import random
import statistics
import tempfile
import time

CHANGES = 1000
ROUNDS = 15


def say(name: str, value: float, unit: str, **bounds: str) -> None:
    print(json.dumps({"name": name, "value": round(value, 4), "unit": unit, **bounds}), flush=True)


def sheet():
    from fengqiao.mediation import paper_texts as texts
    from fengqiao.mediation.papers import Matter, Sheet, Side, Strip

    stroke = "20,80 40,60 60,120 90,40 120,130 160,50 200,140 260,60;40,150 260,160 300,150"
    matter = Matter(
        "01226-0004827-3", "相邻关系纠纷", (Side("申请人", "甲"), Side("被申请人", "乙")), "某调解委员会", "丙"
    )
    first = dt.date(2026, 6, 20)
    duties = tuple(texts.Due("", first, first, 577_500) for _n in range(12))
    blocks = texts.agreement(
        matter, facts="事实。" * 60, issues="争议。" * 20, responsibility="责任。" * 20, place="某处",
        terms=[texts.TermText("支付借款本息", "银行转账", 6_930_000, duties)], settles_all=True,
        strips=[Strip("申请人", "甲", "", stroke), Strip("被申请人", "乙", "", stroke), Strip("调解员", "丙", "", stroke)],
        on_paper=False,
    )  # fmt: skip
    return Sheet(
        "agreement", "01226-0004827-3-协1", "某调解委员会", tuple(blocks), "https://x.example/check/A/", "0" * 64
    )


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.config.settings")
    with tempfile.TemporaryDirectory() as home:
        os.environ["FENGQIAO_HOME"] = home
        import django

        django.setup()
        from fengqiao.mediation import papers, sealing

        one, spent = sheet(), []
        for _round in range(ROUNDS):
            began = time.perf_counter()
            made = sealing.seal(papers.pdf(one), code="bench", name="某调解委员会", reason=one.number)
            spent.append(time.perf_counter() - began)
        say("agreement.pdf_sealed_s", statistics.median(spent), "s", gate="<= 1.5", aim="<= 0.6")
        say("agreement.pdf_sealed_worst_s", max(spent), "s", gate="<= 1.5")
        found = sealing.examine(made)
        assert found is not None and found.is_intact and found.is_valid and found.covers and found.stamped_at
        issued, chance, seen = hashlib.sha256(made).hexdigest(), random.Random(20260522), 0
        for _change in range(CHANGES):
            changed = bytearray(made)
            changed[chance.randrange(len(made))] ^= chance.randrange(1, 256)
            seen += hashlib.sha256(changed).hexdigest() != issued
        say("agreement.changed_bytes_found", seen, "of 1000", gate=">= 1000")
        is_archive = b"pdfaid:part" in made and b"pdfaid" in made and made.startswith(b"%PDF-1.7")
        say("agreement.says_pdfa_2b", float(is_archive), "bool", gate=">= 1")


if __name__ == "__main__":
    main()
