"""The whole way from a text to a reading: copies, structure, repairs, tasks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .characters import plain
from .copies import strike_copies
from .details import Details
from .gazetteer import Gazetteer
from .ledger import Ledger
from .mapped import Mapped
from .model import Dropped, Field, Item, Reading, Repair, Span
from .repairs import Mender
from .structure import Outline, Piece, outline_of
from .tables import spread_tables
from .tasks import themed, without_theme

_YEAR = re.compile(r"(?<!\d)(20\d\d|19[5-9]\d)(?!\d)")
_YEAR_NOW = re.compile(r"(?<![\d到至—–-])(20\d\d|19[5-9]\d)(?=年)(?!年以来)")
_BLANK = ("空白", "white space")
_REST = ("未归入任何条目的文字", "words that belong to no item")


def read_text(
    text: str,
    *,
    gazetteer: Gazetteer | None = None,
    year: int | None = None,
    decisions: Mapping[str, bool] | None = None,
) -> Reading:
    """Read the text of a plan. Total: any string gives a reading, none raises.

    `year` is the plan's year for dates without one; by default it is looked for in the title
    and the text. `decisions` maps ids of repairs to True (apply) or False (leave as printed).
    """
    ledger = Ledger(text, decisions or {})
    mapped = spread_tables(strike_copies(plain(Mapped.whole(text), ledger), ledger), ledger)
    outline = outline_of(mapped, ledger)
    mender = Mender(mapped.text, ledger)
    title, title_span = _title(mapped, outline, mender)
    plan_year = year if year is not None else _year(title, mapped.text, outline)
    details = Details(gazetteer or Gazetteer(), plan_year)
    fields = tuple(_fields(mapped, outline, title, mender, details))
    reading = Reading(
        title=title,
        year=plan_year,
        text=text,
        fields=fields,
        repairs=tuple(sorted(ledger.repairs.values(), key=_by_place)),
        dropped=tuple(ledger.dropped.values()),
        title_span=title_span,
    )
    return _with_rest(reading)


def _by_place(repair: Repair) -> tuple[Span, str]:
    return (repair.span, repair.code)


def _title(mapped: Mapped, outline: Outline, mender: Mender) -> tuple[str, Span | None]:
    if outline.title is None:
        return "", None
    part = mapped.part(*outline.title)
    words = _joined_lines(mender.mended(part, heading=True).text.strip().lstrip("#"))
    return words, mapped.span(*outline.title)


def _year(title: str, text: str, outline: Outline) -> int | None:
    """The year in the title, else before the first heading, else the one named most.

    到2025年 names a goal, not the year of the plan.
    """
    begin = outline.pieces[0].start if outline.pieces else 0
    found = _YEAR.search(title) or _YEAR.search(text, 0, begin)
    if found is not None:
        return int(found.group())
    named = Counter(_YEAR_NOW.findall(text))
    return int(named.most_common(1)[0][0]) if named else None


def year_in_name(filename: str) -> int | None:
    """The year that a file's name holds; None where it holds none, or several."""
    found = set(_YEAR.findall(filename))
    return int(found.pop()) if len(found) == 1 else None


