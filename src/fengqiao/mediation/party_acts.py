"""What a party can do with its own matter: name, what it means in plain words, form, verb, when it is offered."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.disputes.actions import ClaimKind, ConsentBy, ConsentTo
from fengqiao.disputes.actions import Stage as DisputeStage
from fengqiao.kernel import files
from fengqiao.kernel.errors import Text
from fengqiao.mediation import actions, queries_visits, shown
from fengqiao.mediation.party_shown import Own
from fengqiao.mediation.rules import Stage
from fengqiao.shell.forms import Choice, Form

CLAIM_NAMES = {
    ClaimKind.MONEY: _("pay money"),
    ClaimKind.ACT: _("do something"),
    ClaimKind.OMISSION: _("stop something"),
    ClaimKind.STATEMENT: _("say clearly what holds between us"),
}


class OwnForm(Form):
    """A form of one party about its own matter."""

    def __init__(self, *args: Any, matter: Own, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.matter = matter
        for name in ("candidate", "disclosure", "consent", "proof", "claim"):
            if name in self.fields:
                self.fields[name].choices = getattr(self, f"_{name}s")()  # type: ignore[attr-defined]

    def _candidates(self) -> list[tuple[int, str]]:
        live = self.matter.live
        return [(one.pk, f"{one.name} · {one.house}") for one in shown.candidates(live)] if live is not None else []

    def _disclosures(self) -> list[tuple[int, str]]:
        return [(one.pk, one.text) for one in self.matter.open_disclosures()]

    def _consents(self) -> list[tuple[int, str]]:
        return [(one.pk, str(one.get_to_display())) for one in live_consents(self.matter)]

    def _proofs(self) -> list[tuple[int, str]]:
        return [(one.pk, one.name) for one in _held_back(self.matter)]

    def _claims(self) -> list[tuple[int, str]]:
        return [(one.pk, one.text[:60]) for one in _own_claims(self.matter)]


class Nothing(OwnForm):
    """A deed that needs no words."""


class Choose(OwnForm):
    candidate = Choice(label=_("Whom would you take?"))


class GoOn(OwnForm):
    disclosure = Choice(label=_("What was disclosed"))


class Another(OwnForm):
    reason = forms.CharField(
        label=_("Why, if you want to say"), required=False, max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Whoever decides reads it. The mediator decides nothing."),
    )  # fmt: skip


class Ask(OwnForm):
    kind = Choice(label=_("The other side should"), choices=list(CLAIM_NAMES.items()))
    text = forms.CharField(label=_("In your words"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    yuan = forms.DecimalField(
        label=_("Sum in yuan, when it is about money"), required=False, min_value=0, max_digits=14, decimal_places=2
    )


class Show(OwnForm):
    file = forms.FileField(label=_("Photo or file"))
    shows = forms.CharField(label=_("What it shows"), required=False, max_length=300)
    held_back = forms.BooleanField(
        label=_("Only my side and the mediator, until I bring it forward myself"), required=False
    )


class AskVisit(OwnForm):
    purpose = forms.CharField(label=_("What should we do there?"), required=False, max_length=120)
    address = forms.CharField(
        label=_("Where, if not at the address we know"), required=False, max_length=120,
        help_text=_("Read by whoever comes, nobody else."),
    )  # fmt: skip


class Bring(OwnForm):
    proof = Choice(label=_("Which file"))


class Drop(OwnForm):
    claim = Choice(label=_("Which request"))


class Revoke(OwnForm):
    consent = Choice(label=_("Which consent"))


Do = Callable[..., Any]


@dataclasses.dataclass(frozen=True)
class Deed:
    """`means` stands above the form, `said` comes after. `leads`: a turn of the party's; the lowest comes first."""

    key: str
    deed: Text
    means: tuple[Text, ...]
    said: Text
    icon: str
    form: type[OwnForm]
    do: Do
    when: Callable[[Own], bool]
    leads: int = 9
    button: Text = ""


def by_of(matter: Own) -> ConsentBy:
    return ConsentBy.SIGN_IN if matter.actor.is_authenticated else ConsentBy.CODE


def _who(matter: Own) -> dict[str, Any]:
    return {"number": matter.number, "party_id": matter.party.pk}


