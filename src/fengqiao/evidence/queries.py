"""Questions to the log: what is sealed, how far it is, and proofs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

from cryptography.exceptions import InvalidTag
from django.db.models import Count

from fengqiao.evidence import leaves, settled, tiles, verifier
from fengqiao.evidence.models import Checkpoint, Erasure, Incident, Leaf, Log, Pending, WitnessState
from fengqiao.evidence.vault import Destroyed
from fengqiao.kernel.models import Event

LATE = dt.timedelta(seconds=60)


@dataclasses.dataclass(frozen=True)
class Sealed:
    """One event of a subject: `state` is "sealed" (a proof can be had), "soon" (within a minute), "held" (witnesses
    do not sign, so no proof is given out) or "erased" (the leaf stays, its words are gone)."""

    event_id: int
    kind: str
    at: dt.datetime
    state: str


def of_subject(subject: str) -> list[Sealed]:
    """Every event of a matter with how far its sealing is. The caller has checked who may ask."""
    events = list(Event.objects.filter(subject=subject).order_by("pk"))
    held = {leaf.event_id: leaf for leaf in Leaf.objects.filter(subject=subject).select_related("log")}
    shown = {leaf.log_id: _proven_size(leaf.log) for leaf in held.values()}
    return [Sealed(event.pk, event.kind, event.at, _state(held.get(event.pk), shown)) for event in events]


def state_of(event_id: int) -> str:
    leaf = Leaf.objects.filter(event_id=event_id).select_related("log").first()
    return _state(leaf, {leaf.log_id: _proven_size(leaf.log)} if leaf else {})


def _state(leaf: Leaf | None, shown: dict[int, int]) -> str:
    if leaf is not None and leaf.number is not None and settled.vault().is_destroyed(leaf.number):
        return "erased"
    if leaf is not None and leaf.index < shown[leaf.log_id]:
        return "sealed"
    return "held" if is_halted() else "soon"


def _proven_size(log: Log) -> int:
    found = proven(log)
    return found.size if found else 0


def proven(log: Log) -> Checkpoint | None:
    """The newest checkpoint that enough witnesses have signed."""
    policy = settled.policy()
    newest = log.checkpoints.order_by("-size")
    if policy.quorum == "none":
        return newest.first()
    for checkpoint in newest.prefetch_related("cosignatures")[:50]:
        if policy.is_met({one.witness for one in checkpoint.cosignatures.all()}):
            return checkpoint
    return None


def is_halted() -> bool:
    """Whether no receipts are given out: a witness holds another history against us, or files and tables differ."""
    serious = (Incident.Kind.ROLLBACK, Incident.Kind.FORK, Incident.Kind.REFUSED)
    return Incident.objects.filter(settled_at=None, kind__in=serious).exists()


def proof(event_id: int) -> bytes | None:
    """The proof file of an event; None while there is none to give. The caller has checked who may ask."""
    leaf = Leaf.objects.filter(event_id=event_id).select_related("log").first()
    checkpoint = proven(leaf.log) if leaf else None
    if leaf is None or checkpoint is None or leaf.index >= checkpoint.size or is_halted():
        return None
    return proof_of(leaf, checkpoint)


def proof_of(leaf: Leaf, checkpoint: Checkpoint) -> bytes:
    """With the record and its salt, while they are there; else of the entry alone."""
    lines = "".join(checkpoint.cosignatures.order_by("pk").values_list("line", flat=True))
    path = tiles.inclusion(settled.store_of(leaf.log).read, checkpoint.size, leaf.index)
    extra = {"v": leaves.VERSION, "leaf": leaf.entry, **_words(leaf)}
    note = (checkpoint.note + lines).encode()
    return verifier.Proof(leaf.index, tuple(path), note, leaves.canonical(extra).encode()).text()


def _words(leaf: Leaf) -> dict[str, str]:
    """Record and salt; nothing when they are erased or were never ours. Raises InvalidTag when they were altered."""
    if leaf.number is None:
        return {}
    try:
        keys = settled.vault().keys(leaf.number)
    except Destroyed:
        return {}
    return {"record": keys.unseal(bytes(leaf.sealed), leaf.number).decode(), "salt": keys.salt.hex()}


def words_of(leaf: Leaf) -> dict[str, str] | None:
    """Record and salt; None when they cannot be opened."""
    try:
        return _words(leaf) or None
    except InvalidTag:
        return None


def record(leaf: Leaf) -> dict[str, object] | None:
    """What was committed to; None when it is erased or unknown."""
    words = words_of(leaf)
    return dict(json.loads(words["record"])) if words else None


@dataclasses.dataclass(frozen=True)
class LogState:
    """`lag`: how long the oldest event that waits has been waiting."""

    log: Log
    shown: int
    proven: int
    witnesses: tuple[WitnessState, ...]


def logs() -> list[LogState]:
    return [
        LogState(
            log,
            shown=log.checkpoints.order_by("-size").values_list("size", flat=True).first() or 0,
            proven=_proven_size(log),
            witnesses=tuple(WitnessState.objects.filter(log=log).order_by("witness")),
        )
        for log in Log.objects.order_by("-year", "unit")
    ]


def waiting(*, at: dt.datetime) -> tuple[int, dt.timedelta]:
    """How many events wait for their place, and how long the oldest has."""
    count = Pending.objects.count()
    oldest = Pending.objects.order_by("event_id").values_list("event_id", flat=True).first()
    since = Event.objects.filter(pk=oldest).values_list("at", flat=True).first() if oldest else None
    return count, max(at - since, dt.timedelta()) if since else dt.timedelta()


def sealed_so_far() -> int:
    """How many leaves have their place, in all logs."""
    return sum(Log.objects.values_list("size", flat=True))


def witnesses() -> tuple[int, int]:
    """Of the witnesses we ask, how many have signed the newest checkpoint of every log; and how many we ask."""
    asked = {one.name for one in settled.policy().witnesses if one.url}
    signed = set(asked)
    for log in Log.objects.all():
        newest = log.checkpoints.order_by("-size").first()
        if newest is not None:
            signed &= set(newest.cosignatures.values_list("witness", flat=True))
    return len(signed), len(asked)


def open_incidents() -> dict[str, int]:
    found = Incident.objects.filter(settled_at=None).values_list("kind").annotate(Count("pk"))
    return dict(found.order_by("kind"))


def policy_text() -> str:
    """The keys of our logs and the witnesses with their quorum, as a policy file (C2SP tlog-policy)."""
    policy = settled.policy()
    lines = [f"log {settled.keys(log)[0].vkey()}" for log in Log.objects.order_by("pk")]
    lines += [f"witness {one.name} {one.key.vkey()}" for one in policy.witnesses]
    lines += [f"group {name} {need} {' '.join(members)}" for name, (need, members) in policy.groups.items()]
    return "\n".join([*lines, f"quorum {policy.quorum}", ""])


def trusted() -> verifier.Policy:
    """What a stranger should believe: our logs and the witnesses."""
    return verifier.parse_policy(policy_text().encode())


def erasure_of(subject: str) -> Erasure | None:
    """The newest wish to erase all of a matter."""
    return Erasure.objects.filter(subject=subject, events=[]).order_by("-pk").first()
