"""Vocabulary of disputes, the table of stages, who may do what; pure functions."""

from __future__ import annotations

import re

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from fengqiao.kernel.actor import CASE, MEDIATION, SAFETY, permit
from fengqiao.kernel.states import Machine
from fengqiao.people.rules import Role


class Source(TextChoices):
    """Where a dispute came from."""

    CONTACT = "contact", _("a contact")
    DIRECT = "direct", _("opened directly")
    COURT = "court", _("the court")
    SYSTEM = "system", _("connected system")
    IMPORT = "import", _("import")


class Stage(TextChoices):
    """Where a dispute stands."""

    OPEN = "open", _("opened")
    OFFERED = "offered", _("mediation offered")
    MEDIATING = "mediating", _("in mediation")
    AGREED = "agreed", _("agreement reached")
    PERFORMING = "performing", _("being performed")
    FAILED = "failed", _("not settled")
    DOCKETED = "docketed", _("docketed by the court")
    INTERRUPTED = "interrupted", _("handled another way")
    CLOSED = "closed", _("closed")
    WITHDRAWN = "withdrawn", _("withdrawn by the parties")


STAGES = Machine(
    "dispute",
    {
        Stage.OPEN: {Stage.OFFERED, Stage.AGREED, Stage.DOCKETED, Stage.INTERRUPTED, Stage.CLOSED, Stage.WITHDRAWN},
        Stage.OFFERED: {Stage.MEDIATING, Stage.FAILED, Stage.DOCKETED, Stage.INTERRUPTED, Stage.WITHDRAWN},
        Stage.MEDIATING: {Stage.AGREED, Stage.FAILED, Stage.DOCKETED, Stage.INTERRUPTED, Stage.WITHDRAWN},
        Stage.AGREED: {Stage.PERFORMING, Stage.DOCKETED, Stage.INTERRUPTED, Stage.CLOSED},
        Stage.PERFORMING: {Stage.CLOSED, Stage.FAILED, Stage.DOCKETED, Stage.INTERRUPTED},
        Stage.FAILED: {Stage.OFFERED, Stage.DOCKETED, Stage.INTERRUPTED, Stage.CLOSED, Stage.WITHDRAWN},
        Stage.DOCKETED: {
            Stage.OFFERED,
            Stage.MEDIATING,
            Stage.AGREED,
            Stage.INTERRUPTED,
            Stage.CLOSED,
            Stage.WITHDRAWN,
        },
        Stage.INTERRUPTED: {Stage.OPEN, Stage.DOCKETED, Stage.CLOSED, Stage.WITHDRAWN},
        Stage.CLOSED: {Stage.PERFORMING},
        Stage.WITHDRAWN: set(),
    },
)
ENDED = frozenset({Stage.CLOSED, Stage.WITHDRAWN})
"""Stages in which nobody owes a move."""

CAN_DOCKET = frozenset(stage for stage in Stage if Stage.DOCKETED in STAGES.moves[stage])
"""From each of these the parties may go to court at once. Mediation takes none of them away."""


class Mover(TextChoices):
    """Who owes the next move."""

    DESK = "desk", _("front desk")
    PARTIES = "parties", _("the parties")
    ORGANISATION = "organisation", _("mediation organisation")
    MEDIATOR = "mediator", _("mediator")
    COURT = "court", _("court")
    NOBODY = "nobody", _("nobody")


class Side(TextChoices):
    APPLICANT = "applicant", _("applicant")
    RESPONDENT = "respondent", _("respondent")
    THIRD = "third", _("third party")


class PartyKind(TextChoices):
    NATURAL = "natural", _("natural person")
    LEGAL = "legal", _("legal person")
    OTHER = "other", _("other organisation")


class AgentKind(TextChoices):
    """Who speaks for a party."""

    AGENT = "agent", _("agent")
    LAWYER = "lawyer", _("lawyer")
    GUARDIAN = "guardian", _("guardian")
    LEGAL_REPRESENTATIVE = "legal_representative", _("legal representative")
    SPOKESPERSON = "spokesperson", _("spokesperson of several")


