"""The heads of logs that an auditor saw, in a file: what nobody can make unseen.

    {"430100": [{"size": 1024, "root": "<hexadecimal>"}, …], …}

Keep it away from the node that is audited: it is worth as much as it is out of that node's reach.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from conurb.records.auditing import Report, Seen

MOST = 1000
"""Heads of one log that are remembered; of more, the oldest go, which later ones vouch for."""


class SeenHeadsError(ValueError):
    """A file that does not hold seen heads."""


def load(file: Path) -> dict[str, tuple[Seen, ...]]:
    """Return the heads in a file, none where there is no file; raises SeenHeadsError."""
    if not file.exists():
        return {}
    try:
        kept = json.loads(file.read_text(encoding="ascii"))
        return {
            str(log): tuple(Seen(int(each["size"]), bytes.fromhex(each["root"])) for each in heads)
            for log, heads in kept.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise SeenHeadsError(f"{file} does not hold heads of an earlier audit: {fault}.") from fault


def save(file: Path, before: Mapping[str, Iterable[Seen]], reports: Iterable[Report]) -> None:
    """Add the last head of every sound report to those seen before."""
    heads = {log: {each.size: each for each in seen} for log, seen in before.items()}
    for report in reports:
        if report.sound and report.head is not None:
            seen = Seen(report.head.size, report.head.root)
            heads.setdefault(report.log, {})[seen.size] = seen
    plain = {
        log: [
            {"size": each.size, "root": each.root.hex()}
            for _size, each in sorted(known.items())[-MOST:]
        ]
        for log, known in sorted(heads.items())
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.new")
    draft.write_text(json.dumps(plain, indent=1) + "\n", encoding="ascii")
    draft.replace(file)
