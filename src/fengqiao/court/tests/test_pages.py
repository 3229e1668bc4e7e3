"""Pages: the party on a phone, desk and judge of the court, the public check."""

import io
import json

import pytest
from django.test import Client

from fengqiao.court.models import Confirmation
from fengqiao.court.tests import ground as c
from fengqiao.disputes import queries as disputes
from fengqiao.kernel import clock, files
from fengqiao.kernel.models import Notice
from fengqiao.mediation import queries_agreement
from fengqiao.mediation.models_agreement import Agreement, Document
from fengqiao.mediation.tests import agreed as a

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch):
    def travel(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    travel(a.at(5, 26, 10))
    return travel


def party_client(here, party):
    client = Client()
    code = disputes.party_code(party, here.number)
    answer = client.post(f"/agreements/{here.number}/open/", {"code": code})
    assert answer.status_code == 302 and answer.url == f"/agreements/{here.number}/"
    return client


def test_a_party_reads_signs_and_nobody_else_gets_in(at):
    here = a.ground(is_online=True)
    made = a.sent_out(here)
    at(a.at(5, 22, 20, 5))
    url = f"/agreements/{here.number}/"
    stranger = Client().get(url)
    assert (stranger.status_code, stranger.url) == (302, f"{url}open/")
    wrong = Client().post(f"{url}open/", {"code": "000000"})
    assert wrong.status_code == 404
    client = party_client(here, here.quarrel.chen)
    assert "给排风机加装消声器" in client.get(url).content.decode()
    client.post(f"{url}code/")
    code = json.loads(Notice.objects.filter(template="mediation.signing_code").latest("pk").secret)["code"]
    sign = {"stroke": a.STROKE, "text_sha256": made.text_sha256, "understood": "on"}
    answer = client.post(f"{url}sign/", {**sign, "code": f"{(int(code) + 1) % 10**6:06d}"})
    assert answer.status_code == 422 and "4" in answer.content.decode()
    assert client.post(f"{url}sign/", {**sign, "code": code}).status_code == 302
    assert made.signatures.get().party_id == here.quarrel.chen.pk


def test_both_apply_from_their_phones_and_the_court_sees_it(at):
    here = c.in_effect()
    for party in (here.quarrel.chen, here.quarrel.ma):
        answer = party_client(here, party).post(f"/agreements/{here.number}/join/")
        assert answer.status_code == 302
    assert Confirmation.objects.get().status == "applied"


def test_the_check_page_shows_no_person_and_finds_a_changed_byte(at):
    here = c.in_effect()
    paper = Document.objects.get(kind="agreement")
    with files.open_file(queries_agreement.newest(paper).file) as file:
        raw = file.read()
    client, url = Client(), f"/check/{paper.code}/"
    shown = client.get(url).content.decode()
    assert paper.number in shown
    assert "陈立秋" not in shown and "马建业" not in shown and "许桂兰" not in shown
    assert 'fq-note is-bad" role="status' not in client.post(url, {"file": io.BytesIO(raw)}).content.decode()
    changed = raw[:100] + bytes([raw[100] ^ 1]) + raw[101:]
    assert 'fq-note is-bad" role="status' in client.post(url, {"file": io.BytesIO(changed)}).content.decode()
    assert client.get("/check/AAAA-BBBB-CCCC-DDDD/").status_code == 404
    assert client.post(url).status_code == 422
    assert Agreement.objects.get().dispute == here.quarrel.dispute
