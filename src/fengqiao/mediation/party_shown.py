"""How a matter reads to its own party: where it stands in plain words, whose move it is, what can be done now."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fengqiao.disputes import queries as disputes
from fengqiao.disputes.actions import ConsentTo, LineKind
from fengqiao.disputes.actions import Stage as DisputeStage
from fengqiao.kernel import deadlines
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Text
from fengqiao.mediation import queries, shown
from fengqiao.mediation.models import Mediation
from fengqiao.mediation.rules import Stage

NOT_FOR_PARTIES = (LineKind.NOTE, LineKind.INTERRUPTED, LineKind.DUTY_DONE, LineKind.LIFTED)
"""Lines colleagues write for colleagues."""


@dataclasses.dataclass(frozen=True)
class Own:
    """The matter as one of its parties has it before them."""

    dispute: Any
    party: Any
    mediation: Mediation | None
    actor: Actor
    now: dt.datetime

    @property
    def number(self) -> str:
        return str(self.dispute.number)

    @property
    def live(self) -> Mediation | None:
        return self.mediation if self.mediation is not None and self.mediation.is_open else None

    @property
    def is_stopped(self) -> bool:
        """Whether helpers stopped the ordinary way. No page may say so; deeds that would tell are not offered."""
        return bool(self.dispute.stage == DisputeStage.INTERRUPTED)

    @property
    def stage(self) -> DisputeStage:
        return disputes.stage_for(self.dispute, self.actor)

    def has_consented(self, to: ConsentTo = ConsentTo.MEDIATION) -> bool:
        return disputes.has_consented(self.party, to)

    def has_refused(self) -> bool:
        return bool(self.party.refusals.filter(lifted_at__isnull=True).exists())

    def choice(self) -> Any:
        return self.live.choices.filter(party=self.party).first() if self.live is not None else None

    def names(self) -> dict[int, str]:
        """Parties by id, as this reader may see their names."""
        return {one.party.pk: one.name for one in disputes.shown_parties(self.dispute, self.actor)}

    def open_disclosures(self) -> list[Any]:
        """Disclosed ties of the present mediator this party has not answered."""
        if self.live is None or self.live.mediator_id is None:
            return []
        rows = self.live.disclosures.filter(mediator_id=self.live.mediator_id, waived_at__isnull=True)
        answered = [disputes.has_consented(self.party, ConsentTo.MEDIATOR, step=f"disclosure {row.pk}") for row in rows]
        return [row for row, is_answered in zip(rows, answered, strict=True) if not is_answered]

    def waiting_sheet(self) -> Any:
        """The list of undisputed facts this party has not signed yet."""
        sheet = disputes.fact_sheet(self.dispute, self.actor)
        if sheet is None or sheet.signed_at is not None or sheet.signatures.filter(party=self.party).exists():
            return None
        return sheet


def own(number: str, actor: Actor, now: dt.datetime) -> Own | None:
    """The matter, if the actor is a party of it or speaks for one."""
    dispute = disputes.by_number(number, actor)
    party = disputes.party_of(dispute, actor) if dispute is not None else None
    if party is None:
        return None
    return Own(dispute, party, queries.of_dispute(number, actor).first(), actor, now)


@dataclasses.dataclass(frozen=True)
class Standing:
    """`headline`: where it stands. `who` owes the next move, `by` when at the latest; `then`: what follows if not."""

    headline: Text
    who: Text
    is_me: bool = False
    by: dt.datetime | None = None
    then: Text = ""


ME, THEM = gettext_lazy("you"), gettext_lazy("the other side")
BY_STAGE: dict[DisputeStage, tuple[Text, Text]] = {
    DisputeStage.OPEN: (gettext_lazy("We have it. Somebody will ask both sides about mediation"), ""),
    DisputeStage.OFFERED: (gettext_lazy("Mediation is offered"), ""),
    DisputeStage.MEDIATING: (gettext_lazy("In mediation"), ""),
    DisputeStage.AGREED: (gettext_lazy("You have agreed"), gettext_lazy("both sides")),
    DisputeStage.PERFORMING: (gettext_lazy("What was agreed is being done"), gettext_lazy("both sides")),
    DisputeStage.FAILED: (gettext_lazy("It was not settled. You may go to court, or try again"), ME),
    DisputeStage.DOCKETED: (gettext_lazy("The court has docketed it"), ""),
    DisputeStage.CLOSED: (gettext_lazy("It is closed"), gettext_lazy("nobody")),
    DisputeStage.WITHDRAWN: (gettext_lazy("It was taken back"), gettext_lazy("nobody")),
}


def standing(matter: Own) -> Standing:
    """Where it stands for this party."""
    dispute, live = matter.dispute, matter.live
    if live is not None:
        return _MEDIATING[Stage(live.stage)](matter, live)
    if dispute.docketing_asked_at is not None and dispute.docketed_at is None:
        return Standing(
            _("The court has your request and decides on docketing"), _court(matter), by=_due(matter, "docketing")
        )
    headline, who = BY_STAGE[matter.stage]
    return Standing(headline, who or _holder(matter), is_me=who is ME)


def _proposed(matter: Own, live: Mediation) -> Standing:
    if matter.has_consented():
        return Standing(
            _("You said yes. The others are still asked"), THEM, then=_("Without every side’s yes nothing begins.")
        )
    return Standing(
        _("Do you want to try mediation?"), ME, is_me=True,
        then=_("Nothing begins without your yes, and silence takes no right from you."),
    )  # fmt: skip


def _choosing(matter: Own, live: Mediation) -> Standing:
    by, then = _due(matter, "choose"), _("Then the court or the desk names somebody; you may still ask for another.")
    if live.sent_at is not None or not live.candidates.filter(gone_at__isnull=True).exists():
        return Standing(_("A mediator is being looked for"), _holder(matter), by=_due(matter, "assign"))
    if matter.choice() is not None:
        return Standing(_("You have chosen. The other side still chooses"), THEM, by=by, then=then)
    return Standing(_("Please choose who mediates"), ME, is_me=True, by=by, then=then)


def _sent(matter: Own, live: Mediation) -> Standing:
    words = _("%(name)s is asked to mediate") % {"name": _mediator(live)}
    return Standing(
        words, _mediator(live), by=_due(matter, "accept"), then=_("Then the next one on the list is asked.")
    )


def _running(matter: Own, live: Mediation) -> Standing:
    words = _("%(name)s mediates between you") % {"name": _mediator(live)}
    is_me = bool(matter.open_disclosures() or matter.waiting_sheet())
    return Standing(
        words, ME if is_me else _mediator(live), is_me=is_me, by=_due(matter, "mediation"),
        then=_("Then it ends, unless both agree to a longer time. You may go to court."),
    )  # fmt: skip


_MEDIATING = {Stage.PROPOSED: _proposed, Stage.CHOOSING: _choosing, Stage.SENT: _sent, Stage.RUNNING: _running}


def _mediator(live: Mediation) -> str:
    return live.mediator.user.name if live.mediator is not None else str(live.unit or "")


def _court(matter: Own) -> str:
    return str(matter.dispute.court.name if matter.dispute.court is not None else _("the court"))


def _holder(matter: Own) -> str:
    dispute = matter.dispute
    if matter.stage == DisputeStage.DOCKETED:
        return _court(matter)
    return str((dispute.unit or dispute.desk).name)


def _due(matter: Own, kind: str) -> dt.datetime | None:
    subject = f"{matter.number}/d"
    found = [one for one in deadlines.for_subjects([subject])[subject] if one.kind == kind and one.is_open]
    return min((one.due_at for one in found), default=None)


def history(matter: Own, *, most: int = 60) -> list[dict[str, Any]]:
    """What happened so far, without anything colleagues wrote for each other."""
    rows = disputes.history(matter.dispute, matter.actor).exclude(kind__in=NOT_FOR_PARTIES)[:most]
    return shown.told(list(rows), matter.names())


def mediator_of(matter: Own) -> dict[str, Any] | None:
    """Who mediates, with what the register says of them and what they disclosed."""
    live = matter.live
    if live is None or live.mediator is None or live.stage not in {Stage.SENT, Stage.RUNNING}:
        return None
    one = live.mediator
    return {
        "one": one,
        "house": one.body.organisation.name,
        "body_id": one.body_id if one.body.is_published else None,
        "fields": shown.field_names(one.fields or one.body.fields),
        "hours": shown.spoken(one, "hours"),
        "profile": shown.spoken(one, "profile"),
        "is_accepted": live.stage == Stage.RUNNING,
        "disclosures": list(live.disclosures.filter(mediator=one).order_by("pk")),
        "challenge": live.challenges.filter(mediator=one, result="waiting", party=matter.party).first(),
        "fee": one.body.get_fee_policy_display(),
    }
