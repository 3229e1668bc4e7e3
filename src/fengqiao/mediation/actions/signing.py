"""Sign and seal. Every signature binds the hash of one text; in effect only when all are there."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import secrets
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import actions as disputes
from fengqiao.disputes import queries as dispute_queries
from fengqiao.kernel import deadlines, files, scoping
from fengqiao.kernel import events as log
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.crypto import keyed_index
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.models import StoredFile
from fengqiao.kernel.notify import templates
from fengqiao.kernel.notify.sending import Recipient, notify
from fengqiao.mediation import events, paper_texts, papers, queries_agreement, rules_agreement, sealing
from fengqiao.mediation.actions.agreeing import locked_agreement, paper_only
from fengqiao.mediation.actions.common import require_mediator
from fengqiao.mediation.actions.common import subject as clock_subject
from fengqiao.mediation.actions.issuing import add_edition, issue
from fengqiao.mediation.actions.running import close
from fengqiao.mediation.models import Mediation
from fengqiao.mediation.models_agreement import Agreement, Signature, SigningCode
from fengqiao.mediation.rules import Ground, Kind, Stage
from fengqiao.mediation.rules_agreement import STATUSES, Method, Paper, Signed, Signer, Status

CODE_MINUTES, CODE_TRIES, CODES_A_DAY = 10, 5, 8
CONFIRM = "confirm"
"""The clock of the thirty days in which both may ask a court to confirm."""

templates.register(
    "mediation.signing_code",
    zh=("签署验证码", "您正在签署{number}的调解协议，验证码{code}，10分钟内有效。请先把协议看完；不要告诉别人。"),
    en=("Code for signing", "Code {code} signs the agreement of {number}, for 10 minutes. Read it first; tell nobody."),
    is_urgent=True,
    channels=("sms", "email"),
)


@transaction.atomic
def send_code(*, number: str, party_id: int, actor: Actor, at: dt.datetime) -> SigningCode:
    """A one-time code to the party's own telephone, for this very text.

    Refuses: a party without telephone (they sign on paper); a party who has signed; what must be signed on paper.
    """
    agreement = locked_agreement(number, Status.SIGNING)
    party = _party(agreement, party_id, actor)
    _require_electronic(agreement)
    if agreement.signatures.filter(party=party).exists():
        raise Refused("signature.done", _("This party has signed already."))
    person = party.person
    if person is None or not (person.phone or person.email):
        raise Refused(
            "signature.no_phone",
            _("No telephone is known to which a code could go."),
            next_step=_("Print the agreement and sign it by hand."),
        )
    today = agreement.codes.filter(party=party, sent_at__gt=at - dt.timedelta(days=1)).count()
    if today >= CODES_A_DAY:
        raise Refused("signature.too_many_codes", _("Enough codes were sent today."))
    code = f"{secrets.randbelow(1_000_000):06d}"
    made = SigningCode.objects.create(
        agreement=agreement, party=party, fingerprint=_fingerprint(agreement, party_id, code),
        text_sha256=agreement.text_sha256, sent_at=at, until=at + dt.timedelta(minutes=CODE_MINUTES),
    )  # fmt: skip
    to = Recipient(language=person.language, email="" if person.phone else person.email, phone=person.phone)
    notify(
        to, "mediation.signing_code", {"number": number, "code": code}, subject=number, at=at, actor=actor.id,
        not_before=lambda moment: moment,
    )  # fmt: skip
    _record(agreement, "code_sent", actor=actor, at=at)
    return made


def _fingerprint(agreement: Agreement, party_id: int, code: str) -> str:
    return keyed_index(f"{agreement.text_sha256}\0{party_id}\0{code}", purpose="signing.code")


@dataclasses.dataclass(frozen=True)
class WrongCode:
    """The code did not fit. The try counts; the page commits and says so."""

    tries_left: int


@transaction.atomic
def sign_by_hand(
    *, number: str, party_id: int, text_sha256: str, code: str, stroke: str, actor: Actor, at: dt.datetime
) -> Signature | WrongCode:
    """A party draws their name and gives the code that went to their telephone.

    Refuses: another text than the one shown; a code that is used, over or tried five times; a dot for a signature;
    `document.paper_only`. Basis: 电子签名法 3, 13; 在线调解规则 19.
    """
    agreement = locked_agreement(number, Status.SIGNING)
    party = _party(agreement, party_id, actor)
    _require_electronic(agreement)
    _require_text(agreement, text_sha256)
    newest = agreement.codes.select_for_update().filter(party=party, used_at__isnull=True).order_by("-pk").first()
    if newest is None or newest.until < at or newest.tries >= CODE_TRIES or newest.text_sha256 != text_sha256:
        raise Refused("signature.code_over", _("This code is no longer good. Please ask for a new one."))
    if newest.fingerprint != _fingerprint(agreement, party_id, code.strip()):
        newest.tries += 1
        newest.save(update_fields=["tries"])
        return WrongCode(CODE_TRIES - newest.tries)
    _require_stroke(stroke)
    newest.used_at = at
    newest.save(update_fields=["used_at"])
    return _sign(
        agreement, Signer.PARTY, Method.STROKE, name=party.name, party_id=party.pk, stroke=stroke, actor=actor, at=at
    )


@transaction.atomic
def sign_by_certificate(*, number: str, party_id: int, pdf: bytes, actor: Actor, at: dt.datetime) -> Signature:
    """A party hands in the very text, signed with a certificate of their own.

    Refuses: a file that is not the text with a signature added; a signature that is broken, covers not everything, or
    whose issuer nobody here trusts; a certificate of somebody else. Basis: 电子签名法 13, 16.
    """
    agreement = locked_agreement(number, Status.SIGNING)
    party = _party(agreement, party_id, actor)
    _require_electronic(agreement)
    text = _text_of(agreement)
    found = sealing.examine(pdf) if pdf.startswith(text) else None
    if found is None or not (found.is_intact and found.is_valid and found.covers):
        raise Refused("signature.not_this_text", _("This file is not the agreement with a whole signature on it."))
    if not found.is_trusted:
        raise Refused(
            "signature.untrusted",
            _("The certificate comes from an issuer that is not known here."),
            law=_("Electronic Signature Law art. 16"),
        )
    if found.name.strip() != party.name.strip():
        raise Refused("signature.other_name", _("The certificate is in another name than the party's."))
    kept = files.keep(pdf, kind="pdf", name=f"{number}.pdf", actor=actor, at=at)
    return _sign(
        agreement, Signer.PARTY, Method.CERTIFICATE, name=party.name, party_id=party.pk, certificate=found.name,
        photo=kept, actor=actor, at=at,
    )  # fmt: skip


@transaction.atomic
def sign_on_paper(
    *, number: str, party_id: int, photo: StoredFile, actor: Actor, at: dt.datetime, has_fingerprint: bool = False,
    signed_at: dt.datetime | None = None,
) -> Signature:  # fmt: skip
    """The mediator brings in the paper a party signed: a photo of it, marked as paper. Fingerprints count like names.

    Refuses: anybody but the mediator; a moment before the text went out or after now. Basis: 人民调解法 29.
    """
    agreement = locked_agreement(number, Status.SIGNING)
    require_mediator(actor, rules_agreement.DRAFT, agreement.mediation)
    party = _party(agreement, party_id, actor)
    moment = signed_at or at
    if agreement.signing_since is None or not agreement.signing_since <= moment <= at:
        raise Refused("signature.moment", _("Signed before the text went out, or later than now: that cannot be."))
    return _sign(
        agreement, Signer.PARTY, Method.PAPER, name=party.name, party_id=party.pk, photo=photo,
        has_fingerprint=has_fingerprint, actor=actor, at=moment,
    )  # fmt: skip


@transaction.atomic
def sign_as_mediator(*, number: str, text_sha256: str, stroke: str, actor: Actor, at: dt.datetime) -> Signature:
    """The mediator of this matter signs, after the parties. Refuses: colleagues; before every party has signed."""
    agreement = locked_agreement(number, Status.SIGNING)
    require_mediator(actor, rules_agreement.SIGN, agreement.mediation)
    _require_text(agreement, text_sha256)
    waiting = unsigned(agreement)
    if waiting:
        raise Refused(
            "agreement.unsigned",
            _("Not every party has signed yet."),
            law=_("People's Mediation Law art. 29; Online Mediation art. 19"),
        )
    _require_stroke(stroke)
    return _sign(
        agreement, Signer.MEDIATOR, Method.ACCOUNT, name=actor.name, user_id=actor.user_id, stroke=stroke, actor=actor,
        at=at,
    )  # fmt: skip


def unsigned(agreement: Agreement) -> list[str]:
    """Names of parties whose signature is missing."""
    signed = set(agreement.signatures.filter(party__isnull=False).values_list("party_id", flat=True))
    return [party.name for party in dispute_queries.parties(agreement.dispute) if party.pk not in signed]


@transaction.atomic
def seal(*, number: str, actor: Actor, at: dt.datetime, photo: StoredFile | None = None) -> Agreement:
    """The organisation seals; with that everything is there: the agreement is in effect, from the moment its kind of
    mediation names. The file is set anew with all signatures, sealed and time-stamped; the certificate of mediation
    and the plan of instalments are issued; the thirty days for confirmation begin.

    `photo`: the paper with the seal on it. Refuses: a signature that is missing; another organisation.
    Basis: 人民调解法 29; 特邀调解规定 24; 在线调解规则 19; 劳动争议调解仲裁法 14.
    """
    agreement = locked_agreement(number, Status.SIGNING)
    _require_house(actor, agreement)
    if unsigned(agreement) or not agreement.signatures.filter(signer=Signer.MEDIATOR).exists():
        raise Refused(
            "agreement.unsigned",
            _("The seal comes last: a signature is still missing."),
            law=_("People's Mediation Law art. 29; Online Mediation art. 19"),
        )
    method = Method.PAPER_SEAL if photo is not None else Method.SEAL
    with scoping.unscoped("mediation.seal"):
        _sign(
            agreement, Signer.ORGANISATION, method, name=agreement.unit.name, organisation_id=agreement.unit_id,
            photo=photo, actor=actor, at=at,
        )  # fmt: skip
        _take_effect(agreement, actor=actor, at=at)
    return agreement


def _take_effect(agreement: Agreement, *, actor: Actor, at: dt.datetime) -> None:
    """Everything is signed. Call with everything in scope."""
    signed = [Signed(one.signer, one.signed_at) for one in agreement.signatures.all()]
    STATUSES.check(Status(agreement.status), Status.EFFECTIVE)
    agreement.status = Status.EFFECTIVE
    agreement.effective_at, agreement.completed_at = rules_agreement.effect_at(agreement.kind, signed), at
    agreement.save()
    document = agreement.documents.get(kind=Paper.AGREEMENT, replaced_at__isnull=True)
    blocks = queries_agreement.agreement_blocks(agreement)
    edition = add_edition(document, blocks, actor=actor, at=at, is_sealed=True, sha256=agreement.text_sha256)
    document.is_final = True
    document.save(update_fields=["is_final"])
    _issue_with(agreement, document.number, actor=actor, at=at)
    mediation = (
        Mediation.objects.select_for_update(of=("self",))
        .select_related("dispute__place")
        .get(pk=agreement.mediation_id)
    )
    if mediation.stage != Stage.ENDED:
        close(mediation, Ground.AGREED, actor=actor, at=at)
    deadlines.start(
        subject=clock_subject(mediation), kind=CONFIRM, rule_key="court.confirmation.apply",
        began_at=agreement.effective_at, owner_id=agreement.unit_id, mover="person", at=at, actor=actor,
        place=mediation.dispute,
    )  # fmt: skip
    log.record(
        events.AgreementEffective(
            agreement.dispute.number, mediation_id=mediation.pk, agreement_id=agreement.pk,
            effective_at=agreement.effective_at, file_sha256=edition.sha256,
        ),
        actor=actor.id, at=at,
    )  # fmt: skip


def _issue_with(agreement: Agreement, number: str, *, actor: Actor, at: dt.datetime) -> None:
    matter = queries_agreement.matter_text(agreement.dispute, mediation=agreement.mediation)
    assert agreement.effective_at is not None
    told = paper_texts.certificate(
        matter, kind=KIND_TEXTS[Kind(agreement.kind)], accepted_at=agreement.mediation.accepted_at,
        effective_at=agreement.effective_at, agreement_number=number,
    )  # fmt: skip
    more: dict[str, Any] = {
        "dispute": agreement.dispute,
        "unit": agreement.unit,
        "agreement": agreement,
        "actor": actor,
        "at": at,
    }
    issue(kind=Paper.CERTIFICATE, blocks=told, **more)
    if agreement.duties.count() > 1:
        issue(kind=Paper.PLAN, blocks=paper_texts.plan(matter, queries_agreement.term_texts(agreement)), **more)


KIND_TEXTS = {
    Kind.PEOPLES: "人民调解",
    Kind.DELEGATED: "法院委派调解",
    Kind.ENTRUSTED: "法院委托调解",
    Kind.LABOUR: "劳动争议调解",
    Kind.COMMERCIAL: "商事调解",
}


# -- what every signature passes --------------------------------------------------------------------------------------


def _party(agreement: Agreement, party_id: int, actor: Actor) -> Any:
    party = dispute_queries.parties(agreement.dispute).filter(pk=party_id).first()
    if party is None:
        raise Refused("party.unknown", _("This party is not part of the matter."))
    disputes.require_party(actor, party)
    return party


def _require_house(actor: Actor, agreement: Agreement) -> None:
    """The manager of the house that mediated, or the mediator of this matter who carries its seal."""
    if not actor.may(rules_agreement.SEAL) or actor.organisation_id != agreement.unit_id:
        raise Forbidden(rules_agreement.SEAL, code="mediation.not_yours")
    if actor.role == "mediator":
        require_mediator(actor, rules_agreement.SEAL, agreement.mediation)


def _require_electronic(agreement: Agreement) -> None:
    if agreement.on_paper or rules_agreement.is_paper_only(agreement.touches, agreement.mediation.field):
        raise paper_only()


def _require_text(agreement: Agreement, text_sha256: str) -> None:
    if text_sha256 != agreement.text_sha256:
        raise Refused(
            "agreement.text_changed",
            _("The text has changed since you opened it. Please read the new one first."),
            law=_("Electronic Signature Law art. 13"),
        )


def _require_stroke(stroke: str) -> None:
    try:
        papers.read_stroke(stroke)
    except ValueError as error:
        raise Refused("signature.no_stroke", _("Please draw your name in the field.")) from error


def _text_of(agreement: Agreement) -> bytes:
    with scoping.unscoped("mediation.text_of"):
        document = agreement.documents.get(kind=Paper.AGREEMENT, replaced_at__isnull=True)
        edition = document.editions.select_related("file").get(sha256=agreement.text_sha256)
        with files.open_file(edition.file) as file:
            return file.read()


def signature_seal(row: Signature) -> str:
    """What binds a signature to its text: SHA-256 over who, how, when, the text's hash and the stroke."""
    bound = [
        row.agreement_id, row.signer, row.party_id, row.user_id, row.organisation_id, row.name, row.method,
        row.text_sha256, hashlib.sha256(row.stroke.encode()).hexdigest(), row.certificate,
        row.photo.sha256 if row.photo is not None else "", row.has_fingerprint,
        row.signed_at.astimezone(dt.UTC).isoformat(),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(bound, ensure_ascii=False).encode()).hexdigest()


