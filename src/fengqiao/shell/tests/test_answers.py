"""How the product says no: pages, fragments, JSON; absent and forbidden are one page."""

import logging

import pytest
from django.http import Http404, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from fengqiao.kernel.actor import permit, verbs
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.shell import errors, middleware
from fengqiao.shell.pages import page
from fengqiao.shell.tests.cast import signed_in_as

pytestmark = [pytest.mark.django_db, pytest.mark.urls("fengqiao.shell.tests.test_answers")]

if "shell.try" not in verbs():
    permit("shell.try", ["clerk"])
    permit("shell.never", ["nobody"])


@page("shell.try")
def refuse(request):
    raise Refused("contact.open", "Not before the children are closed.", law="Rule 3", next_step="Close them first.")


@page("shell.try")
def forbid(request):
    raise Forbidden("shell.never")


@page("shell.never")
def theirs(request):
    return HttpResponse("secret")


@page(None)
def absent(request):
    raise Http404("number 4711 belongs to somebody else")


@page(None)
def broken(request):
    raise ZeroDivisionError("secret detail")


@page(None)
def plain(request):
    return HttpResponse("fine")


handler400 = "fengqiao.shell.errors.bad_request"
handler403 = "fengqiao.shell.errors.permission_denied"
handler404 = "fengqiao.shell.errors.not_found"
handler500 = "fengqiao.shell.errors.server_error"
urlpatterns = [
    path("", include("fengqiao.shell.urls")),
    *[path(f"{view.__name__}/", view) for view in (refuse, forbid, theirs, absent, broken, plain)],
    *[path(f"api/{view.__name__}/", view) for view in (refuse, forbid, absent, broken)],
]


def open_page(url: str, client: Client | None = None, **headers: str) -> HttpResponse:
    client = client or Client(raise_request_exception=False)
    with signed_in_as():
        return client.get(url, headers=headers)


def test_absent_and_forbidden_are_the_same_page_to_the_byte():
    answers = [open_page(url) for url in ("/theirs/", "/absent/", "/no-such-page/", "/refuse/4711/")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert b"4711" not in answers[0].content


def test_a_refusal_says_what_why_and_what_next():
    answer = open_page("/refuse/")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert text.count("<h1>") == 1 and "<h1>Not before the children are closed.</h1>" in text
    assert "Rule 3" in text and "Close them first." in text


@pytest.mark.parametrize(
    ("message", "heading", "fact"),
    [
        ("现在还不能申请。热力公司还没有同意。", "现在还不能申请", "热力公司还没有同意。"),
        ("Not yet. They have not agreed.", "Not yet", "They have not agreed."),
        ("今天不能办。", "今天不能办", ""),
        ("Not at 17.30", "Not at 17.30", ""),
    ],
)
def test_the_first_sentence_is_the_heading(message, heading, fact):
    assert errors._parted(message) == (heading, fact)


def test_a_refusal_inside_htmx_is_a_fragment():
    answer = open_page("/refuse/", **{"HX-Request": "true"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert text.startswith("<div") and 'role="alert"' in text and "<html" not in text


def test_the_api_gives_the_same_three_fields():
    assert open_page("/api/refuse/").json() == {
        "code": "contact.open",
        "message": "Not before the children are closed.",
        "law": "Rule 3",
        "next_step": "Close them first.",
    }
    absent = open_page("/api/absent/").json()
    assert absent["code"] == "not_found"
    assert absent["law"] == absent["next_step"] == ""


def test_a_forbidden_act_calls_the_hooks_after_the_rollback(monkeypatch):
    seen = []
    monkeypatch.setattr(middleware, "on_forbidden", [lambda request, error: seen.append((request.path, error.verb))])
    assert open_page("/forbid/").status_code == 403
    assert seen == [("/forbid/", "shell.never")]


def test_our_fault_shows_a_number_and_no_detail(caplog):
    answer = open_page("/broken/")
    assert answer.status_code == 500
    text = answer.content.decode()
    quote = answer.headers["X-Request-Id"]
    assert quote in text and "secret" not in text and "ZeroDivision" not in text
    assert quote in caplog.text
    assert open_page("/api/broken/").json()["quote"]


def test_a_page_open_too_long_says_so():
    client = Client(enforce_csrf_checks=True)
    with signed_in_as():
        answer = client.post("/refuse/", {})
    assert answer.status_code == 403
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("url", ["/plain/", "/refuse/", "/absent/"])
def test_every_answer_carries_the_headers(url):
    headers = open_page(url).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "report-uri /csp-report/" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Permissions-Policy"].startswith("camera=(self)")
    assert headers["Cache-Control"] == "no-store, private"
    assert headers["X-Frame-Options"] == "DENY"


@override_settings(ALLOWED_HOSTS=["fengqiao.example"])
def test_a_wrong_host_is_a_readable_400(caplog):
    caplog.set_level(logging.CRITICAL)
    answer = Client().get("/plain/", headers={"host": "evil.example"})
    assert answer.status_code == 400


def test_an_address_with_a_nul_leads_nowhere(client):
    assert client.get("/plain/", {"q": "a\x00b"}).status_code == 400
    assert client.get("/plain/", {"a\x00": "b"}).status_code == 400
    assert client.get("/language/a\x00b/").status_code == 404


def test_the_address_of_a_button_opened_by_hand_is_a_page_too():
    answer = open_page("/csp-report/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer.content.decode().count("<h1>") == 1
