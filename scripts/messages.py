"""The messages that people read: gather them from code and templates, translate, compile, check.

    python scripts/messages.py gather            bring django.po up to date with the sources
    python scripts/messages.py missing           list messages without a Chinese text
    python scripts/messages.py add FILE.json     add texts from {"English": "中文", …}; plurals as
                                                 {"English one|English many": "中文"}
    python scripts/messages.py compile           write django.mo
    python scripts/messages.py check             fail if a message has no Chinese text

Babel does what GNU gettext's programs do, so that no program has to be installed by hand.
"""

from __future__ import annotations

import ast
import fcntl
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "conurb"
PO = SOURCE / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"

LITERAL = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"\b(_|gettext|ngettext|pgettext)\(\s*((?:{LITERAL}\s*,?\s*)+)")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


@contextmanager
def locked() -> Iterator[None]:
    """Let one process at a time change the catalogue."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    with (PO.parent / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def load() -> polib.POFile:
    """Return the catalogue, an empty one where there is none yet."""
    if PO.exists():
        return polib.pofile(str(PO), wrapwidth=100)
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = {
        "Project-Id-Version": "Conurb",
        "Language": "zh_Hans",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    return catalogue


def save(catalogue: polib.POFile) -> None:
    """Write the catalogue sorted by message, so that two branches rarely touch the same line."""
    catalogue.sort(key=lambda entry: (entry.msgctxt or "", entry.msgid))
    temporary = PO.with_suffix(".tmp")
    catalogue.save(str(temporary))
    temporary.replace(PO)


Key = tuple[str, str, str]


def in_sources() -> set[Key]:
    """Return (context, message, plural) of every message in code and templates."""
    templates = [*SOURCE.rglob("templates/**/*.html"), *SOURCE.rglob("templates/**/*.txt")]
    return {key for file in sorted(SOURCE.rglob("*.py")) for key in in_code(file)} | {
        key for file in sorted(templates) for key in in_template(file)
    }


def in_code(file: Path) -> Iterator[Key]:
    """Yield the messages of a Python module."""
    from babel.messages.extract import extract_from_file

    for _line, message, _comments, context in extract_from_file("python", file, keywords=KEYWORDS):
        single, plural = message if isinstance(message, tuple) else (message, "")
        if single:
            yield context or "", single, plural


def in_template(file: Path) -> Iterator[Key]:
    """Yield the messages of a template, through the calls that Django itself turns it into."""
    from django.utils.translation.template import templatize

    for function, arguments in CALL.findall(templatize(file.read_text(encoding="utf-8"))):
        texts = [ast.literal_eval(text.lstrip("u")) for text in re.findall(LITERAL, arguments)]
        match function:
            case "ngettext":
                yield "", texts[0], texts[1]
            case "pgettext":
                yield texts[0], texts[1], ""
            case _:
                yield "", texts[0], ""


def key_of(entry: polib.POEntry) -> Key:
    return (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def is_translated(entry: polib.POEntry) -> bool:
    return bool(entry.msgstr_plural.get(0) if entry.msgid_plural else entry.msgstr)


def gather() -> None:
    """Add the messages that are new in the sources and take out those that are gone."""
    wanted = in_sources()
    with locked():
        catalogue = load()
        have = {key_of(entry) for entry in catalogue}
        for entry in [e for e in catalogue if key_of(e) not in wanted]:
            catalogue.remove(entry)
        for context, single, plural in sorted(wanted - have):
            catalogue.append(
                polib.POEntry(
                    msgid=single,
                    msgid_plural=plural,
                    msgctxt=context or None,
                    msgstr_plural={0: ""} if plural else {},
                )
            )
        save(catalogue)


def missing() -> list[Key]:
    """Return the messages of the sources that have no Chinese text."""
    done = {key_of(entry) for entry in load() if is_translated(entry)}
    return sorted(in_sources() - done)


def add(file: Path) -> None:
    """Add texts from a JSON object; a message that is not in the catalogue yet is added too."""
    texts: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    with locked():
        catalogue = load()
        entries = {(e.msgid, e.msgid_plural or ""): e for e in catalogue}
        for message, text in texts.items():
            single, _, plural = message.partition("|") if "|" in message else (message, "", "")
            entry = entries.get((message, "")) or entries.get((single, plural))
            if entry is None:
                entry = polib.POEntry(msgid=single, msgid_plural=plural)
                catalogue.append(entry)
            if entry.msgid_plural:
                entry.msgstr_plural = {0: text}
            else:
                entry.msgstr = text
        save(catalogue)


def compile_catalogue() -> None:
    """Write what Django reads."""
    with locked():
        load().save_as_mofile(str(PO.with_suffix(".mo")))


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conurb.config.settings")
    match arguments:
        case ["gather"]:
            gather()
        case ["missing"]:
            lacking = {m[1] + ("|" + m[2] if m[2] else ""): "" for m in missing()}
            print(json.dumps(lacking, indent=1, ensure_ascii=False))
        case ["add", file]:
            add(Path(file))
        case ["compile"]:
            compile_catalogue()
        case ["check"]:
            lacking = missing()
            for _context, message, _plural in lacking:
                print(f"no Chinese text: {message!r}", file=sys.stderr)
            return 1 if lacking else 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
