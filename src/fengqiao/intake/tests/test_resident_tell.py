"""反映一件事, from the first word to the receipt: nothing written is ever lost."""

import datetime as dt
import json
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from tests.cast import MORNING, cast

from fengqiao.intake.actions import filing as filings
from fengqiao.intake.models import Contact, Filing, Raw
from fengqiao.intake.rules import Behalf, Channel
from fengqiao.intake.tests.residents import NOISE, step, tell_all
from fengqiao.kernel import files, scoping
from fengqiao.kernel.actor import PUBLIC
from fengqiao.kernel.clock import standing_at
from fengqiao.kernel.models import StoredFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    with standing_at(MORNING):
        yield cast()


def only_contact():
    with scoping.unscoped("tests"):
        return Contact.objects.select_related("person").get()


def test_the_whole_way(client, district):
    answer = tell_all(client)
    contact = only_contact()
    assert answer.url == reverse("intake:receipt", args=[contact.number])
    page = client.get(answer.url).content.decode()
    assert contact.number in page and "3月12日（周四）下班前" in page
    assert contact.person.phone == "13812340421" and contact.channel == Channel.WEB
    assert contact.location_text == "7号楼302"
    assert set(Raw.objects.values_list("contact_number", flat=True)) == {contact.number}


@pytest.mark.parametrize("name", ["what", "where", "photos", "who"])
def test_pages_say_where_one_is(client, district, name):
    step(client, "what", text=NOISE)
    page = client.get(reverse(f"intake:tell_{name}")).content.decode()
    assert "步，共5步" in page and page.count("btn-primary") == 1


def test_the_raw_text_is_kept_although_the_form_is_wrong(client, district):
    answer = step(client, "what", text="长" * 20_001)
    assert answer.status_code == 422 and "长长长" in answer.content.decode()
    assert len(json.loads(Raw.objects.get().body)["said"]["text"][0]) == 20_001


@pytest.mark.django_db(transaction=True)
def test_an_error_after_the_raw_save_loses_nothing(client):
    """Everything after the raw text fails; the raw row, its error and the filing survive."""
    with standing_at(MORNING):
        cast()
        step(client, "what", text=NOISE)
        step(client, "who", who="anonymous", behalf="self")
        client.raise_request_exception = False
        with mock.patch("fengqiao.intake.actions.filing.receive", side_effect=ZeroDivisionError):
            answer = client.post(reverse("intake:tell_check"))
        assert answer.status_code == 500 and "您填的内容还在" in answer.content.decode()
        raw = Raw.objects.order_by("pk").last()
        assert NOISE in raw.body and raw.error == "ZeroDivisionError"
        assert client.post(reverse("intake:tell_check")).status_code == 302
        assert only_contact().text == NOISE


def test_pressing_twice_makes_one_matter(client, district):
    first = tell_all(client)
    second = client.post(reverse("intake:tell_check"))
    assert first.url == second.url and only_contact()


def test_a_wrong_phone_keeps_what_was_typed(client, district):
    step(client, "what", text=NOISE)
    answer = step(client, "who", who="named", name="陈立秋", phone="1381234042", behalf="self")
    page = answer.content.decode()
    assert answer.status_code == 422 and "11位" in page and "陈立秋" in page and "1381234042" in page


def test_unnamed_for_a_group(client, district):
    tell_all(client, who="anonymous", behalf="group", group_size="12")
    contact = only_contact()
    assert contact.is_anonymous and contact.person is None
    assert (contact.behalf, contact.group_size) == (Behalf.GROUP, 12)


def test_a_scanned_place_is_filled_in(client, district):
    page = client.get(reverse("intake:scan", args=[district.gangyun.code])).content.decode()
    assert "港云社区" in page
    step(client, "what", text=NOISE, place=district.gangyun.code)
    step(client, "where", place="scanned", where="")
    step(client, "who", who="anonymous", behalf="self")
    client.post(reverse("intake:tell_check"))
    contact = only_contact()
    assert contact.place_id == district.gangyun.pk and contact.channel == Channel.QR