class ConsentTo(TextChoices):
    """What a party agrees to, each by itself, each to be taken back by itself."""

    MEDIATION = "mediation", _("to try mediation")
    ONLINE = "online", _("to mediate online")
    RECORDING = "recording", _("to be recorded")
    SERVICE = "service", _("to be served by electronic means")
    HOME_VISIT_MARK = "home_visit_mark", _("to the mark that a home visit is needed")
    EXTENSION = "extension", _("to a longer time for mediation")
    MEDIATOR = "mediator", _("to go on with this mediator after a disclosure")
    HELPER = "helper", _("to somebody who helps")


SENSITIVE = frozenset({ConsentTo.HOME_VISIT_MARK, ConsentTo.RECORDING})
"""Consents that stand alone and are never asked together with another (PIPL 29, ONM 22)."""


class ConsentBy(TextChoices):
    """How it reached us."""

    CODE = "code", _("number and code")
    SIGN_IN = "sign_in", _("signed in")
    PAPER = "paper", _("on paper")
    ORAL = "oral", _("said, and written down")
    PHONE = "phone", _("by telephone")


class ClaimKind(TextChoices):
    MONEY = "money", _("to pay")
    ACT = "act", _("to do something")
    OMISSION = "omission", _("to stop something")
    STATEMENT = "statement", _("to establish something")


class LinkKind(TextChoices):
    SAME_KIND = "same_kind", _("of the same kind")
    SAME_PARTIES = "same_parties", _("between the same parties")
    BATCH = "batch", _("one of a batch")
    FOLLOWS = "follows", _("follows from")


class SeatRole(TextChoices):
    """What part somebody has in a dispute. A seat opens it; an ended seat stays on record."""

    PARTY = "party", _("party")
    AGENT = "agent", _("agent")
    DESK = "desk", _("front desk")
    ORGANISATION = "organisation", _("mediation organisation")
    MEDIATOR = "mediator", _("mediator")
    FOLLOWER = "follower", _("judge assistant who follows")
    GUIDE = "guide", _("judge on call")
    CHECKER = "checker", _("judge who checks")
    DECIDER = "decider", _("judge who decides")
    VISITOR = "visitor", _("home visitor")
    SOURCE = "source", _("who sent it in")
    ASSESSOR = "assessor", _("people's assessor")
    WITNESS = "witness", _("witness")
    APPRAISER = "appraiser", _("appraiser")
    INTERPRETER = "interpreter", _("interpreter")


BARRED_AFTER_MEDIATING = frozenset(
    {
        SeatRole.AGENT,
        SeatRole.ASSESSOR,
        SeatRole.WITNESS,
        SeatRole.APPRAISER,
        SeatRole.INTERPRETER,
        SeatRole.DECIDER,
        SeatRole.CHECKER,
    }
)
"""Roles closed for ever in the same case to whoever mediated it (INV 28; ONM 29)."""


class InterruptKind(TextChoices):
    """What stops the ordinary way."""

    VIOLENCE = "violence", _("domestic violence")
    MINOR = "minor", _("a minor at risk")
    CRIME = "crime", _("suspected crime")


INTERRUPT_RULES: dict[InterruptKind, str] = {
    InterruptKind.VIOLENCE: "disputes.interrupt.violence",
    InterruptKind.MINOR: "disputes.interrupt.minor",
    InterruptKind.CRIME: "disputes.interrupt.crime",
}
"""The clock of each duty. "At once" in the law is a short clock here, so that somebody is called."""


