"""A resident takes proofs of their own words and of the answers; nobody else does, and nothing internal is in them."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import MORNING, cast

from fengqiao.evidence import queries as evidence
from fengqiao.evidence import verifier
from fengqiao.evidence.tests.conftest import own_log  # noqa: F401 (a fixture)
from fengqiao.evidence.tests.ground import turn
from fengqiao.intake import actions, sealed
from fengqiao.intake.actions import erasing, filing
from fengqiao.intake.actions.receiving import code_of
from fengqiao.intake.models import Filing
from fengqiao.intake.rules import Channel
from fengqiao.intake.tests.ground import at_noon, in_hand, tell
from fengqiao.kernel import files, scoping
from fengqiao.kernel.actor import PUBLIC
from fengqiao.kernel.models import Event, StoredFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast()


def opened(contact):
    client = Client()
    with at_noon():
        client.post("/follow/", {"number": contact.number, "code": code_of(contact)})
    return client


def test_a_receipt_is_sealed_within_a_minute_and_proves_the_words(people):
    contact = tell(people)
    client = opened(contact)
    with at_noon():
        assert "一分钟内存证" in client.get(f"/follow/{contact.number}/receipt/").content.decode()
        turn(MORNING)
        page = client.get(f"/follow/{contact.number}/receipt/").content.decode()
    assert "已存证" in page
    event = Event.objects.get(kind="intake.received", subject=contact.number)
    with at_noon():
        got = client.get(f"/follow/{contact.number}/proofs/{event.pk}.tlog-proof")
    found = verifier.judge(got.content, evidence.trusted())
    assert found.agrees
    assert found.record["told"]["text"] == contact.text
    assert found.leaf.keys() == {"v", "kind", "at", "unit", "lane", "n", "commit", "sm3"}


def test_answers_are_sealed_with_their_words_and_notes_are_not_given_out(people):
    contact = in_hand(people)
    with scoping.unscoped("tests"):
        actions.note(number=contact.number, text="内部备注", actor=people.shi, at=MORNING)
        actions.answer(number=contact.number, text="明天上午检修", actor=people.shi, at=MORNING)
    turn(MORNING)
    shown = [str(line.what) for line in sealed.lines(contact)]
    assert "您说的" in shown
    assert "部门的答复" in shown
    answered = Event.objects.get(kind="intake.answered", subject=contact.number)
    found = verifier.judge(sealed.proof(contact, answered.pk), evidence.trusted())
    assert found.record["told"]["text"] == "明天上午检修"
    note = Event.objects.get(kind="intake.note_written", subject=contact.number)
    assert sealed.proof(contact, note.pk) is None
    with at_noon():
        page = opened(contact).get(f"/follow/{contact.number}/proofs/").content.decode()
    assert "内部备注" not in page
    assert "存证证明" in page


def test_the_proof_of_another_matter_is_not_there(people):
    mine, theirs = tell(people), tell(people, "别人的事")
    turn(MORNING)
    event = Event.objects.get(kind="intake.received", subject=theirs.number)
    client = opened(mine)
    with at_noon():
        assert client.get(f"/follow/{mine.number}/proofs/{event.pk}.tlog-proof").status_code == 404
        assert client.get(f"/follow/{theirs.number}/proofs/{event.pk}.tlog-proof").status_code == 302


def test_a_person_takes_everything_along_and_asks_to_have_it_erased(people):
    contact = tell(people)
    turn(MORNING)
    client = opened(contact)
    with at_noon():
        got = client.get(f"/follow/{contact.number}/evidence.zip")
        assert contact.text in zipfile.ZipFile(io.BytesIO(got.content)).read("cover.html").decode()
        assert client.get(f"/follow/{contact.number}/erase/").status_code == 200
        assert client.post(f"/follow/{contact.number}/erase/").status_code == 302
        assert "由两个人决定" in client.get(f"/follow/{contact.number}/proofs/").content.decode()


def test_an_erased_matter_keeps_its_number_and_loses_its_words(people):
    contact = tell(people, "楼下烧烤店的油烟，夜里两点还在响")
    assert erasing.wipe(contact.number, MORNING) >= 1
    contact.refresh_from_db()
    assert "烧烤" not in contact.title + contact.text
    assert not contact.entries.exclude(text="").exists()
    assert erasing.wipe("01226-9999999-9", MORNING) == 0


def test_what_the_browser_kept_of_it_goes_too_with_its_photos(people, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    said = {"text": "楼下烧烤店的油烟", "who": "anonymous"}
    written = filing.begin(channel=Channel.WEB, said=said, at=MORNING).filing
    photo = files.store(SimpleUploadedFile("a.txt", "证词".encode()), actor=PUBLIC, at=MORNING)
    filing.attach(filing=written, file=photo, name="a.txt")
    number = filing.send(filing=written, raw=None, actor=PUBLIC, at=MORNING).contact.number
    erasing.wipe(number, MORNING)
    assert not Filing.objects.exists()
    assert not StoredFile.objects.exists()
