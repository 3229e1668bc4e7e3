"""What is filled in around a mediation. Forms judge the shape of an answer; the verb says whether it may be done."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import queries as disputes
from fengqiao.disputes.actions import AgentKind, ClaimKind, ConsentBy, ConsentTo, InterruptKind, PartyKind, Side
from fengqiao.mediation import queries, queries_register, shown
from fengqiao.mediation.actions import Ground, InterestKind, Kind, Procedure, ReturnReason, Tried
from fengqiao.mediation.rules import Field
from fengqiao.mediation.rules_register import TeamPart
from fengqiao.shell.forms import Choice, Form, PhoneField, Picks

BY_STAFF = [(one, one.label) for one in (ConsentBy.CODE, ConsentBy.PAPER, ConsentBy.ORAL, ConsentBy.PHONE)]
CONSENTS = [
    (one, one.label)
    for one in (
        ConsentTo.MEDIATION,
        ConsentTo.ONLINE,
        ConsentTo.SERVICE,
        ConsentTo.HOME_VISIT_MARK,
        ConsentTo.RECORDING,
    )
]


def long_text(label: Any, *, required: bool = True, help_text: Any = "", most: int = 2000) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, help_text=help_text, max_length=most, widget=forms.Textarea(attrs={"rows": 4})
    )


class MatterForm(Form):
    """A form about one matter: fields named `party`, `candidate`, `mediator`, `judge` offer what the matter holds."""

    def __init__(self, *args: Any, matter: shown.Matter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.matter = matter
        for name in ("party", "candidate", "mediator", "judge", "assistant", "disclosure"):
            if name in self.fields:
                self.fields[name].choices = getattr(self, f"_{name}")()  # type: ignore[attr-defined]

    def _party(self) -> list[tuple[int, str]]:
        own = disputes.party_of(self.matter.dispute, self.matter.actor)
        return [one for one in self.matter.parties() if own is None or one[0] == own.pk]

    def _candidate(self) -> list[tuple[int, str]]:
        live = self.matter.live
        return [(one.pk, f"{one.name} · {one.house}") for one in shown.candidates(live)] if live else []

    def _mediator(self) -> list[tuple[int, str]]:
        live = self.matter.live
        found = queries.active_mediators(on=self.matter.now.date())
        if live is not None and live.unit_id is not None and self.matter.is_asked:
            found = found.filter(body__organisation_id=live.unit_id)
        return [(one.pk, f"{one.user.name} · {one.body.organisation.name}") for one in found]

    def _judge(self) -> list[tuple[int, str]]:
        court = self.matter.dispute.court_id
        found = shown.judges(self.matter.number, court_id=court, on=self.matter.now.date())
        return self._team_first(found, TeamPart.JUDGE)

    def _assistant(self) -> list[tuple[int, str]]:
        found = shown.assistants(court_id=self.matter.dispute.court_id, on=self.matter.now.date())
        return self._team_first(found, TeamPart.ASSISTANT)

    def _team_first(self, found: list[tuple[int, str]], part: TeamPart) -> list[tuple[int, str]]:
        """Who sits in the matter's team stands first, and says so."""
        team = queries_register.team_users(self.matter.dispute, part)
        marked = [(pk, _("%(name)s · of the team") % {"name": name} if pk in team else name) for pk, name in found]
        return sorted(marked, key=lambda one: one[0] not in team)

    def _disclosure(self) -> list[tuple[int, str]]:
        live = self.matter.live
        rows = live.disclosures.filter(waived_at__isnull=True) if live else []
        return [(row.pk, row.text) for row in rows]


class Nothing(MatterForm):
    """An act that needs no words."""


class Offer(MatterForm):
    kind = Choice(label=_("How"), choices=[(one, one.label) for one in Kind])
    procedure = forms.ChoiceField(
        label=_("Court procedure"), required=False, choices=Procedure.choices, help_text=_("Only for a docketed case.")
    )
    field = forms.ChoiceField(
        label=_("Field"), required=False, choices=[("", _("by the cause of action")), *Field.choices]
    )
    is_online = forms.BooleanField(label=_("Online, if both agree to that too"), required=False)
    evenings = forms.BooleanField(label=_("The parties have time in the evening"), required=False)


class Yes(MatterForm):
    party = Choice(label=_("Which party"))
    to = Choice(label=_("Agrees"), choices=CONSENTS)
    by = Choice(label=_("How we know"), choices=BY_STAFF)
    paper = forms.FileField(label=_("Photograph of the signed paper"), required=False)


class No(MatterForm):
    party = Choice(label=_("Which party"))
    by = Choice(label=_("How we know"), choices=BY_STAFF)


class Choose(MatterForm):
    party = Choice(label=_("Which party"))
    candidate = Choice(label=_("Whom they name"))


class Assign(MatterForm):
    mediator = forms.ChoiceField(label=_("Mediator"))


class Accept(MatterForm):
    mediator = forms.ChoiceField(label=_("Who mediates"))


class Decline(MatterForm):
    reason = Choice(label=_("Why"), choices=ReturnReason.choices)
    words = forms.CharField(label=_("In a sentence"), required=False, max_length=300)


