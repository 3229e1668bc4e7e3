"""Matter numbers are unique without waiting, and forgive the typist but not the typing error."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.kernel import numbers

DAY = dt.date(2026, 4, 30)
parts = st.tuples(st.integers(0, 999), st.integers(2000, 2099), st.integers(0, 9_999_999))


def number(part: tuple[int, int, int]) -> str:
    return numbers.compose(f"{part[0]:03d}", part[1], part[2])


@given(parts)
def test_a_number_is_valid_and_its_own_normal_form(part) -> None:
    written = number(part)
    assert numbers.is_valid(written)
    assert numbers.normalise(written) == written


@given(parts, st.integers(0, 12), st.integers(1, 9))
def test_every_wrong_digit_is_found(part, position, shift) -> None:
    digits = list(number(part).replace("-", ""))
    digits[position] = str((int(digits[position]) + shift) % 10)
    assert not numbers.is_valid("".join(digits))


@given(parts, st.integers(0, 11))
def test_every_swap_of_neighbours_is_found(part, position) -> None:
    digits = list(number(part).replace("-", ""))
    swapped = [*digits[:position], digits[position + 1], digits[position], *digits[position + 2 :]]
    assert numbers.is_valid("".join(swapped)) == (swapped == digits)


@given(parts, st.sampled_from(["", " ", "\u3000", "-", "－", "—", "–", "−", "ー", "\u200b"]))
def test_odd_hyphens_spaces_and_wide_digits_are_forgiven(part, between) -> None:
    written = number(part)
    typed = written.replace("-", between).translate({ord(str(n)): ord("０") + n for n in range(10)})
    assert numbers.normalise(f" {typed}\n") == written


@given(st.text(max_size=20))
def test_any_text_has_an_answer(text) -> None:
    normal = numbers.normalise(text)
    assert normal == "" or numbers.normalise(normal) == normal
    assert numbers.is_valid(text) in {True, False}


@pytest.mark.parametrize("text", ["", "01226-0004827", "01226-0004827-3-3", "abcde-fghijkl-m", "٠١٢٢٦-٠٠٠٤٨٢٧-٣"])
def test_other_things_are_no_numbers(text) -> None:
    assert numbers.normalise(text) == ""
    assert not numbers.is_valid(text)


@pytest.mark.django_db
def test_many_numbers_come_in_order_from_one_statement(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        issued = numbers.issue_many("012", DAY, 500)
    assert issued == sorted(issued) and len(set(issued)) == 500
    assert all(one.startswith("01226-") and numbers.is_valid(one) for one in issued)
    assert numbers.issue("012", DAY) > issued[-1]


@pytest.mark.django_db(transaction=True)
def test_a_writer_never_waits_for_another() -> None:
    got: list[str] = []

    def other() -> None:
        got.append(numbers.issue("012", DAY))
        connection.close()

    with transaction.atomic():
        mine = numbers.issue("012", DAY)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(timeout=10)
        assert got, "the second writer waited for the first transaction"
    assert got != [mine]
