"""Weighing with the database: each side reads its own, the mediator both, the court nothing; thirty like matters."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from fengqiao.disputes import actions as disputes
from fengqiao.disputes.actions import ClaimKind
from fengqiao.disputes.models import Dispute, Interrupt, Party
from fengqiao.kernel import scoping
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.mediation import actions, queries, queries_weigh
from fengqiao.mediation import rules_weigh as weigh
from fengqiao.mediation.models import Mediation
from fengqiao.mediation.models_agreement import Agreement, Term
from fengqiao.mediation.models_weigh import RangeProposal, Reckoning
from fengqiao.mediation.rules_weigh import Like, Outcome
from fengqiao.mediation.tests import ground as g
from fengqiao.people.models import User

pytestmark = pytest.mark.django_db


def signed_in(actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id), backend="django.contrib.auth.backends.ModelBackend")
    return client


ON = g.ACCEPTED_AT.date()
LOAN = {
    "principal": "80000", "deducted_at_payout": "3600", "formed_on": "2024-08-15", "due_on": "2025-08-15",
    "repaid_on": "2026-05-18", "agreed_percent": "18", "payments": [["2025-08-15", "20000"]],
}  # fmt: skip


@pytest.fixture
def here():
    here = g.ground()
    here.mediation = g.running(here)
    disputes.claim(
        number=here.number, party_id=here.quarrel.chen.pk, kind=ClaimKind.MONEY, amount_fen=7_338_972, text="还款",
        actor=here.chen, at=g.AT,
    )  # fmt: skip
    return here


def reckon(here, actor, low, high, **more):
    with scoping.scoped(actor):
        return actions.reckon(number=here.number, low_fen=low, high_fen=high, actor=actor, at=g.ACCEPTED_AT, **more)


def weighed(here, actor):
    with scoping.scoped(actor):
        mediation = queries.live(here.number, actor)
        return queries_weigh.both(mediation, actor, on=ON)


def both_reckon(here):
    for actor in (here.chen, here.ma):
        reckon(here, actor, 6_652_847, 7_338_972)


def test_each_party_reads_its_own_side_and_the_mediator_both(here):
    reckon(here, here.chen, 7_338_972, 7_338_972)
    reckon(here, here.ma, 6_652_847, 6_652_847)
    for actor, side in ((here.chen, "applicant"), (here.ma, "respondent")):
        found, band = weighed(here, actor)
        assert [one.side for one in found] == [side]
        assert band is None
    found, band = weighed(here, here.xu)
    assert [one.alternative.fee_fen for one in found] == [163_474, 163_474]
    assert "诉讼费用交纳办法" in found[0].fee_law
    assert not band.is_open and band.gap_fen == 359_177


def test_the_net_holds_without_the_applications_filter(here):
    both_reckon(here)
    with scoping.scoped(here.xu):
        actions.propose_range(number=here.number, low_fen=1, high_fen=2, actor=here.xu, at=g.ACCEPTED_AT)
    quarrel, cast = here.quarrel, here.quarrel.cast
    for actor, seen, proposals in (
        (here.xu, 2, 1), (here.chen, 1, 1), (here.ma, 1, 1), (here.zhao, 0, 0), (here.manager, 0, 0),
        (quarrel.he, 0, 0), (quarrel.wei, 0, 0), (quarrel.jiang, 0, 0), (here.duan, 0, 0), (cast.supervisor, 0, 0),
        (cast.auditor, 0, 0),
    ):  # fmt: skip
        with scoping.application_filter_off(), scoping.scoped(actor):
            assert (Reckoning.objects.count(), RangeProposal.objects.count()) == (seen, proposals), actor.name


def test_nobody_reckons_for_the_other_side(here):
    with pytest.raises(Forbidden):
        reckon(here, here.chen, 1, 2, side="respondent")
    with pytest.raises(Forbidden):
        reckon(here, here.quarrel.he, 1, 2, side="applicant")
    assert reckon(here, here.xu, 1, 2, side="respondent").by_hand


def test_a_calculator_reckons_and_a_party_can_remove_it(here):
    with scoping.scoped(here.chen):
        made = actions.reckon(
            number=here.number, calculator="consumer", given={"price": "3000"}, actor=here.chen, at=g.ACCEPTED_AT
        )
        assert (made.low_fen, made.high_fen) == (1_200_000, 1_200_000)
        actions.drop_reckoning(number=here.number, reckoning_id=made.pk, actor=here.chen, at=g.ACCEPTED_AT)
    found, _band = weighed(here, here.chen)
    assert found[0].alternative is None


@pytest.mark.parametrize(("low", "high"), [(2, 1), (-1, 1), (0, 10**15), (None, 1)])
def test_an_absurd_range_is_refused(here, low, high):
    with pytest.raises(Refused, match=r"weigh\.range"):
        reckon(here, here.chen, low, high)


def test_a_proposal_never_names_the_edge_of_the_band(here):
    both_reckon(here)
    _found, band = weighed(here, here.xu)
    with scoping.scoped(here.xu), pytest.raises(Refused, match=r"weigh\.edge"):
        actions.propose_range(
            number=here.number, low_fen=band.low_fen, high_fen=band.high_fen - 1, actor=here.xu, at=g.ACCEPTED_AT
        )
    with scoping.scoped(here.xu):
        low, high = weigh.careful(band)
        actions.propose_range(number=here.number, low_fen=low, high_fen=high, actor=here.xu, at=g.ACCEPTED_AT)
        again = actions.propose_range(number=here.number, low_fen=low, high_fen=high, actor=here.xu, at=g.ACCEPTED_AT)
    for party in (here.chen, here.ma):
        with scoping.scoped(party):
            assert queries_weigh.proposal(queries.live(here.number, party)).pk == again.pk


def test_a_party_proposes_nothing(here):
    with scoping.scoped(here.chen), pytest.raises(Forbidden):
        actions.propose_range(number=here.number, low_fen=1, high_fen=2, actor=here.chen, at=g.ACCEPTED_AT)


# -- like matters -----------------------------------------------------------------------------------------------------


def closed(here, n, *, outcome="performed", amount=100_000, firm=False, days=20):
    """`n` closed matters of the same topic."""
    own = here.quarrel.dispute
    for i in range(n):
        ended = g.AT - dt.timedelta(days=40 + i)
        one = Dispute(
            number=f"x{outcome}{amount}{i}", source="import", topic=own.topic, amount_fen=amount + i, desk=own.desk,
            opened_at=ended - dt.timedelta(days=60), demanded_at=ended, stage="closed", closed_at=ended,
            docketed_at=ended - dt.timedelta(days=30 + i % 5) if outcome == "court" else None, changed_at=ended,
        )  # fmt: skip
        one.put_in(own.place)
        one.save()
        parties = [
            Party.objects.create(dispute=one, side=side, name="甲", kind=kind, joined_at=ended)
            for side, kind in (("applicant", "natural"), ("respondent", "legal" if firm else "natural"))
        ]
        ground = "agreed" if outcome in {"performed", "agreed"} else "gap"
        held = Mediation(
            dispute=one, kind="peoples", stage="ended", offered_at=ended, unit=here.committee, ground=ground,
            mediator=here.xu_mediator, accepted_at=ended - dt.timedelta(days=days), ended_at=ended,
        )  # fmt: skip
        held.put_in(own.place)
        held.save()
        if ground == "agreed":
            signed = Agreement.objects.create(
                dispute=one, mediation=held, unit=here.committee, version=1, kind="peoples", text_sha256="0" * 64,
                status="performed" if outcome == "performed" else "effective", drafted_at=ended, actor="job:test",
                effective_at=ended, completed_at=ended, performed_at=ended if outcome == "performed" else None,
            )  # fmt: skip
            Term.objects.create(
                agreement=signed, order=1, kind="pay", debtor=parties[1], creditor=parties[0], text="付款",
                amount_fen=one.amount_fen * 4 // 5,
            )  # fmt: skip


def like(here, actor, *likes):
    with scoping.scoped(actor):
        return queries_weigh.similar(queries.live(here.number, actor), actor, likes=likes, on=ON)


def test_twenty_nine_say_nothing_and_thirty_do(here):
    with scoping.unscoped("test"):
        closed(here, 29)
    with pytest.raises(Refused) as refused:
        like(here, here.chen)
    assert refused.value.code == "weigh.too_few"
    with scoping.unscoped("test"):
        closed(here, 1, amount=900_000)
    found = like(here, here.chen)
    assert found.n == 30
    assert [(one, share.k) for one, share in found.outcomes] == [(Outcome.PERFORMED, 30)]
    assert (found.kept_percent.middle, found.talk_days.middle) == (80, 20)
    assert found.court_days is None and found.fee_fen is None
    assert found.agreed_fen == (70_000, 100_000)
    with pytest.raises(Refused, match=r"weigh\.too_few"):
        like(here, here.ma, Like.AMOUNT)


def test_what_everybody_reads_is_the_same_and_names_nobody(here):
    with scoping.unscoped("test"):
        closed(here, 25)
        closed(here, 6, outcome="court", firm=True)
        closed(here, 2, outcome="neither")
        closed(here, 4, outcome="agreed")
        stopped = Dispute.objects.filter(number__startswith="xcourt").first()
        Interrupt.objects.create(
            dispute=stopped, kind="violence", raised_at=g.AT, actor="job:test", stage_before="open"
        )
    found = like(here, here.chen)
    assert found == like(here, here.ma) == like(here, here.xu)
    assert found.n == 36
    assert {one: share.k for one, share in found.outcomes} == {
        Outcome.PERFORMED: 25, Outcome.COURT: 5, Outcome.REST: 6,
    }  # fmt: skip
    assert like(here, here.chen, Like.PARTIES).n == 31


# -- pages and API ----------------------------------------------------------------------------------------------------


@pytest.fixture
def mediators(here):
    return signed_in(here.xu)


def test_the_mediators_page_shows_both_and_proposes(here, mediators):
    both_reckon(here)
    url = reverse("mediation:weigh", args=[here.number])
    page = mediators.get(url).content.decode()
    assert "64,893.73元" in page and "75,024.46元" in page
    assert 'value="68000"' in page
    sent = mediators.post(url, {"do": "propose", "least": "68000", "most": "72000"})
    assert sent.status_code == 302
    assert mediators.post(url, {"do": "propose", "least": "3", "most": "2"}).status_code == 409
    assert mediators.post(url, {"do": "sum", "side": "applicant", "least": "", "most": ""}).status_code == 422
    assert mediators.post(url, {"do": "take_back"}).status_code == 302
    assert mediators.get(f"{url}?similar=1&like=amount").status_code == 200
    assert mediators.get(f"{url}?with=loan_interest").status_code == 200


def test_the_matter_links_to_it_for_its_mediator_alone(here, mediators):
    url, matter = reverse("mediation:weigh", args=[here.number]), reverse("mediation:matter", args=[here.number])
    assert url in mediators.get(matter).content.decode()
    for other in (here.zhao, here.manager, here.quarrel.he, here.duan):
        assert signed_in(other).get(url).status_code == 404


def by_code(here, party) -> Client:
    from fengqiao.disputes import queries as dispute_queries

    client = Client()
    with scoping.unscoped("test"):
        code = dispute_queries.party_code(party, here.number)
    client.post(reverse("mediation:room_door"), {"number": here.number, "code": code})
    return client


def test_a_partys_page_never_holds_the_other_sides_sums(here):
    reckon(here, here.ma, 1_234_567, 1_234_567)
    client, url = by_code(here, here.quarrel.chen), reverse("mediation:party_weigh", args=[here.number])
    assert client.post(url, {"do": "sum", "least": "500", "most": "700.50"}).status_code == 302
    sent = client.post(url, {"do": "calculator", "with": "consumer", "about": "", "price": "3000"})
    assert sent.status_code == 302, sent.content.decode()
    page = client.get(f"{url}?similar=1").content.decode()
    assert "12,000.00元" in page and "500.00元" in page
    assert "12,345.67" not in page
    assert "30" in page
    row = Reckoning.objects.filter(side="applicant").first()
    assert client.post(url, {"do": "drop", "reckoning": row.pk}).status_code == 302
    assert client.post(url, {"do": "propose", "least": "1", "most": "2"}).status_code == 404
    assert url in client.get(reverse("mediation:party", args=[here.number])).content.decode()


def test_the_api_gives_each_what_is_theirs(here, mediators):
    both_reckon(here)
    base = f"/api/v1/disputes/{here.number}"
    body = mediators.get(f"{base}/alternatives").json()
    assert body["band"]["low_fen"] == 6_489_373
    assert len(body["sides"]) == 2
    assert mediators.get(f"{base}/similar").json()["code"] == "weigh.too_few"
    for other in (here.quarrel.he, here.duan, here.manager):
        assert signed_in(other).get(f"{base}/alternatives").status_code == 403
    assert signed_in(here.zhao).get(f"{base}/alternatives").status_code == 404
