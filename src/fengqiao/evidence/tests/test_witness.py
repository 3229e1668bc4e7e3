"""A witness signs growth and nothing else; what contradicts is refused and kept."""

import random
import threading

import pytest

from fengqiao.evidence import actions, queries, settled, signing, tiles, verifier
from fengqiao.evidence.actions import witnessing
from fengqiao.evidence.models import Incident, Log, WitnessState
from fengqiao.evidence.tests.ground import AT, happen, turn
from fengqiao.evidence.tests.trees import grown, numbered
from fengqiao.evidence.witness import Witness, compose_request, seed_in, server

NOW = 1_784_000_000
LOG = signing.Ed25519("log.example/a", b"\1" * 32)


def note(entries, key=LOG, size=None):
    store = grown(entries)
    checkpoint = verifier.Checkpoint(key.name, size or len(entries), tiles.root(store.read, size or len(entries)))
    return signing.sign_checkpoint(checkpoint, [key])


def request(entries, old):
    path = tiles.consistency(grown(entries).read, old, len(entries)) if old else []
    return compose_request(old, path, note(entries))


@pytest.fixture
def witness(tmp_path):
    return Witness(tmp_path, signing.Cosigner("w.example/1", b"\2" * 32), {LOG.name: (LOG.key,)})


def test_growth_is_signed_and_remembered(witness, tmp_path):
    answer = witness.add_checkpoint(request(numbered(5), 0), at=NOW)
    assert answer.status == 200
    line = verifier.parse_signature(answer.body.rstrip("\n"))
    text = verifier.parse_note(note(numbered(5))).text
    assert witness.signer.key.holds(text, line)
    assert verifier.cosigned_at(line) == NOW
    assert witness.add_checkpoint(request(numbered(300), 5), at=NOW).status == 200
    again = Witness(tmp_path, witness.signer, witness.logs)
    assert again.latest(LOG.name)[0] == 300
    assert again.add_checkpoint(request(numbered(300), 300), at=NOW).status == 200
    assert witness.kept() == []


def test_another_old_size_is_told_the_right_one(witness):
    witness.add_checkpoint(request(numbered(5), 0), at=NOW)
    answer = witness.add_checkpoint(request(numbered(9), 3), at=NOW)
    assert (answer.status, answer.body, answer.content_type) == (409, "5\n", "text/x.tlog.size")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"old 01\n\n" + note(numbered(2)), 400),
        (b"old 3\n\n" + note(numbered(2)), 400),
        (b"old 0\nAAAA\n\n" + note(numbered(2)), 400),
        (b"old 0\n\n" + note(numbered(2), signing.Ed25519("other.example/b", b"\3" * 32)), 404),
        (b"old 0\n\n" + note(numbered(2), signing.Ed25519(LOG.name, b"\3" * 32)), 403),
        (compose_request(0, [bytes(32)], note(numbered(2))), 422),
    ],
)
def test_everything_else_is_refused(witness, raw, status):
    assert witness.add_checkpoint(raw, at=NOW).status == status
    assert witness.latest(LOG.name)[0] == 0


def test_forks_and_rollbacks_are_refused_and_forks_kept(witness):
    """Histories rewritten at a random leaf, cut off, or replaced: none is signed."""
    chance = random.Random(5)
    witness.add_checkpoint(request(numbered(40), 0), at=NOW)
    for _try in range(20):
        size = chance.randrange(40, 90)
        forged = numbered(size)
        forged[chance.randrange(40)] = b"forged"
        assert witness.add_checkpoint(request(forged, 40), at=NOW).status in {409, 422}
        cut = numbered(chance.randrange(1, 40))
        assert witness.add_checkpoint(request(cut, 0), at=NOW).status == 409
    assert witness.latest(LOG.name) == (40, tiles.root(grown(numbered(40)).read, 40))
    assert len(witness.kept()) >= 15
    assert b"forged" not in witness.kept()[0].read_bytes()
    assert b"signed_before" in witness.kept()[0].read_bytes()


@pytest.fixture
def witnesses(tmp_path, settings, db):
    """Three witnesses that listen, and a policy of two of them."""
    turn()
    started, lines = [], []
    keys = {log.origin: tuple(settled.keys(log)) for log in Log.objects.all()}
    keys = keys or {"log.example/evidence/0/2026": (signing.Ed25519("x", b"\0" * 32).key,)}
    for number in range(3):
        folder = tmp_path / f"w{number}"
        one = Witness(folder, signing.Cosigner(f"w.example/{number}", seed_in(folder)), keys)
        serving = server(one, ("127.0.0.1", 0))
        threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        started.append((one, serving))
        lines.append(f"witness w{number} {one.signer.key.vkey()} http://127.0.0.1:{serving.server_port}")
    settings.EVIDENCE_POLICY.write_text("\n".join([*lines, "group two 2 w0 w1 w2", "quorum two", ""]))
    yield started
    for _one, serving in started:
        serving.shutdown()
        serving.server_close()


def stand(witnesses):
    """Events, sealed and shown; the witnesses know the log."""
    made = happen(3)
    turn()
    log = Log.objects.get()
    for one, _serving in witnesses:
        one.logs = {log.origin: tuple(settled.keys(log))}
    return made, log


def test_proofs_carry_the_witnesses(witnesses):
    made, log = stand(witnesses)
    newest = log.checkpoints.latest("size")
    assert queries.state_of(made[0].pk) == "soon"
    assert actions.ask_witnesses(newest, at=AT) == 3
    assert queries.state_of(made[0].pk) == "sealed"
    found = verifier.judge(queries.proof(made[0].pk), queries.trusted())
    assert found.agrees
    assert found.signed == ["w0", "w1", "w2"]
    assert found.before is not None
    assert found.record["subject"] == made[0].subject


def test_two_of_three_are_enough_and_one_is_not(witnesses):
    made, log = stand(witnesses)
    newest = log.checkpoints.latest("size")
    for _one, serving in witnesses[:2]:
        serving.server_close()
        serving.shutdown()
    assert actions.ask_witnesses(newest, at=AT) == 1
    assert queries.proof(made[0].pk) is None
    assert not queries.is_halted()  # a machine that is off is no contradiction
    assert WitnessState.objects.get(witness="w0").error
    happen(1)


def test_a_refusal_stops_receipts_until_somebody_settles_it(witnesses, monkeypatch):
    made, log = stand(witnesses)
    newest = log.checkpoints.latest("size")
    forged = numbered(newest.size + 9)
    key = settled.signers(log)[0]
    store = grown(forged)
    told = signing.sign_checkpoint(
        verifier.Checkpoint(log.origin, len(forged), tiles.root(store.read, len(forged))), [key]
    )
    assert witnesses[2][0].add_checkpoint(compose_request(0, [], told), at=NOW).status == 200
    actions.ask_witnesses(newest, at=AT)
    assert queries.is_halted()
    assert queries.proof(made[0].pk) is None
    assert queries.state_of(made[0].pk) == "sealed"
    incident = Incident.objects.get()
    assert incident.kind == "refused"
    witnessing.settle(incident.pk, actor=witnessing_actor(), at=AT)
    assert not queries.is_halted()
    assert queries.proof(made[0].pk) is not None


def witnessing_actor():
    from fengqiao.kernel.actor import system

    return system("tests")
