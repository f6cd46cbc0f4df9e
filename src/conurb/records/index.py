"""The local index from which checks are answered: one LMDB file, derived from the logs alone.

It lies in `index/` of the node's data. Every process of the node maps it; one writes at a time,
readers never wait. Whoever appends to a log calls `follow(log)`: right after the commit the index
is brought up from the position that it holds itself, so that a process killed in between loses
nothing: the next catch-up, or the start of a worker, takes up where the index ends. The last entry
that was read is kept by its hash; where the log says something else there (a restored backup), the
index is made anew.

Beside the records it holds what a check needs and no log says: the agreements, and the hashes of
API keys (`refresh`). LMDB was taken because a look-up costs half of SQLite's; see docs/checks.md.

    records     type NUL handle NUL    -> the only `Fact` of a subject, see `write_fact`; empty
                                          where there are several, each under
                type NUL handle NUL end NUL key of the record
    of-record   key of a record        -> its key in `records`
    callers     SHA-256 of an API key  -> JSON list of `Caller`
    meta        position:<log>         -> JSON [entries read, hash of the last]
                shared                 -> JSON {accords, lost, cities}
                shared-number          -> counts the changes of `shared`
                layout                 -> `LAYOUT`; a file laid out otherwise is made anew
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import lmdb
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from conurb.records.holding import Accord, Change, Fact, Lost, instant
from conurb.records.models import REGION_LOG, Agreement, LogEntry, LogHead, SigningKey
from conurb.records.statement import RESERVED, VCT
from conurb.records.suites import unb64
from conurb.region.models import ApiKey, City

Transaction = Any
"""LMDB's own, whose types say that a value may be a buffer; ours are bytes always."""

LARGEST = 1 << 36
"""Address space that the file may grow to, in bytes; nothing is taken before it is used."""

LAYOUT = b"2"
"""How the tables are laid out; another number makes every node build its index anew."""

CHUNK = 2_000
MOST_READERS = 1_024
NO_END = "~"
"""Stands for the end of a record that has none; sorts after every moment."""

STATE_CHANGES = frozenset({"suspend", "resume", "revoke", "supersede"})


class Caller(NamedTuple):
    """Who a key belongs to: the authority it acts for, and the system."""

    authority: str
    authority_name: str
    system: str


@dataclass(frozen=True)
class Shared:
    """What every check needs: the agreements by type and city, and the keys that were lost."""

    number: bytes
    accords: Mapping[tuple[str, str], tuple[Accord, ...]]
    lost: Mapping[str, Lost]
    cities: frozenset[str]


NOTHING_SHARED = Shared(b"", {}, {}, frozenset())


class Known(NamedTuple):
    """What a process knows of one state of the index; checks between two writes of the node need
    not find it out again.
    """

    state: int
    shared: Shared
    kept: dict[Any, Any]