class LineKind(TextChoices):
    """Lines of a dispute's history."""

    OPENED = "opened", _("opened")
    PARTY = "party", _("party added")
    CONSENTED = "consented", _("consented")
    REVOKED = "revoked", _("consent taken back")
    CLAIMED = "claimed", _("claim written down")
    PROOF = "proof", _("proof added")
    LINKED = "linked", _("linked")
    OFFERED = "offered", _("mediation offered")
    DELEGATED = "delegated", _("sent to a mediator")
    ACCEPTED = "accepted", _("accepted by the mediator")
    DECLINED = "declined", _("declined")
    REASSIGNED = "reassigned", _("reassigned")
    DISCLOSED = "disclosed", _("disclosed")
    CHALLENGED = "challenged", _("another mediator asked for")
    HANDED_OVER = "handed_over", _("handed over")
    ASKED = "asked", _("judge on call asked")
    ANSWERED = "answered", _("answered by the judge on call")
    EXTENDED = "extended", _("time extended")
    ENDED = "ended", _("mediation ended")
    FACTS_SIGNED = "facts_signed", _("undisputed facts signed")
    INTERRUPTED = "interrupted", _("ordinary way stopped")
    DUTY_DONE = "duty_done", _("duty done")
    LIFTED = "lifted", _("ordinary way open again")
    DOCKETING_ASKED = "docketing_asked", _("court asked to docket")
    DOCKETED = "docketed", _("docketed")
    VISIT = "visit", _("home visit")
    NOTE = "note", _("note")
    WITHDRAWN = "withdrawn", _("withdrawn")
    CLOSED = "closed", _("closed")


class Compartment(TextChoices):
    """Who may read a line besides those who see the dispute."""

    OPEN = "open", _("open")
    CASE = CASE, _("case")
    MEDIATION = MEDIATION, _("mediation")
    SAFETY = SAFETY, _("safety")


DESK = (Role.OPERATOR, Role.CLERK, Role.DISPATCHER, Role.DUTY_SUPERVISOR)
FIELD = (Role.GRID_WORKER, Role.COMMUNITY_WORKER, Role.VILLAGE_CADRE)
COURT = (Role.JUDGE_ASSISTANT, Role.JUDGE, Role.COURT_MANAGER)
SEATED_ONLY = frozenset({Role.JUDGE, Role.MEDIATOR, Role.LAWYER, Role.GRID_WORKER, Role.POLICE})
"""Duties that see a dispute only through a seat of their own, wherever it lies."""

READ = permit("disputes.read", {*DESK, *COURT, *FIELD, Role.MEDIATOR, Role.ORGANISATION_MANAGER, Role.LEADER})
OPEN = permit("disputes.open", {*DESK, Role.JUDGE_ASSISTANT, Role.MEDIATOR, Role.ORGANISATION_MANAGER})
CHANGE = permit("disputes.change", {*DESK, Role.MEDIATOR})
CONSENT = permit("disputes.consent", {*DESK, *FIELD, Role.MEDIATOR, Role.JUDGE_ASSISTANT, Role.RESIDENT})
INTERRUPT = permit("disputes.interrupt", {*DESK, *FIELD, *COURT, Role.MEDIATOR, Role.ORGANISATION_MANAGER})
LIFT = permit("disputes.lift", {Role.DUTY_SUPERVISOR, Role.DISPATCHER})
DOCKET = permit("disputes.docket", {*DESK, Role.MEDIATOR, Role.JUDGE_ASSISTANT, Role.RESIDENT})
REGISTER_CASE = permit("disputes.register_case", {Role.JUDGE_ASSISTANT})
OWN = permit("disputes.own", {Role.RESIDENT})
CAUSES = permit("disputes.causes", {Role.ADMINISTRATOR})


def clock_subject(number: str) -> str:
    """Clocks of a dispute run beside those of the contact of the same number, never among them."""
    return f"{number}/d"


def number_of(subject: str) -> str:
    """The matter number of a clock's subject; "" for clocks of others."""
    number, _slash, kind = subject.partition("/")
    return number if kind == "d" else ""


def next_mover(stage: str) -> Mover:
    """Who owes the next move in a stage, where the mediation says nothing closer."""
    return {
        Stage.OPEN: Mover.DESK,
        Stage.OFFERED: Mover.PARTIES,
        Stage.MEDIATING: Mover.MEDIATOR,
        Stage.AGREED: Mover.PARTIES,
        Stage.PERFORMING: Mover.PARTIES,
        Stage.FAILED: Mover.PARTIES,
        Stage.DOCKETED: Mover.COURT,
        Stage.INTERRUPTED: Mover.DESK,
    }.get(Stage(stage), Mover.NOBODY)


CREDIT_CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
"""Shape of a unified social credit code of a legal person; the check digit is looked at where it matters."""
