"""The front desk in a window: what each sees, and that a page answers with what is missing instead of guessing."""

from collections.abc import Iterator
from unittest import mock

import pytest
from tests.cast import Cast, cast

from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Stage
from fengqiao.intake.tests.ground import at_noon, in_hand, tell, window
from fengqiao.kernel import scoping
from fengqiao.kernel.models import Notice
from fengqiao.kernel.testing import run_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> Iterator[Cast]:
    with at_noon():
        yield cast()


def _fresh(contact: Contact) -> Contact:
    with scoping.unscoped("tests"):
        return Contact.objects.get(pk=contact.pk)


def test_the_clerk_sees_the_row_with_its_chips(people: Cast) -> None:
    contact = tell(people)
    answer = window(people.han).get("/desk/")
    assert answer.status_code == 200
    assert contact.number in answer.content.decode()
    assert "按此派单" in answer.content.decode()


def test_a_colleague_of_another_subdistrict_sees_no_row(people: Cast) -> None:
    contact = tell(people)
    body = window(people.han_of_nanwan).get("/desk/").content.decode()
    assert contact.number not in body
    assert "没有轮到您的事" in body


def test_today_names_a_matter_once_and_says_whom_it_waits_for(people: Cast) -> None:
    mine, theirs = tell(people), in_hand(people)
    body = window(people.wan).get("/today/").content.decode()
    assert body.count(f"{mine.number}/") == 1
    assert theirs.number in body and f"等{people.heating.name}" in body


def test_a_duty_without_contacts_sees_what_is_its_own_today(people: Cast) -> None:
    with mock.patch("fengqiao.people.sign_in.is_mfa_enabled", return_value=True):
        assert "/operate/health/" in window(people.administrator).get("/today/").content.decode()
        assert "今天有人要看个人信息" in window(people.auditor).get("/today/").content.decode()


def test_the_queue_is_called_as_in_the_menu(people: Cast) -> None:
    for actor, name in ((people.han, "受理台"), (people.shi, "待办")):
        assert f"<h1>{name}</h1>" in window(actor).get("/desk/").content.decode()


def test_only_those_who_may_open_a_contact_are_told_of_it(people: Cast) -> None:
    tell(people, "小区地下车库有煤气味，很浓，怕要爆炸。")
    run_jobs()
    with scoping.unscoped("tests"):
        told = set(Notice.objects.filter(channel="app").values_list("user_id", flat=True))
    assert told and not told & {people.auditor.user_id, people.administrator.user_id}


def test_a_stranger_is_sent_to_sign_in(people: Cast) -> None:
    answer = window(None).get("/desk/")
    assert answer.status_code == 302
    assert "next=/desk/" in answer["Location"]


@pytest.mark.parametrize("path", ["", "aside/", "dispatch/", "compare/", "split/", "do/note/", "receipt/"])
def test_a_contact_elsewhere_looks_like_one_that_is_not_there(people: Cast, path: str) -> None:
    contact = tell(people)
    elsewhere = window(people.han_of_nanwan)
    there = elsewhere.get(f"/desk/{contact.number}/{path}")
    absent = elsewhere.get(f"/desk/00026-9999999-9/{path}")
    assert there.status_code == absent.status_code == 404


@pytest.mark.parametrize("see", ["history", "files", "clocks", "related", "seen"])
def test_every_part_of_the_detail_opens(people: Cast, see: str) -> None:
    contact = in_hand(people)
    for actor in (people.han, people.shi, people.wan):
        answer = window(actor).get(f"/desk/{contact.number}/", {"see": see})
        assert answer.status_code == 200, answer.content.decode()[:300]


def test_dispatch_says_what_is_missing(people: Cast) -> None:
    contact = tell(people)
    answer = window(people.han).post(
        f"/desk/{contact.number}/dispatch/", {"category": str(people.heat.pk), "place": str(people.gangyun.pk)}
    )
    assert answer.status_code == 422
    assert "还差" in answer.content.decode()
    assert _fresh(contact).stage == Stage.RECEIVED


