"""What can be done with a matter: name, form, verb, and when it is offered. Pages offer these and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.disputes.actions import ConsentTo
from fengqiao.disputes.actions import Stage as DisputeStage
from fengqiao.kernel import files
from fengqiao.kernel.errors import Text
from fengqiao.mediation import actions, forms, rules
from fengqiao.mediation.rules import Layer, Stage
from fengqiao.mediation.shown import Matter

When = Callable[[Matter], bool]


@dataclasses.dataclass(frozen=True)
class Act:
    """`deed` stands on the button, `said` is said afterwards, `leads`: where several are open the lowest leads."""

    key: str
    deed: Text
    said: Text
    icon: str
    form: type[forms.MatterForm]
    do: Callable[..., Any]
    when: When
    leads: int = 9


def _is_open(m: Matter) -> bool:
    return m.dispute.closed_at is None and m.stage != DisputeStage.INTERRUPTED


def _is(m: Matter, *stages: Stage) -> bool:
    return m.live is not None and m.live.stage in stages


def _may(verb: str) -> When:
    return lambda m: m.actor.may(verb) and (m.is_mediator or m.actor.role != "mediator")


def _both_agree(m: Matter) -> bool:
    return dispute_queries.all_consent(m.dispute, ConsentTo.MEDIATION)


def _paper(m: Matter, upload: Any, edge: dict[str, Any]) -> Any:
    return files.store(upload, **edge) if upload else None


def _offer(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    data["procedure"] = rules.Procedure(data.get("procedure") or "")
    return actions.offer(number=m.number, **{**data, "kind": rules.Kind(data["kind"])}, **edge)


def _consent(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    return disputes.consent(
        number=m.number,
        party_id=int(data["party"]),
        to=(ConsentTo(data["to"]),),
        by=disputes.ConsentBy(data["by"]),
        paper=_paper(m, data.get("paper"), edge),
        **edge,
    )


def _refuse(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    by = disputes.ConsentBy(data["by"])
    return actions.refuse(number=m.number, party_id=int(data["party"]), by=by, **edge)


def _choose(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    return actions.choose(number=m.number, party_id=int(data["party"]), candidate_id=int(data["candidate"]), **edge)


def _assign(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    return actions.assign(number=m.number, mediator_id=int(data["mediator"]), **edge)


def _accept(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    named = int(data["mediator"]) if data.get("mediator") else None
    return actions.accept(number=m.number, mediator_id=named, **edge)


def _plain(verb: Callable[..., Any]) -> Callable[..., Any]:
    """A verb that takes the form's fields as they are."""

    def do(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
        return verb(number=m.number, **data, **edge)

    return do


def _waive(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    by = disputes.ConsentBy(data["by"])
    return actions.waive(
        number=m.number, disclosure_id=int(data["disclosure"]), party_id=int(data["party"]), by=by, **edge
    )


def _challenge(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    return actions.challenge(number=m.number, party_id=int(data["party"]), reason=data["reason"], **edge)


def _decide_challenge(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    assert m.live is not None
    waiting = m.live.challenges.get(result="waiting")
    return actions.decide_challenge(number=m.number, challenge_id=waiting.pk, change=data["change"] == "yes", **edge)


def _hand_over(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    to = int(data["assistant"] if "assistant" in data else data["judge"])
    tried = [rules.Tried(one) for one in data["tried"]]
    return actions.hand_over(number=m.number, to_user_id=to, tried=tried, **edge)


def _ask_judge(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    return actions.ask_judge(number=m.number, judge_id=int(data["judge"]), text=data["text"], **edge)


def _name_decider(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    return actions.name_decider(number=m.number, user_id=int(data["judge"]), **edge)


def _facts(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    return disputes.write_facts(number=m.number, facts=data["facts"].splitlines(), **edge)


def _sign_facts(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    sheet = m.dispute.fact_sheets.get(replaced_at__isnull=True)
    by = disputes.ConsentBy(data["by"])
    return disputes.sign_facts(number=m.number, sheet_id=sheet.pk, party_id=int(data["party"]), by=by, **edge)


def _duty(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    waiting = dispute_queries.live_interrupts(m.dispute).filter(done_at__isnull=True).first()
    return disputes.do_duty(number=m.number, interrupt_id=waiting.pk if waiting else 0, told=data["told"], **edge)


def _lift(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    live = dispute_queries.live_interrupts(m.dispute).first()
    return disputes.lift(number=m.number, interrupt_id=live.pk if live else 0, reason=data["reason"], **edge)


def _sue(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    court = m.dispute.court_id or (m.live.court_id if m.live else None) or m.dispute.desk_id
    return disputes.ask_docketing(number=m.number, court_id=court, **edge)


def _add_party(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    new = disputes.NewParty(
        disputes.Side(data["side"]),
        data["name"],
        kind=disputes.PartyKind(data["kind"]),
        phone=data["phone"],
        safe_contact=data["safe_contact"],
    )
    return disputes.add_party(number=m.number, new=new, **edge)


def _name_agent(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    return disputes.name_agent(
        number=m.number,
        party_id=int(data["party"]),
        kind=disputes.AgentKind(data["kind"]),
        name=data["name"],
        phone=data["phone"],
        may_settle=data["may_settle"],
        authority=_paper(m, data.get("paper"), edge),
        **edge,
    )


def _claim(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    return disputes.claim(
        number=m.number,
        party_id=int(data["party"]),
        kind=disputes.ClaimKind(data["kind"]),
        text=data["text"],
        amount_fen=int(data["yuan"] * 100) if data.get("yuan") else None,
        **edge,
    )


def _proof(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    stored = files.store(data["paper"], **edge)
    return disputes.add_proof(
        number=m.number, party_id=int(data["party"]), file=stored, name=data["paper"].name, shows=data["shows"], **edge
    )


def _interrupt(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    return actions.interrupt(number=m.number, kind=disputes.InterruptKind(data["kind"]), note=data["note"], **edge)


def _layer(m: Matter, layer: Layer) -> bool:
    return m.live is not None and m.live.stage == Stage.RUNNING and m.live.layer == layer


def _waits_for_duty(m: Matter) -> bool:
    return (
        m.stage == DisputeStage.INTERRUPTED
        and dispute_queries.live_interrupts(m.dispute).filter(done_at__isnull=True).exists()
    )


def _can_lift(m: Matter) -> bool:
    live = dispute_queries.live_interrupts(m.dispute)
    return m.stage == DisputeStage.INTERRUPTED and live.exists() and not live.filter(done_at__isnull=True).exists()


def _has_sheet(m: Matter) -> bool:
    sheet = dispute_queries.fact_sheet(m.dispute, m.actor)
    return sheet is not None and sheet.signed_at is None


def _challenge_waits(m: Matter) -> bool:
    return m.live is not None and m.actor.holds("case") and m.live.challenges.filter(result="waiting").exists()


def _ask_visit(m: Matter, data: dict[str, Any], **edge: Any) -> Any:
    return actions.ask_visit(
        number=m.number, party_id=int(data["party"]), purpose=data["purpose"], address=data["address"], **edge
    )


ACTS: tuple[Act, ...] = (
    Act("accept", _("Accept it"), _("Accepted. The time for mediation begins now."), "check", forms.Accept, _accept,
        lambda m: m.is_asked and m.actor.role == "organisation_manager", 1),
    Act("take", _("Accept it"), _("Accepted. The time for mediation begins now."), "check", forms.Nothing, _accept,
        lambda m: m.is_asked and m.actor.role == "mediator", 1),
    Act("decline", _("Decline, with the reason"), _("Declined. The next one on the list is asked."), "arrow-back-up",
        forms.Decline, _plain(actions.decline), lambda m: m.is_asked, 5),
    Act("duty", _("Enter who was told"), _("Kept: the duty is done."), "shield-check", forms.Duty, _duty,
        lambda m: m.actor.may("disputes.interrupt") and m.actor.holds("safety") and _waits_for_duty(m), 0),
    Act("lift", _("Open the ordinary way again"), _("The ordinary way is open again."), "lock-open", forms.Lift, _lift,
        lambda m: m.actor.may("disputes.lift") and _can_lift(m)),
    Act("list", _("Send the list of mediators"), _("The list has gone out to both sides."), "list-check", forms.Nothing,
        _plain(actions.send_list), lambda m: _may(rules.OFFER)(m) and _is(m, Stage.PROPOSED) and _both_agree(m), 2),
    Act("consent", _("Enter a consent"), _("The consent is kept."), "thumb-up", forms.Yes, _consent,
        lambda m: _may("disputes.consent")(m) and _is_open(m), 3),
    Act("refuse", _("A party says no"), _("It ended at once. Nobody asks that party again."), "thumb-down", forms.No,
        _refuse, lambda m: _may("disputes.consent")(m) and m.live is not None, 8),
    Act("choose", _("Enter whom a party names"), _("Entered. When all name the same, it goes out."), "user-check",
        forms.Choose, _choose, lambda m: _may(rules.CHOOSE)(m) and _is(m, Stage.CHOOSING), 3),
    Act("assign", _("Assign a mediator"), _("Assigned and sent."), "user-plus", forms.Assign, _assign,
        lambda m: _may(rules.ASSIGN)(m) and _is(m, Stage.CHOOSING), 4),
    Act("offer", _("Offer mediation"), _("Offered. Both are asked now."), "messages", forms.Offer, _offer,
        lambda m: m.actor.may(rules.OFFER) and m.live is None
        and m.stage in {DisputeStage.OPEN, DisputeStage.FAILED, DisputeStage.DOCKETED}, 3),
    Act("contacted", _("The other side was reached"), _("Kept."), "phone-check", forms.Nothing,
        _plain(actions.contacted),
        lambda m: m.is_mediator and _is(m, Stage.RUNNING) and m.live is not None and m.live.contacted_at is None, 2),
    Act("facts", _("List the undisputed facts"), _("Written. Every party is asked to sign."), "list-details",
        forms.Facts, _facts, lambda m: m.is_mediator and _is(m, Stage.RUNNING), 6),
    Act("sign_facts", _("Enter a signature under the facts"), _("Signed."), "writing-sign", forms.SignFacts,
        _sign_facts,
        lambda m: m.is_mediator and _has_sheet(m), 4),
    Act("ask_judge", _("Ask the judge on call"), _("Asked. The answer appears here."), "gavel", forms.AskJudge,
        _ask_judge, lambda m: m.is_mediator and _is(m, Stage.RUNNING), 7),
    Act("hand_over", _("Hand over to the judge assistant"), _("Handed over."), "arrow-up-right", forms.HandOver,
        _hand_over, lambda m: m.is_mediator and _layer(m, Layer.MEDIATOR), 7),
    Act("to_judge", _("Hand over to the judge who checks"), _("Handed over."), "arrow-up-right", forms.ToJudge,
        _hand_over, lambda m: m.actor.may(rules.FOLLOW) and _layer(m, Layer.ASSISTANT), 3),
    Act("decider", _("Name the judge who decides"), _("Named."), "gavel", forms.NameDecider, _name_decider,
        lambda m: m.actor.may(rules.FOLLOW) and _is_open(m), 8),
    Act("disclose", _("Disclose a tie"), _("Disclosed. The parties read it now."), "eye", forms.Disclose,
        _plain(actions.disclose),
        lambda m: m.live is not None and m.live.mediator is not None
        and m.live.mediator.user_id == m.actor.user_id and _is(m, Stage.SENT, Stage.RUNNING), 8),
    Act("waive", _("A party goes on with the mediator"), _("Kept."), "thumb-up", forms.Waive, _waive,
        lambda m: _may("disputes.consent")(m) and m.live is not None
        and m.live.disclosures.filter(waived_at__isnull=True).exists(), 6),
    Act("challenge", _("A party asks for another mediator"), _("Kept. It will be decided."), "user-x", forms.Challenge,
        _challenge, lambda m: _may("disputes.consent")(m) and _is(m, Stage.SENT, Stage.RUNNING), 8),
    Act("decide_challenge", _("Decide on another mediator"), _("Decided."), "scale", forms.DecideChallenge,
        _decide_challenge, lambda m: m.actor.may(rules.DECIDE_CHALLENGE) and _challenge_waits(m), 2),
    Act("extend", _("Extend the time"), _("Extended, as all agreed."), "calendar-plus", forms.Extend,
        _plain(actions.extend), lambda m: m.is_mediator and _is(m, Stage.RUNNING), 8),
    Act("note", _("Write a note for yourself"), _("Noted, for you alone."), "notes", forms.Note, _plain(actions.note),
        lambda m: m.is_mediator and m.live is not None, 7),
    Act("case_note", _("Note for colleagues"), _("Noted for colleagues."), "note", forms.CaseNote,
        _plain(disputes.note), lambda m: _may("disputes.change")(m) and m.actor.role != "mediator", 8),
    Act("party", _("Add a party"), _("Added."), "user-plus", forms.AddParty, _add_party,
        lambda m: _may("disputes.change")(m) and _is_open(m), 8),
    Act("agent", _("Name who speaks for a party"), _("Named."), "user-shield", forms.NameAgent, _name_agent,
        lambda m: _may("disputes.change")(m) and _is_open(m), 8),
    Act("claim", _("Write down a claim"), _("Written down."), "file-plus", forms.Claim, _claim,
        lambda m: _may("disputes.change")(m) and _is_open(m), 7),
    Act("proof", _("Add a file"), _("Added."), "paperclip", forms.Proof, _proof,
        lambda m: _may("disputes.change")(m) and _is_open(m), 7),
    Act("visit", _("Ask for a home visit"), _("Asked for. It waits for a day under home visits."), "home-heart",
        forms.Visit, _ask_visit, lambda m: m.actor.may(rules.VISITS) and _is_open(m), 8),
    Act("sue", _("Ask the court to docket"), _("The court has it. Its seven days begin now."), "building-bank",
        forms.Nothing, _sue,
        lambda m: _may("disputes.docket")(m) and m.dispute.docketing_asked_at is None and _is_open(m), 6),
    Act("docket", _("Enter the case number"), _("Docketed."), "building-bank", forms.Docket, _plain(disputes.docket),
        lambda m: m.actor.may("disputes.register_case") and m.dispute.docketing_asked_at is not None
        and m.dispute.docketed_at is None, 2),
    Act("end", _("End the mediation"), _("Ended. What follows stands on this page."), "flag", forms.End,
        _plain(actions.end), lambda m: m.is_mediator and _is(m, Stage.RUNNING), 8),
    Act("give_back", _("Give the matter back"), _("Given back. Another one is asked."), "arrow-back-up", forms.Decline,
        _plain(actions.give_back), lambda m: m.is_mediator and _is(m, Stage.RUNNING), 9),
    Act("interrupt", _("Somebody is in danger"), _("The ordinary way is stopped. See what has to be done now."),
        "alert-triangle", forms.Interrupt, _interrupt,
        lambda m: _may("disputes.interrupt")(m) and m.dispute.closed_at is None and m.actor.holds("safety"), 9),
)  # fmt: skip
BY_KEY = {act.key: act for act in ACTS}


def primary(matter: Matter, found: list[Act]) -> Act | None:
    """The one deed the page leads with: a consent only while it is what everybody waits for."""
    waits = _is(matter, Stage.PROPOSED) and not _both_agree(matter)
    return next((act for act in found if act.leads <= 4 and (act.key != "consent" or waits)), None)


def offered(matter: Matter) -> list[Act]:
    """What this reader can do now, what leads first."""
    return sorted((act for act in ACTS if act.when(matter)), key=lambda act: act.leads)