class Disclose(MatterForm):
    kind = Choice(label=_("What tie"), choices=InterestKind.choices)
    text = forms.CharField(label=_("In a sentence"), max_length=300, help_text=_("The parties read exactly this."))


class Waive(MatterForm):
    party = Choice(label=_("Which party"))
    disclosure = Choice(label=_("What was disclosed"))
    by = Choice(label=_("How we know"), choices=BY_STAFF)


class Challenge(MatterForm):
    party = Choice(label=_("Which party"))
    reason = forms.CharField(label=_("Why, if they want to say"), required=False, max_length=300)


class DecideChallenge(MatterForm):
    change = Choice(
        label=_("Decision"), choices=[("yes", _("another mediator takes over")), ("no", _("the mediator stays"))]
    )


class Extend(MatterForm):
    to = forms.DateField(
        label=_("Until"), help_text=_("Every party must have agreed to this very day."), widget=forms.DateInput()
    )


class Note(MatterForm):
    text = long_text(_("Note"), help_text=_("Only you can read it. Neither the parties nor the court ever do."))


class CaseNote(MatterForm):
    text = long_text(
        _("Note"), help_text=_("For colleagues of the case side. Whoever tries the matter never reads it.")
    )


class Facts(MatterForm):
    facts = long_text(
        _("Undisputed facts, one a line"),
        help_text=_(
            "Write only what neither side disputes. No offers: this paper crosses to the court once all have signed."
        ),
    )


class SignFacts(MatterForm):
    party = Choice(label=_("Which party signs"))
    by = Choice(label=_("How we know"), choices=BY_STAFF)


class HandOver(MatterForm):
    assistant = Choice(label=_("To whom"))
    tried = Picks(label=_("What was tried"), choices=Tried.choices)


class ToJudge(MatterForm):
    judge = Choice(label=_("To whom"), help_text=_("A judge who guided this mediation cannot be named."))
    tried = Picks(label=_("What was tried"), choices=Tried.choices)


class AskJudge(MatterForm):
    judge = Choice(label=_("Judge on call"), help_text=_("Whoever answers here never decides this matter."))
    text = long_text(
        _("Question"), help_text=_("In general, about the law. No sums: what was offered stays in the room.")
    )


class NameDecider(MatterForm):
    judge = Choice(label=_("Judge"))


class End(MatterForm):
    ground = Choice(
        label=_("On which ground"),
        choices=[(one, one.label) for one in Ground if one not in {Ground.AGREED, Ground.REFUSED}],
    )


class Interrupt(MatterForm):
    kind = Choice(label=_("What it is"), choices=InterruptKind.choices)
    note = long_text(_("What you saw or heard"), required=False, help_text=_("No party ever sees a trace of this."))


class Duty(MatterForm):
    told = forms.CharField(label=_("Who was told"), max_length=120, help_text=_("Name, office and number."))


class Lift(MatterForm):
    reason = long_text(_("Why the ordinary way is open again"))


class Docket(MatterForm):
    case_number = forms.CharField(label=_("Case number"), max_length=60)


class AddParty(MatterForm):
    side = Choice(label=_("Side"), choices=Side.choices)
    kind = Choice(label=_("What they are"), choices=PartyKind.choices)
    name = forms.CharField(label=_("Name"), max_length=120)
    phone = PhoneField(label=_("Telephone"), required=False)
    safe_contact = forms.BooleanField(
        label=_("Safe contact: the other side must not learn where they are"), required=False
    )


class NameAgent(MatterForm):
    party = Choice(label=_("Which party"))
    kind = Choice(label=_("What they are"), choices=AgentKind.choices)
    name = forms.CharField(label=_("Name"), max_length=60)
    phone = PhoneField(label=_("Telephone"), required=False)
    may_settle = forms.BooleanField(label=_("May settle for the party"), required=False)
    paper = forms.FileField(label=_("Letter of authority"), required=False)


class Claim(MatterForm):
    party = Choice(label=_("Which party"))
    kind = Choice(label=_("What they ask"), choices=ClaimKind.choices)
    text = long_text(_("In their words"))
    yuan = forms.DecimalField(label=_("Sum in yuan"), required=False, min_value=0, max_digits=14, decimal_places=2)


class Proof(MatterForm):
    party = Choice(label=_("Whose"))
    paper = forms.FileField(label=_("File"))
    shows = forms.CharField(label=_("What it shows"), required=False, max_length=300)


class Visit(MatterForm):
    party = Choice(
        label=_("Whom"), help_text=_("The person must have agreed to this mark by itself: it tells of health.")
    )
    purpose = forms.CharField(label=_("What for"), required=False, max_length=120)
    address = forms.CharField(
        label=_("Where, if not at the known address"), required=False, max_length=120,
        help_text=_("Read by whoever plans and goes, nobody else."),
    )  # fmt: skip


class AnswerQuestion(Form):
    text = long_text(_("Answer"), help_text=_("What the law says, never what this matter is worth."))
    articles = forms.CharField(label=_("Articles"), required=False, max_length=200)