class Snapshot:
    """The index as it was when the reading began; read within `with`.

    `shared` are the agreements and lost keys, read again only where they changed. `kept` is what
    whoever checks wants to keep; it is emptied when the node writes anything.
    """

    __slots__ = ("_index", "_read", "kept", "shared")

    def __init__(self, index: Index) -> None:
        self._index = index
        self._read = index.environment.begin(index.records)
        known = index.known
        if known.state != self._read.id():
            known = self._known()
        self.shared, self.kept = known.shared, known.kept

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *fault: object) -> None:
        self._read.abort()

    @property
    def complete(self) -> bool:
        """Whether the index was ever brought up to the logs."""
        return self._read.get(b"shared-number", db=self._index.meta) is not None

    def facts(self, type_slug: str, handle: str, at: str) -> list[Fact]:
        """Return what the logs say of a subject's records of a type that had not ended by `at`.

        Where there is none, the last one that had ended. What ended earlier is not read, so that a
        check costs the same after years of daily records.
        """
        start = f"{type_slug}\0{handle}\0".encode()
        only = self._read.get(start)
        # most subjects have one record of a type, whatever the moment
        return [read_fact(only)] if only else [] if only is None else self._several(start, at)

    def facts_of_many(self, type_slug: str, handles: Iterable[str], at: str) -> list[list[Fact]]:
        """Return what `facts` does for each of many subjects."""
        found = []
        get, of_type = self._read.get, f"{type_slug}\0"
        for handle in handles:
            start = f"{of_type}{handle}\0".encode()
            only = get(start)
            found.append(
                [read_fact(only)] if only else [] if only is None else self._several(start, at)
            )
        return found

    def _several(self, start: bytes, at: str) -> list[Fact]:
        """Return the facts whose keys begin with `start`, as `facts` says."""
        cursor = self._read.cursor(db=self._index.records)
        found: list[Fact] = []
        issued = False
        first = start + at.encode()
        there = cursor.set_range(first)
        if there:
            for key, value in cursor:
                if not key.startswith(start):
                    break
                fact = read_fact(value)
                if fact.issued_at <= at:
                    issued = True
                found.append(fact)
        if not issued:
            # nothing that was issued by then and goes on: the last that had ended, if any
            back = cursor.set_range(first) and cursor.prev() if there else cursor.last()
            if back and cursor.key().startswith(start) and cursor.key() != start:
                found.append(read_fact(cursor.value()))
        return found

    def history(self, type_slug: str, handle: str) -> list[Fact]:
        """Return what the logs say of all records of a type about a subject, by their ends."""
        start = place(type_slug, handle)
        cursor = self._read.cursor(db=self._index.records)
        found = []
        more = cursor.set_range(start)
        while more and cursor.key().startswith(start):
            if value := cursor.value():
                found.append(read_fact(value))
            more = cursor.next()
        return found

    def subjects(self, type_slug: str) -> list[str]:
        """Return the handles of all subjects that any log names in a record of a type."""
        start = f"{type_slug}\0".encode()
        cursor = self._read.cursor(db=self._index.records)
        found: list[str] = []
        more = cursor.set_range(start)
        while more and cursor.key().startswith(start):
            handle = cursor.key()[len(start) :].split(b"\0", 1)[0].decode()
            if not found or found[-1] != handle:
                found.append(handle)
            more = cursor.next()
        return found

    def subject_of(self, record_key: str) -> tuple[str, str] | None:
        """Return type and subject handle of a record; None where no log names it."""
        found = self._read.get(record_key.encode(), db=self._index.of_record)
        if found is None:
            return None
        type_slug, handle, *_end = found.decode().split("\0")
        return type_slug, handle

    def caller(self, secret: str) -> Caller | None:
        """Return whose API key this is; None where it is unknown or was revoked."""
        digest = hashlib.sha256(secret.encode()).hexdigest().encode()
        found = self._read.get(digest, db=self._index.callers)
        return None if found is None else _caller(found)

    def _known(self) -> Known:
        """Read what this process does not know of the state of the index yet."""
        known = self._index.known
        number = self._read.get(b"shared-number", db=self._index.meta)
        shared = known.shared if number is not None else NOTHING_SHARED
        if number is not None and shared.number != number:
            shared = _shared(number, self._read.get(b"shared", db=self._index.meta))
        self._index.known = known = Known(self._read.id(), shared, {})
        return known

    def positions(self) -> dict[str, int]:
        """Return how many entries of each log were read."""
        return {log: size for log, (size, _hash) in _positions(self._index, self._read).items()}

    def entries(self) -> dict[str, list[tuple[str, str]]]:
        """Return everything as text, table by table, to compare one index with another."""
        tables = {"records": self._index.records, "of-record": self._index.of_record}
        tables |= {"callers": self._index.callers, "meta": self._index.meta}
        return {
            name: [(key.decode(), value.decode()) for key, value in self._read.cursor(db=table)]
            for name, table in tables.items()
            if name != "meta"
        } | {
            "meta": [
                (key.decode(), value.decode())
                for key, value in self._read.cursor(db=self._index.meta)
                if key != b"shared-number"
            ]
        }


