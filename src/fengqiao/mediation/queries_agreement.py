"""Questions about agreements, papers and performance. Rows start from `visible_to(actor)` and the net below it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from fengqiao.disputes import queries as disputes
from fengqiao.disputes.actions import SeatRole
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import MEDIATION, Actor
from fengqiao.mediation import paper_texts, papers, rules_agreement
from fengqiao.mediation.models import Mediation
from fengqiao.mediation.models_agreement import Agreement, Document, Duty, Edition, FollowUp, Proceeding, Signature
from fengqiao.mediation.papers import Matter, Side, Strip
from fengqiao.mediation.rules import Ground
from fengqiao.mediation.rules_agreement import IN_EFFECT, Check, Method, Said, Signer, Standing, Status, Wall
from fengqiao.people import access

DECIDER = "decider"


def _all() -> QuerySet[Agreement]:
    return Agreement.objects.select_related("dispute__cause", "unit", "mediation__mediator__user")


def visible_to(actor: Actor) -> QuerySet[Agreement]:
    """Agreements the actor may read: the mediation side all versions; the house that seals what went out for signature;
    the judge who confirms what is in effect."""
    rows = _all()
    if not access.filters_on() or (actor.level == "all" and actor.holds(MEDIATION)):
        return rows
    if actor.role == "organisation_manager":
        return rows.filter(unit_id=actor.organisation_id or 0).exclude(status=Status.DRAFT)
    seats = disputes.seats_of(actor)
    if actor.role == "judge":
        return rows.filter(status__in=IN_EFFECT, dispute__in=seats.filter(role=DECIDER).values("dispute"))
    if not actor.holds(MEDIATION):
        return rows.none()
    parts = seats.filter(role__in=("mediator", "party", "agent"))
    return rows.filter(dispute__in=parts.values("dispute"))


def current(number: str, actor: Actor) -> Agreement | None:
    """The live agreement of a matter; parties see a draft only once it went out for signature."""
    rows = visible_to(actor).filter(dispute__number=number).exclude(status=Status.REPLACED).order_by("-pk")
    if actor.role == "resident":
        rows = rows.exclude(status=Status.DRAFT)
    return rows.first()


def by_uid(uid: uuid.UUID, actor: Actor) -> Agreement | None:
    return visible_to(actor).filter(uid=uid).first()


def documents(number: str, actor: Actor) -> QuerySet[Document]:
    """Issued papers of a matter this reader may have, newest first."""
    rows = Document.objects.filter(dispute__number=number, replaced_at__isnull=True).select_related("unit")
    if not access.filters_on() or (actor.level == "all" and actor.holds(MEDIATION)):
        return rows
    dispute = disputes.by_number(number, actor)
    if dispute is None:
        return rows.none()
    walls = [Wall.OPEN]
    if actor.holds("case"):
        walls.append(Wall.CASE)
    if disputes.is_mediator(dispute, actor) or (actor.holds(MEDIATION) and disputes.party_of(dispute, actor)):
        return rows.filter(wall__in=[*walls, Wall.MEDIATION, Wall.AGREEMENT])
    reads = Q(wall__in=walls)
    if disputes.has_seat(dispute, actor.user_id, SeatRole.DECIDER):
        reads |= Q(wall=Wall.AGREEMENT, is_final=True)
    elif actor.role in {"organisation_manager", "judge_assistant"}:
        reads |= Q(wall=Wall.AGREEMENT, is_final=True, unit_id=actor.organisation_id or 0)
    return rows.filter(reads)


def newest(document: Document) -> Edition:
    found = document.editions.select_related("file").order_by("-pk").first()
    assert found is not None, document.number
    return found


# -- what is printed --------------------------------------------------------------------------------------------------

ROLES = {"applicant": "申请人", "respondent": "被申请人", "third": "第三人"}


def matter_text(dispute: Any, *, mediation: Mediation | None = None) -> Matter:
    """Names and addresses as papers carry them. A party in safe contact shows no address. Call with all in scope."""
    sides = []
    for party in disputes.parties(dispute).prefetch_related("agents"):
        details = []
        if party.credit_code:
            details.append(("统一社会信用代码", party.credit_code))
        if party.person is not None and party.person.address and not party.safe_contact:
            details.append(("住址", party.person.address))
        details += [("代理人", agent.name) for agent in party.agents.all() if agent.ended_at is None]
        sides.append(Side(ROLES.get(party.side, "当事人"), party.name, tuple(details)))
    mediator = mediation.mediator if mediation is not None else None
    return Matter(
        number=dispute.number,
        cause=dispute.name,
        sides=tuple(sides),
        organisation=mediation.unit.name if mediation is not None and mediation.unit is not None else "",
        mediator=mediator.user.name if mediator is not None else "",
        court=dispute.court.name if dispute.court is not None else "",
    )


def term_texts(agreement: Agreement) -> list[paper_texts.TermText]:
    return [
        paper_texts.TermText(
            words=term.text,
            manner=term.manner,
            amount_fen=term.amount_fen,
            duties=tuple(
                paper_texts.Due(
                    what=term.text,
                    plain_on=duty.plain_on,
                    due_on=duty.due_on,
                    amount_fen=duty.amount_fen,
                    is_provisional=duty.is_provisional,
                )
                for duty in term.duties.order_by("order")
            ),
        )
        for term in agreement.terms.all()
    ]


def strips(agreement: Agreement, matter: Matter) -> list[Strip]:
    """Who signs, in the order of the paper, with what is there already."""
    signed = list(agreement.signatures.select_related("party"))
    found = []
    for party in disputes.parties(agreement.dispute):
        own = next((one for one in signed if one.party_id == party.pk), None)
        found.append(_strip(ROLES.get(party.side, "当事人"), party.name, own))
    by_office = {one.signer: one for one in signed if one.party_id is None}
    found.append(_strip("调解员", matter.mediator, by_office.get(Signer.MEDIATOR)))
    found.append(_strip("调解组织（盖章）", matter.organisation, by_office.get(Signer.ORGANISATION)))
    return found


METHODS = {
    Method.STROKE: "屏幕手写签名，一次性验证码核验",
    Method.CERTIFICATE: "数字证书签名",
    Method.PAPER: "纸质签署（照片存档）",
    Method.ACCOUNT: "登录本人账号，屏幕手写签名",
    Method.SEAL: "电子签章",
    Method.PAPER_SEAL: "纸质盖章（照片存档）",
}


def _strip(label: str, name: str, own: Signature | None) -> Strip:
    if own is None:
        return Strip(label, name)
    how = METHODS[Method(own.method)] + ("，按指印" if own.has_fingerprint else "")
    return Strip(label, name, f"{how}，{papers.moment(own.signed_at)}", own.stroke)


def agreement_blocks(agreement: Agreement) -> list[papers.Block]:
    matter = matter_text(agreement.dispute, mediation=agreement.mediation)
    return paper_texts.agreement(
        matter,
        facts=agreement.facts,
        issues=agreement.issues,
        responsibility=agreement.responsibility,
        place=agreement.place_of_performance,
        terms=term_texts(agreement),
        settles_all=agreement.settles_all,
        strips=strips(agreement, matter),
        on_paper=agreement.on_paper,
    )


@dataclasses.dataclass(frozen=True)
class SignedFacts:
    facts: tuple[str, ...]
    by: tuple[tuple[str, dt.datetime], ...]


def signed_facts(dispute: Any) -> SignedFacts | None:
    sheet = dispute.fact_sheets.filter(replaced_at__isnull=True, signed_at__isnull=False).first()
    if sheet is None:
        return None
    by = tuple((one.party.name, one.signed_at) for one in sheet.signatures.select_related("party").order_by("pk"))
    return SignedFacts(tuple(sheet.facts), by)


@dataclasses.dataclass(frozen=True)
class Told:
    facts: str
    claims: tuple[str, ...]
    proofs: tuple[str, ...]
    asked_at: dt.datetime


def told_by_applicant(dispute: Any) -> Told:
    """What the applicant told and asks for; what one side holds back is left out."""
    account = getattr(dispute, "account", None)
    claims = dispute.claims.filter(withdrawn_at__isnull=True, party__side="applicant")
    proofs = dispute.proofs.filter(only_side__in=["", "applicant"], party__side="applicant")
    return Told(
        facts=account.facts if account is not None else "",
        claims=tuple(one.text for one in claims),
        proofs=tuple(one.name for one in proofs),
        asked_at=dispute.demanded_at,
    )


# -- what it says, and what it lacks ----------------------------------------------------------------------------------


def wishes(agreement: Agreement) -> list[rules_agreement.Wish]:
    """The terms as they were written, for the form and for the check of elements."""
    found = []
    for term in agreement.terms.prefetch_related("duties"):
        duties = sorted(term.duties.all(), key=lambda one: one.order)
        found.append(
            rules_agreement.Wish(
                kind=term.kind,
                debtor_id=term.debtor_id,
                text=term.text,
                creditor_id=term.creditor_id,
                amount_fen=term.amount_fen,
                manner=term.manner,
                days=tuple(one.plain_on for one in duties),
                shares_fen=tuple(one.amount_fen for one in duties if one.amount_fen is not None),
            )
        )
    return found


def gaps(agreement: Agreement) -> list[rules_agreement.Missing]:
    """What the law asks of this agreement and it lacks."""
    return rules_agreement.missing(
        parties=[party.name for party in disputes.parties(agreement.dispute)],
        facts=agreement.facts,
        issues=agreement.issues,
        duties=agreement.responsibility,
        place=agreement.place_of_performance,
        terms=wishes(agreement),
    )


# -- the public check -------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Known:
    """What anybody may know of an issued paper: no name of a party, no sum, no word of it."""

    number: str
    code: str
    kind: str
    issuer: str
    issued_at: dt.datetime
    is_final: bool
    is_replaced: bool


def known(code: str) -> Known | None:
    """The paper of a code from its QR. None for codes nobody has issued."""
    with scoping.unscoped("mediation.known"):
        found = Document.objects.select_related("unit").filter(code=code).first()
        if found is None:
            return None
        return Known(
            number=found.number,
            code=found.code,
            kind=found.get_kind_display(),
            issuer=found.unit.name if found.unit is not None else "",
            issued_at=found.issued_at,
            is_final=found.is_final,
            is_replaced=found.replaced_at is not None,
        )


def check(code: str, sha256: str) -> Check:
    """Whether a file of this hash is the paper of this code. Any other byte is another hash."""
    with scoping.unscoped("mediation.check"):
        found = Edition.objects.filter(document__code=code, sha256=sha256).select_related("document").first()
        if found is None:
            return Check.CHANGED
        newest_pk = found.document.editions.order_by("-pk").values_list("pk", flat=True).first()
    return Check.ISSUED if found.pk == newest_pk and found.document.is_final else Check.DRAFT


def hash_of(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


# -- performance ------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Line:
    """One duty with how it stands."""

    duty: Duty
    standing: Standing
    waiting: Any

    @property
    def is_waiting(self) -> bool:
        return self.waiting is not None


def lines(agreement: Agreement, *, today: dt.date) -> list[Line]:
    rows = agreement.duties.select_related("term__debtor", "term__creditor").prefetch_related("performances")
    return [
        Line(
            duty,
            rules_agreement.standing(
                due_on=duty.due_on,
                amount_fen=duty.amount_fen,
                accepted_fen=duty.accepted_fen,
                done_on=duty.done_on,
                today=today,
            ),
            next((one for one in duty.performances.all() if one.state == Said.WAITING), None),
        )
        for duty in rows
    ]


def due_soon(*, on: dt.date) -> QuerySet[Duty]:
    """Open duties of agreements in effect whose last day is `on`, nobody reminded yet."""
    return _open().filter(due_on=on, reminded_at__isnull=True)


def overdue(*, today: dt.date) -> QuerySet[Duty]:
    return _open().filter(due_on__lt=today, chased_at__isnull=True)


def _open() -> QuerySet[Duty]:
    rows = Duty.objects.filter(done_on__isnull=True, agreement__status=Status.EFFECTIVE)
    return rows.select_related("agreement__dispute", "agreement__mediation", "term__debtor", "term__creditor")


def follow_ups(actor: Actor, *, until: dt.date) -> QuerySet[FollowUp]:
    rows = FollowUp.objects.filter(done_at__isnull=True, due_on__lte=until, agreement__in=visible_to(actor))
    return rows.select_related("agreement__dispute__cause")


def proceedings(number: str, actor: Actor) -> QuerySet[Proceeding]:
    """Records of sessions; for everybody but the mediation side there are none."""
    rows = Proceeding.objects.filter(dispute__number=number, replaced_at__isnull=True)
    dispute = disputes.by_number(number, actor)
    if dispute is None or not actor.holds(MEDIATION):
        return rows.none()
    own = disputes.is_mediator(dispute, actor) or disputes.party_of(dispute, actor) is not None
    return rows if own else rows.none()


# -- figures ----------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Figures:
    """Counts with their bases, from accepted facts only: who pressed a button alone counts nowhere.

    `due`: agreements in effect whose last day is over. `performed`: those every party signed off; `voluntary`: without
    an application for enforcement before.
    """

    ended: int
    agreed: int
    due: int
    performed: int
    voluntary: int


def figures(mediations: QuerySet[Mediation], *, today: dt.date) -> Figures:
    """Success, performance and voluntary performance of a set of mediations. Counts only; no name crosses a wall."""
    keys = list(mediations.order_by().values_list("pk", flat=True))
    with scoping.unscoped("mediation.figures"):
        counted = Mediation.objects.filter(pk__in=keys, ended_at__isnull=False).aggregate(
            ended=Count("pk"), agreed=Count("pk", filter=Q(ground=Ground.AGREED))
        )
        rows = Agreement.objects.filter(mediation__in=keys, status__in=IN_EFFECT)
        still_open = Duty.objects.filter(due_on__gte=today, done_on__isnull=True).values("agreement")
        done = rows.filter(status=Status.PERFORMED)
        return Figures(
            ended=counted["ended"],
            agreed=counted["agreed"],
            due=rows.exclude(pk__in=still_open).count(),
            performed=done.count(),
            voluntary=done.filter(enforcement_asked_at__isnull=True).count(),
        )


def rate(part: int, base: int) -> float | None:
    """A share, or None where fewer than thirty make any share a lie."""
    return part / base if base >= 30 else None


def effective(number: str) -> Sequence[Agreement]:
    """Agreements in effect of a matter, for contexts above whose verb has checked the actor."""
    with scoping.unscoped("mediation.effective"):
        return list(_all().filter(dispute__number=number, status__in=IN_EFFECT).order_by("-pk"))
