"""The green channel. Dates are those of the fan under the bedroom (J1.7)."""

import datetime as dt
import io

import pytest
from pypdf import PdfReader

from fengqiao.court import actions, queries
from fengqiao.court.actions import Excluded, Mode, Rejected
from fengqiao.court.models import Confirmation
from fengqiao.court.tests import ground as c
from fengqiao.disputes.actions import ConsentBy
from fengqiao.kernel import files, scoping
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.models import Deadline
from fengqiao.mediation import actions as mediation
from fengqiao.mediation import queries_agreement
from fengqiao.mediation.models import Note, Question
from fengqiao.mediation.models_agreement import Agreement, Document
from fengqiao.mediation.tests import agreed as a

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return c.in_effect()


def refused(call, **more):
    with pytest.raises(Refused) as error:
        call(**more)
    return error.value


def end_of(here, kind):
    return Deadline.objects.get(subject=f"{here.number}/d", kind=kind).due_at.astimezone(CHINA).date()


def joining(here, **more):
    return {"number": here.number, "party_id": here.quarrel.ma.pk, "by": ConsentBy.CODE, "actor": here.ma, **more}


def test_the_whole_way_with_its_dates(here):
    made = c.decided(here)
    assert made.number == "（2026）岚0101诉前调确38号"
    assert end_of(here, "confirm_target") == dt.date(2026, 6, 10)
    assert end_of(here, "confirm_decide") == dt.date(2026, 6, 25)
    assert {row.objection_until for row in made.served.all()} == {dt.date(2026, 6, 12)}
    assert Deadline.objects.get(subject=f"{here.number}/d", kind="confirm").state == "met"
    paper = made.ruling
    assert paper.number == made.number
    with files.open_file(queries_agreement.newest(paper).file) as file:
        raw = file.read()
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(raw)).pages).replace("\n", "")
    assert "诉前调确38号" in text and "2026年6月12日" in text and "不收取费用" in text
    assert paper.unit == here.quarrel.court


def test_one_alone_is_refused_and_nothing_is_opened(here):
    error = refused(
        actions.apply, number=here.number, party_ids=[here.quarrel.ma.pk], by=ConsentBy.CODE, actor=here.ma,
        at=a.at(5, 26),
    )  # fmt: skip
    assert (error.code, "205" in str(error.law)) == ("confirmation.one_party", True)
    assert not Confirmation.objects.exists()


def test_the_twenty_second_of_june_is_the_last_day(here):
    actions.join(**joining(here), at=a.at(6, 22, 23, 59))
    Confirmation.objects.all().delete()
    error = refused(actions.join, **joining(here), at=a.at(6, 23, 0, 0))
    assert error.code == "confirmation.too_late"


def test_before_the_seal():
    here = a.ground(is_online=True)
    a.signed(here)
    error = refused(actions.join, **joining(here), at=a.at(5, 23))
    assert error.code == "agreement.unsealed" and "19" in str(error.law)


@pytest.mark.parametrize(
    ("touches", "code"),
    [("status", "confirmation.excluded"), ("ownership", "confirmation.excluded"), ("special", "confirmation.excluded"),
     ("outside", "confirmation.excluded"), ("third_party", "confirmation.third_party")],
)  # fmt: skip
def test_what_no_court_confirms(here, touches, code):
    Agreement.objects.update(touches=[touches])
    error = refused(actions.join, **joining(here), at=a.at(5, 26))
    assert error.code == code


def test_both_at_the_counter_are_first_and_due_the_same_day(here):
    both = [here.quarrel.chen.pk, here.quarrel.ma.pk]
    made = actions.apply(
        number=here.number, party_ids=both, by=ConsentBy.ORAL, actor=here.xu, at=a.at(5, 26, 10), both_appear=True
    )
    assert made.due_at == a.at(5, 26, 17, 30)
    with scoping.scoped(here.quarrel.he):
        assert list(queries.queue(here.quarrel.he)) == [made]


def test_three_days_to_accept(here):
    c.both_join(here, a.at(5, 26, 10))
    assert end_of(here, "confirm_accept") == dt.date(2026, 5, 29)


def test_who_guided_does_not_confirm(here):
    c.both_join(here, a.at(5, 26, 10))
    from fengqiao.disputes import actions as disputes
    from fengqiao.disputes.actions import SeatRole

    disputes.seat(here.quarrel.dispute, SeatRole.GUIDE, at=a.at(5, 18), user_id=here.quarrel.jiang.user_id)
    error = refused(
        actions.accept, number=here.number, judge_id=here.quarrel.jiang.user_id, actor=here.quarrel.he, at=a.at(5, 26)
    )
    assert error.code == "judge.guide_decides"


