"""In which line of a file a value stands: neither tomllib nor json says so after reading."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

__all__ = ["JsonPositions", "Path", "TomlPositions", "path_text"]

Path = tuple[str | int, ...]
"""Where a value stands: names of tables and keys, and positions in arrays counted from 0."""

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_NAME = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_NAME = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
_KEY = re.compile(rf"^\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_PART = re.compile(_NAME)
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')


def path_text(path: Path) -> str:
    """The path for people: ``("county", 2, "name")`` becomes ``county[3].name``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += f".{part}" if text else part
    return text


class TomlPositions:
    """Lines of the tables and keys of a TOML text, found by scanning it line by line."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._line_of: dict[Path, int] = {}
        self._scan()

    def line(self, path: Path) -> int:
        """The line of ``path``, or of the nearest table that holds it; 0 if there is none."""
        for length in range(len(path), 0, -1):
            found = self._line_of.get(path[:length])
            if found is not None:
                return found
        return 0

    def line_of_value(self, path: Path, value: str) -> int:
        """The line in which ``value`` is written in the array at ``path``."""
        start = self.line(path)
        quoted = (f'"{value}"', f"'{value}'")
        end = min((line for line in self._line_of.values() if line > start), default=None)
        for offset, line in enumerate(self._lines[max(start - 1, 0) : end and end - 1]):
            if any(text in line for text in quoted):
                return start + offset
        return start

    def _scan(self) -> None:
        table: Path = ()
        seen: Counter[Path] = Counter()
        depth, quote = 0, ""
        for number, line in enumerate(self._lines, start=1):
            if quote:
                if quote in line:
                    quote = ""
                continue
            if depth == 0:
                header = _HEADER.match(line)
                if header:
                    table = self._enter(header, seen)
                    for path in (table, table[:-1]) if isinstance(table[-1], int) else (table,):
                        self._line_of.setdefault(path, number)
                    continue
                key = _KEY.match(line)
                if key:
                    self._note_key(table, _parts(key.group(1)), number)
            depth, quote = _after(line, depth)

    def _enter(self, header: re.Match[str], seen: Counter[Path]) -> Path:
        path: Path = ()
        names = _parts(header.group(2))
        for position, name in enumerate(names):
            path = (*path, name)
            if header.group(1) == "[[" and position == len(names) - 1:
                seen[path] += 1
            if seen[path]:
                path = (*path, seen[path] - 1)
        return path

    def _note_key(self, table: Path, names: Sequence[str], number: int) -> None:
        for length in range(1, len(names) + 1):
            self._line_of.setdefault((*table, *names[:length]), number)


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(dotted)]


def _after(line: str, depth: int) -> tuple[int, str]:
    for quote in ('"""', "'''"):
        if line.count(quote) % 2:
            return depth, quote
    bare = _STRING.sub("", line).split("#", 1)[0]
    depth += bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
    return max(depth, 0), ""


class JsonPositions:
    """Lines of the features of a GeoJSON text and of the keys inside each."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._newlines = [match.start() for match in re.finditer("\n", text)]
        self._spans = _feature_spans(text)

    def line(self, path: Path) -> int:
        """The line of a path ``("features", n, …, key)``: of the key where it is written in
        the feature, else of the feature; 1 for the file."""
        if len(path) < 2 or not isinstance(path[1], int) or path[1] >= len(self._spans):
            return 1
        start, end = self._spans[path[1]]
        for part in reversed(path[2:]):
            found = self._text.find(f'"{part}"', start, end) if isinstance(part, str) else -1
            if found >= 0:
                return self._line_at(found)
        return self._line_at(start)

    def line_of_value(self, path: Path, value: str) -> int:
        """The line in which the feature at ``path`` writes ``value`` as a string."""
        if len(path) < 2 or not isinstance(path[1], int) or path[1] >= len(self._spans):
            return self.line(path)
        found = self._text.find(json.dumps(value, ensure_ascii=False), *self._spans[path[1]])
        return self._line_at(found) if found >= 0 else self.line(path)

    def _line_at(self, offset: int) -> int:
        return bisect_right(self._newlines, offset - 1) + 1


def _feature_spans(text: str) -> list[tuple[int, int]]:
    opening = re.search(r'"features"\s*:\s*\[', text)
    spans: list[tuple[int, int]] = []
    if opening is None:
        return spans
    decoder = json.JSONDecoder()
    position = opening.end()
    while True:
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1
        if position >= len(text) or text[position] == "]":
            return spans
        _, end = decoder.raw_decode(text, position)
        spans.append((position, end))
        position = end