def _fields(
    mapped: Mapped, outline: Outline, title: str, mender: Mender, details: Details
) -> Iterator[Field]:
    if outline.flat:
        pieces = outline.pieces
        at = mapped.span(pieces[0].start, pieces[0].start) if pieces else (0, 0)
        drafts = [_drafted(mapped, "1", title, at, pieces, mender)]
    else:
        drafts = [_field(mapped, piece, mender) for piece in outline.pieces]
    theme = themed([body.text for draft in drafts for body, _ in draft.bodies])
    for draft in drafts:
        yield Field(draft.number, draft.name, draft.span, tuple(_items(draft, theme, details)))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A field whose items are not yet split: the words and spans of the items, their numbers."""

    number: str
    name: str
    span: Span
    bodies: list[tuple[Mapped, Span]]
    numbers: list[tuple[str, bool]]


def _drafted(
    mapped: Mapped, number: str, name: str, span: Span, leaves: list[Piece], mender: Mender
) -> _Draft:
    bodies = [_body(mapped, leaf, mender) for leaf in _flattened(leaves)]
    return _Draft(number, name, span, bodies, list(_numbers(leaves, number)))


def _field(mapped: Mapped, piece: Piece, mender: Mender) -> _Draft:
    number = str(piece.number)
    head, rest = _split_heading(mapped, piece, mender.ledger)
    name = _joined_lines(mender.mended(mapped.part(*head), heading=True).text)
    span = mapped.span(piece.start, max(piece.start, head[1]))
    leaves = [*rest, *piece.children]
    for place, leaf in enumerate(leaves[: len(rest)], start=1):
        leaf.number = place
    for leaf in piece.children:
        leaf.number += len(rest)
    return _drafted(mapped, number, name, span, leaves, mender)


def _joined_lines(words: str) -> str:
    return "".join(line.strip() for line in words.splitlines())


def _whole_lines(mapped: Mapped, piece: Piece, ledger: Ledger) -> list[Span]:
    """The parts of a piece; a heading broken over two lines is one part."""
    parts = [piece.parts[0]]
    for start, end in piece.parts[1:]:
        span = mapped.span(parts[-1][1], start)
        repair = ledger.repairs.get(f"line-broken-{span[0]}-{span[1]}")
        if repair is not None and repair.applied:
            parts[-1] = (parts[-1][0], end)
        else:
            parts.append((start, end))
    return parts


def _split_heading(mapped: Mapped, piece: Piece, ledger: Ledger) -> tuple[Span, list[Piece]]:
    """The heading of a field, and its paragraphs that stand as items of their own."""
    if not piece.parts:
        return (piece.start, piece.start), []
    parts = _whole_lines(mapped, piece, ledger)
    start, end = parts[0]
    stop = mapped.text.find("。", start, end)
    if start <= stop < end - 1 and not piece.children:
        parts[0:1] = [(start, stop), (stop + 1, end)]
    paragraphs = []
    for part in parts[1:]:
        leaf = Piece(1, 0, part[0])
        leaf.parts.append(part)
        paragraphs.append(leaf)
    return parts[0], paragraphs


def _flattened(pieces: list[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        yield piece
        yield from _flattened(piece.children)


def _numbers(pieces: list[Piece], prefix: str) -> Iterator[tuple[str, bool]]:
    """The full number of every piece, and whether it is only the heading of others."""
    reached = 0
    for piece in pieces:
        reached = max(piece.number, reached + 1)
        number = f"{prefix}.{reached}"
        yield number, bool(piece.children)
        yield from _numbers(piece.children, number)


def _body(mapped: Mapped, piece: Piece, mender: Mender) -> tuple[Mapped, Span]:
    """The words of a piece as one mended text, and its span from number to end."""
    pieces: list[Mapped] = []
    reached: int | None = None
    for start, end in piece.parts:
        if reached is not None:
            pieces.append(_between(mapped, mender.ledger, reached, start))
        pieces.append(mapped.part(start, end))
        reached = end
    body = mender.mended(Mapped.joined(pieces))
    return body, mapped.span(piece.start, max(piece.start, piece.end))


def _between(mapped: Mapped, ledger: Ledger, end: int, start: int) -> Mapped:
    span = mapped.span(end, start)
    repair = ledger.repairs.get(f"line-broken-{span[0]}-{span[1]}")
    words = repair.read if repair is not None and repair.applied else "\n"
    return Mapped(words, [span[0]] * len(words), [span[1]] * len(words))


def _items(draft: _Draft, theme: bool, details: Details) -> Iterator[Item]:
    for (body, span), (number, parent) in zip(draft.bodies, draft.numbers, strict=True):
        words = without_theme(body) if theme else body
        tasks = details.tasks(words, heading=parent)
        yield Item(number, body.text.strip(), span, tasks)


def _with_rest(reading: Reading) -> Reading:
    """Account for what is left: white space, and words that nothing else took."""
    from .model import uncovered

    rest: list[Dropped] = []
    for start, end in uncovered(reading):
        words = reading.text[start:end]
        if words.isspace():
            rest.append(Dropped("blank", (start, end), words, *_BLANK))
        else:
            rest.append(Dropped("rest", (start, end), words, *_REST))
    dropped = tuple(sorted([*reading.dropped, *rest], key=lambda piece: piece.span))
    return Reading(
        title=reading.title,
        year=reading.year,
        text=reading.text,
        fields=reading.fields,
        repairs=reading.repairs,
        dropped=dropped,
        title_span=reading.title_span,
    )
