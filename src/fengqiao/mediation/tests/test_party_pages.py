"""A party's own pages: the door, where it stands, every deed, and what the other side and strangers find."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries
from fengqiao.disputes.actions import ConsentTo, InterruptKind
from fengqiao.kernel import clock, scoping
from fengqiao.kernel.errors import Refused
from fengqiao.mediation import actions
from fengqiao.mediation.rules import InterestKind, Stage
from fengqiao.mediation.tests import ground as g
from fengqiao.people.models import Membership, Person, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    with clock.standing_at(g.ACCEPTED_AT):
        yield g.ground()


def opened(here, party) -> Client:
    """A browser in which this party has shown number and code on the follow page."""
    client = Client()
    code = queries.party_code(party, here.number)
    answer = client.post("/follow/", {"number": here.number, "code": code})
    assert answer.status_code == 302 and answer["Location"] == f"/dispute/{here.number}/"
    return client


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_both_sides_open_it_by_number_and_their_own_code(here) -> None:
    g.offered(here)
    for party in (here.quarrel.chen, here.quarrel.ma):
        page = text(opened(here, party), f"/dispute/{here.number}/")
        assert "轮到您" in page and "调解自愿" in page
    wrong = Client().post("/follow/", {"number": here.number, "code": "000000"})
    assert wrong.status_code == 404


def test_a_browser_without_the_code_is_asked_for_it_whether_it_exists_or_not(here) -> None:
    g.offered(here)
    for number in (here.number, "YT2605090001234"):
        for address in (f"/dispute/{here.number}/", f"/dispute/{here.number}/do/no/"):
            answer = Client().get(address)
            assert answer.status_code == 302 and answer["Location"].startswith("/follow/"), number


def test_a_party_says_yes_chooses_and_reads_who_mediates(here) -> None:
    made = g.offered(here)
    chen, ma = opened(here, here.quarrel.chen), opened(here, here.quarrel.ma)
    address = f"/dispute/{here.number}/"
    for client in (chen, ma):
        assert client.post(f"{address}do/yes/").status_code == 302
    assert "您已同意" in text(chen, address)
    actions.send_list(number=here.number, actor=here.duan, at=g.SENT_AT)
    listed = text(chen, f"{address}do/choose/")
    assert "许桂兰" in listed and "桥西街道人民调解委员会" in listed
    candidate = made.candidates.get(mediator=here.xu_mediator)
    assert chen.post(f"{address}do/choose/", {"candidate": candidate.pk}).status_code == 302
    assert "您已选好" in text(chen, address)
    assert ma.post(f"{address}do/choose/", {"candidate": candidate.pk}).status_code == 302
    made.refresh_from_db()
    assert made.stage == Stage.SENT
    assert "许桂兰" in text(ma, address) and "没有披露" in text(ma, address)


def test_a_no_ends_it_at_once_and_leaves_the_court_open(here) -> None:
    made = g.running(here)
    client = opened(here, here.quarrel.ma)
    page = text(client, f"/dispute/{here.number}/do/no/")
    assert "不影响您的任何权利" in page and "随时" in page
    client.post(f"/dispute/{here.number}/do/no/")
    made.refresh_from_db()
    assert made.ground == "refused"
    assert client.get(f"/dispute/{here.number}/do/no/").status_code == 404
    assert client.post(f"/dispute/{here.number}/do/sue/").status_code == 302
    assert disputes.locked(here.number).docketing_asked_at is not None


def test_taking_the_consent_back_ends_it_without_a_refusal(here) -> None:
    made = g.running(here)
    client = opened(here, here.quarrel.chen)
    consent = here.quarrel.chen.consents.get(to=ConsentTo.MEDIATION)
    client.post(f"/dispute/{here.number}/do/revoke/", {"consent": consent.pk})
    made.refresh_from_db()
    assert made.ground == "withdrawn" and not here.quarrel.chen.refusals.exists()


def test_a_disclosed_tie_waits_for_each_party_and_another_may_be_asked_for(here) -> None:
    made = g.running(here)
    actions.disclose(
        number=here.number, kind=InterestKind.CLIENT, text="曾为烧烤店写过合同", actor=here.xu, at=g.ACCEPTED_AT
    )
    chen, ma = opened(here, here.quarrel.chen), opened(here, here.quarrel.ma)
    address = f"/dispute/{here.number}/"
    assert "曾为烧烤店写过合同" in text(chen, address)
    chen.post(f"{address}do/go_on/", {"disclosure": made.disclosures.get().pk})
    assert chen.get(f"{address}do/go_on/").status_code == 404
    ma.post(f"{address}do/another/", {"reason": "我不放心"})
    assert made.challenges.get().party_id == here.quarrel.ma.pk
    assert "正在决定" in text(ma, address) and "我不放心" not in text(chen, address)


def test_requests_and_files_held_back_stay_on_their_side(here) -> None:
    g.running(here)
    chen, ma = opened(here, here.quarrel.chen), opened(here, here.quarrel.ma)
    address = f"/dispute/{here.number}/"
    missing = chen.post(f"{address}do/ask/", {"kind": "money", "text": "赔误工"})
    assert missing.status_code == 409 and "赔误工" in missing.content.decode()
    chen.post(f"{address}do/ask/", {"kind": "act", "text": "换静音风机"})
    assert "换静音风机" in text(ma, address)
    upload = SimpleUploadedFile("记录.txt", "分贝 62".encode(), content_type="text/plain")
    chen.post(f"{address}do/show/", {"file": upload, "shows": "夜里测的", "held_back": "on"})
    assert "记录.txt" in text(chen, address) and "记录.txt" not in text(ma, address)
    with scoping.unscoped("tests"):
        proof = here.quarrel.dispute.proofs.get()
    assert chen.get(f"{address}files/{proof.uid}").status_code == 200
    assert ma.get(f"{address}files/{proof.uid}").status_code == 404
    chen.post(f"{address}do/bring/", {"proof": proof.pk})
    assert "记录.txt" in text(ma, address)


def test_a_signed_in_party_finds_it_under_my_matters(here) -> None:
    g.offered(here)
    person = Person.objects.get(pk=here.quarrel.ma.person_id)
    user = User.objects.create(username="ma", name="马建业", person=person)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert f"/dispute/{here.number}/" in text(client, "/mine/")
    assert "轮到您" in text(client, f"/dispute/{here.number}/")
    staff = Client()
    duty = Membership.objects.get(pk=int(here.xu.id.partition(":")[2]))
    staff.force_login(duty.user, backend="django.contrib.auth.backends.ModelBackend")
    assert staff.get(f"/dispute/{here.number}/").status_code == 302


def test_no_party_reads_notes_of_colleagues_or_why_it_was_stopped(here) -> None:
    g.running(here)
    disputes.note(number=here.number, text="她手臂有淤青", actor=here.duan, at=g.ACCEPTED_AT)
    actions.interrupt(number=here.number, kind=InterruptKind.VIOLENCE, actor=here.duan, at=g.ACCEPTED_AT)
    client = opened(here, here.quarrel.ma)
    with scoping.scoped(here.ma):
        assert "note" not in {line.kind for line in queries.history(here.quarrel.dispute, here.ma)}
    page = text(client, f"/dispute/{here.number}/")
    for word in ("淤青", "备注", "家庭暴力", "家暴", "另行处理", "正常流程"):
        assert word not in page, word
    for key in ("yes", "again", "ask", "show"):
        assert client.get(f"/dispute/{here.number}/do/{key}/").status_code == 404
    assert client.get(f"/dispute/{here.number}/do/sue/").status_code == 200


def test_the_receipt_proves_the_moment_of_the_request(here) -> None:
    g.offered(here)
    client = opened(here, here.quarrel.chen)
    page = text(client, f"/dispute/{here.number}/receipt/")
    assert "2026-05-08 10:00:00" in page and "民法典第195条" in page
    pdf = client.get(f"/dispute/{here.number}/receipt.pdf")
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")


def test_a_party_does_not_learn_why_it_was_stopped(here) -> None:
    g.offered(here)
    with scoping.scoped(here.duan):
        actions.interrupt(number=here.number, kind=InterruptKind.VIOLENCE, note="", actor=here.duan, at=g.AT)
    yes = {
        "number": here.number,
        "party_id": here.quarrel.ma.pk,
        "to": (ConsentTo.MEDIATION,),
        "by": "code",
        "at": g.AT,
    }
    with pytest.raises(Refused) as to_party:
        disputes.consent(actor=here.ma, **yes)
    told = f"{to_party.value.code} {to_party.value.message} {to_party.value.law} {to_party.value.next_step}"
    assert to_party.value.code == "mediation.interrupted"
    assert not any(word in told for word in ("violence", "暴力", "Violence"))
    with pytest.raises(Refused, match=r"mediation\.dv_block"):
        disputes.consent(actor=here.duan, **yes)
