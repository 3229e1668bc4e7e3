"""What was said to settle never reaches whoever tries the matter: planted words, looked for from every account with the
application's own filter switched off so that the net alone holds them."""

import pytest
from django.apps import apps
from django.db import models
from tests.cast import member

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.disputes.actions import ClaimKind, Compartment, ConsentBy, InterruptKind, LineKind, SeatRole
from fengqiao.disputes.models import Dispute, FactSheet, Line
from fengqiao.kernel import scoping
from fengqiao.kernel.errors import Forbidden
from fengqiao.mediation import actions, queries
from fengqiao.mediation.tests import ground as g
from fengqiao.people.rules import Role

pytestmark = pytest.mark.django_db

WORD = "让步暗记"
CASE_WORD = "陈述暗记"
SAFETY_WORD = "安全暗记"


@pytest.fixture
def here():
    """A running mediation with a concession in every place that can hold one, and two judges in it."""
    here = g.ground()
    mediation = g.running(here)
    number, chen, ma = here.number, here.quarrel.chen, here.quarrel.ma
    actions.note(number=number, text=f"马说最低{WORD}", actor=here.xu, at=g.ACCEPTED_AT)
    disputes.add_line(
        number=number, kind=LineKind.NOTE, actor=here.xu, at=g.ACCEPTED_AT,
        compartment=Compartment.MEDIATION, text=f"愿意各退一步{WORD}",
    )  # fmt: skip
    with scoping.scoped(here.xu):
        disputes.write_facts(number=number, facts=[f"排风机装在二层{WORD}"], actor=here.xu, at=g.ACCEPTED_AT)
    actions.ask_judge(
        number=number,
        judge_id=here.quarrel.jiang.user_id,
        text=f"相邻权利怎么看{WORD}",
        actor=here.xu,
        at=g.ACCEPTED_AT,
    )
    disputes.claim(
        number=number, party_id=chen.pk, kind=ClaimKind.MONEY, amount_fen=120000, text=f"赔偿{CASE_WORD}",
        actor=here.chen, at=g.AT,
    )  # fmt: skip
    disputes.describe(number=number, facts=f"夜里响{CASE_WORD}", actor=here.duan, at=g.AT)
    actions.challenge(number=number, party_id=ma.pk, reason=f"不熟{CASE_WORD}", actor=here.ma, at=g.ACCEPTED_AT)
    actions.name_decider(number=number, user_id=here.quarrel.wei.user_id, actor=here.quarrel.he, at=g.ACCEPTED_AT)
    disputes.interrupt(number=number, kind=InterruptKind.MINOR, note=SAFETY_WORD, actor=here.xu, at=g.ACCEPTED_AT)
    here.mediation = mediation
    return here


def words_seen(actor):
    """Every word in every table of both contexts that this account can read, past the application's filter."""
    found = []
    with scoping.application_filter_off(), scoping.scoped(actor):
        for label in ("disputes", "mediation"):
            for model in apps.get_app_config(label).get_models():
                names = [f.name for f in model._meta.fields if isinstance(f, models.TextField | models.CharField)]
                found += [str(row) for row in model.objects.values_list(*names)] if names else []
                arrays = [f.name for f in model._meta.fields if f.get_internal_type() == "ArrayField"]
                found += [str(row) for row in model.objects.values_list(*arrays)] if arrays else []
    return "\n".join(found)


def test_the_mediator_and_the_parties_read_it(here):
    for who in (here.xu, here.chen, here.ma):
        assert WORD in words_seen(who), who.id
    assert words_seen(here.xu).count(WORD) == 4
    assert words_seen(here.ma).count(WORD) == 3  # not the mediator's note


def test_nobody_else_reads_it(here):
    quarrel, cast = here.quarrel, here.quarrel.cast
    leader = member("lead", "陆怀远", Role.LEADER, quarrel.court, cast.district)
    manager = member("pei", "裴青", Role.COURT_MANAGER, quarrel.court, cast.district)
    wide = member("wide", "全市审计", Role.AUDITOR, cast.centre)
    for who in (
        quarrel.he, quarrel.wei, leader, manager, wide, here.zhao, here.leng, here.manager,
        here.duan, cast.han, cast.supervisor, cast.administrator, cast.auditor, cast.lin, cast.shi,
    ):  # fmt: skip
        assert WORD not in words_seen(who), who.name


