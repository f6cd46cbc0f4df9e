"""The tree over a log: hashes, growth, tiles, proofs (RFC 9162, 2.1; tiles after C2SP tlog-tiles).

Pure: what lies in the tables is read through a callback. A tree of `size` leaves is kept as its
*frontier* (the roots of the perfect subtrees it consists of, from left to right, one for each bit
of the size) and as *tiles*: 256 hashes of 32 bytes at the heights 0, 8, 16 … With the frontier a
log grows without being read; with the tiles every proof is computed from a few reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

HASH = 32
TILE = 256
TILE_HEIGHT = 8

EMPTY_ROOT = hashlib.sha256(b"").digest()

ReadTile = Callable[[int, int], bytes]
"""The hashes that a tile holds, by level and index: 32 bytes each, fewer than 256 in the last."""


class ProofError(ValueError):
    """What was asked of a tree lies outside of it."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A full tile: 256 hashes at the height `8 * level`, the first over leaf `index * 256^…`."""

    level: int
    index: int
    hashes: bytes


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grow(frontier: list[bytes], size: int, leaves: Iterable[bytes]) -> int:
    """Append leaf hashes to a tree in place and return its new size.

    `frontier` has one hash for each bit set in `size`, the largest subtree first.
    """
    sha256 = hashlib.sha256
    for leaf in leaves:
        node = leaf
        rest = size
        while rest & 1:
            node = sha256(b"\x01" + frontier.pop() + node).digest()
            rest >>= 1
        frontier.append(node)
        size += 1
    return size


def root_of(frontier: Sequence[bytes]) -> bytes:
    """Return the root of a tree from its frontier."""
    if not frontier:
        return EMPTY_ROOT
    root = frontier[-1]
    for node in reversed(frontier[:-1]):
        root = node_hash(node, root)
    return root


def split(hashes: bytes) -> list[bytes]:
    """Return the hashes that stand in `hashes` one after another."""
    return [hashes[at : at + HASH] for at in range(0, len(hashes), HASH)]


def perfect_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of hashes."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def completed(size: int, leaves: Sequence[bytes], read: ReadTile) -> list[Tile]:
    """Return the tiles that become full when `leaves` are appended to a tree of `size`.

    `read(level, index)` gives the hashes that stood in the last, partial tile of a level before;
    it is asked only where a tile becomes full that was begun before.
    """
    tiles: list[Tile] = []
    level, fresh = 0, list(leaves)
    while fresh:
        before = size >> (TILE_HEIGHT * level)
        first, held = divmod(before, TILE)
        full = (held + len(fresh)) // TILE
        if not full:
            break
        row = (split(read(level, first))[:held] if held else []) + fresh
        made = [
            Tile(level, first + at, b"".join(row[at * TILE : (at + 1) * TILE]))
            for at in range(full)
        ]
        tiles += made
        fresh = [perfect_root(row[at * TILE : (at + 1) * TILE]) for at in range(full)]
        level += 1
    return tiles


class Tree:
    """A tree of a certain size whose hashes are read from tiles, each at most once."""

    def __init__(self, size: int, read: ReadTile) -> None:
        self.size = size
        self._read = read
        self._tiles: dict[tuple[int, int], bytes] = {}

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first `size` leaves, by default over all."""
        wanted = self.size if size is None else size
        if not 0 <= wanted <= self.size:
            raise ProofError(f"the tree has {self.size} leaves, not {wanted}")
        return self._over(0, wanted) if wanted else EMPTY_ROOT

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the proof that a leaf stands in the first `size` leaves (RFC 9162, 2.1.3.1)."""
        wanted = self.size if size is None else size
        if not 0 <= index < wanted <= self.size:
            raise ProofError(f"there is no leaf {index} in {wanted} of {self.size} leaves")
        return self._path(index, 0, wanted)

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """Return the proof that the first `new` leaves begin with the first `old` (2.1.4.1)."""
        wanted = self.size if new is None else new
        if not 0 < old <= wanted <= self.size:
            raise ProofError(f"no growth from {old} to {wanted} within {self.size} leaves")
        return self._growth(old, 0, wanted, whole=True)

    def frontier(self) -> list[bytes]:
        """Return the roots of the perfect subtrees, the largest first."""
        roots, begin = [], 0
        for bit in reversed(range(self.size.bit_length())):
            if self.size >> bit & 1:
                roots.append(self._node(bit, begin >> bit))
                begin += 1 << bit
        return roots

    def _path(self, index: int, begin: int, end: int) -> list[bytes]:
        if end - begin == 1:
            return []
        middle = begin + _largest_power_below(end - begin)
        if index < middle:
            return [*self._path(index, begin, middle), self._over(middle, end)]
        return [*self._path(index, middle, end), self._over(begin, middle)]

    def _growth(self, old: int, begin: int, end: int, *, whole: bool) -> list[bytes]:
        if old == end:
            return [] if whole else [self._over(begin, end)]
        middle = begin + _largest_power_below(end - begin)
        if old <= middle:
            return [
                *self._growth(old, begin, middle, whole=whole),
                self._over(middle, end),
            ]
        return [*self._growth(old, middle, end, whole=False), self._over(begin, middle)]

    def _over(self, begin: int, end: int) -> bytes:
        count = end - begin
        height = count.bit_length() - 1
        if count == 1 << height:
            return self._node(height, begin >> height)
        middle = begin + _largest_power_below(count)
        return node_hash(self._over(begin, middle), self._over(middle, end))

    def _node(self, height: int, index: int) -> bytes:
        level, within = divmod(height, TILE_HEIGHT)
        first = index << within
        tile, offset = divmod(first, TILE)
        hashes = self._tile(level, tile)
        part = hashes[offset * HASH : (offset + (1 << within)) * HASH]
        if len(part) != HASH << within:
            raise ProofError(f"tile {level}/{tile} holds {len(hashes) // HASH} hashes, too few")
        return perfect_root(split(part))

    def _tile(self, level: int, index: int) -> bytes:
        place = (level, index)
        if place not in self._tiles:
            self._tiles[place] = self._read(level, index)
        return self._tiles[place]


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof shows that the leaf hash stands at `index` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(step, found)
            while not here & 1 and here:
                here >>= 1
                last >>= 1
        else:
            found = node_hash(found, step)
        here >>= 1
        last >>= 1
    return last == 0 and found == root


def consistent(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Tell whether a proof shows that the tree of `new` leaves grew out of the tree of `old`.

    RFC 9162, 2.1.4.2. Every tree grows out of the empty one, by the empty proof.
    """
    if old > new or old < 0:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    here, last = old - 1, new - 1
    while here & 1:
        here >>= 1
        last >>= 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            first = node_hash(step, first)
            second = node_hash(step, second)
            while not here & 1 and here:
                here >>= 1
                last >>= 1
        else:
            second = node_hash(second, step)
        here >>= 1
        last >>= 1
    return last == 0 and first == old_root and second == new_root


def partial_tile(size: int, level: int, index: int) -> int:
    """Return how many hashes tile `index` of a level holds in a tree of `size` leaves: 0 to 256."""
    there = (size >> (TILE_HEIGHT * level)) - index * TILE
    return max(0, min(TILE, there))


def tile_places(size: int) -> Iterator[tuple[int, int]]:
    """Yield level and index of every full tile of a tree of `size` leaves."""
    level = 0
    while nodes := size >> (TILE_HEIGHT * level):
        for index in range(nodes // TILE):
            yield level, index
        level += 1


def _largest_power_below(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1
