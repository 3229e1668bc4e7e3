"""Journey 1, from the front desk to the mediator who accepts: the fan under the bedroom, steps 3 and 4. [A8 A11 C4]"""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.disputes.actions import ConsentBy, ConsentTo, InterruptKind, SeatRole
from fengqiao.disputes.models import Dispute
from fengqiao.intake import actions as intake
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import Channel
from fengqiao.kernel import files, scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.clock import CHINA
from fengqiao.kernel.errors import Refused
from fengqiao.kernel.models import Deadline
from fengqiao.mediation import actions, queries
from fengqiao.mediation.models import Body, Mediation, Mediator
from fengqiao.mediation.rules import BodyKind, Field, Ground, InterestKind, Reason, Stage
from fengqiao.people import access
from fengqiao.people.models import User
from fengqiao.people.rules import OrganisationKind, Role
from tests.cast import Cast, member, organisation
from tests.journeys.walk import at, clock_of, standing

pytestmark = pytest.mark.django_db

TEXT = "云锦小区7号楼楼下的烧烤店，排风扇对着我家卧室，每晚吵到两点，跟店主说了几次都没有用。"


@dataclasses.dataclass
class Fan:
    cast: Cast
    contact: Contact
    xu: Actor
    zhao: Actor
    he: Actor
    wei: Actor
    jiang: Actor
    rooms: dict[str, Mediator]

    @property
    def number(self) -> str:
        return self.contact.number

    @property
    def mediation(self) -> Mediation:
        return Mediation.objects.get(dispute__number=self.number)

    def party(self, side: str):
        return Dispute.objects.get(number=self.number).parties.get(side=side)


@pytest.fixture
def fan(ground: Cast) -> Fan:
    """30 April to 8 May: the call, and a registry of a court, a committee and two mediators."""
    with standing("2026-04-30 16:50") as moment:
        draft = intake.Draft(text=TEXT, name="陈立秋", phone="13812340421")
        call = intake.receive(draft=draft, channel=Channel.COURT_HOTLINE, actor=ground.duan, at=moment).contact
    court = organisation("court", "云汀区人民法院", OrganisationKind.COURT, ground.district)
    committee = organisation("mediation:qiaoxi", "桥西街道人民调解委员会", OrganisationKind.MEDIATION, ground.qiaoxi)
    room = organisation("mediation:xu", "许大姐调解室", OrganisationKind.MEDIATION, ground.gangyun)
    xu = member("xu", "许桂兰", Role.MEDIATOR, room)
    zhao = member("zhao", "赵德顺", Role.MEDIATOR, committee)
    rooms = {}
    for actor, unit, evenings, kind in ((xu, room, True, BodyKind.ROOM), (zhao, committee, False, BodyKind.PEOPLES)):
        body = Body.objects.create(organisation=unit, kind=kind, fields=[Field.NEIGHBOURS], is_published=True)
        rooms[actor.name] = Mediator.objects.create(
            user=User.objects.get(pk=actor.user_id), body=body, fields=[Field.NEIGHBOURS], languages=["zh-hans"],
            evenings=evenings, certificate="云调培〔2025〕001", since=dt.date(2025, 1, 1), capacity=12,
        )  # fmt: skip
    scoping.apply(
        Actor(id="job:journey", role="system", level="all", compartments=frozenset({"case", "mediation", "safety"}))
    )
    return Fan(
        ground, call, xu, zhao,
        member("he", "何苗", Role.JUDGE_ASSISTANT, court, ground.district),
        member("wei", "魏清", Role.JUDGE, court, ground.district),
        member("jiang", "江岚", Role.JUDGE, court, ground.district),
        rooms,
    )  # fmt: skip


def chen_of(fan: Fan) -> Actor:
    return access.opened_by_code(fan.number, fan.contact.pk)


def offer(fan: Fan) -> None:
    with standing("2026-05-08 15:00") as moment:
        intake.offer_mediation(
            number=fan.number, respondent="马建业", respondent_phone="13912340422", evenings=True, is_online=True,
            actor=fan.cast.duan, at=moment,
        )  # fmt: skip