class Index:
    """The file, opened once a process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.environment: Any = lmdb.open(
            str(folder),
            map_size=LARGEST,
            max_dbs=4,
            max_readers=MOST_READERS,
            # one flush a commit: a power cut may lose the last commits, never the file
            metasync=False,
        )
        self.environment.reader_check()  # gives back the places of readers that were killed
        self.meta = self.environment.open_db(b"meta")
        self.records = self.environment.open_db(b"records")
        self.of_record = self.environment.open_db(b"of-record")
        self.callers = self.environment.open_db(b"callers")
        self.known = Known(-1, NOTHING_SHARED, {})
        with self.environment.begin() as read:
            laid_out = read.get(b"layout", db=self.meta)
        if laid_out != LAYOUT:
            self._lay_out()

    def _lay_out(self) -> None:
        """Empty a file that is new or laid out otherwise; checks say "stale" until it is filled."""
        with self.writing() as write:
            if write.get(b"layout", db=self.meta) == LAYOUT:
                return  # another process was first
            for table in (self.meta, self.records, self.of_record, self.callers):
                write.drop(table, delete=False)
            write.put(b"layout", LAYOUT, db=self.meta)

    def reading(self) -> Snapshot:
        """Read one state of the index, whatever is written meanwhile."""
        return Snapshot(self)

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Write all or nothing; waits for another writer of the node."""
        with self.environment.begin(write=True) as write:
            yield write

    def close(self) -> None:
        """Let go of the file."""
        self.environment.close()


_here: Index | None = None
_opening = threading.Lock()


def folder() -> Path:
    """Return where the index of this node lies."""
    return Path(settings.DATA_PATH) / "index"


def local() -> Index:
    """Return this node's index as this process has it; a process that forked opens its own."""
    global _here  # noqa: PLW0603  one file a process
    here = _here
    if here is None:
        with _opening:
            here = _here = _here or Index(folder())
    return here


def close() -> None:
    """Let go of the file, before the process forks or the folder goes."""
    global _here  # noqa: PLW0603
    with _opening:
        if _here is not None:
            _here.close()
        _here = None


def _forked() -> None:
    """Forget the file of the process that forked; its lock may be held by a thread not there."""
    global _here, _opening
    _here, _opening = None, threading.Lock()


os.register_at_fork(after_in_child=_forked)


def place(type_slug: str, handle: str) -> bytes:
    """Return what the keys of a subject's records of a type begin with."""
    return f"{type_slug}\0{handle}\0".encode()


def when_committed(work: Callable[[], object]) -> None:
    """Do something as soon as the transaction of the moment is committed."""
    transaction.on_commit(work)


def follow(*logs: str) -> None:
    """Bring the index up to these logs right after the commit; for whoever appends to one."""
    when_committed(lambda: catch_up(logs))


def follow_shared() -> None:
    """Bring agreements, API keys and lost keys up to date right after the commit."""
    when_committed(refresh)


def catch_up(logs: Iterable[str] | None = None) -> int:
    """Read what the logs (all by default) hold beyond the index; return how many entries.

    The lock of the file is held from before the logs are read, so that of two that catch up the
    later reads what the earlier could not see.
    """
    index = local()
    wanted = sorted(LogHead.objects.values_list("log", flat=True)) if logs is None else list(logs)
    try:
        with index.writing() as write:
            if logs is None:
                _forgets_no_log(index, write, wanted)
            read = sum(_read_on(index, write, log) for log in wanted)
            if REGION_LOG in wanted or not write.get(b"shared-number", db=index.meta):
                _write_shared(index, write)
            return read
    except _AnotherLogError:
        return rebuild()


def refresh() -> None:
    """Write agreements, API keys and lost keys anew."""
    index = local()
    with index.writing() as write:
        _write_shared(index, write)


def rebuild() -> int:
    """Make the whole index anew from the logs; return how many entries were read.

    It is one transaction: whoever reads meanwhile reads the old index, then the new.
    """
    index = local()
    with index.writing() as write:
        for table in (index.records, index.of_record, index.callers):
            write.drop(table, delete=False)
        for log in _positions(index, write):
            write.delete(f"position:{log}".encode(), db=index.meta)
        logs = sorted(LogHead.objects.values_list("log", flat=True))
        read = sum(_read_on(index, write, log) for log in logs)
        _write_shared(index, write)
        return read


def prepare() -> int:
    """Bring everything up to date: at the start of a node, and of every process that serves."""
    read = catch_up()
    refresh()
    return read


