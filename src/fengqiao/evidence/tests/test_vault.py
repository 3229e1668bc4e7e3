"""Keys come from one secret, and one record's keys can be destroyed while every other stays."""

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.evidence.vault import DEPTH, Destroyed, Node, Tree, Vault, new_block

ROOT = Tree([Node(0, 0, b"\7" * 32)])
NUMBERS = st.integers(0, (1 << DEPTH) - 1)


@settings(max_examples=50, deadline=None)
@given(st.sets(NUMBERS, min_size=1, max_size=5), st.sets(NUMBERS, max_size=5))
def test_destroyed_ones_are_gone_and_all_others_stay(gone, kept):
    kept |= {number ^ 1 for number in gone}
    left = Tree.from_bytes(ROOT.without(gone).to_bytes())
    for number in gone:
        with pytest.raises(Destroyed):
            left.keys(number)
    for number in kept - gone:
        assert left.keys(number) == ROOT.keys(number)


@given(NUMBERS)
def test_no_secret_on_the_way_to_a_destroyed_one_is_left(number):
    left = ROOT.without([number])
    way, node = {ROOT.nodes[0].secret}, ROOT.nodes[0]
    while node.length < DEPTH:
        node = next(one for one in node.split() if one.covers(number))
        way.add(node.secret)
    assert not way & {node.secret for node in left.nodes}


def test_words_open_with_their_own_keys_only(tmp_path):
    vault = Vault(tmp_path / "vault")
    one, two = new_block(2)
    sealed = vault.keys(one).seal("陈女士说".encode(), one)
    assert vault.keys(one).unseal(sealed, one).decode() == "陈女士说"
    with pytest.raises(InvalidTag):
        vault.keys(two).unseal(sealed, two)


def test_every_process_sees_a_destruction(tmp_path):
    here, there = Vault(tmp_path / "vault"), Vault(tmp_path / "vault")
    number = new_block(1)[0]
    assert here.keys(number) == there.keys(number)
    before = (tmp_path / "vault").read_bytes()
    here.destroy([number])
    here.destroy([number])
    assert there.is_destroyed(number)
    assert before[-32:] not in (tmp_path / "vault").read_bytes()


def test_a_damaged_file_is_not_believed(tmp_path):
    vault = Vault(tmp_path / "vault")
    vault.keys(1)
    (tmp_path / "vault").write_bytes((tmp_path / "vault").read_bytes()[:-1] + b"x")
    with pytest.raises(ValueError, match="damaged"):
        Vault(tmp_path / "vault").keys(1)
