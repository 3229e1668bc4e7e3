"""What the staff can do with a contact: name, form, verb. Pages offer what `offered` returns and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.intake import actions, forms_desk, rules
from fengqiao.intake.models import Contact
from fengqiao.intake.rules import CLOSED, Stage
from fengqiao.kernel import files
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Text

OPEN = frozenset(stage for stage in Stage if stage not in CLOSED)
IN_WORK = frozenset({Stage.RECEIVED, Stage.DISPATCHED, Stage.HANDLING, Stage.WAITING})


@dataclasses.dataclass(frozen=True)
class Act:
    """`deed` stands on the button, `said` is the sentence afterwards. `own_unit`: only the unit in hand."""

    key: str
    deed: Text
    said: Text
    icon: str
    form: type[forms.Form]
    do: Callable[..., Any]
    verb: str
    stages: frozenset[Stage]
    own_unit: bool = False
    not_own_unit: bool = False


def _of_rules(key: str) -> dict[str, Any]:
    verb, stages = rules.ACTS[key]
    return {"key": key, "verb": verb, "stages": stages}


def _decide(*, number: str, verdict: str, score: int | None, text: str, **edge: Any) -> Contact:
    if verdict == "accept":
        return actions.accept(number=number, score=score, text=text, paper=True, **edge)
    return actions.object_to(number=number, text=text, paper=True, **edge)


def _rate(*, number: str, is_resolved: str, score: int, text: str, **edge: Any) -> Any:
    return actions.rate(
        number=number, about=rules.About.RESULT, score=score, is_resolved=is_resolved == "yes", text=text, **edge
    )


ACTS: tuple[Act, ...] = (
    Act(
        **_of_rules("take"), deed=_("Take it in hand"), said=_("It is yours now. The person sees that you have it."),
        icon="hand-grab", form=forms_desk.Nothing, do=actions.take, own_unit=True,
    ),
    Act(
        **_of_rules("answer"), deed=_("Answer the person"), said=_("The answer has gone out."),
        icon="message", form=forms_desk.Answer, do=actions.answer,
    ),
    Act(
        **_of_rules("finish"), deed=_("Report it done"), said=_("The person is asked whether it is done."),
        icon="checks", form=forms_desk.Done, do=actions.finish,
    ),
    Act(
        **_of_rules("progress"), deed=_("Tell how far it is"), said=_("The person reads it now."),
        icon="progress", form=forms_desk.Progress, do=actions.progress,
    ),
    Act(
        **_of_rules("ask"), deed=_("Ask for what is missing"), said=_("The person is asked. The clock waits for them."),
        icon="help-circle", form=forms_desk.Ask, do=actions.ask,
    ),
    Act(
        **_of_rules("send_back"), deed=_("Not ours, send it back"), said=_("It is back at the front desk."),
        icon="arrow-back-up", form=forms_desk.SendBack, do=actions.send_back, own_unit=True,
    ),
    Act(
        **_of_rules("transfer"), deed=_("Pass it on outside"), said=_("It was passed on, and the person told."),
        icon="external-link", form=forms_desk.Transfer, do=actions.transfer,
    ),
    Act(
        **_of_rules("reopen"), deed=_("Open it again"), said=_("It is open again under the same number."),
        icon="rotate", form=forms_desk.Reason, do=lambda *, reason, **edge: actions.reopen(text=reason, **edge),
    ),
    Act(
        key="mediate", verb=rules.HANDLE, stages=IN_WORK, deed=_("Offer mediation"),
        said=_("Mediation is offered under the same number. The person may go to court at any time all the same."),
        icon="messages", form=forms_desk.OfferMediation, do=actions.offer_mediation,
    ),
    Act(
        key="supplement", verb=rules.REGISTER, stages=OPEN, deed=_("Write down what the person adds"),
        said=_("Added. Where the clock waited, it runs again."), icon="message-plus",
        form=forms_desk.Supplement, do=actions.supplement,
    ),
    Act(
        key="note", verb=rules.HANDLE, stages=frozenset(Stage), deed=_("Internal note"),
        said=_("Noted for colleagues."), icon="note", form=forms_desk.Note, do=actions.note,
    ),
    Act(
        key="urgency", verb=rules.DISPATCH, stages=IN_WORK, deed=_("Change the urgency"),
        said=_("The urgency has changed; the clocks with it."), icon="bolt",
        form=forms_desk.UrgencyChange, do=actions.change_urgency,
    ),
    Act(
        key="decision", verb=rules.RATE, stages=frozenset({Stage.DONE}), deed=_("Type in the paper acceptance form"),
        said=_("Entered as the person ticked it."), icon="clipboard-check",
        form=forms_desk.Decision, do=_decide, not_own_unit=True,
    ),
    Act(
        key="rating", verb=rules.RATE, stages=frozenset({Stage.ACCEPTED, Stage.LAPSED}),
        deed=_("Enter the rating by phone"), said=_("Thank you. The rating is kept."), icon="star",
        form=forms_desk.RateByPhone, do=_rate, not_own_unit=True,
    ),
    Act(
        key="withdraw", verb=rules.REGISTER, stages=OPEN, deed=_("The person takes it back"),
        said=_("Taken back at the person's word."), icon="x",
        form=forms_desk.Reason, do=lambda *, reason, **edge: actions.withdraw(text=reason, **edge),
        not_own_unit=True,
    ),
)  # fmt: skip
BY_KEY = {act.key: act for act in ACTS}


def may(actor: Actor, verb: str, contact: Contact) -> bool:
    """As `actions.common.require`, asked beforehand."""
    if not actor.may(verb):
        return False
    is_own = actor.organisation_id is not None and actor.organisation_id == contact.unit_id
    return is_own or actor.covers(contact)


def is_offered(act: Act, contact: Contact, actor: Actor) -> bool:
    is_own = actor.organisation_id is not None and actor.organisation_id == contact.unit_id
    if Stage(contact.stage) not in act.stages or (act.own_unit and not is_own) or (act.not_own_unit and is_own):
        return False
    return may(actor, act.verb, contact)


def offered(contact: Contact, actor: Actor) -> list[Act]:
    return [act for act in ACTS if is_offered(act, contact, actor)]


def may_dispatch(contact: Contact, actor: Actor) -> bool:
    verb, stages = rules.ACTS["dispatch"]
    return Stage(contact.stage) in stages and may(actor, verb, contact)


def primary(contact: Contact, found: list[Act]) -> Act | None:
    """The one deed the page leads with, for the reader who owes the move."""
    wanted = {
        Stage.DISPATCHED: ("take",),
        Stage.HANDLING: ("answer",) if contact.responded_at is None else ("finish",),
        Stage.WAITING: ("supplement",),
        Stage.DONE: ("decision",),
        Stage.LAPSED: ("reopen",),
    }.get(Stage(contact.stage), ())
    return next((act for act in found if act.key in wanted), None)


def arguments(data: dict[str, Any], *, actor: Actor, at: Any) -> dict[str, Any]:
    """Cleaned form data as a verb takes them: uploads are judged and kept first."""
    found = dict(data)
    if "added" in found:
        uploads = found.pop("added") or []
        found["files"] = tuple((files.store(upload, actor=actor, at=at), str(upload.name)[:120]) for upload in uploads)
    if "respondent_kind" in found:
        found["respondent_kind"] = actions.PartyKind(found["respondent_kind"])
        found["kind"] = actions.WAYS[found["kind"]]
    if "urgency" in found:
        found["urgency"] = rules.Urgency(found["urgency"])
    return found
