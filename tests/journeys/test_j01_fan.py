"""Journey 1, as far as the front desk carries it: the fan under the bedroom. [A1 A3 E3]"""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from PIL import Image

from fengqiao.intake import actions, queries
from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.models import Category, Contact
from fengqiao.intake.rules import About, Channel, Stage
from fengqiao.kernel import files, numbers, scoping
from fengqiao.kernel.models import Notice
from fengqiao.people.models import User
from tests.cast import Cast
from tests.journeys.walk import at, clock_of, fresh, person_of, standing

pytestmark = pytest.mark.django_db
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"

TEXT = "云锦小区7号楼楼下的烧烤店，排风扇对着我家卧室，每晚吵到两点，跟店主说了几次都没有用。"


@pytest.fixture
def call(ground: Cast) -> Contact:
    """30 April 16:50: 段敏 writes down what 陈立秋 says on 12368."""
    with standing("2026-04-30 16:50") as moment:
        draft = actions.Draft(text=TEXT, name="陈立秋", phone="13812340421")
        return actions.receive(draft=draft, channel=Channel.COURT_HOTLINE, actor=ground.duan, at=moment).contact


def test_step_1_number_place_topic_and_a_promise_that_skips_the_holiday(ground: Cast, call: Contact) -> None:
    assert numbers.is_valid(call.number)
    assert call.community_id == ground.gangyun.pk
    assert call.urgency == "ordinary"
    assert Category.objects.get(pk=call.suggestions["category"]["value"]).code == "justice.neighbour.noise"
    assert Category.objects.get(pk=call.suggestions["category"]["second"]).code == "environment"
    assert clock_of(call, "response").due_at == at("2026-05-07 17:30")
    notice = Notice.objects.get(subject=call.number, channel="sms")
    assert notice.template == "intake.receipt"
    assert dt.datetime.fromisoformat(notice.context["date"]) == at("2026-05-07 17:30")


def test_step_1_the_operator_reads_out_the_same_promise_as_the_person_reads(
    ground: Cast, call: Contact, client
) -> None:
    """The desk's own clock for taking it up ends a day earlier and is nobody's promise."""
    client.force_login(User.objects.get(pk=ground.duan.user_id), backend=MODEL_BACKEND)
    with standing("2026-04-30 16:55"):
        page = client.get(f"/desk/{call.number}/receipt/").content.decode()
    assert "5月7日（周四）下班前" in page
    assert "5月6日是第1个工作日" in page


def test_step_1_the_desk_sees_no_other_record_of_the_flat(ground: Cast, call: Contact) -> None:
    found = queries.former_of_phone(call.person.phone_index, ground.duan)
    assert [one.number for one in found] == [call.number]


def test_step_2_answered_on_working_day_one_and_rated_four_of_five(ground: Cast, call: Contact) -> None:
    with standing("2026-05-06 08:40") as moment:
        actions.dispatch(number=call.number, unit_id=ground.gangyun_committee.pk, actor=ground.han, at=moment)
    with standing("2026-05-06 10:15") as moment:
        actions.take(number=call.number, actor=ground.fang, at=moment)
        actions.answer(
            number=call.number, text="今晚八点社区和民警上门劝导，结果明天上午告诉您。", actor=ground.fang, at=moment
        )
    response = clock_of(call, "response")
    assert (response.state, response.met_at) == ("met", at("2026-05-06 10:15"))
    with standing("2026-05-06 19:00") as moment:
        actions.supplement(number=call.number, text="昨晚录了42秒", actor=person_of(call), at=moment)
        rating = actions.rate(number=call.number, about=About.ANSWER, score=4, actor=person_of(call), at=moment)
    assert rating.score == 4
    assert fresh(call).stage == Stage.HANDLING


def photo(name: str) -> SimpleUploadedFile:
    """A photo that says where and with what it was taken."""
    out, facts = io.BytesIO(), Image.Exif()
    facts[0x010F], facts[0x0112] = "Huawei-of-Chen", 6
    facts.get_ifd(0x8825).update({1: "N", 2: (39.0, 7.0, 24.44), 3: "E", 4: (116.0, 32.0, 35.56)})
    Image.new("RGB", (60, 40), "green").save(out, "JPEG", exif=facts)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def test_step_2_sound_and_two_photos_come_without_where_they_were_taken(ground: Cast, call: Contact, client) -> None:
    seconds = 42
    sound = b"RIFF" + (36 + seconds).to_bytes(4, "little") + b"WAVEfmt " + b"\0" * 28 + b"\0" * seconds
    with standing("2026-05-06 19:00"):
        client.post("/follow/", {"number": call.number, "code": code_of(call)})
        sent = [SimpleUploadedFile("fan.wav", sound, content_type="audio/wav"), photo("a.jpg"), photo("b.jpg")]
        answer = client.post(f"/follow/{call.number}/add/", {"text": "昨晚录了42秒", "photos": sent})
        assert answer.status_code == 302
    kept = [one.file for one in call.attachments.select_related("file").order_by("pk")]
    assert [one.kind for one in kept] == ["wav", "jpeg", "jpeg"]
    for one in kept[1:]:
        with files.open_file(one) as file:
            body = file.read()
        assert b"Huawei" not in body and b"Exif" not in body
        picture = Image.open(io.BytesIO(body))
        assert picture.size == (40, 60)  # turned upright, as the camera had noted
        assert not picture.getexif()


def test_refused_a_clerk_of_nanwan_meets_404(ground: Cast, call: Contact, client) -> None:
    assert not queries.visible_to(ground.han_of_nanwan).filter(number=call.number).exists()
    with scoping.scoped(ground.han_of_nanwan), pytest.raises(Http404):
        actions.note(number=call.number, text="看一眼", actor=ground.han_of_nanwan, at=at("2026-05-06 09:00"))


def test_she_follows_by_number_and_code_and_nobody_by_a_guess(ground: Cast, call: Contact, client) -> None:
    with standing("2026-05-06 20:00"):
        wrong = client.post("/follow/", {"number": call.number, "code": "000000"})
        absent = client.post("/follow/", {"number": "00126-9999999-0", "code": "000000"})
        assert wrong.status_code == absent.status_code
        right = client.post("/follow/", {"number": call.number, "code": code_of(call)}, follow=True)
    assert right.status_code == 200
    page = right.content.decode()
    assert call.number in page
    assert "17:30" in page
