"""The agreement: elements, versions, signatures, effect. Dates are those of the fan under the bedroom."""

import datetime as dt

import pytest

from fengqiao.kernel import scoping
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.models import Deadline
from fengqiao.mediation import actions, queries_agreement
from fengqiao.mediation.actions import TermKind, Touches, Wish
from fengqiao.mediation.models_agreement import Agreement, Document, SigningCode
from fengqiao.mediation.rules import Kind
from fengqiao.mediation.rules_agreement import Check, Method, Status
from fengqiao.mediation.tests import agreed as a
from fengqiao.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return a.ground(is_online=True)


def refused(call, **more):
    with pytest.raises(Refused) as error:
        call(**more)
    return error.value


def test_in_effect_with_the_last_electronic_signature_and_thirty_days_from_there(here):
    agreement = a.in_effect(here)
    assert agreement.status == Status.EFFECTIVE
    assert agreement.effective_at == a.at(5, 22, 20, 10)
    assert agreement.completed_at == a.at(5, 25, 9, 5)
    clock = Deadline.objects.get(subject=f"{here.number}/d", kind="confirm")
    assert clock.plain_due_at.astimezone(CHINA).date() == dt.date(2026, 6, 21)
    assert clock.due_at.astimezone(CHINA).date() == dt.date(2026, 6, 22)
    assert agreement.mediation.ground == "" or agreement.mediation.refresh_from_db() is None
    assert (agreement.mediation.ground, agreement.mediation.dispute.stage) == ("agreed", "agreed")


def test_a_peoples_agreement_counts_from_the_seal():
    here = a.ground(kind=Kind.PEOPLES)
    agreement = a.in_effect(here)
    assert agreement.effective_at == a.at(5, 25, 9, 5)
    clock = Deadline.objects.get(subject=f"{here.number}/d", kind="confirm")
    assert clock.due_at.astimezone(CHINA).date() == dt.date(2026, 6, 24)


def test_days_move_off_rest_days_and_both_are_kept(here):
    agreement = a.drafted(here)
    days = [(one.plain_on, one.due_on) for one in agreement.duties.order_by("plain_on")]
    assert days == [
        (dt.date(2026, 5, 31), dt.date(2026, 6, 1)),
        (dt.date(2026, 6, 5), dt.date(2026, 6, 5)),
        (dt.date(2026, 7, 5), dt.date(2026, 7, 6)),
    ]
    assert sum(one.amount_fen or 0 for one in agreement.duties.all()) == 120_000


@pytest.mark.parametrize(
    ("lacks", "law"), [("facts", "29"), ("issues", "29"), ("responsibility", "29"), ("place", "35"), ("terms", "29")]
)
def test_every_element_the_law_wants_is_asked_for(here, lacks, law):
    a.drafted(here, **{lacks: [] if lacks == "terms" else " "})
    error = refused(actions.send_out, number=here.number, actor=here.xu, at=a.at(5, 22, 20))
    assert error.code == "agreement.incomplete" and law in str(error.law)


def test_personal_relations_are_signed_on_paper(here):
    a.drafted(here, touches=[Touches.PERSONAL])
    error = refused(actions.send_out, number=here.number, actor=here.xu, at=a.at(5, 22, 20))
    assert error.code == "document.paper_only" and "3" in str(error.law)
    agreement = a.drafted(here, touches=[Touches.PERSONAL], on_paper=True)
    actions.send_out(number=here.number, actor=here.xu, at=a.at(5, 22, 20))
    code = {"number": here.number, "party_id": here.quarrel.chen.pk, "actor": here.chen, "at": a.at(5, 22, 20, 5)}
    assert refused(actions.send_code, **code).code == "document.paper_only"
    a.on_paper(here, a.at(5, 22, 20, 10))
    assert {one.method for one in agreement.signatures.all()} == {Method.PAPER}
    assert all(one.has_fingerprint for one in agreement.signatures.all())


def test_no_seal_before_every_signature(here):
    a.sent_out(here)
    error = refused(actions.seal, number=here.number, actor=here.manager, at=a.at(5, 25))
    assert error.code == "agreement.unsigned"


def test_a_code_is_good_for_one_text_and_five_tries(here):
    agreement = a.sent_out(here)
    chen, moment = here.quarrel.chen.pk, a.at(5, 22, 20, 5)
    code = a.code_of(here, chen, here.chen, moment)
    sign = {"number": here.number, "party_id": chen, "actor": here.chen, "stroke": a.STROKE}
    other = refused(actions.sign_by_hand, **sign, code=code, text_sha256="0" * 64, at=moment)
    assert other.code == "agreement.text_changed"
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2, 1, 0):
        answer = actions.sign_by_hand(**sign, code=wrong, text_sha256=agreement.text_sha256, at=moment)
        assert answer == actions.WrongCode(left)
    assert refused(actions.sign_by_hand, **sign, code=code, text_sha256=agreement.text_sha256, at=moment).code == (
        "signature.code_over"
    )
    assert code not in str(SigningCode.objects.values_list())