class _AnotherLogError(Exception):
    """The log does not say what the index read of it."""


def _positions(index: Index, read: Transaction) -> dict[str, tuple[int, str]]:
    found = {}
    cursor = read.cursor(db=index.meta)
    if cursor.set_range(b"position:"):
        for key, value in cursor:
            if not key.startswith(b"position:"):
                break
            size, digest = json.loads(value)
            found[key.decode().removeprefix("position:")] = (size, digest)
    return found


def _forgets_no_log(index: Index, write: Transaction, logs: Sequence[str]) -> None:
    if not _positions(index, write).keys() <= set(logs):
        raise _AnotherLogError


def _read_on(index: Index, write: Transaction, log: str) -> int:
    """Read a log from where the index ends; the last entry read must still be the same."""
    size, digest = _positions(index, write).get(log, (0, ""))
    rows = (
        LogEntry.objects.filter(log=log, index__gte=max(size - 1, 0))
        .order_by("index")
        .values_list("kind", "body")
        .iterator(chunk_size=CHUNK)
    )
    if size:
        last = next(rows, None)
        if last is None or _digest(last[1]) != digest:
            raise _AnotherLogError
    read, body = 0, ""
    for kind, body in rows:
        if log != REGION_LOG:
            _apply(index, write, log, kind, body)
        read += 1
    if read:
        position = json.dumps([size + read, _digest(body)]).encode()
        write.put(f"position:{log}".encode(), position, db=index.meta)
    return read


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _apply(index: Index, write: Transaction, log: str, kind: str, leaf: str) -> None:
    said = json.loads(leaf)
    name = said["key"].encode()
    if kind == "issue":
        fact, handle, type_slug = _fact(log, said)
        where = place(type_slug, handle)
        first = write.get(where, db=index.records)
        if first:
            # it was the only one
            moved = read_fact(first)
            name_of_first = json.loads(moved.said)["key"]
            its_place = _among_several(where, moved, name_of_first)
            write.put(its_place, first, db=index.records)
            write.put(name_of_first.encode(), its_place, db=index.of_record)
            write.put(where, b"", db=index.records)
        if first is not None:
            where = _among_several(where, fact, said["key"])
        write.put(where, write_fact(fact), db=index.records)
        write.put(name, where, db=index.of_record)
    elif kind in STATE_CHANGES:
        known = write.get(name, db=index.of_record)
        if known is None:
            raise ValueError(f"log {log} changes {said['key']}, which it never issued")
        fact = read_fact(write.get(known, db=index.records))
        change = Change(said["at"], kind, " ".join(str(said.get("reason", "")).split()))
        write.put(
            known, write_fact(fact._replace(changes=(*fact.changes, change))), db=index.records
        )


def _among_several(start: bytes, fact: Fact, key: str) -> bytes:
    return start + f"{fact.valid_until or NO_END}\0{key}".encode()


UNCHANGED = 5
"""Fields of a record that never changed."""


def write_fact(fact: Fact) -> bytes:
    """Return a fact as the index keeps it.

    A line of fields between tabs (the changes last, three fields each), then `said` as it is: it
    goes into answers without being parsed.
    """
    unchanged: tuple[Any, ...] = fact[:UNCHANGED]
    fields = [*unchanged, *(field for change in fact.changes for field in change)]
    return "\t".join(fields).encode() + b"\n" + fact.said


def read_fact(value: bytes) -> Fact:
    """Return the fact that `write_fact` wrote."""
    line, _end, said = value.partition(b"\n")
    fields = line.decode().split("\t")
    if len(fields) == UNCHANGED:
        return Fact._make((*fields, (), said))
    changes = tuple(Change(*fields[at : at + 3]) for at in range(UNCHANGED, len(fields), 3))
    return Fact._make((*fields[:UNCHANGED], changes, said))


