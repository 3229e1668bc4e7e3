"""The tag library, as templates use it."""

import datetime as dt

import pytest
from django.template import Context, Template
from django.utils import translation

from fengqiao.kernel import clock
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.models import Deadline
from fengqiao.shell.design import Sample
from fengqiao.shell.forms import PhoneField

pytestmark = pytest.mark.django_db  # deadlines read the calendar

NOW = dt.datetime(2026, 11, 24, 15, 20, tzinfo=CHINA)


def render(text: str, language: str = "zh-hans", **context) -> str:
    with clock.standing_at(NOW), translation.override(language):
        return Template(text).render(Context(context))


def deadline(**facts) -> Deadline:
    due = NOW + dt.timedelta(hours=2)
    begun = NOW - dt.timedelta(days=1)
    facts = {"due_at": due, "began_at": begun, "warn_at": due, "unit": "hours", "state": "running", **facts}
    return Deadline(**facts)


def test_a_deadline_badge_says_state_amount_and_end():
    html = render("{% clock it %}", it=deadline())
    assert 'class="fq-clock is-today"' in html and "剩2小时" in html and "ti-alarm" in html
    assert '<time datetime="2026-11-24T17:20+08:00">今天17:20</time>' in html


def test_a_late_deadline_says_when_it_was_due():
    html = render("{% clock it %}", it=deadline(due_at=NOW - dt.timedelta(hours=3), state="missed"))
    assert "is-over" in html and "已超3小时" in html and "应于<time" in html
    assert "was due <time" in render("{% clock it %}", "en", it=deadline(due_at=NOW - dt.timedelta(hours=3)))


def test_a_paused_deadline_says_why():
    html = render("{% clock it %}", it=deadline(state="paused", paused_at=NOW, pause_reason="person"))
    assert "is-paused" in html and "暂停" in html and "等" in html


def test_a_cancelled_or_absent_deadline_shows_nothing():
    assert render("{% clock it %}", it=deadline(state="cancelled")) == ""
    assert render("{% clock it %}", it=None) == ""


def test_every_value_is_escaped():
    nasty = "<script>alert(1)</script>"
    for text in (
        "{% clock when note %}",
        "{% mask note '/x/' note %}",
        "{% empty 'x' note note '/x/' note %}",
        "{% move True note %}",
        "{% bar 1 2 note %}",
        "{{ note|phone }}{{ note|matter_number }}{{ note|shown }}",
    ):
        assert "<script" not in render(text, note=nasty, when=NOW), text


def test_a_bar_without_words_of_its_own_is_decoration():
    assert 'aria-hidden="true"' in render("{% bar 1 2 '' %}") and 'role="img"' not in render("{% bar 1 2 '' %}")
    assert 'role="img" aria-label="half"' in render("{% bar 1 2 'half' %}")


def test_a_field_is_wired_for_assistive_technology():
    form = Sample({"title": "x" * 26, "phone": "1381234567"})
    html = render("{% field form.phone %}", form=form)
    assert '<label class="form-label" for="id_phone">手机号' in html
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in html and 'aria-invalid="true"' in html
    assert 'id="id_phone_error"' in html and "手机号是11位，现在是10位" in html


def test_a_question_left_open_is_named_without_a_double_mark():
    form = Sample({"title": ""})
    form.fields["title"].label = "出了什么事？"
    assert "出了什么事：请填写" in render("{% error_summary form %}", form=form)


def test_an_error_says_by_how_much():
    form = Sample({"title": "诉" * 26})
    assert "最多20个字，现在是26个" in render("{% field form.title %}", form=form)
    assert "At most 20 characters; there are 26 now" in render("{% field form.title %}", "en", form=form)


def test_the_summary_links_to_every_field_that_is_wrong():
    html = render("{% error_summary form %}", form=Sample({"title": "ok"}))
    for name in ("phone", "place", "result"):
        assert f'href="#id_{name}"' in html
    assert render("{% error_summary form %}", form=Sample()).strip() == ""


def test_choices_are_never_preselected():
    html = render("{% field form.result %}", form=Sample())
    assert "checked" not in html and 'class="fq-choice"' in html and "<fieldset" in html


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("138 1234 0421", "13812340421"),
        ("+86 13812340421", "13812340421"),
        ("010-85311114", "01085311114"),
        ("12345", "12345"),
    ],
)
def test_phones_are_taken_as_people_write_them(text, digits):
    assert PhoneField().clean(text) == digits


@pytest.mark.parametrize("text", ["1381234567", "138123404211", "12", "abc", "1" * 40])
def test_a_wrong_phone_is_told(text):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        PhoneField().clean(text)


def test_the_address_keeps_its_other_parts(rf):
    request = rf.get("/desk/?status=mine&after=abc")
    html = render('{% address after="" order="newest" %}', request=request)
    assert html == "?status=mine&amp;order=newest"
