"""The table of stages, decided for every pair; urgency only rises by machine; who may do what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.intake import rules
from fengqiao.intake.rules import CLOSED, STAGES, TITLE_LENGTH, Mover, Stage, Urgency, higher, next_mover, short_title
from fengqiao.kernel.errors import Refused
from fengqiao.people.rules import Role


@pytest.mark.parametrize(("now", "then"), [(a, b) for a in Stage for b in Stage])
def test_every_pair_of_stages_is_decided(now: Stage, then: Stage) -> None:
    if then in STAGES.moves[now]:
        STAGES.check(now, then)
    else:
        with pytest.raises(Refused):
            STAGES.check(now, then)


@pytest.mark.parametrize("stage", list(Stage))
def test_nobody_owes_a_move_exactly_when_closed(stage: Stage) -> None:
    assert (next_mover(stage) == Mover.NOBODY) == (stage in CLOSED)


@pytest.mark.parametrize(("a", "b"), [(a, b) for a in Urgency for b in Urgency])
def test_a_guess_never_lowers_urgency(a: Urgency, b: Urgency) -> None:
    both = [Urgency.ORDINARY, Urgency.URGENT, Urgency.EMERGENCY]
    assert both.index(higher(a, b)) == max(both.index(a), both.index(b))


def test_administrators_and_auditors_read_no_contact() -> None:
    from fengqiao.kernel.actor import verbs

    assert not {Role.ADMINISTRATOR, Role.AUDITOR} & set(verbs()[rules.READ])


@pytest.mark.parametrize(
    ("category", "channel", "hard", "expected"),
    [
        ("utility", "web", False, "utility"),
        ("", "court_hotline", False, "court"),
        ("", "web", False, "ordinary"),
        ("utility", "web", True, "hard"),
    ],
)
def test_the_class_of_limits(category: str, channel: str, hard: bool, expected: str) -> None:
    assert rules.clock_class(category_class=category, channel=channel, is_hard=hard) == expected


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("暖气不热。家里有老人", "暖气不热"),
        ("楼上装修砸墙，怀疑是承重墙，整栋楼都在晃，已经三天了，没人管。", "楼上装修砸墙，怀疑是承重墙，整栋楼都在晃"),
        ("楼下烧烤店的风机整夜响，睡不着觉。", "楼下烧烤店的风机整夜响，睡不着觉"),
        ("字" * 60, "字" * 23 + "…"),
        ("the heating is cold and my mother is ninety", "the heating is cold and…"),
        ("", ""),
    ],
)
def test_a_title_is_a_sentence_or_the_phrases_that_fit(text: str, title: str) -> None:
    assert short_title(text) == title


@given(st.text(max_size=80))
def test_a_title_is_never_long_and_begins_as_the_text(text: str) -> None:
    title = short_title(text)
    assert len(title) <= TITLE_LENGTH
    assert " ".join(text.split()).startswith(title.removesuffix("…"))
