"""The logs of this node's own database as an audit reads them: as data, in portions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from conurb.records.auditing import PORTION, Kept, Row
from conurb.records.models import (
    REGION_LOG,
    Checkpoint,
    LogEntry,
    LogTile,
    Record,
    StatusList,
)
from conurb.records.trust import TrustList


class Tables:
    """A source of an audit: the tables, by pages of their keys, so that nothing is held open."""

    def logs(self) -> Sequence[str]:
        """Every city's log, also one whose head was taken away."""
        names = set(LogEntry.objects.order_by().values_list("log", flat=True).distinct())
        names |= set(Checkpoint.objects.order_by().values_list("log", flat=True).distinct())
        return sorted(names - {REGION_LOG})

    def heads(self, log: str, above: int) -> Iterator[str]:
        """Checkpoints by size."""
        while True:
            rows = list(
                Checkpoint.objects.filter(log=log, size__gt=above)
                .order_by("size")
                .values_list("size", "note")[:PORTION]
            )
            yield from (note for _size, note in rows)
            if len(rows) < PORTION:
                return
            above = rows[-1][0]

    def entries(self, log: str, start: int) -> Iterator[Row]:
        """Entries by index."""
        while True:
            rows = list(
                LogEntry.objects.filter(log=log, index__gte=start)
                .order_by("index")
                .values_list("index", "body", "kind", "record_key", "at")[:PORTION]
            )
            for index, body, kind, key, at in rows:
                yield Row(index, body, (kind, key, at))
            if len(rows) < PORTION:
                return
            start = rows[-1][0] + 1

    def tile(self, log: str, level: int, index: int) -> bytes | None:
        """A full tile as it is kept."""
        found = LogTile.objects.filter(log=log, level=level, index=index).first()
        return None if found is None else bytes(found.hashes)

    def status_list(self, city: str, number: int, trust: TrustList) -> bytes | None:
        """The bits as they are kept."""
        found = StatusList.objects.filter(city_id=city, number=number).first()
        return None if found is None else bytes(found.bits)

    def records(self, city: str) -> Iterator[Kept] | None:
        """The city's records by their index in the log."""
        return self._records(city)

    def _records(self, city: str) -> Iterator[Kept]:
        start = 0
        while True:
            rows = list(
                Record.everything.filter(city_id=city, log_index__gte=start)
                .order_by("log_index")
                .values_list(
                    "key",
                    "log_index",
                    "token",
                    "state",
                    "status_list__number",
                    "status_index",
                )[:PORTION]
            )
            for key, index, token, state, number, place in rows:
                yield Kept(key, index, token, state, (number, place))
            if len(rows) < PORTION:
                return
            start = rows[-1][1] + 1