def test_an_old_poster_still_opens_the_form(client, district):
    answer = client.get(reverse("intake:scan", args=["gone"]))
    assert answer.status_code == 200 and "这张海报旧了" in answer.content.decode()


def test_a_phone_number_in_the_text_can_be_covered(client, district):
    text = "对门老王电话13812340421，总把垃圾放楼道。"
    assert step(client, "what", text=text).url == reverse("intake:tell_cover")
    page = client.get(reverse("intake:tell_cover")).content.decode()
    assert "电话号码" in page and "138****0421" in page
    step(client, "cover", cover="yes")
    step(client, "who", who="anonymous", behalf="self")
    client.post(reverse("intake:tell_check"))
    assert "13812340421" not in only_contact().text
    assert "13812340421" in Raw.objects.order_by("pk").first().body


def test_going_on_with_the_code_from_paper(client, district, client_elsewhere):
    step(client, "what", text=NOISE)
    code = filings.answers(Filing.objects.get())["code"]
    answer = client_elsewhere.post(reverse("intake:tell_resume"), {"code": f" {code[:4].lower()} {code[4:]}"})
    assert answer.status_code == 302
    assert NOISE in client_elsewhere.get(reverse("intake:tell_what")).content.decode()
    assert client.get(reverse("intake:tell_where")).status_code == 410


@pytest.fixture
def client_elsewhere():
    from django.test import Client

    return Client()


def test_a_filing_is_forgotten_after_a_week(client, district):
    step(client, "what", text=NOISE)
    later = MORNING + dt.timedelta(days=7, minutes=1)
    with standing_at(later):
        answer = client.get(reverse("intake:tell_where"))
        assert answer.status_code == 410 and "这里没找到" in answer.content.decode()
    assert filings.forget_filings(at=later) == 1


def test_with_it_go_its_files_unless_a_contact_holds_them(district, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    kept = []
    for who in ("left", "sent"):
        filing = filings.begin(channel=Channel.WEB, said={"text": NOISE, "who": "anonymous"}, at=MORNING).filing
        file = files.store(SimpleUploadedFile(f"{who}.txt", "证词".encode()), actor=PUBLIC, at=MORNING)
        kept.append(filings.attach(filing=filing, file=file, name=file.name).file)
        if who == "sent":
            filings.send(filing=filing, raw=None, actor=PUBLIC, at=MORNING)
    assert filings.forget_filings(at=MORNING + dt.timedelta(days=8)) == 2
    assert list(StoredFile.objects.all()) == [kept[1]]


def test_a_bad_file_does_not_take_the_good_one_with_it(client, district, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    step(client, "what", text=NOISE)
    files = [SimpleUploadedFile("a.txt", "证词".encode()), SimpleUploadedFile("b.exe", b"MZ\0\0")]
    answer = client.post(reverse("intake:tell_photos"), {"photos": files})
    page = answer.content.decode()
    assert answer.status_code == 422 and "b.exe" in page and "a.txt" in page
    assert Filing.objects.get().files.count() == 1


def test_a_photo_taken_away_or_thrown_away_is_gone(client, district, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    step(client, "what", text=NOISE)
    sent = [SimpleUploadedFile(f"{n}.txt", "证词".encode()) for n in range(2)]
    client.post(reverse("intake:tell_photos"), {"photos": sent})
    first = Filing.objects.get().files.first()
    assert client.post(reverse("intake:tell_remove", args=[first.pk])).status_code == 302
    assert StoredFile.objects.count() == 1
    client.post(reverse("intake:tell_discard"))
    assert not StoredFile.objects.exists()


def test_answers_are_sealed_in_the_database(client, district):
    step(client, "what", text=NOISE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM intake_filing")
        assert "烧烤" not in cursor.fetchone()[0]