def test_the_judge_on_call_reads_the_question_alone(here):
    assert words_seen(here.quarrel.jiang).count(WORD) == 1


def test_whoever_tries_it_reads_neither_account_nor_claims(here):
    for who in (here.quarrel.he, here.quarrel.wei, here.quarrel.jiang):
        seen = words_seen(who)
        assert CASE_WORD not in seen
        assert SAFETY_WORD not in seen
        with scoping.scoped(who):
            assert dispute_queries.by_number(here.number, who) is not None


def test_no_party_sees_why_the_ordinary_way_stopped(here):
    for who in (here.chen, here.ma):
        assert SAFETY_WORD not in words_seen(who)
        with scoping.scoped(who):
            dispute = dispute_queries.by_number(here.number, who)
            assert dispute_queries.stage_for(dispute, who) == "failed"
            assert LineKind.INTERRUPTED not in {line.kind for line in dispute_queries.history(dispute, who)}
    assert SAFETY_WORD in words_seen(here.duan)


def test_without_a_scope_there_is_nothing(here):
    from fengqiao.kernel.actor import PUBLIC

    seen = words_seen(PUBLIC)
    assert not [word for word in (WORD, CASE_WORD, SAFETY_WORD) if word in seen]
    with scoping.application_filter_off(), scoping.scoped(PUBLIC):
        assert not Dispute.objects.exists()


def test_undisputed_facts_cross_with_the_last_signature(here):
    number, judge = here.number, here.quarrel.wei
    sheet = FactSheet.objects.get()
    sign = {"number": number, "sheet_id": sheet.pk, "by": ConsentBy.CODE, "at": g.ACCEPTED_AT}
    with scoping.scoped(here.chen):
        disputes.sign_facts(party_id=here.quarrel.chen.pk, actor=here.chen, **sign)
    assert WORD not in words_seen(judge)
    with scoping.scoped(here.ma):
        disputes.sign_facts(party_id=here.quarrel.ma.pk, actor=here.ma, **sign)
    assert words_seen(judge).count(WORD) == 1
    with scoping.scoped(judge):
        dispute = dispute_queries.by_number(number, judge)
        assert dispute_queries.fact_sheet(dispute, judge).pk == sheet.pk
        assert not queries.may_see_secret(dispute.mediations.get(), judge)


def test_only_the_mediator_writes_the_facts(here):
    for who in (here.duan, here.quarrel.he):
        with scoping.scoped(who), pytest.raises(Forbidden) as forbidden:
            disputes.write_facts(number=here.number, facts=["x"], actor=who, at=g.ACCEPTED_AT)
        assert forbidden.value.code == "mediation.secret"


def test_a_file_held_back_is_there_for_one_side(here, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    from fengqiao.disputes.models import Proof
    from fengqiao.kernel import files

    file = files.store(SimpleUploadedFile("a.txt", "录音说明".encode()), actor=here.chen, at=g.AT)
    with scoping.scoped(here.chen):
        proof = disputes.add_proof(
            number=here.number, party_id=here.quarrel.chen.pk, file=file, name="a", held_back=True,
            actor=here.chen, at=g.AT,
        )  # fmt: skip
    for who, there in ((here.chen, True), (here.xu, True), (here.ma, False), (here.duan, False), (here.zhao, False)):
        with scoping.application_filter_off(), scoping.scoped(who):
            assert Proof.objects.exists() is there, who.id
    with scoping.scoped(here.chen):
        disputes.bring_forward(number=here.number, proof_id=proof.pk, actor=here.chen, at=g.AT)
    with scoping.scoped(here.ma):
        assert dispute_queries.proofs(Dispute.objects.get(), here.ma).count() == 1


def test_a_mediator_who_left_sees_nothing_more(here):
    disputes.leave(here.quarrel.dispute, SeatRole.MEDIATOR, at=g.ACCEPTED_AT, user_id=here.xu.user_id)
    assert WORD not in words_seen(here.xu)


def test_open_lines_and_events_carry_no_words(here):
    from fengqiao.kernel.models import Event

    assert not Line.objects.filter(compartment=Compartment.OPEN).exclude(text="").exists()
    told = "\n".join(str(facts) for facts in Event.objects.values_list("facts", flat=True))
    assert not [word for word in (WORD, CASE_WORD, SAFETY_WORD) if word in told]