def _fact(city: str, leaf: Mapping[str, Any]) -> tuple[Fact, str, str]:
    """Return what the token of a leaf states, the subject's handle and the type's slug."""
    header, payload, _signature = leaf["token"].split(".")
    said = json.loads(unb64(payload))
    begin = _from_seconds(said["nbf"])
    end = _from_seconds(said["exp"]) if "exp" in said else ""
    repeated = {
        "city": city,
        "valid_from": begin,
        "valid_until": end or None,
        "key": leaf["key"],
        "authority": said["authority"],
        "version": said["ver"],
        "public": {name: value for name, value in said.items() if name not in RESERVED},
    }
    fact = Fact(
        city=city,
        issued_at=leaf["at"],
        valid_from=begin,
        valid_until=end,
        kid=_kid(header),
        changes=(),
        said=_json(repeated),
    )
    return fact, said["sub"], said["vct"].removeprefix(VCT)


@lru_cache(maxsize=1024)
def _caller(value: bytes) -> Caller:
    return Caller._make(json.loads(value))


@lru_cache(maxsize=256)
def _kid(header: str) -> str:
    return str(json.loads(unb64(header))["kid"])


def _from_seconds(seconds: int) -> str:
    return instant(datetime.fromtimestamp(seconds, UTC))


def _write_shared(index: Index, write: Transaction) -> None:
    accords: dict[str, list[Any]] = {}
    first: set[tuple[str, str, str, str]] = set()
    for agreement in Agreement.objects.order_by("opened_at", "pk"):
        of = (agreement.key, agreement.type, agreement.from_city_id, agreement.in_city_id)
        accord = _accord(agreement, replaces=of in first)
        first.add(of)
        if accord.end is None or accord.start < accord.end:
            cities = f"{agreement.type} {agreement.in_city_id}"
            accords.setdefault(cities, []).append(accord)
    lost = {kid: list(loss) for kid, loss in _lost().items()}
    write.drop(index.callers, delete=False)
    keys = ApiKey.everything.filter(revoked_at=None, user__is_active=True)
    for key in keys.select_related("authority"):
        caller = Caller(key.authority.key, key.authority.name_zh, key.label)
        write.put(key.secret_hash.encode(), _json(caller), db=index.callers)
    shared = _json(
        {
            "accords": dict(sorted(accords.items())),
            "lost": dict(sorted(lost.items())),
            "cities": sorted(City.objects.values_list("code", flat=True)),
        }
    )
    if shared == write.get(b"shared", db=index.meta):
        return
    number = int(write.get(b"shared-number", db=index.meta) or b"0") + 1
    write.put(b"shared", shared, db=index.meta)
    write.put(b"shared-number", b"%d" % number, db=index.meta)


def _accord(agreement: Agreement, *, replaces: bool) -> Accord:
    """Return the accord of a row: from its day on; one that replaces another, from then on."""
    start = _midnight(agreement.holds_from)
    if replaces:
        start = max(start, instant(agreement.opened_at))
    last = agreement.holds_until
    ends = [instant(agreement.closed_at)] if agreement.closed_at else []
    ends += [_midnight(last + timedelta(days=1))] if last else []
    effects = tuple((each["code"], each["zh"], each["en"]) for each in agreement.effects)
    key = agreement.urn.rsplit(":", 1)[-1]
    return Accord(key, agreement.from_city_id, start, min(ends, default=None), effects)


def _midnight(day: Any) -> str:
    return instant(datetime.combine(day, time(), timezone.get_default_timezone()))


def _lost() -> dict[str, Lost]:
    rows = SigningKey.objects.exclude(withdrawn_at=None).exclude(compromised_from=None)
    return {
        key.kid: Lost(instant(key.withdrawn_at), instant(key.compromised_from))
        for key in rows
        if key.withdrawn_at and key.compromised_from
    }


def _shared(number: bytes, text: bytes | None) -> Shared:
    said = json.loads(text or b'{"accords": {}, "lost": {}, "cities": []}')
    accords = {}
    for cities, rows in said["accords"].items():
        type_slug, _space, city = cities.partition(" ")
        accords[type_slug, city] = tuple(
            Accord(key, source, start, end, tuple((c, zh, en) for c, zh, en in effects))
            for key, source, start, end, effects in rows
        )
    lost = {kid: Lost(*loss) for kid, loss in said["lost"].items()}
    return Shared(number, accords, lost, frozenset(said["cities"]))


_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _json(value: Any) -> bytes:
    return _text(value).encode()
