"""The verifier finds every changed bit, says why in plain words, and reads the published examples."""

import contextlib
import random
import subprocess
import sys
from pathlib import Path

import pytest

from fengqiao.evidence import filelog, leaves, signing, verifier

EXAMPLE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5"
    "/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJs"
    "X3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)  # fmt: skip


@pytest.fixture
def sealed(tmp_path):
    """Nine files sealed in a folder; the proof of the fifth, with its file and the key."""
    files = [tmp_path / f"file{number}.txt" for number in range(9)]
    for path in files:
        path.write_text(f"内容 {path.name}")
    proofs = filelog.append(tmp_path / "log", files[:4], origin="files.example/a", at="2026-07-12T01:00:00Z")
    proofs += filelog.append(tmp_path / "log", files[4:], origin="ignored", at="2026-07-12T02:00:00Z")
    policy = verifier.Policy(logs=(verifier.parse_key((tmp_path / "log/vkey").read_text()),))
    return proofs[5].read_bytes(), policy, files[5]


def test_the_published_checkpoint_is_read():
    note = verifier.parse_note(EXAMPLE.encode())
    assert verifier.parse_checkpoint(note).size == 20_852_163
    assert [one.name for one in note.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    assert verifier.cosigned_at(note.signatures[1]) == 1_679_315_147
    assert "".join(one.line() for one in note.signatures) == EXAMPLE.rpartition("\n\n")[2]


def test_a_proof_agrees_with_its_file(sealed):
    proof, policy, path = sealed
    found = verifier.judge(proof, policy, file=path.read_bytes())
    assert found.agrees
    assert (found.index, found.size, found.file) == (5, 9, "file5.txt")
    assert verifier.judge(proof, policy, file=b"another").failed == "file"
    assert verifier.parse_proof(proof).text() == proof


def test_every_turned_bit_is_found(sealed):
    """Whichever bit: the answer is no, or the file cannot be read. Never the same yes."""
    proof, policy, _path = sealed
    right, chance = verifier.judge(proof, policy), random.Random(1)
    for _try in range(300):
        at = chance.randrange(len(proof) * 8)
        turned = bytearray(proof)
        turned[at // 8] ^= 1 << at % 8
        with contextlib.suppress(verifier.Malformed):
            assert verifier.judge(bytes(turned), policy) != right, f"bit {at}"


def test_an_unknown_log_does_not_agree(sealed):
    proof, _policy, _path = sealed
    other = verifier.Policy(logs=(signing.Ed25519("files.example/a", b"\4" * 32).key,))
    assert verifier.judge(proof, other).failed == "log"


def test_words_that_are_not_those_sealed(sealed):
    proof, policy, _path = sealed
    parsed = verifier.parse_proof(proof)
    forged = parsed.extra.replace(b"file5.txt", b"file6.txt")
    text = verifier.Proof(parsed.index, parsed.path, parsed.checkpoint, forged).text()
    found = verifier.judge(text, policy)
    assert found.failed == "record"
    assert "不一致" in next(iter(verifier.told(found)))


def test_it_is_one_file_that_runs_alone(sealed, tmp_path):
    proof, policy, path = sealed
    (tmp_path / "v.py").write_bytes(Path(verifier.__file__).read_bytes())
    (tmp_path / "p.tlog-proof").write_bytes(proof)
    command = [sys.executable, "-I", "v.py", "p.tlog-proof", "--key", policy.logs[0].vkey(), "--file", str(path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("一致。")
    path.write_text("改过")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 1
    assert subprocess.run([*command[:4]], cwd=tmp_path, capture_output=True).returncode == 2


def test_a_policy_asks_for_its_quorum():
    keys = [signing.Cosigner(f"w.example/{at}", bytes([at]) * 32).key.vkey() for at in range(4)]
    lines = [f"witness w{at} {key}" for at, key in enumerate(keys)]
    text = "\n".join(["# 说明", *lines, "group g 2 w0 w1 w2", "\tgroup h all g w3 ", "quorum h", ""])
    policy = verifier.parse_policy(text.encode())
    assert policy.is_met({"w0", "w2", "w3"})
    assert not policy.is_met({"w0", "w1", "w2"})
    assert verifier.parse_policy(b"quorum none\n").is_met(set())


@pytest.mark.parametrize(
    "line",
    ["", "quorum x", "quorum none\nquorum none", "group g 3 a\nquorum g", "log a+00000000+AAAA\nquorum none", "huh"],
)  # fmt: skip
def test_a_policy_that_is_not_one_is_refused(line):
    with pytest.raises(verifier.Malformed):
        verifier.parse_policy(line.encode())


@pytest.mark.skipif(not signing.Sm2.is_available(), reason="no openssl program")
def test_the_sm2_line_holds_and_others_may_pass_it_over(tmp_path):
    pem = tmp_path / "sm2.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "SM2", "-out", pem], check=True, capture_output=True)
    first, second = signing.Ed25519("l.example/a", b"\5" * 32), signing.Sm2("l.example/a", pem)
    raw = signing.sign_checkpoint(verifier.Checkpoint("l.example/a", 1, bytes(32)), [first, second])
    for logs, has_sm2 in (((first.key,), False), ((first.key, second.key), True)):
        found = verifier.Judgement()
        verifier.check_checkpoint(raw, verifier.Policy(logs=logs), found)
        assert (found.failed, found.has_sm2) == ("", has_sm2)
    note = verifier.parse_note(raw)
    assert not second.key.holds(note.text + "x", note.signatures[1])


def test_sm3_vector():
    assert verifier.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_leaves_are_canonical():
    assert leaves.canonical({"b": [1, True, None], "a": "陈"}) == '{"a":"陈","b":[1,true,null]}'
