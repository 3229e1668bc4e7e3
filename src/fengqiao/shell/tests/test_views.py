"""Language, size of type, keys, policy reports: the shell's own pages."""

import json
import logging

import pytest

from fengqiao.shell.tests.cast import signed_in_as

pytestmark = pytest.mark.django_db


def test_chinese_is_the_default_whatever_the_browser_prefers(client):
    answer = client.get("/offline/", headers={"Accept-Language": "en-GB"})
    assert answer.headers["Content-Language"] == "zh-hans"
    assert 'lang="zh-Hans"' in answer.content.decode()


def test_the_english_switch_keeps_the_page(client):
    answer = client.get("/language/en/", headers={"Referer": "http://testserver/offline/?page=2"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/offline/?page=2")
    assert 'lang="en"' in client.get("/offline/").content.decode()


@pytest.mark.parametrize("referer", ["https://evil.example/x", "//evil.example", "javascript:alert(1)", ""])
def test_the_switch_never_leads_away(client, referer):
    assert client.get("/language/en/", headers={"Referer": referer}).headers["Location"] == "/"


@pytest.mark.parametrize("url", ["/language/xx/", "/type/xxl/", "/keys/maybe/"])
def test_an_unknown_choice_is_absent(client, url):
    assert client.get(url).status_code == 404


def test_type_grows_by_steps_and_returns(client):
    for size, shown in (("l", 'data-type="l"'), ("xl", 'data-type="xl"')):
        client.get(f"/type/{size}/")
        assert shown in client.get("/offline/").content.decode()
    client.get("/type/normal/")
    assert "data-type=" not in client.get("/offline/").content.decode()


def test_single_keys_can_be_turned_off(client):
    client.get("/keys/off/")
    assert 'data-keys="off"' in client.get("/offline/").content.decode()


def test_the_staff_frame_has_one_of_each(client):
    with signed_in_as():
        text = client.get("/more/").content.decode()
    for once in ("<main", "<h1", 'role="search"', 'class="fq-skip"', 'class="fq-tabs"'):
        assert text.count(once) == 1, once
    assert "style=" not in text and "<style" not in text and "onclick" not in text


@pytest.mark.parametrize(
    "body",
    [
        {"csp-report": {"effective-directive": "style-src", "blocked-uri": "inline", "document-uri": "http://x/a?s=1"}},
        [
            {
                "type": "csp-violation",
                "body": {"effectiveDirective": "style-src", "blockedURL": "inline", "documentURL": "http://x/a?s=1"},
            }
        ],
    ],
)
def test_a_policy_report_is_logged_without_the_query(client, caplog, body):
    caplog.set_level(logging.WARNING, "fengqiao.csp")
    assert client.post("/csp-report/", json.dumps(body), content_type="application/csp-report").status_code == 204
    assert "style-src inline /a" in caplog.text and "s=1" not in caplog.text


@pytest.mark.parametrize("body", [b"", b"not json", b"3", b"[1, 2]", b'{"csp-report": 5}', b"\xff\xfe"])
def test_a_strange_policy_report_does_no_harm(client, body):
    assert client.post("/csp-report/", body, content_type="application/csp-report").status_code == 204


def test_a_long_policy_report_is_turned_away(client):
    assert client.post("/csp-report/", b"x" * 20_000, content_type="application/csp-report").status_code == 413