def test_a_code_is_over_after_ten_minutes_and_a_dot_is_no_signature(here):
    agreement = a.sent_out(here)
    chen, moment = here.quarrel.chen.pk, a.at(5, 22, 20, 5)
    code = a.code_of(here, chen, here.chen, moment)
    sign = {"number": here.number, "party_id": chen, "actor": here.chen, "text_sha256": agreement.text_sha256}
    dot = refused(actions.sign_by_hand, **sign, code=code, stroke="5,5 6,6", at=moment)
    assert dot.code == "signature.no_stroke"
    late = refused(actions.sign_by_hand, **sign, code=code, stroke=a.STROKE, at=a.at(5, 22, 20, 16))
    assert late.code == "signature.code_over"


def test_nobody_signs_for_the_other(here):
    a.sent_out(here)
    with pytest.raises(Forbidden):
        actions.send_code(number=here.number, party_id=here.quarrel.ma.pk, actor=here.chen, at=a.at(5, 22, 20, 5))
    with pytest.raises(Forbidden):
        actions.sign_as_mediator(
            number=here.number, text_sha256="", stroke=a.STROKE, actor=here.zhao, at=a.at(5, 22, 20, 5)
        )


def test_without_a_telephone_on_paper(here):
    a.sent_out(here)
    Person.objects.filter(pk=here.quarrel.chen.person_id).update(phone="")
    error = refused(
        actions.send_code, number=here.number, party_id=here.quarrel.chen.pk, actor=here.chen, at=a.at(5, 22, 20, 5)
    )
    assert error.code == "signature.no_phone"


def test_a_changed_text_is_a_new_version_and_the_old_signatures_fall(here):
    first = a.sent_out(here)
    a.by_hand(here, first, a.at(5, 22, 20, 10))
    second = a.drafted(here, place="陈家")
    first.refresh_from_db()
    assert (first.status, second.version, second.signatures.count()) == (Status.REPLACED, 2, 0)


def test_a_signature_does_not_survive_a_change_of_its_row(here):
    agreement = a.signed(here)
    for row in agreement.signatures.all():
        assert actions.signature_seal(row) == row.seal
        row.signed_at += dt.timedelta(seconds=1)
        assert actions.signature_seal(row) != row.seal


def test_the_check_knows_the_sealed_file_and_the_text_that_was_signed(here):
    agreement = a.in_effect(here)
    paper = Document.objects.get(agreement=agreement, kind="agreement")
    newest = queries_agreement.newest(paper)
    assert queries_agreement.check(paper.code, newest.sha256) == Check.ISSUED
    assert queries_agreement.check(paper.code, agreement.text_sha256) == Check.DRAFT
    assert queries_agreement.check(paper.code, "0" * 64) == Check.CHANGED
    assert queries_agreement.known("AAAA-BBBB-CCCC-DDDD") is None
    shown = str(queries_agreement.known(paper.code))
    assert "陈" not in shown and "马" not in shown and "1200" not in shown


def seen_by(actor):
    with scoping.scoped(actor):
        return queries_agreement.visible_to(actor).count(), Agreement.objects.count()


def test_who_reads_the_agreement_in_the_page_and_under_it(here):
    a.drafted(here)
    people = {"xu": here.xu, "chen": here.chen, "manager": here.manager, "he": here.quarrel.he, "wei": here.quarrel.wei}
    assert {name: seen_by(actor) for name, actor in people.items()} == {
        "xu": (1, 1), "chen": (1, 1), "manager": (0, 0), "he": (0, 0), "wei": (0, 0)
    }  # fmt: skip
    a.in_effect(here)
    assert seen_by(here.manager) == (1, 1)
    assert seen_by(here.quarrel.he) == seen_by(here.quarrel.wei) == (0, 0)
    actions.name_decider(number=here.number, user_id=here.quarrel.wei.user_id, actor=here.quarrel.he, at=a.at(5, 26))
    assert seen_by(here.quarrel.wei) == (1, 1)
    with scoping.scoped(here.quarrel.wei):
        kinds = set(Document.objects.values_list("kind", flat=True))
        assert kinds == {"agreement", "certificate", "plan"}
    assert seen_by(here.quarrel.jiang) == (0, 0)


def test_the_record_is_confirmed_by_each(here):
    made = actions.write_record(
        number=here.number, held_at=a.at(5, 18, 19, 30), text="核对身份；双方陈述。", is_online=True, actor=here.xu,
        at=a.at(5, 18, 21),
    )  # fmt: skip
    for party, actor in ((here.quarrel.chen, here.chen), (here.quarrel.ma, here.ma)):
        assert not Document.objects.filter(kind="record").exists()
        actions.confirm_record(
            number=here.number, record_id=made.pk, party_id=party.pk, actor=actor, at=a.at(5, 18, 21, 10)
        )
    assert Document.objects.get(kind="record").wall == "mediation"


def test_terms_without_a_payee_are_refused_at_once(here):
    error = refused(a.drafted, here=here, terms=[Wish(TermKind.PAY, here.quarrel.ma.pk, "付款", amount_fen=100)])
    assert error.code == "agreement.incomplete"
