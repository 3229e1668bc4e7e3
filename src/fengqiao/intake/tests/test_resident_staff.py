"""Posters and the signed paper form, and the residents who signed in: who may, and who meets nothing."""

import io

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from pypdf import PdfReader
from tests.cast import MORNING, area, cast

from fengqiao.intake.actions import filing as filings
from fengqiao.intake.models import PosterRun, Supporter
from fengqiao.intake.rules import Stage
from fengqiao.intake.tests.residents import deed, done, fresh, open_by_code, page, told
from fengqiao.kernel import files, scoping
from fengqiao.kernel.actor import PUBLIC
from fengqiao.kernel.clock import standing_at
from fengqiao.kernel.testing import run_jobs
from fengqiao.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with standing_at(MORNING):
        yield cast()


def signed_in(client, username):
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    return client


def pages_of(answer):
    return PdfReader(io.BytesIO(b"".join(answer) if answer.streaming else answer.content)).pages


def test_one_poster_with_its_place(client, district):
    answer = signed_in(client, "fang").get(reverse("intake:poster", args=[district.gangyun.code]))
    sheets = pages_of(answer)
    assert len(sheets) == 1 and "港云社区" in sheets[0].extract_text()


def test_a_poster_of_another_place_is_not_there(client, district):
    other = signed_in(client, "fang").get(reverse("intake:poster", args=[district.garden.code]))
    absent = client.get(reverse("intake:poster", args=["none"]))
    assert other.status_code == absent.status_code == 404


@pytest.mark.parametrize("username", ["shi", "lin"])
def test_posters_belong_to_few(client, district, username):
    assert signed_in(client, username).get(reverse("intake:posters")).status_code == 404


def test_the_stranger_signs_in_first(client, district):
    assert client.get(reverse("intake:posters")).status_code == 302


def test_a_whole_street_is_set_in_the_background(client, district):
    from fengqiao.people.rules import AreaKind

    for position in range(25):
        area(f"990101001001-{position + 10}", f"第{position + 10}网格", AreaKind.GRID, district.gangyun)
    signed_in(client, "han")
    answer = client.post(reverse("intake:posters"), {"kind": "grid", "street": str(district.qiaoxi.pk), "all": "1"})
    run = PosterRun.objects.get()
    assert answer.url == reverse("intake:poster_run", args=[run.uid])
    assert "可以离开这一页" in client.get(answer.url).content.decode()
    assert client.get(reverse("intake:poster_file", args=[run.uid])).status_code == 404
    run_jobs()
    assert "都好了" in client.get(answer.url).content.decode()
    assert len(pages_of(client.get(reverse("intake:poster_file", args=[run.uid])))) == 26
    assert signed_in(client, "fang").get(answer.url).status_code == 404


def test_choosing_nothing_says_so(client, district):
    answer = signed_in(client, "han").post(reverse("intake:posters"), {"kind": "community"})
    assert "请至少选一个地点" in answer.content.decode()


def paper(client, contact, **said):
    return client.post(reverse("intake:paper_form"), {"number": contact.number, **said})


def test_the_desk_enters_the_signed_form(client, district):
    contact = done(district)
    signed_in(client, "han")
    paper(client, contact, decision="object", text="还漏水")
    assert fresh(contact.number).stage == Stage.HANDLING
    open_by_code(client, contact)
    assert "您在纸上写了没办好" in page(client, "story", contact).content.decode()


def test_a_form_from_elsewhere_is_not_there(client, district):
    contact = done(district)
    answer = paper(signed_in(client, "nan"), contact, decision="accept")
    assert answer.status_code == 422 and fresh(contact.number).stage == Stage.DONE


def test_the_unit_that_did_the_work_enters_nothing(client, district):
    contact = done(district)
    assert paper(signed_in(client, "zhu"), contact, decision="accept").status_code == 404
    assert fresh(contact.number).stage == Stage.DONE


def test_the_signed_in_person_needs_no_code(client, district):
    contact, other = told(district), told(district, phone="13900000000", name="郝建民")
    user = User.objects.create(username="chen-l", name="陈立秋", person=contact.person)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert contact.title in client.get(reverse("intake:mine")).content.decode()
    assert page(client, "story", contact).status_code == 200
    assert page(client, "story", other).status_code == 302


def test_somebody_signed_in_without_matters(client, district):
    user = User.objects.create(username="new", name="新来的", person=district.chen)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert "您还没有反映过事情" in client.get(reverse("intake:mine")).content.decode()


def test_staff_start_with_their_work(client, district):
    assert signed_in(client, "han").get("/").status_code == 302


def test_an_internal_file_is_not_there_for_the_person(client, district):
    contact = told(district)
    stored = files.store(ContentFile("内部材料".encode(), "内部.txt"), actor=PUBLIC, at=MORNING)
    with scoping.unscoped("tests"):
        entry = contact.entries.create(at=MORNING, kind="note", is_internal=True, actor="member:1")
        kept = contact.attachments.create(entry=entry, file=stored, name="内部.txt", is_internal=True)
    open_by_code(client, contact)
    assert client.get(reverse("intake:file", args=[contact.number, kept.uid])).status_code == 404


def test_neighbours_are_a_number_and_may_be_joined(client, district):
    """Five neighbours with the same trouble: a count, no text, and the common answer."""
    from fengqiao.intake.models import Contact

    contacts = [told(district, phone=f"1380000000{n}", name=f"邻居{n}") for n in range(6)]
    with scoping.unscoped("tests"):
        Contact.objects.update(issue_key=7, category=district.noise)
    mine = contacts[-1]
    open_by_code(client, mine)
    text = page(client, "receipt", mine).content.decode()
    assert "港云社区3天内另有5户反映邻里噪声" in text and "邻居0" not in text
    deed(client, "join", mine)
    with scoping.unscoped("tests"):
        assert Supporter.objects.get().contact_id == contacts[0].pk


def test_four_neighbours_are_not_told(client, district):
    from fengqiao.intake.models import Contact

    contacts = [told(district, phone=f"1380000000{n}", name=f"邻居{n}") for n in range(5)]
    with scoping.unscoped("tests"):
        Contact.objects.update(issue_key=7, category=district.noise)
    open_by_code(client, contacts[-1])
    assert "另有" not in page(client, "receipt", contacts[-1]).content.decode()
    assert deed(client, "join", contacts[-1]).status_code == 404


def test_old_filings_are_swept(client, district):
    client.post(reverse("intake:tell_what"), {"text": "楼道灯坏了"})
    assert filings.forget_filings(at=MORNING) == 0