def _yes(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    return disputes.consent(to=(ConsentTo.MEDIATION,), by=by_of(matter), **_who(matter), **edge)


def _online(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    return disputes.consent(to=(ConsentTo.ONLINE,), by=by_of(matter), **_who(matter), **edge)


def _no(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    return actions.refuse(by=by_of(matter), **_who(matter), **edge)


def _choose(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    return actions.choose(candidate_id=int(data["candidate"]), **_who(matter), **edge)


def _go_on(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    return actions.waive(disclosure_id=int(data["disclosure"]), by=by_of(matter), **_who(matter), **edge)


def _another(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    return actions.challenge(reason=data["reason"], **_who(matter), **edge)


def _sign(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    return disputes.sign_facts(sheet_id=matter.waiting_sheet().pk, by=by_of(matter), **_who(matter), **edge)


def _ask(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    fen = int(data["yuan"] * 100) if data["yuan"] else None
    kind = ClaimKind(data["kind"])
    return disputes.claim(kind=kind, text=data["text"], amount_fen=fen, **_who(matter), **edge)


def _drop(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    return disputes.withdraw_claim(number=matter.number, claim_id=int(data["claim"]), **edge)


def _show(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    upload = data["file"]
    return disputes.add_proof(
        file=files.store(upload, **edge), name=upload.name, shows=data["shows"], held_back=data["held_back"],
        **_who(matter), **edge,
    )  # fmt: skip


def _bring(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    return disputes.bring_forward(number=matter.number, proof_id=int(data["proof"]), **edge)


def _sue(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    court = matter.dispute.court_id or (matter.live.court_id if matter.live else None) or matter.dispute.desk_id
    return disputes.ask_docketing(number=matter.number, court_id=court, **edge)


def _mark(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    return disputes.consent(to=(ConsentTo.HOME_VISIT_MARK,), by=by_of(matter), **_who(matter), **edge)


def _ask_visit(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    return actions.ask_visit(purpose=data["purpose"], address=data["address"], **_who(matter), **edge)


def open_visit(matter: Own) -> Any:
    return queries_visits.visit_of_party(matter.party.pk)


def _confirm_visit(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    return actions.confirm_visit(uid=open_visit(matter).uid, **edge)


def _cancel_visit(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    return actions.cancel_visit(uid=open_visit(matter).uid, **edge)


def _waits_for_confirmation(matter: Own) -> bool:
    visit = open_visit(matter)
    return visit is not None and visit.trip_id is not None and visit.confirmed_at is None


def _has_mark(matter: Own) -> bool:
    return matter.has_consented(ConsentTo.HOME_VISIT_MARK)


def _revoke(matter: Own, data: dict[str, Any], **edge: Any) -> Any:
    found = next(one for one in live_consents(matter) if one.pk == int(data["consent"]))
    return actions.take_back(to=ConsentTo(found.to), step=found.step, **_who(matter), **edge)


def _is(matter: Own, *stages: Stage) -> bool:
    return matter.live is not None and matter.live.stage in stages


def _is_open(matter: Own) -> bool:
    return matter.dispute.closed_at is None


def _can_sue(matter: Own) -> bool:
    dispute = matter.dispute
    waits = dispute.docketing_asked_at is not None and dispute.docketed_at is None
    return not waits and DisputeStage(dispute.stage) in disputes.CAN_DOCKET


def _may_write(matter: Own) -> bool:
    return _is_open(matter) and not matter.is_stopped


def live_consents(matter: Own) -> list[Any]:
    return list(matter.party.consents.filter(withdrawn_at__isnull=True).order_by("pk"))


def _own_claims(matter: Own) -> list[Any]:
    return list(matter.party.claims.filter(withdrawn_at__isnull=True))


def _held_back(matter: Own) -> list[Any]:
    found = dispute_queries.proofs(matter.dispute, matter.actor)
    return list(found.filter(party=matter.party).exclude(only_side=""))


FREE = _("Mediation is voluntary. A no costs you no right: no deadline, no claim, no place in the queue.")
COURT = _("You may go to court at any time, whatever happens here.")

DEEDS: tuple[Deed, ...] = (
    Deed("yes", _("Yes, I want to try mediation"),
         (FREE, _("You may stop at any time. What is said to settle is not used against you later."), COURT),
         _("Your yes is kept. When every side has agreed, the list of mediators comes."), "thumb-up", Nothing, _yes,
         lambda m: _is(m, Stage.PROPOSED) and not m.has_consented(), 1),
    Deed("choose", _("Choose who mediates"),
         (_("Each was looked up without asking anybody for a favour; the reasons stand beside the name."),
          _("When every side names the same one, that one is asked. Until then you may change your choice.")),
         _("Your choice is kept. When all name the same one, that one is asked."), "user-check", Choose, _choose,
         lambda m: _is(m, Stage.CHOOSING), 1),
    Deed("go_on", _("Go on with this mediator all the same"),
         (_("The mediator told you of a tie. You decide for yourself whether you mind."),
          _("If you do mind, ask for another one. Nobody may hold it against you.")),
         _("Kept: you go on with this mediator."), "thumb-up", GoOn, _go_on, lambda m: bool(m.open_disclosures()), 2),
    Deed("sign_facts", _("Confirm the undisputed facts"),
         (_("Only what neither side disputes. Once all have signed, the court may read this list, and nothing else."),
          _("If a line is wrong, do not sign; tell the mediator.")),
         _("You have confirmed the list."), "writing-sign", Nothing, _sign, lambda m: m.waiting_sheet() is not None, 3),
    Deed("no", _("No, I do not want mediation"),
         (FREE, _("It ends at once, and nobody asks you again unless you say so yourself."), COURT),
         _("It is ended. Your rights are as they were."), "thumb-down", Nothing, _no,
         lambda m: m.live is not None, 6),
    Deed("again", _("I would try mediation after all"),
         (_("You said no before. If you change your mind, mediation may be offered again."), FREE),
         _("Kept. The desk may offer mediation again."), "thumb-up", Nothing, _yes,
         lambda m: m.live is None and _may_write(m) and m.has_refused() and m.stage == DisputeStage.FAILED, 7),
    Deed("online", _("Agree to talk online"),
         (_("For this step alone. You can take it back at any time, and come in person instead."),),
         _("Kept: you agree to talk online."), "video", Nothing, _online,
         lambda m: m.live is not None and not m.has_consented(ConsentTo.ONLINE), 7),
    Deed("another", _("Ask for another mediator"),
         (_("You need not say why. Somebody else than the mediator decides, and it costs you nothing."),),
         _("Kept. You hear how it is decided."), "user-x", Another, _another,
         lambda m: _is(m, Stage.SENT, Stage.RUNNING)
         and not m.live.challenges.filter(result="waiting").exists(), 8),  # type: ignore[union-attr]
    Deed("ask", _("Say what you ask for"),
         (_("The other side and the mediator read it."),),
         _("Written down."), "file-plus", Ask, _ask, _may_write, 7),
    Deed("drop", _("Take a request back"),
         (_("You may ask for it again later."),),
         _("Taken back."), "file-minus", Drop, _drop, lambda m: _may_write(m) and bool(_own_claims(m)), 8),
    Deed("show", _("Add a photo or a file"),
         (_("The other side and the mediator see it, unless you hold it back."),),
         _("Added."), "paperclip", Show, _show, _may_write, 7),
    Deed("bring", _("Let the other side see a file"),
         (_("So far only your side and the mediator see it. This cannot be undone."),),
         _("The other side sees it now."), "eye", Bring, _bring, lambda m: _may_write(m) and bool(_held_back(m)), 8),
    Deed("visit_time", _("The time of the visit suits me"),
         (_("Somebody comes to you; you need not go out."),
          _("If the time does not suit, call the visit off or call 12368.")),
         _("Kept. We come as said."), "home-check", Nothing, _confirm_visit, _waits_for_confirmation, 3),
    Deed("visit_mark", _("I cannot come: mark that a visit is needed"),
         (_("This tells something about your health, so it is asked by itself. Only whoever plans and makes visits"
            " reads the mark; it ends with the matter."),
          _("You can take it back at any time.")),
         _("Kept. Now you can ask to be visited."), "home-heart", Nothing, _mark,
         lambda m: _may_write(m) and not _has_mark(m), 8),
    Deed("visit", _("Ask us to come to you"),
         (_("Somebody comes to your home with the papers. You hear day and time first."),),
         _("Asked for. You hear day and time from us."), "home-heart", AskVisit, _ask_visit,
         lambda m: _may_write(m) and _has_mark(m) and open_visit(m) is None, 7),
    Deed("visit_off", _("Call the visit off"),
         (_("You can ask again later."),),
         _("Called off."), "home-off", Nothing, _cancel_visit, lambda m: open_visit(m) is not None, 8),
    Deed("sue", _("Ask the court to docket"),
         (_("The court decides within seven days. Mediation neither holds it up nor ends by it."),
          _("What is missing can follow after filing.")),
         _("The court has it. Its seven days begin now."), "building-bank", Nothing, _sue, _can_sue, 8),
    Deed("revoke", _("Take a consent back"),
         (_("In force at once, without a reason. Without your consent mediation ends; that is no refusal."),),
         _("Taken back, in force now."), "arrow-back-up", Revoke, _revoke, lambda m: bool(live_consents(m)), 9),
)  # fmt: skip
BY_KEY = {deed.key: deed for deed in DEEDS}


def offered(matter: Own) -> list[Deed]:
    """What this party can do now; its own turn leads."""
    return sorted((deed for deed in DEEDS if deed.when(matter)), key=lambda deed: deed.leads)


def turn(matter: Own, found: list[Deed]) -> Deed | None:
    """The one deed that waits for the party."""
    first = found[0] if found and found[0].leads <= 3 else None
    return None if first is not None and first.key == "choose" and matter.choice() is not None else first
