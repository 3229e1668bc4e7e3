"""Asking the witnesses to sign what we show, and the outside authorities to anchor it."""

from __future__ import annotations

import dataclasses
import datetime as dt

import httpx
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from fengqiao.evidence import settled, tiles, verifier
from fengqiao.evidence.actions.publishing import NAME
from fengqiao.evidence.events import IncidentSettled
from fengqiao.evidence.models import Checkpoint, Cosignature, Incident, Log, WitnessState
from fengqiao.evidence.witness import compose_request
from fengqiao.kernel import events as log
from fengqiao.kernel import scoping
from fengqiao.kernel.actor import Actor
from fengqiao.kernel.errors import Refused

PATIENCE_S = 5.0


@dataclasses.dataclass(frozen=True)
class Heard:
    """What a witness answered: its line, or why not. `is_refused`: it holds another history against us."""

    line: str = ""
    error: str = ""
    is_refused: bool = False


def ask_witnesses(checkpoint: Checkpoint, *, at: dt.datetime) -> int:
    """Ask each witness of the policy; then show the checkpoint with the lines that came. Result: how many signed."""
    policy = settled.policy()
    with httpx.Client(timeout=PATIENCE_S, trust_env=False) as client:
        for witness in policy.witnesses:
            if witness.url and not checkpoint.cosignatures.filter(witness=witness.name).exists():
                _note(checkpoint, witness, _ask(client, witness, checkpoint), at=at)
    lines = list(checkpoint.cosignatures.order_by("pk").values_list("line", flat=True))
    newest = checkpoint.log.checkpoints.order_by("-size").first()
    if lines and newest == checkpoint:
        settled.store_of(checkpoint.log).write_all([(NAME, (checkpoint.note + "".join(lines)).encode())])
    return len(lines)


def _ask(client: httpx.Client, witness: verifier.Witness, checkpoint: Checkpoint) -> Heard:
    store = settled.store_of(checkpoint.log)
    state = WitnessState.objects.filter(log=checkpoint.log, witness=witness.name).first()
    old = min(state.size if state else 0, checkpoint.size)
    try:
        for _attempt in range(2):
            path = tiles.consistency(store.read, old, checkpoint.size)
            body = compose_request(old, path, checkpoint.note.encode())
            answer = client.post(f"{witness.url.rstrip('/')}/add-checkpoint", content=body)
            known = _size_in(answer) if answer.status_code == 409 else None
            if known is None or known == old:
                break
            if known > checkpoint.size:
                return Heard(error=f"holds {known} leaves, we show {checkpoint.size}", is_refused=True)
            old = known
    except (httpx.HTTPError, tiles.Missing) as error:
        return Heard(error=f"{type(error).__name__}")
    if answer.status_code != 200:
        return Heard(error=f"answered {answer.status_code}", is_refused=answer.status_code in {409, 422})
    return _believed(witness, checkpoint, answer.text)


def _size_in(answer: httpx.Response) -> int | None:
    try:
        return verifier.decimal(answer.text.rstrip("\n"))
    except verifier.Malformed:
        return None


def _believed(witness: verifier.Witness, checkpoint: Checkpoint, answer: str) -> Heard:
    """Of the lines that came, the one by the key we know."""
    note = verifier.parse_note(checkpoint.note.encode())
    for line in answer.split("\n"):
        try:
            signature = verifier.parse_signature(line)
        except verifier.Malformed:
            continue
        if witness.key.holds(note.text, signature):
            return Heard(line=signature.line())
    return Heard(error="answered with no signature we know")


@transaction.atomic
def _note(checkpoint: Checkpoint, witness: verifier.Witness, heard: Heard, *, at: dt.datetime) -> None:
    with scoping.unscoped("evidence.witness"):
        state, _new = WitnessState.objects.get_or_create(log=checkpoint.log, witness=witness.name)
        state.error, state.is_refused = heard.error[:200], heard.is_refused
        if heard.line:
            state.size, state.signed_at = checkpoint.size, at
            Cosignature.objects.get_or_create(
                checkpoint=checkpoint, witness=witness.name, defaults={"line": heard.line, "at": at}
            )
        state.save()
        if heard.is_refused:
            _report(checkpoint.log, witness.name, heard.error, at=at)


def _report(about: Log, witness: str, error: str, *, at: dt.datetime) -> None:
    what = f"{witness} · {about.origin}"
    if not Incident.objects.filter(kind=Incident.Kind.REFUSED, what=what, settled_at=None).exists():
        Incident.objects.create(at=at, kind=Incident.Kind.REFUSED, what=what, facts={"error": error})


@transaction.atomic
def settle(incident_id: int, *, actor: Actor, at: dt.datetime) -> Incident:
    """Somebody looked into it and answers for going on. Refuses: one that is not open."""
    incident = Incident.objects.select_for_update().filter(pk=incident_id, settled_at=None).first()
    if incident is None:
        raise Refused("evidence.not_open", _("This is not open any more."))
    incident.settled_at, incident.settled_by = at, actor.id
    incident.save(update_fields=["settled_at", "settled_by"])
    log.record(IncidentSettled(incident_id), actor=actor.id, at=at)
    return incident
