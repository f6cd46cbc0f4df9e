"""What a region declares of records: types in `records.toml`, agreements in `agreements.toml`.

Both files are optional; docs/checks.md tells their form. Everything that is wrong is said at once,
with file, line and key, as for the other files of a region.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import jsonschema_rs

from conurb.records.statement import RESERVED
from conurb.records.subjects import KINDS, SubjectKind
from conurb.records.types import SLUG, Claim, RecordType
from conurb.region.positions import TomlPositions
from conurb.region.problems import RegionError
from conurb.region.tables import Bilingual, Sheet, Table, closest

TYPES_FILE, AGREEMENTS_FILE = "records.toml", "agreements.toml"

T = TypeVar("T")

FIRST_CODE = 100
"""Codes below are for the types of packs."""

SLUG_WANTED = (
    "小写字母、数字和单个连字符，字母开头",
    "lower-case letters, digits and single hyphens, a letter first",
)
CLAIM = re.compile(r"[a-z][a-z0-9_]{0,39}")
CLAIM_WANTED = (
    "小写字母、数字和下划线，字母开头，不超过40位，且不得为 JWT 保留名",
    "at most 40 lower-case letters, digits and underscores, no name that tokens reserve",
)
CODE_WANTED = (f"{FIRST_CODE} 以上的整数", f"a whole number from {FIRST_CODE} on")
SCHEMA_WANTED = ("有效的 JSON Schema（2020-12）", "a JSON Schema (2020-12)")


@dataclass(frozen=True)
class Effect:
    """What an agreement lets a record bring about."""

    code: str
    name: Bilingual


@dataclass(frozen=True)
class AgreementDeclared:
    """One agreement: a type, between which cities, with which effects, from when, by which basis.

    `pairs` are (issuing city, city where it holds); `until` is the last day, None for without end.
    """

    key: str
    type: str
    pairs: tuple[tuple[str, str], ...]
    effects: tuple[Effect, ...]
    basis: Bilingual
    since: date
    until: date | None


def read_types(folder: Path, subjects_of_work: Collection[str]) -> tuple[RecordType, ...]:
    """Return the types of a region folder; raises RegionError with all that is wrong.

    `subjects_of_work` are the keys of region.toml, of which a type names its issuers'.
    """
    sheet = Sheet(TYPES_FILE)
    declared = _table(folder, sheet)
    if declared is None:
        return _sound(sheet, ())
    made = [_type(table, subjects_of_work) for table in declared.tables("type", required=True)]
    declared.finish()
    for column in ("slug", "code"):
        _note_doubles(sheet, declared.tables("type"), column)
    # what is wrong is not made; whether all is right is asked of the sheet
    return _sound(sheet, tuple(one for one in made if one is not None))


def read_agreements(
    folder: Path, cities: Collection[str], types: Collection[str]
) -> tuple[AgreementDeclared, ...]:
    """Return the agreements of a region folder; raises RegionError with all that is wrong.

    `cities` are the codes of the region's cities, `types` the slugs of every declared type.
    """
    sheet = Sheet(AGREEMENTS_FILE)
    declared = _table(folder, sheet)
    if declared is None:
        return _sound(sheet, ())
    tables = declared.tables("agreement", required=True)
    made = [_agreement(table, cities, types) for table in tables]
    declared.finish()
    _note_doubles(sheet, tables, "key")
    _note_overlaps(sheet, tables, made)
    return _sound(sheet, tuple(one for one in made if one is not None))


def _table(folder: Path, sheet: Sheet) -> Table | None:
    file = folder / sheet.file
    if not file.is_file():
        return None
    try:
        text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        sheet.note("not-utf8", offset=error.start)
        return None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        sheet.note(
            "syntax", line=int(at.group(1)) if at else text.count("\n") + 1, detail=str(error)
        )
        return None
    sheet.positions = TomlPositions(text)
    return Table(sheet, values)


def _sound(sheet: Sheet, made: T) -> T:
    if sheet.problems:
        raise RegionError(sheet.problems)
    return made


def _note_doubles(sheet: Sheet, tables: Iterable[Table], key: str) -> None:
    first: dict[object, int] = {}
    for table in tables:
        value = dict(table.items()).get(key)
        if value is None:
            continue
        if value in first:
            table.note("duplicate", key, found=value, first=first[value])
        first.setdefault(value, table.line(key))


def _type(table: Table, subjects_of_work: Collection[str]) -> RecordType | None:
    slug = table.text("slug", form=SLUG, wanted=SLUG_WANTED)
    version, code = table.whole("version"), table.whole("code")
    if 0 < code < FIRST_CODE:
        table.note(
            "bad-form", "code", found=code, wanted_zh=CODE_WANTED[0], wanted_en=CODE_WANTED[1]
        )
    name, summary = table.name(), table.name("summary")
    subject = _kind(table)
    issuer = table.text("issuer")
    if issuer and issuer not in subjects_of_work:
        table.note("unknown-reference", "issuer", found=issuer, **closest(issuer, subjects_of_work))
    longest = table.whole("longest_days", required=False)
    stale_after = table.whole("stale_after_hours", required=False)
    open_to_all = table.flag("open_to_all")
    title_claim = table.text("title_claim", required=False)
    inner = table.tables("claim", required=True)
    claims = [claim for each in inner if (claim := _claim(each)) is not None]
    for column in ("name", "compact"):
        _note_doubles(table.sheet, inner, column)
    table.finish()
    names = [claim.name for claim in claims]
    if title_claim and title_claim not in names:
        table.note(
            "unknown-reference", "title_claim", found=title_claim, **closest(title_claim, names)
        )
    if table.sheet.problems or subject is None:
        return None
    return RecordType(
        slug=slug,
        version=version,
        code=code,
        name=name,
        summary=summary,
        subject=subject,
        issuer=issuer,
        claims=tuple(claims),
        longest=timedelta(days=longest) if longest else None,
        stale_after=timedelta(hours=stale_after or 24),
        open_to_all=open_to_all,
        title_claim=title_claim,
    )


def _kind(table: Table) -> SubjectKind | None:
    given = table.text("subject")
    for kind in KINDS:
        if kind == given:
            return kind
    if given:
        wanted = " / ".join(KINDS)
        table.note("bad-form", "subject", found=given, wanted_zh=wanted, wanted_en=wanted)
    return None


def _claim(table: Table) -> Claim | None:
    name = table.text("name", form=CLAIM, wanted=CLAIM_WANTED)
    if name in RESERVED:
        table.note(
            "bad-form", "name", found=name, wanted_zh=CLAIM_WANTED[0], wanted_en=CLAIM_WANTED[1]
        )
    label = table.name("label")
    inner = table.table("schema")
    schema = dict(inner.items()) if inner is not None else {}
    try:
        jsonschema_rs.Draft202012Validator(schema)
    except ValueError as fault:
        table.note(
            "bad-form",
            "schema",
            found=str(fault).splitlines()[0],
            wanted_zh=SCHEMA_WANTED[0],
            wanted_en=SCHEMA_WANTED[1],
        )
    compact = table.whole("compact", required=False)
    public, optional = table.flag("public"), table.flag("optional")
    table.finish()
    if not name:
        return None
    return Claim(name, label, schema, public, not optional, compact or None)


def _agreement(
    table: Table, cities: Collection[str], types: Collection[str]
) -> AgreementDeclared | None:
    key = table.text("key", form=SLUG, wanted=SLUG_WANTED)
    slug = table.text("type")
    if slug and slug not in types:
        table.note("unknown-reference", "type", found=slug, **closest(slug, types))
    froms, ins = _cities(table, "from", cities), _cities(table, "in", cities)
    pairs = tuple((source, city) for source in froms for city in ins if source != city)
    if froms and ins and not pairs:
        table.note(
            "bad-form",
            "in",
            found=", ".join(ins),
            wanted_zh="签发城市以外的城市",
            wanted_en="a city other than the issuing one",
        )
    effects = tuple(_effects(table))
    basis = table.name("basis")
    since = table.day("since")
    until = table.day("until") if table.has("until") else None
    if since and until and until < since:
        table.note("span-backwards", "until", found=f"{since} – {until}")
    table.finish()
    if since is None or not key or not slug:
        return None
    return AgreementDeclared(key, slug, pairs, effects, basis, since, until)


def _cities(table: Table, key: str, cities: Collection[str]) -> tuple[str, ...]:
    named = table.texts(key, required=True)
    if not named and table.has(key):
        table.note("missing-key", key)
    for city in named:
        if city not in cities:
            table.note("unknown-reference", key, found=city, **closest(city, cities))
    return tuple(dict.fromkeys(named))


def _effects(table: Table) -> Iterator[Effect]:
    inner = table.tables("effect", required=True)
    for each in inner:
        code = each.text("code", form=SLUG, wanted=SLUG_WANTED)
        yield Effect(code, each.name())
        each.finish()
    _note_doubles(table.sheet, inner, "code")


def _note_overlaps(sheet: Sheet, tables: list[Table], made: list[AgreementDeclared | None]) -> None:
    """Of one type, one agreement at a time holds from a city in another."""
    for place, (table, later) in enumerate(zip(tables, made, strict=True)):
        for other, earlier in zip(tables[:place], made[:place], strict=True):
            if later is None or earlier is None or later.type != earlier.type:
                continue
            apart = (later.until is not None and later.until < earlier.since) or (
                earlier.until is not None and earlier.until < later.since
            )
            shared = set(later.pairs) & set(earlier.pairs)
            if shared and not apart:
                found = f"{later.type} {'→'.join(min(shared))}"
                table.note("duplicate", "type", found=found, first=other.line("type"))
