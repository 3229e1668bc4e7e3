"""What a party asks for and what shall show it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from fengqiao.disputes import events, queries, rules
from fengqiao.disputes.actions.common import locked, require, words, write
from fengqiao.disputes.actions.opening import party_in
from fengqiao.disputes.models import Claim, Dispute, Party, Proof
from fengqiao.disputes.rules import ClaimKind, Compartment, LineKind
from fengqiao.kernel import events as log
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import CASE, Actor
from fengqiao.kernel.errors import Forbidden, Refused
from fengqiao.kernel.models import StoredFile


def _may_write_for(actor: Actor, dispute: Dispute, party: Party) -> None:
    """The party itself, or staff of the case side who write for it."""
    own = queries.party_of(dispute, actor)
    if own is not None and own.pk == party.pk:
        return
    if actor.role == "resident":
        raise Http404
    if not actor.holds(CASE):
        raise Forbidden(rules.CHANGE, _("Only the case side writes this."), code="mediation.secret")
    require(actor, rules.CHANGE, dispute)


@transaction.atomic
def claim(
    *,
    number: str,
    party_id: int,
    kind: ClaimKind,
    text: str,
    actor: Actor,
    at: dt.datetime,
    amount_fen: int | None = None,
) -> Claim:
    """A party asks for something. Units: fen. Refuses: a claim for money without a sum above zero."""
    dispute = locked(number)
    party = party_in(dispute, party_id)
    _may_write_for(actor, dispute, party)
    if kind == ClaimKind.MONEY and (amount_fen is None or amount_fen <= 0):
        raise Refused("claim.amount_missing", _("A claim for money names its sum."))
    with scoping.unscoped("disputes.claim"):
        made = Claim.objects.create(
            dispute=dispute, party=party, kind=kind, text=words(text), amount_fen=amount_fen, made_at=at
        )
    write(dispute, LineKind.CLAIMED, actor=actor, at=at, compartment=Compartment.CASE, claim=made.pk, party=party.pk)
    log.record(events.DisputeChanged(number=number, deed="claimed"), actor=actor.id, at=at)
    return made


@transaction.atomic
def withdraw_claim(*, number: str, claim_id: int, actor: Actor, at: dt.datetime) -> Claim:
    """A claim is taken back by whose it is."""
    dispute = locked(number)
    found = dispute.claims.select_related("party").filter(pk=claim_id).first()
    if found is None:
        raise Http404
    _may_write_for(actor, dispute, found.party)
    found.withdrawn_at = found.withdrawn_at or at
    with scoping.unscoped("disputes.withdraw_claim"):
        found.save(update_fields=["withdrawn_at"])
    log.record(events.DisputeChanged(number=number, deed="claim_withdrawn"), actor=actor.id, at=at)
    return found


@transaction.atomic
def add_proof(
    *,
    number: str,
    party_id: int,
    file: StoredFile,
    name: str,
    actor: Actor,
    at: dt.datetime,
    shows: str = "",
    held_back: bool = False,
) -> Proof:
    """A file that shall show something. `held_back`: for this side and the mediator until it is brought forward."""
    dispute = locked(number)
    party = party_in(dispute, party_id)
    _may_write_for(actor, dispute, party)
    with scoping.unscoped("disputes.add_proof"):
        proof = Proof.objects.create(
            dispute=dispute,
            party=party,
            file=file,
            name=name[:120],
            shows=shows.strip(),
            only_side=party.side if held_back else "",
            added_at=at,
        )
    if not held_back:
        write(dispute, LineKind.PROOF, actor=actor, at=at, compartment=Compartment.CASE, proof=proof.pk)
    log.record(events.DisputeChanged(number=number, deed="proof_added"), actor=actor.id, at=at)
    return proof


@transaction.atomic
def bring_forward(*, number: str, proof_id: int, actor: Actor, at: dt.datetime) -> Proof:
    """The owner lets the other side see a file that was held back."""
    dispute = locked(number)
    proof = queries.proofs(dispute, actor).filter(pk=proof_id).first()
    if proof is None or proof.party is None:
        raise Http404
    _may_write_for(actor, dispute, proof.party)
    proof.only_side = ""
    with scoping.unscoped("disputes.bring_forward"):
        proof.save(update_fields=["only_side"])
    write(dispute, LineKind.PROOF, actor=actor, at=at, compartment=Compartment.CASE, proof=proof.pk)
    log.record(events.DisputeChanged(number=number, deed="proof_shown"), actor=actor.id, at=at)
    return proof