def _sign(
    agreement: Agreement, signer: Signer, method: Method, *, name: str, actor: Actor, at: dt.datetime, **more: Any
) -> Signature:
    own = {"party_id": more["party_id"]} if more.get("party_id") else {"signer": signer}
    if agreement.signatures.filter(**own).exists():
        raise Refused("signature.done", _("This party has signed already."))
    row = Signature(
        agreement=agreement, signer=signer, method=method, name=name[:120], text_sha256=agreement.text_sha256,
        signed_at=at, actor=actor.id, **more,
    )  # fmt: skip
    row.seal = signature_seal(row)
    row.save()
    log.record(
        events.AgreementSigned(
            agreement.dispute.number, mediation_id=agreement.mediation_id, agreement_id=agreement.pk, signer=signer,
            method=method, text_sha256=row.text_sha256, signature_seal=row.seal,
        ),
        actor=actor.id, at=at,
    )  # fmt: skip
    return row


def _record(agreement: Agreement, deed: str, *, actor: Actor, at: dt.datetime) -> None:
    fact = events.AgreementChanged(
        agreement.dispute.number, mediation_id=agreement.mediation_id, agreement_id=agreement.pk, deed=deed
    )
    log.record(fact, actor=actor.id, at=at)


def link_of(number: str) -> str:
    return f"{settings.SITE_URL}/agreements/{number}/"
