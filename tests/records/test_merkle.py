"""The tree over a log: known answers, and a naive tree beside it."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.records import merkle
from conurb.records.merkle import ProofError, Tree

# the leaves and roots by which Certificate Transparency's own programs are tested (RFC 6962)
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]


def naive(hashes: list[bytes]) -> bytes:
    """The root by the recursion of RFC 9162, 2.1.1."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    middle = 1
    while middle * 2 < len(hashes):
        middle *= 2
    return merkle.node_hash(naive(hashes[:middle]), naive(hashes[middle:]))


def numbered(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(count)]


class Store:
    """Tiles as a log keeps them: full ones are stored, others made from what is below."""

    def __init__(self) -> None:
        self.hashes: list[bytes] = []
        self.frontier: list[bytes] = []
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.reads = 0

    def append(self, leaves: list[bytes]) -> None:
        size = len(self.hashes)
        for tile in merkle.completed(size, leaves, self.read):
            assert (tile.level, tile.index) not in self.tiles
            self.tiles[tile.level, tile.index] = tile.hashes
        self.hashes += leaves
        assert merkle.grow(self.frontier, size, leaves) == len(self.hashes)

    def read(self, level: int, index: int) -> bytes:
        self.reads += 1
        full = self.tiles.get((level, index))
        if full is not None:
            return full
        begin = index * merkle.TILE
        if level == 0:
            return b"".join(self.hashes[begin : begin + merkle.TILE])
        row = []
        for child in range(begin, begin + merkle.TILE):
            below = self.tiles.get((level - 1, child))
            if below is None:
                break
            row.append(merkle.perfect_root(merkle.split(below)))
        return b"".join(row)

    def tree(self) -> Tree:
        return Tree(len(self.hashes), self.read)


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size):
    frontier: list[bytes] = []
    merkle.grow(frontier, 0, HASHES[:size])
    assert merkle.root_of(frontier).hex() == ROOTS[size]
    store = Store()
    store.append(HASHES[:size])
    assert store.tree().root().hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    ],
)
def test_known_inclusion_proofs(index, size, proof):
    store = Store()
    store.append(HASHES)
    found = store.tree().inclusion(index, size)
    assert [each.hex() for each in found] == proof
    assert merkle.included(HASHES[index], index, size, found, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(
    ("old", "new", "proof"),
    [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
    ],
)
def test_known_consistency_proofs(old, new, proof):
    store = Store()
    store.append(HASHES)
    found = store.tree().consistency(old, new)
    assert [each.hex() for each in found] == proof
    roots = [bytes.fromhex(ROOTS[size]) for size in (old, new)]
    assert merkle.consistent(old, new, found, *roots)


@given(st.lists(st.integers(1, 700), min_size=1, max_size=5))
def test_a_log_that_grows_is_the_naive_tree(portions):
    hashes = numbered(sum(portions))
    store = Store()
    at = 0
    for portion in portions:
        store.append(hashes[at : at + portion])
        at += portion
        assert merkle.root_of(store.frontier) == naive(hashes[:at])
    assert set(store.tiles) == set(merkle.tile_places(len(hashes)))
    tree = store.tree()
    assert tree.frontier() == store.frontier
    assert tree.root() == naive(hashes)


@given(st.integers(1, 1500), st.data())
def test_every_proof_proves(size, data):
    hashes = numbered(size)
    store = Store()
    store.append(hashes)
    whole = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, whole - 1))
    old = data.draw(st.integers(1, whole))
    tree = store.tree()
    root = naive(hashes[:whole])
    assert tree.root(whole) == root
    proof = tree.inclusion(index, whole)
    assert merkle.included(hashes[index], index, whole, proof, root)
    growth = tree.consistency(old, whole)
    assert merkle.consistent(old, whole, growth, naive(hashes[:old]), root)


@given(st.integers(2, 600), st.data())
def test_no_proof_proves_anything_else(size, data):
    hashes = numbered(size)
    store = Store()
    store.append(hashes)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size - 1))
    root, before = naive(hashes), naive(hashes[:old])
    tree = store.tree()
    proof = tree.inclusion(index)
    growth = tree.consistency(old)
    another = data.draw(st.integers(0, size - 1).filter(lambda other: other != index))
    assert not merkle.included(hashes[another], index, size, proof, root)
    assert not merkle.included(hashes[index], another, size, proof, root)
    assert not merkle.included(hashes[index], index, size, [*proof, root], root)
    assert not merkle.included(hashes[index], index, size, proof[:-1], root)
    assert not merkle.included(hashes[index], size + index, size, proof, root)
    wrong = merkle.leaf_hash(b"another")
    if growth:
        place = data.draw(st.integers(0, len(growth) - 1))
        changed = [*growth[:place], wrong, *growth[place + 1 :]]
        assert not merkle.consistent(old, size, changed, before, root)
        assert not merkle.consistent(old, size, growth[:-1], before, root)
    assert not merkle.consistent(old, size, [*growth, wrong], before, root)
    assert not merkle.consistent(old, size, growth, wrong, root)
    assert not merkle.consistent(old, size, growth, before, wrong)


def test_growth_from_nothing():
    assert merkle.consistent(0, 5, [], merkle.EMPTY_ROOT, naive(numbered(5)))
    assert not merkle.consistent(0, 5, [], naive(numbered(1)), naive(numbered(5)))
    assert not merkle.consistent(5, 4, [], b"", b"")


def test_levels_of_tiles_above_the_first():
    """65,536 leaves and more make a tile of tiles."""
    hashes = numbered(66_000)
    store = Store()
    store.append(hashes[:40_000])
    store.append(hashes[40_000:65_535])
    store.append(hashes[65_535:])
    assert (1, 0) in store.tiles
    assert set(store.tiles) == set(merkle.tile_places(66_000))
    tree = store.tree()
    assert tree.root() == merkle.root_of(store.frontier) == naive(hashes)
    store.reads = 0
    proof = store.tree().inclusion(65_000)
    assert merkle.included(hashes[65_000], 65_000, 66_000, proof, naive(hashes))
    assert store.reads < 8


@pytest.mark.parametrize(("index", "size"), [(3, 3), (-1, 3), (0, 9), (0, 0)])
def test_what_lies_outside(index, size):
    store = Store()
    store.append(HASHES)
    with pytest.raises(ProofError):
        store.tree().inclusion(index, size)
    with pytest.raises(ProofError):
        store.tree().consistency(0, 3)
    with pytest.raises(ProofError):
        store.tree().root(9)


def test_a_tile_that_is_too_short_is_told():
    tree = Tree(300, lambda _level, _index: bytes(32 * 10))
    with pytest.raises(ProofError, match="too few"):
        tree.root()