def both_agree(fan: Fan) -> None:
    """陈 by her code; 马 on paper, which Lin photographs."""
    with standing("2026-05-08 16:00") as moment:
        with scoping.scoped(chen_of(fan)):
            disputes.consent(
                number=fan.number, party_id=fan.party("applicant").pk, to=(ConsentTo.MEDIATION,), by=ConsentBy.CODE,
                actor=chen_of(fan), at=moment,
            )  # fmt: skip
        paper = files.store(SimpleUploadedFile("同意.txt", "马建业 同意".encode()), actor=fan.cast.lin, at=moment)
        disputes.seat(Dispute.objects.get(), SeatRole.VISITOR, at=moment, user_id=fan.cast.lin.user_id)
        with scoping.scoped(fan.cast.lin):
            disputes.consent(
                number=fan.number, party_id=fan.party("respondent").pk, to=(ConsentTo.MEDIATION,), by=ConsentBy.PAPER,
                paper=paper, actor=fan.cast.lin, at=moment,
            )  # fmt: skip


def list_goes_out(fan: Fan) -> list:
    with standing("2026-05-09 09:20") as moment, scoping.scoped(fan.he):
        return actions.send_list(number=fan.number, actor=fan.he, at=moment)


def test_step_3_same_number_the_demand_dated_to_the_call_and_the_desk_s_clock_waits(fan: Fan) -> None:
    offer(fan)
    dispute = Dispute.objects.get(number=fan.number)
    assert dispute.demanded_at == at("2026-04-30 16:50")
    assert dispute.stage == "offered"
    assert clock_of(fan.contact, "response").state == "running"  # the desk still owes its first answer
    assert fan.mediation.field == Field.NEIGHBOURS


def test_step_3_she_may_sue_at_any_time(fan: Fan) -> None:
    offer(fan)
    court_id = Dispute.objects.get().court_id
    with standing("2026-05-08 15:05") as moment, scoping.scoped(chen_of(fan)):
        dispute = disputes.ask_docketing(number=fan.number, court_id=court_id, actor=chen_of(fan), at=moment)
    clock = Deadline.objects.get(subject=f"{fan.number}/d", kind="docketing")
    assert clock.due_at.astimezone(CHINA).date() == dt.date(2026, 5, 15)
    assert dispute.docketing_asked_at is not None


def test_step_3_one_yes_is_not_enough(fan: Fan) -> None:
    offer(fan)
    with scoping.scoped(fan.cast.duan), pytest.raises(Refused) as refused:
        actions.send_list(number=fan.number, actor=fan.cast.duan, at=at("2026-05-09 09:20"))
    assert refused.value.code == "mediation.consent_missing"


def test_step_4_the_list_gives_reasons_and_the_joint_choice_goes_out(fan: Fan) -> None:
    offer(fan)
    both_agree(fan)
    found = list_goes_out(fan)
    assert {one.mediator.user.name for one in found} == {"许桂兰", "赵德顺"}
    first = found[0]
    assert first.mediator.user.name == "许桂兰"
    assert set(first.reasons) >= {Reason.FIELD, Reason.PLACE, Reason.HOURS, Reason.NO_TIE}


def test_step_4_a_disclosed_tie_leads_to_the_other_room(fan: Fan) -> None:
    """赵 has a nephew in the shop. Declared beforehand, he is no candidate at all."""
    offer(fan)
    both_agree(fan)
    fan.rooms["赵德顺"].interests.create(kind=InterestKind.RELATIVE, name="马建业", declared_at=at("2026-05-08 18:00"))
    assert {one.mediator.user.name for one in list_goes_out(fan)} == {"许桂兰"}


def test_step_4_three_working_days_to_accept_thirty_days_from_acceptance(fan: Fan) -> None:
    offer(fan)
    both_agree(fan)
    chosen = next(one for one in list_goes_out(fan) if one.mediator == fan.rooms["许桂兰"])
    with standing("2026-05-09 10:00") as moment:
        for side in ("applicant", "respondent"):
            actions.choose(
                number=fan.number, party_id=fan.party(side).pk, candidate_id=chosen.pk, actor=fan.he, at=moment
            )
    accept = Deadline.objects.get(subject=f"{fan.number}/d", kind="accept")
    assert accept.due_at == at("2026-05-13 17:30")
    assert fan.mediation.unit.name == "许大姐调解室"
    with standing("2026-05-11 14:00") as moment, scoping.scoped(fan.xu):
        actions.accept(number=fan.number, actor=fan.xu, at=moment)
    limit = Deadline.objects.get(subject=f"{fan.number}/d", kind="mediation")
    assert limit.due_at.astimezone(CHINA).date() == dt.date(2026, 6, 10)
    assert fan.mediation.stage == Stage.RUNNING
    assert clock_of(fan.contact, "response").subject == fan.number  # its own clocks stay its own


