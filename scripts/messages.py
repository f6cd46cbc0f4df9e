"""The messages that people read: gather them from code and templates, translate, compile, check.

    python scripts/messages.py gather            bring django.po up to date with the sources
    python scripts/messages.py missing           list messages without a Chinese text
    python scripts/messages.py add FILE.json     add texts from {"English": "中文", …}; plurals as
                                                 {"English one|English many": "中文"}
    python scripts/messages.py compile           write django.mo
    python scripts/messages.py check             fail if a message has no Chinese text

Records, atlas, desk and every pack have a catalogue of their own, in their `locale/`; all else
stands in that of the project. Babel does what GNU gettext's programs do, so that no program has to
be installed by hand.
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
WITHIN = Path("locale") / "zh_Hans" / "LC_MESSAGES" / "django.po"

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


def homes() -> list[Path]:
    """Return the folders that have a catalogue, the innermost first, the project's last."""
    packs = sorted(file.parent for file in SOURCE.glob("sames/*/pack.py"))
    return [*packs, SOURCE / "records", SOURCE / "atlas", SOURCE / "desk", SOURCE]


def home_of(file: Path) -> Path:
    """Return the folder in whose catalogue the messages of a source file stand."""
    return next(home for home in homes() if file.is_relative_to(home))


@contextmanager
def locked(home: Path) -> Iterator[Path]:
    """Let one process at a time change a catalogue; yields its file."""
    file = home / WITHIN
    file.parent.mkdir(parents=True, exist_ok=True)
    with (file.parent / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield file


def load(file: Path) -> polib.POFile:
    """Return a catalogue, an empty one where there is none yet."""
    if file.exists():
        return polib.pofile(str(file), wrapwidth=100)
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


def save(catalogue: polib.POFile, file: Path) -> None:
    """Write a catalogue sorted by message, so that two branches rarely touch the same line."""
    catalogue.sort(key=lambda entry: (entry.msgctxt or "", entry.msgid))
    temporary = file.with_suffix(".tmp")
    catalogue.save(str(temporary))
    temporary.replace(file)


Key = tuple[str, str, str]


def in_sources(home: Path) -> set[Key]:
    """Return (context, message, plural) of every message in code and templates of a catalogue."""
    templates = [*home.rglob("templates/**/*.html"), *home.rglob("templates/**/*.txt")]
    code, words = (
        [file for file in sorted(files) if home_of(file) == home]
        for files in (home.rglob("*.py"), templates)
    )
    return {key for file in code for key in in_code(file)} | {
        key for file in words for key in in_template(file)
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


def everywhere(home: Path) -> set[Key]:
    """Return what the project's own catalogue says already, which the other catalogues share."""
    if home == SOURCE:
        return set()
    return {key_of(entry) for entry in load(SOURCE / WITHIN) if is_translated(entry)}


def gather() -> None:
    """Add the messages that are new in the sources and take out those that are gone."""
    for home in reversed(homes()):
        wanted = in_sources(home) - everywhere(home)
        with locked(home) as file:
            catalogue = load(file)
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
            save(catalogue, file)


def missing() -> dict[Path, list[Key]]:
    """Return the messages that have no Chinese text, by the folder of their catalogue."""
    lacking = {}
    for home in homes():
        done = {key_of(entry) for entry in load(home / WITHIN) if is_translated(entry)}
        lacking[home] = sorted(in_sources(home) - done - everywhere(home))
    return lacking


def said_twice() -> list[str]:
    """Return the messages that two catalogues translate differently; only one would be read."""
    said: dict[Key, tuple[str, Path]] = {}
    quarrels = []
    for home in homes():
        for entry in load(home / WITHIN):
            text = entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr
            before = said.setdefault(key_of(entry), (text, home))
            if text and before[0] and before[0] != text:
                quarrels.append(
                    f"{entry.msgid!r}: {before[0]} ({before[1].name}), {text} ({home.name})"
                )
    return quarrels


def add(file: Path) -> None:
    """Add texts from a JSON object to the catalogues whose sources have the message."""
    texts: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    gather()
    for home in homes():
        with locked(home) as target:
            catalogue = load(target)
            for entry in catalogue:
                message = entry.msgid + ("|" + entry.msgid_plural if entry.msgid_plural else "")
                if message not in texts:
                    continue
                if entry.msgid_plural:
                    entry.msgstr_plural = {0: texts[message]}
                else:
                    entry.msgstr = texts[message]
            save(catalogue, target)


def compile_catalogues() -> None:
    """Write what Django reads."""
    for home in homes():
        with locked(home) as file:
            load(file).save_as_mofile(str(file.with_suffix(".mo")))


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conurb.config.settings")
    match arguments:
        case ["gather"]:
            gather()
        case ["missing"]:
            lacking = {
                m[1] + ("|" + m[2] if m[2] else ""): "" for keys in missing().values() for m in keys
            }
            print(json.dumps(lacking, indent=1, ensure_ascii=False))
        case ["add", file]:
            add(Path(file))
        case ["compile"]:
            compile_catalogues()
        case ["check"]:
            faults = [
                f"no Chinese text: {message!r} ({home.name})"
                for home, keys in missing().items()
                for _context, message, _plural in keys
            ]
            faults += [f"two Chinese texts: {quarrel}" for quarrel in said_twice()]
            print("\n".join(faults), file=sys.stderr)
            return 1 if faults else 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