def test_the_judge_reads_agreement_and_certificate_and_nothing_else(here):
    mediation.write_record  # noqa: B018 (the verb exists; its paper is planted below)
    Note.objects.create(
        mediation=here.quarrel.dispute.mediations.get(), dispute=here.quarrel.dispute, text="让步：六百也行",
        written_at=a.at(5, 20), actor="member:1",
    )  # fmt: skip
    c.accepted(here)
    wei = here.quarrel.wei
    with scoping.scoped(wei):
        kinds = {one.kind for one in queries_agreement.documents(here.number, wei)}
        assert kinds == {"agreement", "certificate", "plan", "confirmation"}
        assert Agreement.objects.count() == 1
        assert not Note.objects.exists() and not Question.objects.exists()
    with scoping.scoped(here.quarrel.he):
        assert not Agreement.objects.exists()
        assert not Document.objects.filter(kind__in=["agreement", "record"]).exists()


def test_one_party_is_not_heard_alone_and_nothing_is_ruled_before(here):
    c.accepted(here)
    wei = here.quarrel.wei
    early = refused(actions.decide, number=here.number, is_valid=True, actor=wei, at=a.at(5, 28))
    assert early.code == "confirmation.unheard"
    alone = refused(
        actions.hear, number=here.number, present=[here.quarrel.chen.pk], mode=Mode.VIDEO, actor=wei, at=a.at(5, 28)
    )
    assert alone.code == "hearing.one_party"


def test_another_judge_does_not_decide(here):
    c.accepted(here)
    from django.http import Http404

    with pytest.raises((Forbidden, Http404)):
        actions.decide(number=here.number, is_valid=True, actor=here.quarrel.jiang, at=a.at(5, 28))


def test_missing_papers_get_a_day_and_lapse_after_it(here):
    Agreement  # noqa: B018
    from fengqiao.people.models import Person

    Person.objects.filter(pk=here.quarrel.ma.person_id).update(identity_index="")
    c.both_join(here, a.at(5, 26, 10))
    he = here.quarrel.he
    error = refused(actions.accept, number=here.number, judge_id=here.quarrel.wei.user_id, actor=he, at=a.at(5, 26))
    assert error.code == "confirmation.papers_missing"
    actions.ask_papers(number=here.number, until=dt.date(2026, 5, 29), actor=he, at=a.at(5, 26, 11))
    assert refused(actions.lapse_papers, number=here.number, actor=he, at=a.at(5, 29)).code == (
        "confirmation.papers_time"
    )
    assert actions.lapse_papers(number=here.number, actor=he, at=a.at(5, 30)).status == "withdrawn"


def test_rejected_with_a_ground_and_not_enforceable(here):
    made = c.decided(here, is_valid=False, ground=Rejected.UNCLEAR)
    assert (made.is_valid, made.rejected) == (False, "unclear")
    error = refused(actions.prepare_enforcement, number=here.number, actor=here.chen, at=a.at(6, 10))
    assert error.code == "enforcement.no_ruling"


def test_not_accepted_with_the_reason_of_the_law(here):
    c.both_join(here, a.at(5, 26, 10))
    made = actions.refuse(number=here.number, reason=Excluded.WRONG_COURT, actor=here.quarrel.he, at=a.at(5, 27))
    assert made.status == "not_accepted"


def test_fifteen_days_to_object(here):
    c.decided(here)
    actions.object_to(number=here.number, party_id=here.quarrel.ma.pk, actor=here.ma, at=a.at(6, 12, 20))
    error = refused(
        actions.object_to, number=here.number, party_id=here.quarrel.chen.pk, actor=here.chen, at=a.at(6, 13)
    )
    assert error.code == "objection.too_late"


def test_each_instalment_has_its_own_two_years(here):
    made = c.decided(here)
    days = {one.due_on: one.until for one in queries.enforcement_days(made)}
    assert days[dt.date(2026, 7, 6)] == dt.date(2028, 7, 6)
    with_due = refused(actions.prepare_enforcement, number=here.number, actor=here.chen, at=a.at(5, 30))
    assert with_due.code == "enforcement.nothing_due"
    made_paper = actions.prepare_enforcement(number=here.number, actor=here.chen, at=a.at(7, 7))
    assert made_paper.kind == "enforcement"
    Agreement.objects.get().refresh_from_db()
    assert Agreement.objects.get().enforcement_asked_at is not None


def test_taken_back_before_the_ruling(here):
    c.both_join(here, a.at(5, 26, 10))
    assert actions.withdraw(number=here.number, actor=here.chen, at=a.at(5, 27)).status == "withdrawn"
    assert c.both_join(here, a.at(5, 28)).status == "applied"