def test_step_5_the_judge_on_call_answers_in_general_and_never_decides(fan: Fan) -> None:
    test_step_4_three_working_days_to_accept_thirty_days_from_acceptance(fan)
    with standing("2026-05-18 19:40") as moment:
        with scoping.scoped(fan.xu):
            with pytest.raises(Refused) as refused:
                actions.ask_judge(
                    number=fan.number,
                    judge_id=fan.jiang.user_id,
                    text="他肯赔1200元，够不够？",
                    actor=fan.xu,
                    at=moment,
                )
            assert refused.value.code == "question.not_general"
            question = actions.ask_judge(
                number=fan.number,
                judge_id=fan.jiang.user_id,
                text="相邻一方的排风怎样才算合理？",
                actor=fan.xu,
                at=moment,
            )
        with scoping.scoped(fan.jiang):
            actions.answer_question(
                question_id=question.pk,
                text="看必要限度和补救措施。",
                articles="民法典288、294",
                actor=fan.jiang,
                at=moment,
            )
        with scoping.scoped(fan.he), pytest.raises(Refused) as refused:
            actions.name_decider(number=fan.number, user_id=fan.jiang.user_id, actor=fan.he, at=moment)
        assert refused.value.code == "judge.guide_decides"
        with scoping.scoped(fan.he):
            actions.name_decider(number=fan.number, user_id=fan.wei.user_id, actor=fan.he, at=moment)
        with scoping.scoped(fan.xu), pytest.raises(Refused) as refused:
            actions.ask_judge(
                number=fan.number, judge_id=fan.wei.user_id, text="排风怎样才算合理？", actor=fan.xu, at=moment
            )
        assert refused.value.code == "judge.guide_decides"


def test_sight_the_court_sees_the_stage_strangers_nothing(fan: Fan) -> None:
    test_step_4_three_working_days_to_accept_thirty_days_from_acceptance(fan)
    for who, sees in ((fan.he, True), (fan.wei, False), (fan.xu, True), (fan.zhao, False),
                      (fan.cast.han_of_nanwan, False), (fan.cast.shi, False), (fan.cast.fang, True)):  # fmt: skip
        with scoping.scoped(who):
            assert (dispute_queries.by_number(fan.number, who) is not None) is sees, who.name
            assert queries.visible_to(who).filter(dispute__number=fan.number).exists() is (
                sees and who != fan.cast.fang
            )


def test_silence_of_the_first_asks_the_next_by_itself(fan: Fan) -> None:
    from tests.journeys.walk import look

    offer(fan)
    both_agree(fan)
    found = list_goes_out(fan)
    with standing("2026-05-09 10:00") as moment:
        for side in ("applicant", "respondent"):
            actions.choose(
                number=fan.number, party_id=fan.party(side).pk, candidate_id=found[0].pk, actor=fan.he, at=moment
            )
    look("2026-05-13 17:31")
    assert fan.mediation.mediator == found[1].mediator


def test_violence_ends_it_in_the_usual_words(fan: Fan) -> None:
    test_step_4_three_working_days_to_accept_thirty_days_from_acceptance(fan)
    with standing("2026-05-20 19:42") as moment, scoping.scoped(fan.xu):
        actions.interrupt(number=fan.number, kind=InterruptKind.VIOLENCE, actor=fan.xu, at=moment)
    assert (fan.mediation.stage, fan.mediation.ground) == (Stage.ENDED, Ground.OTHER)
    duty = Deadline.objects.get(subject=f"{fan.number}/d", kind="duty_violence")
    assert duty.due_at == at("2026-05-20 20:42")
    with scoping.scoped(fan.he), pytest.raises(Refused) as refused:
        actions.offer(number=fan.number, kind=actions.Kind.DELEGATED, actor=fan.he, at=at("2026-05-21 09:00"))
    assert refused.value.code == "mediation.dv_block"
