"""Auditing a log from outside: is it what its signed heads say, and was it ever anything else?

Everything is computed again from the leaves: the tree, its tiles, every signed head; every token
and what became of it; and the status lists, which must be what the log says. Whoever holds a city's
key can write another past and sign it anew; that is found by whoever remembers an earlier head, so
an audit takes the heads that were seen before and returns those to remember.

The log is read once, in portions. What is kept meanwhile is small: a frontier, a row of hashes for
each level of tiles, and for each record eight octets of its key and two bits of its status.

Pure: what is audited comes through a `Source`, be it tables or a node's address.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Protocol

from conurb.records import checkpoints, merkle, sd_jwt, statement, status_lists
from conurb.records import entries as leaves
from conurb.records.checkpoints import CheckpointError, Head
from conurb.records.entries import RECORD_KINDS, STATUS_AFTER, EntryError, Leaf
from conurb.records.sd_jwt import SdJwtError
from conurb.records.statement import Statement, StatementError
from conurb.records.suites import KeyFormatError, UnknownSuiteError, verifier
from conurb.records.trust import TrustedKey, TrustError, TrustList
from conurb.records.types import RecordType

REGION = "region"
PORTION = 1000
MOST_FAULTS = 100
"""Of each log no more faults are told than this; their number goes on."""
ATTEMPTS = 3
"""How often status lists are read again where a node is at work while it is audited."""


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as a source has it: its place, its text, and what is said of it beside the text.

    `columns` are kind, key and moment as a database keeps them once more; None where there is the
    text alone.
    """

    index: int
    text: str
    columns: tuple[str, str, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as the issuing city's own tables have it, beside the log."""

    key: str
    log_index: int
    token: str
    state: str
    place: tuple[int, int]


class Source(Protocol):
    """Where a log is read."""

    def logs(self) -> Sequence[str]:
        """Names of the cities' logs."""
        ...

    def heads(self, log: str, above: int) -> Iterator[str]:
        """Checkpoints (notes) of more than `above` leaves, the smallest first."""
        ...

    def entries(self, log: str, start: int) -> Iterator[Row]:
        """Entries from an index on, in the order of their index."""
        ...

    def tile(self, log: str, level: int, index: int) -> bytes | None:
        """A full tile; None where the source has none."""
        ...

    def status_list(self, city: str, number: int, trust: TrustList) -> bytes | None:
        """A status list's bits as served now; None where there is none."""
        ...

    def records(self, city: str) -> Iterator[Kept] | None:
        """The records of a city by their index in the log; None where the source has logs only."""
        ...


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where: `index` of the entry, None where it is the log as a whole."""

    log: str
    index: int | None
    code: str
    message: str

    def __str__(self) -> str:
        place = self.log if self.index is None else f"{self.log}#{self.index}"
        return f"{place} {self.code}: {self.message}"


@dataclass
class Report:
    """What an audit of one log found; `head` is its last good head, to be remembered."""

    log: str
    entries: int = 0
    heads: int = 0
    records: int = 0
    head: Head | None = None
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)
    number_of_faults: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.number_of_faults

    def note(self, index: int | None, code: str, message: str) -> None:
        """Note a fault."""
        self.number_of_faults += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(self.log, index, code, message))

    def remark(self, index: int | None, code: str, message: str) -> None:
        """Note what is no fault of the log, but should be known."""
        if len(self.remarks) < MOST_FAULTS:
            self.remarks.append(Fault(self.log, index, code, message))


@dataclass(frozen=True, slots=True)
class Seen:
    """A head that was seen at an earlier audit."""

    size: int
    root: bytes


def audit(
    source: Source,
    logs: Sequence[str] | None = None,
    *,
    seen: Mapping[str, Sequence[Seen]] | None = None,
    type_of: Callable[[str], RecordType | None] = lambda _slug: None,
    pinned: str = "",
) -> Iterator[Report]:
    """Yield a report of the region's log and of each log asked for, by default of all.

    `seen` are heads of earlier audits, `pinned` the kid of the region's first key where the auditor
    knows it from elsewhere; `type_of` gives the types against which claims in the clear are held.
    """
    remembered = seen or {}
    region = _Region(source, remembered.get(REGION, ()), pinned)
    yield region.run()
    for log in source.logs() if logs is None else logs:
        yield _City(source, log, remembered.get(log, ()), region.trust, type_of).run()


class _Walk:
    """One log, from its first entry to its last, with the tree growing beside it."""

    def __init__(self, source: Source, log: str, seen: Sequence[Seen]) -> None:
        self.source = source
        self.log = log
        self.report = Report(log)
        self.seen = {head.size: head.root for head in seen}
        self.size = 0
        # the tree over the entries as they are, and over the hashes that the tiles have of them
        self.frontier: list[bytes] = []
        self.by_tiles: list[bytes] = []
        self.rows: list[list[bytes]] = [[]]
        self.tile = b""
        # whether every entry up to here was read and the tree is still held against heads
        self.whole = True
        self.doubted = False
        self.differing: list[int] = []
        self.headed = 0
        self.last_good = 0
        self.last_at: datetime | None = None

    def run(self) -> Report:
        """Audit the log; returns the report."""
        self.follow()
        self._end()
        self.close()
        self.report.entries = self.size
        return self.report

    def keys(self) -> Iterable[TrustedKey]:
        """The keys that may have signed the heads."""
        raise NotImplementedError

    def take(self, leaf: Leaf) -> None:
        """Take note of what an entry says."""
        raise NotImplementedError

    def covered(self, head: Head) -> None:
        """Judge the entries that a head is the first to hold."""

    def close(self) -> None:
        """Hold the end of the log against what is beside it."""

    def follow(self) -> None:
        """Read on, from where the walk stands to the end of the log.

        A node at work appends while it is read: entries and heads are asked for until neither says
        anything new.
        """
        while self._pass():
            pass

    def _pass(self) -> bool:
        begun = (self.size, self.headed)
        heads = self.source.heads(self.log, self.headed)
        head = next(heads, None)
        for row in self.source.entries(self.log, self.size):
            self._enter(row)
            while head is not None and _size_of(head) <= self.size:
                self._compare(head)
                head = next(heads, None)
        while head is not None and _size_of(head) <= self.size:
            self._compare(head)
            head = next(heads, None)
        return (self.size, self.headed) != begun

    def _end(self) -> None:
        """Say what stands beyond the last head, and which heads beyond the last entry."""
        beyond = next(self.source.heads(self.log, self.headed), None)
        if beyond is not None:
            self._compare(beyond)
        self._settle(tiles=False)
        if self.whole and not self.doubted and self.size > self.last_good:
            self.report.note(
                self.last_good,
                "unsigned",
                f"entries {self.last_good} to {self.size - 1} stand under no signed head",
            )
        for size in self.seen:
            if size > self.size:
                self.report.note(
                    self.size,
                    "dropped",
                    f"the log had {size} entries when it was seen before, and has {self.size}",
                )

    def _enter(self, row: Row) -> None:
        if row.index != self.size:
            self._gap(row)
            if row.index < self.size:
                return
        leaf = self._leaf(row)
        found = merkle.leaf_hash(row.text.encode())
        if self.size % merkle.TILE == 0:
            self.tile = self.source.tile(self.log, 0, self.size // merkle.TILE) or b""
        at = self.size % merkle.TILE * merkle.HASH
        expected = self.tile[at : at + merkle.HASH] or found
        if expected != found and leaf is not None:
            self.differing.append(row.index)
        if self.whole:
            merkle.grow(self.frontier, self.size, [found])
            merkle.grow(self.by_tiles, self.size, [expected])
        self.size += 1
        self._pile(expected)
        if leaf is not None:
            self.take(leaf)
        clean = self.whole and not self.doubted and not self.differing
        if clean and self.seen.get(self.size, b"") not in {b"", merkle.root_of(self.frontier)}:
            self._doubt(
                self.size - 1,
                "forked",
                f"the first {self.size} entries are not those that were seen before",
            )

    def _settle(self, *, tiles: bool) -> None:
        """Tell of entries that differ from their tiles, once it is known which of them is right."""
        for index in self.differing:
            if tiles:
                self.report.note(index, "tile", "the tile does not have the hash of the entry")
            else:
                self.report.note(
                    index, "rewritten", "the entry does not have the hash that its tile has"
                )
        self.differing.clear()

    def _gap(self, row: Row) -> None:
        """Say what is missing, and go on behind it without the tree."""
        if row.index < self.size:
            self.report.note(row.index, "reordered", "the entry stands twice or out of its order")
            return
        last = row.index - 1
        which = f"entry {self.size}" if last == self.size else f"entries {self.size} to {last}"
        self.report.note(self.size, "dropped", f"{which} missing")
        self.whole = False
        self.size = row.index
        # what stood in the gap is not known, nor therefore what holds for status lists behind it
        if self.size % merkle.TILE:
            self.tile = self.source.tile(self.log, 0, self.size // merkle.TILE) or b""

    def _leaf(self, row: Row) -> Leaf | None:
        try:
            leaf = leaves.read(row.text)
        except EntryError as fault:
            self._doubt(row.index, "rewritten", str(fault))
            return None
        if leaf.log != self.log:
            self._doubt(row.index, "foreign", f"the entry belongs to the log of {leaf.log}")
            return None
        if leaf.index != row.index:
            self._doubt(row.index, "reordered", f"the entry was made as number {leaf.index}")
            return None
        if row.columns is not None and row.columns != (leaf.kind, leaf.key, leaf.at):
            self.report.note(
                row.index, "rewritten", "kind, key or time beside the entry are not the entry's own"
            )
        return leaf

    def _doubt(self, index: int, code: str, message: str) -> None:
        self.doubted = True
        self.report.note(index, code, message)

    def _pile(self, leaf: bytes) -> None:
        """Hold every tile that becomes full against the source's."""
        if not self.whole:
            return
        level, node = 0, leaf
        while True:
            if level == len(self.rows):
                self.rows.append([])
            row = self.rows[level]
            row.append(node)
            if len(row) < merkle.TILE:
                return
            index = (self.size >> (merkle.TILE_HEIGHT * (level + 1))) - 1
            kept = self.tile if level == 0 else self.source.tile(self.log, level, index)
            if kept != b"".join(row):
                self.report.note(
                    index << (merkle.TILE_HEIGHT * (level + 1)),
                    "tile",
                    f"tile {level}/{index} is missing or not made from the entries",
                )
            node = merkle.perfect_root(row)
            row.clear()
            level += 1

    def _compare(self, note: str) -> None:
        """Hold a signed head against the tree."""
        self.report.heads += 1
        size = _size_of(note)
        self.headed = max(self.headed, size)
        try:
            head, _kid = checkpoints.verify(note, self.keys())
        except (CheckpointError, KeyFormatError, UnknownSuiteError) as fault:
            self.report.note(max(size - 1, 0), "head", str(fault))
            return
        if head.log != self.log:
            self.report.note(size - 1, "head", f"a head of the log of {head.log}")
            return
        if self.last_at is not None and head.at < self.last_at:
            self.report.note(size - 1, "head", "signed before the head that came before it")
        self.last_at = head.at
        if head.size > self.size:
            self.report.note(
                self.size,
                "dropped",
                f"the log has {self.size} entries; a head was signed over {head.size}",
            )
        elif head.size < self.size:
            self.report.note(size - 1, "head", "heads are not in the order of their sizes")
        elif self.whole:
            self._compare_root(head)

    def _compare_root(self, head: Head) -> None:
        if merkle.root_of(self.frontier) == head.root:
            self._settle(tiles=True)
            self.by_tiles = list(self.frontier)
        elif merkle.root_of(self.by_tiles) == head.root:
            self._settle(tiles=False)
            self.frontier = list(self.by_tiles)
        else:
            if not self.doubted and not self.differing:
                self.report.note(self.last_good, "rewritten", self._between(head))
            self._settle(tiles=False)
            # nothing behind this can be held against its heads; each entry still can against itself
            self.whole = False
            return
        self.doubted = False
        self.last_good = head.size
        self.report.head = head
        self.covered(head)

    def _between(self, head: Head) -> str:
        if head.size - self.last_good == 1:
            return "the entry is not the one over which the head was signed"
        return (
            f"one of the entries {self.last_good} to {head.size - 1} is not the one over which "
            "the head was signed"
        )


class _Region(_Walk):
    """The region's own log, from which the trust list grows while it is read."""

    def __init__(self, source: Source, seen: Sequence[Seen], pinned: str) -> None:
        super().__init__(source, REGION, seen)
        self.trust = TrustList()
        self.pinned = pinned

    def keys(self) -> Iterable[TrustedKey]:
        """The region's keys as of the entries read so far; the first vouches for itself."""
        return self.trust.of(REGION)

    def take(self, leaf: Leaf) -> None:
        """Let the trust list grow."""
        if leaf.index == 0 and self.pinned and leaf.key != self.pinned:
            self.report.note(0, "key", f"the region's first key is {leaf.key}, not {self.pinned}")
        try:
            self.trust = self.trust.after(leaf)
        except TrustError as fault:
            self.report.note(leaf.index, "key", str(fault))
            self.trust = TrustList(self.trust.keys, leaf.index + 1)


@dataclass
class _Marks:
    """What is kept of the records of one status list: octets of each key, and its status."""

    keys: array[int] = field(default_factory=lambda: array("Q", bytes(8 * 4096)))
    bits: bytearray = field(default_factory=lambda: bytearray(1024))

    def reach(self, index: int) -> None:
        """Make room for an index."""
        while index >= len(self.keys):
            self.keys.extend(array("Q", bytes(8 * len(self.keys))))
            self.bits.extend(bytes(len(self.bits)))


class _City(_Walk):
    """The log of a city, with its records and what became of them."""

    def __init__(
        self,
        source: Source,
        log: str,
        seen: Sequence[Seen],
        trust: TrustList,
        type_of: Callable[[str], RecordType | None],
    ) -> None:
        super().__init__(source, log, seen)
        self.trust = trust
        self.type_of = type_of
        self.lists: dict[int, _Marks] = {}
        self.gone: list[tuple[int, TrustedKey, datetime]] = []

    def keys(self) -> Iterable[TrustedKey]:
        """Every key that the city has or had."""
        return self.trust.of(self.log)

    def take(self, leaf: Leaf) -> None:
        """Judge an entry by itself and against what came before it."""
        if leaf.kind == "issue":
            self._issued(leaf)
        elif leaf.kind in RECORD_KINDS:
            self._changed(leaf)
        else:
            self.report.note(leaf.index, "kind", f"{leaf.kind!r} is no act on a record")

    def covered(self, head: Head) -> None:
        """Remark what a stolen key may have signed: logged only after it was compromised."""
        for index, key, issued in self.gone:
            objection = key.objection(issued, head.at)
            if objection is not None:
                self.report.remark(index, objection, f"does not count: signed by {key.kid}")
        self.gone.clear()

    def close(self) -> None:
        """Hold status lists, and the city's own records where they are at hand, against the log."""
        self.report.records = sum(sum(map(bool, marks.keys)) for marks in self.lists.values())
        if self._has_gap():
            return
        for attempt in range(ATTEMPTS):
            differing = list(self._status_differences())
            if not differing or attempt == ATTEMPTS - 1:
                break
            # a node at work may have changed a list since the log was read
            self.follow()
        for number, index, message in differing:
            place = f"status list {number}, index {index}" if index >= 0 else f"list {number}"
            self.report.note(None, "status", f"{place}: {message}")
        self._compare_records()

    def _has_gap(self) -> bool:
        return any(fault.code == "dropped" for fault in self.report.faults)

    def _issued(self, leaf: Leaf) -> None:
        said = self._verified(leaf)
        if said is None:
            return
        number, index = said.status
        if index >= 1 << 20:
            self.report.note(leaf.index, "token", f"no status list has an index {index}")
            return
        marks = self.lists.setdefault(number, _Marks())
        marks.reach(index)
        if marks.keys[index]:
            self.report.note(
                leaf.index, "status", f"index {index} of status list {number} is given twice"
            )
        marks.keys[index] = _mark(leaf.key)
        status_lists.put(marks.bits, index, status_lists.VALID)

    def _verified(self, leaf: Leaf) -> Statement | None:
        """Return what the token of an entry says, once it is found genuine."""
        try:
            jwt = sd_jwt.take_apart(str(leaf.body.get("token", "")))
            said = statement.read(jwt.payload)
        except (SdJwtError, StatementError) as fault:
            self.report.note(leaf.index, "token", str(fault))
            return None
        key = self.trust.get(jwt.header.get("kid"))
        if (said.city, said.key) != (self.log, leaf.key):
            self.report.note(leaf.index, "token", "the token is that of another record")
            return None
        if key is None or key.owner != self.log:
            self.report.note(leaf.index, "token", f"signed by no key of {self.log}")
            return None
        if jwt.header.get("alg") != key.algorithm or jwt.header.get("typ") != sd_jwt.TYP:
            self.report.note(leaf.index, "token", "the header does not fit the key")
            return None
        if not verifier(key.algorithm, key.jwk)(jwt.signed, jwt.signature):
            self.report.note(leaf.index, "token", "the signature of the token is not good")
            return None
        if key.compromised_from is not None or key.retired_at is not None:
            self.gone.append((leaf.index, key, said.issued_at))
        of = self.type_of(said.type)
        if of is not None and of.version == said.version:
            bare = sorted(set(said.public) - {claim.name for claim in of.public})
            if bare:
                self.report.note(
                    leaf.index, "disclosed", f"claims that are not public: {', '.join(bare)}"
                )
        return said

    def _changed(self, leaf: Leaf) -> None:
        place = leaf.body.get("status")
        match place:
            case [int() as number, int() as index] if number >= 0 and index >= 0:
                pass
            case _:
                self.report.note(leaf.index, "status", "the entry names no place in a status list")
                return
        marks = self.lists.get(number)
        known = marks is not None and index < len(marks.keys)
        if marks is None or not known or marks.keys[index] != _mark(leaf.key):
            if self.whole:
                self.report.note(
                    leaf.index, "status", "the record was not issued before at this place"
                )
            return
        before = status_lists.get(marks.bits, index)
        if before not in _BEFORE[leaf.kind]:
            self.report.note(
                leaf.index, "status", f"{leaf.kind} does not follow on a status of {before}"
            )
        status_lists.put(marks.bits, index, STATUS_AFTER[leaf.kind])

    def _status_differences(self) -> Iterator[tuple[int, int, str]]:
        for number, marks in sorted(self.lists.items()):
            served = self.source.status_list(self.log, number, self.trust)
            if served is None:
                yield number, -1, "is not served, or not signed by the city"
                continue
            length = max(len(served), len(marks.bits))
            mine, theirs = bytes(marks.bits).ljust(length, b"\0"), served.ljust(length, b"\0")
            if mine == theirs:
                continue
            for place in range(length):
                if mine[place] != theirs[place]:
                    for index in range(place * 4, place * 4 + 4):
                        said, should = (
                            status_lists.get(theirs, index),
                            status_lists.get(mine, index),
                        )
                        if said != should:
                            yield number, index, f"says {said}, the log {should}"

    def _compare_records(self) -> None:
        """Hold the city's own rows against the log: one record an entry, one entry a record."""
        found: list[tuple[int, str]] = []
        for attempt in range(ATTEMPTS):
            kept = self.source.records(self.log)
            if kept is None:
                return
            found = list(islice(self._record_faults(kept), MOST_FAULTS))
            if not found or attempt == ATTEMPTS - 1:
                break
            self.follow()
        for index, message in found:
            self.report.note(index, "record", message)

    def _record_faults(self, kept: Iterator[Kept]) -> Iterator[tuple[int, str]]:
        logged = self._tokens()
        entry = next(logged, None)
        for record in kept:
            if record.log_index >= self.size:
                break
            while entry is not None and entry[0] < record.log_index:
                yield entry[0], "the entry issues a record that is not kept"
                entry = next(logged, None)
            if entry is None or entry[:2] != (record.log_index, record.key):
                yield record.log_index, f"the record {record.key} is kept without an entry"
                continue
            if entry[2] != hashlib.sha256(record.token.encode()).digest():
                yield record.log_index, "the token that is kept is not the one in the log"
            yield from self._state_faults(record)
            entry = next(logged, None)
        while entry is not None:
            yield entry[0], "the entry issues a record that is not kept"
            entry = next(logged, None)

    def _state_faults(self, record: Kept) -> Iterator[tuple[int, str]]:
        number, index = record.place
        marks = self.lists.get(number)
        if marks is None or index >= len(marks.keys) or marks.keys[index] != _mark(record.key):
            yield record.log_index, "the record is kept at another place of the status lists"
        elif status_lists.get(marks.bits, index) != _STATE_BITS.get(record.state, -1):
            yield record.log_index, f"the record is kept as {record.state}, the log says otherwise"

    def _tokens(self) -> Iterator[tuple[int, str, bytes]]:
        for row in self.source.entries(self.log, 0):
            try:
                leaf = leaves.read(row.text)
            except EntryError:
                continue
            if leaf.kind == "issue" and row.index < self.size:
                token = str(leaf.body.get("token", ""))
                yield row.index, leaf.key, hashlib.sha256(token.encode()).digest()


_BEFORE = {
    "suspend": {status_lists.VALID},
    "resume": {status_lists.SUSPENDED},
    "revoke": {status_lists.VALID, status_lists.SUSPENDED},
    "supersede": {status_lists.VALID, status_lists.SUSPENDED},
}
_STATE_BITS = {
    "valid": status_lists.VALID,
    "suspended": status_lists.SUSPENDED,
    "revoked": status_lists.INVALID,
    "superseded": status_lists.INVALID,
}


def _size_of(note: str) -> int:
    try:
        return checkpoints.read(note).size
    except CheckpointError:
        return 0


def _mark(key: str) -> int:
    """Return eight octets that stand for a record's key; never 0."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") or 1
