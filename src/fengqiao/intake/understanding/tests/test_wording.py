"""Every reason has a sentence, in both languages, and sealed words never leave by it."""

import datetime as dt

import pytest
from django.utils.translation import override

from fengqiao.intake.understanding import urgency
from fengqiao.intake.understanding.reasons import Reason
from fengqiao.intake.understanding.wording import SENTENCES, said, say


def test_every_rule_has_a_sentence():
    assert {f"urgency.{rule.code}" for rule in urgency.RULES} <= set(SENTENCES)


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_no_english_in_chinese(code):
    with override("zh-hans"):
        assert not any(char.isascii() and char.isalpha() for char in say(code, ("停水",)))


def test_words_are_quoted():
    with override("en"):
        assert said(Reason("urgency.fire", ("着火", "冒烟"))) == "It speaks of fire: “着火”, “冒烟”"


def test_words_of_self_harm_stay_under_seal():
    reason = urgency.judge("", "我不想活了", on=dt.date(2026, 1, 1)).reasons[0]
    assert "不想活" not in said(reason)