def test_dispatch_sends_it_on_and_can_be_taken_back(people: Cast) -> None:
    contact = tell(people)
    clerk = window(people.han)
    chosen = {
        "category": str(people.heat.pk),
        "place": str(people.gangyun.pk),
        "unit": str(people.heating.pk),
        "urgency": "ordinary",
    }
    answer = clerk.post(f"/desk/{contact.number}/dispatch/", chosen, follow=True)
    assert "已派给区城管委供热办" in answer.content.decode()
    assert _fresh(contact).stage == Stage.DISPATCHED
    clerk.post(f"/desk/{contact.number}/undo/")
    assert _fresh(contact).stage == Stage.RECEIVED


def test_the_unit_takes_answers_and_reports_done(people: Cast) -> None:
    contact = in_hand(people)
    officer = window(people.shi)
    officer.post(f"/desk/{contact.number}/do/answer/", {"text": "今天下午上门检查阀门"})
    officer.post(f"/desk/{contact.number}/do/finish/", {"text": "阀门已换"})
    assert _fresh(contact).stage == Stage.DONE
    assert "阀门已换" in window(people.han).get(f"/desk/{contact.number}/").content.decode()


def test_an_empty_answer_stays_on_the_form(people: Cast) -> None:
    contact = in_hand(people)
    answer = window(people.shi).post(f"/desk/{contact.number}/do/answer/", {"text": ""})
    assert answer.status_code == 422
    assert "请填写" in answer.content.decode()


def test_a_refusal_is_shown_with_its_code(people: Cast) -> None:
    contact = in_hand(people)
    answer = window(people.shi).post(f"/desk/{contact.number}/do/take/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "<html" not in answer.content.decode()


def test_the_start_page_tells_each_duty_its_own(people: Cast) -> None:
    in_hand(people)
    for actor in (people.han, people.wan, people.duan, people.shi, people.fang, people.lin):
        assert window(actor).get("/today/").status_code == 200
    assert "暖气" in window(people.shi).get("/today/").content.decode()


@pytest.mark.parametrize(
    "path", ["/desk/figures/", "/desk/?columns=number,title", "/desk/?format=print", "/search/?q=x"]
)
def test_lists_and_figures_open(people: Cast, path: str) -> None:
    tell(people)
    assert window(people.wan).get(path).status_code == 200


def test_the_queue_leaves_as_a_file(people: Cast) -> None:
    contact = tell(people)
    answer = window(people.han).get("/desk/?format=csv")
    assert contact.number in b"".join(answer).decode()


def test_a_call_is_registered_with_number_and_code(people: Cast) -> None:
    answer = window(people.duan).post(
        "/desk/call/",
        {"phone": "13812340421", "name": "陈立秋", "text": "云锦小区7号楼楼下烧烤排风很吵", "place": people.gangyun.pk},
        follow=True,
    )
    body = answer.content.decode()
    assert answer.status_code == 200, body[:500]
    assert "请念给" in body


def test_the_caller_is_known_within_scope_only(people: Cast) -> None:
    clerk = window(people.duan)
    clerk.post("/desk/call/", {"phone": "13812340421", "text": "楼下烧烤很吵", "place": people.gangyun.pk})
    seen = window(people.duan).post("/desk/call/caller/", {"phone": "138 1234 0421"}).content.decode()
    assert "楼下烧烤很吵" in seen
    elsewhere = window(people.han_of_nanwan).post("/desk/call/caller/", {"phone": "13812340421"}).content.decode()
    assert "楼下烧烤很吵" not in elsewhere


def test_administrators_keep_rules_and_categories(people: Cast) -> None:
    office = window(people.wan)
    for path in ("/desk/categories/", "/desk/categories/new/", "/desk/dispatch-rules/", "/desk/dispatch-rules/new/"):
        assert office.get(path).status_code == 200
        assert window(people.han).get(path).status_code == 404
