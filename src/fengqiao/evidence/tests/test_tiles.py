"""The tree: the published roots and examples, and that proofs hold for every shape and break with every bit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.evidence import tiles, verifier
from fengqiao.evidence.tests.trees import grown, numbered

CT_LEAVES = [
    b"", b"\0", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43", bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]  # fmt: skip
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_roots_of_rfc_6962(size):
    store = grown(CT_LEAVES[:size])
    assert tiles.root(store.read, size).hex() == CT_ROOTS[size - 1]


def test_an_empty_tree():
    assert tiles.root(grown([]).read, 0).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_example_of_70_000_leaves():
    found = list(tiles.tiles_of(70_000))
    full = [(level, index) for level, index, width in found if width == 256]
    assert len([one for one in full if one[0] == 0]) == 273
    assert [one for one in found if one[2] < 256] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert [one for one in full if one[0] == 1] == [(1, 0)]


def test_a_tree_of_256_has_a_full_tile_and_one_above():
    assert list(tiles.tiles_of(256)) == [(0, 0, 256), (1, 0, 1)]


@pytest.mark.parametrize(
    ("index", "path"), [(0, "000"), (273, "273"), (1000, "x001/000"), (1_234_067, "x001/x234/067")]
)
def test_numbers_become_paths(index, path):
    assert tiles.number_path(index) == path


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 512, 700])
def test_the_files_are_those_of_the_size(size):
    store = grown(numbered(size))
    expected = {tiles.tile_path(*one) for one in tiles.tiles_of(size)}
    expected |= {tiles.tile_path("entries", index, width) for level, index, width in tiles.tiles_of(size) if level == 0}
    assert set(store.files) == expected
    assert list(tiles.read_entries(store.read, size)) == numbered(size)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 700), st.integers(1, 300), st.data())
def test_proofs_hold_for_every_shape(size, step, data):
    """The tree grows by pieces of any size; every proof leads to the root of the plain definition."""
    hashes = [tiles.leaf_hash(entry) for entry in numbered(size)]
    store = grown(numbered(size), step=step)
    root = tiles.top(hashes)
    assert tiles.root(store.read, size) == root
    index = data.draw(st.integers(0, size - 1))
    path = tiles.inclusion(store.read, size, index)
    assert verifier.root_by_inclusion(index=index, size=size, leaf=hashes[index], path=path) == root
    old = data.draw(st.integers(0, size))
    steps = tiles.consistency(store.read, old, size)
    ends = {"old": old, "new": size, "old_root": tiles.top(hashes[:old]), "new_root": root}
    assert verifier.is_consistent(**ends, path=steps)
    for broken in _broken(path, data):
        assert verifier.root_by_inclusion(index=index, size=size, leaf=hashes[index], path=broken) != root
    for broken in _broken(steps, data):
        assert not verifier.is_consistent(**ends, path=broken)


def _broken(path, data):
    """The path with one bit turned, one step more, one step less."""
    yield [*path, bytes(32)]
    if path:
        yield path[:-1]
        at, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
        turned = (int.from_bytes(path[at], "big") ^ (1 << bit)).to_bytes(32, "big")
        yield [*path[:at], turned, *path[at + 1 :]]


def test_another_place_is_not_proven():
    store, root = grown(numbered(300)), tiles.top([tiles.leaf_hash(entry) for entry in numbered(300)])
    path, leaf = tiles.inclusion(store.read, 300, 7), tiles.leaf_hash(numbered(300)[7])
    assert verifier.root_by_inclusion(index=6, size=300, leaf=leaf, path=path) != root
    assert verifier.root_by_inclusion(index=300, size=300, leaf=leaf, path=path) is None


def test_a_partial_tile_may_be_replaced_by_the_full_one():
    store = grown(numbered(200))
    root = tiles.root(store.read, 200)
    del store.files["tile/0/000.p/200"]
    store.write_all(grown(numbered(256)).files.items())
    assert tiles.root(store.read, 200) == root


def test_a_bundle_that_ends_within_an_entry_is_refused():
    bundle = grown(numbered(3)).files["tile/entries/000.p/3"]
    assert len(tiles.entries_in(bundle)) == 3
    for end in (1, len(bundle) - 1):
        with pytest.raises(ValueError, match="within"):
            tiles.entries_in(bundle[:end])
