"""查我的事: the person, another with another code, the stranger and the handler."""

import pytest
from django.urls import reverse
from tests.cast import MORNING, cast

from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.models import Rating
from fengqiao.intake.rules import Stage
from fengqiao.intake.tests.residents import SECRET, deed, done, fresh, open_by_code, page, told
from fengqiao.intake.told import story
from fengqiao.kernel import scoping
from fengqiao.kernel.clock import standing_at

pytestmark = pytest.mark.django_db
PAGES = ("story", "receipt", "receipt_pdf", "receipt_pdf_large", "acceptance_pdf", "printed", "add", "withdraw")
DEEDS = ("decide", "add", "withdraw", "reopen", "join")


@pytest.fixture
def district():
    with standing_at(MORNING):
        yield cast()


def other_code(contact):
    return f"{(int(code_of(contact)) + 1) % 1_000_000:06d}"


def test_the_person_reads_their_matter(client, district):
    contact = done(district)
    assert open_by_code(client, contact).url == reverse("intake:story", args=[contact.number])
    text = page(client, "story", contact).content.decode()
    assert "区住建委" in text and "换了风机" in text and "办好了吗？由您说了算" in text
    assert " checked" not in text and text.count("btn-primary") == 1


def test_wrong_code_and_absent_number_answer_alike(client, district):
    contact = told(district)
    wrong = open_by_code(client, contact, other_code(contact))
    absent = client.post(reverse("intake:follow"), {"number": "00126-9999999-9", "code": "123456"})
    assert wrong.status_code == absent.status_code == 404
    plain = [a.content.decode().replace(contact.number, "N").replace("00126-9999999-9", "N") for a in (wrong, absent)]
    strip = [text.split("<main")[1].split("csrfmiddlewaretoken")[0] for text in plain]
    assert strip[0] == strip[1] and "对不上" in strip[0]


def test_five_tries_then_a_pause_even_for_the_right_code(client, district):
    contact = told(district)
    for _try in range(5):
        assert open_by_code(client, contact, other_code(contact)).status_code == 404
    answer = open_by_code(client, contact)
    assert answer.status_code == 429 and "请等15分钟" in answer.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_the_stranger_is_asked_for_the_code_on_every_page(client, district, name):
    contact = told(district)
    there = page(client, name, contact)
    absent = client.get(reverse(f"intake:{name}", args=["00126-9999999-9"]))
    assert there.status_code == absent.status_code == 302
    assert there.url.startswith(reverse("intake:follow")) and absent.url.startswith(reverse("intake:follow"))


@pytest.mark.parametrize("name", DEEDS)
def test_the_stranger_does_nothing(client, district, name):
    contact = done(district)
    answer = deed(client, name, contact, decision="accept", text="好了")
    assert answer.status_code == 302 and answer.url.startswith(reverse("intake:follow"))
    assert fresh(contact.number).stage == Stage.DONE


def test_the_code_of_one_matter_opens_no_other(client, district):
    mine, theirs = told(district), done(district, phone="13900000000", name="郝建民")
    open_by_code(client, mine)
    assert page(client, "story", theirs).status_code == 302
    assert deed(client, "decide", theirs, decision="accept").status_code == 302
    assert fresh(theirs.number).stage == Stage.DONE


def test_the_code_opens_for_an_hour_only(client, district):
    import datetime as dt

    contact = told(district)
    open_by_code(client, contact)
    with standing_at(MORNING + dt.timedelta(minutes=61)):
        assert page(client, "story", contact).status_code == 302
        answer = deed(client, "add", contact, text="还在响")
        assert "locked=1" in answer.url
        assert open_by_code(client, contact).url == reverse("intake:add", args=[contact.number])
        assert "还在响" in page(client, "add", contact).content.decode()


def test_accepting_closes_and_asks_for_the_result(client, district):
    contact = done(district)
    open_by_code(client, contact)
    deed(client, "decide", contact, decision="accept")
    assert fresh(contact.number).stage == Stage.ACCEPTED
    assert "办得怎么样？" in page(client, "story", contact).content.decode()
    client.post(reverse("intake:rate", args=[contact.number, "result"]), {"score": "4"})
    with scoping.unscoped("tests"):
        assert Rating.objects.get(about="result").score == 4


def test_not_done_goes_back_under_the_same_number(client, district):
    contact = done(district)
    open_by_code(client, contact)
    deed(client, "decide", contact, decision="object", reasons=["still"], text="夜里还响")
    found = fresh(contact.number)
    assert (found.stage, found.reopened, found.unit_id) == (Stage.HANDLING, 1, district.housing.pk)
    text = page(client, "story", contact).content.decode()
    assert "还是老样子" in text and "夜里还响" in text


def test_no_choice_is_no_decision(client, district):
    contact = done(district)
    open_by_code(client, contact)
    answer = deed(client, "decide", contact, text="这句话要留着")
    assert answer.status_code == 422 and "这句话要留着" in answer.content.decode()
    assert fresh(contact.number).stage == Stage.DONE


def test_later_decides_nothing(client, district):
    contact = done(district)
    open_by_code(client, contact)
    deed(client, "decide", contact, decision="later")
    assert fresh(contact.number).stage == Stage.DONE


@pytest.mark.parametrize("name", PAGES)
def test_internal_words_leave_on_no_exit(client, district, name):
    contact = done(district)
    open_by_code(client, contact)
    for language in ("zh-hans", "en"):
        client.cookies["fq_language"] = language
        for accept in ("text/html", "application/json"):
            answer = client.get(reverse(f"intake:{name}", args=[contact.number]), headers={"accept": accept})
            assert answer.status_code == 200
            assert "老上访户" not in _words(answer), (name, language, accept)


def _words(answer):
    if answer["Content-Type"] != "application/pdf":
        return answer.content.decode()
    import io

    from pypdf import PdfReader

    return "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(answer.content)).pages)


def test_internal_words_are_in_no_notice(client, district):
    from fengqiao.kernel.models import Notice
    from fengqiao.kernel.testing import run_jobs

    done(district)
    run_jobs()
    assert all("老上访户" not in str(vars(notice)) for notice in Notice.objects.all())
    assert SECRET


def test_a_file_of_another_matter_is_not_there(client, district):
    import uuid

    contact = told(district)
    open_by_code(client, contact)
    answer = client.get(reverse("intake:file", args=[contact.number, uuid.uuid4()]))
    assert answer.status_code == 404


def test_the_door_lies_under_my_matters(client):
    menu = client.get(reverse("intake:follow")).content.decode()
    assert 'href="/mine/" aria-current="page"' in menu


def test_the_same_place_is_said_once(district):
    contact = told(district, location_text="港云社区")
    assert story(contact, at=MORNING).place == "港云社区"
    contact.location_text = "港云社区7号楼"
    assert story(contact, at=MORNING).place == "港云社区7号楼"
    contact.location_text = "7号楼"
    assert story(contact, at=MORNING).place == "港云社区 7号楼"


def test_locking_forgets_everything(client, district):
    contact = told(district)
    open_by_code(client, contact)
    client.post(reverse("intake:leave"))
    assert page(client, "story", contact).status_code == 302


def test_home_says_what_waits(client, district):
    contact = done(district)
    assert "在等您" not in client.get("/").content.decode()
    open_by_code(client, contact)
    assert "有1件事在等您" in client.get("/").content.decode()
    assert contact.title in client.get(reverse("intake:mine")).content.decode()
