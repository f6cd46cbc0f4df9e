"""Plain services as a region declares them: `services.toml` of its folder, as plain values.

docs/region.md tells the format. What is wrong in the file is said with its line and key, as for
every file of a region; what it refers to outside the file (subjects of work, types of records,
claims, cities) is judged by `check_references` once the region and the types are known.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Protocol, cast, get_args

from conurb.desk.services import Audience, Difference, Material, Step
from conurb.records.subjects import SubjectKind
from conurb.region.positions import TomlPositions
from conurb.region.problems import Problem, RegionError
from conurb.region.tables import Bilingual, Sheet, Table, closest

__all__ = [
    "FILE",
    "Choice",
    "FieldType",
    "IssueRule",
    "Known",
    "PlainField",
    "PlainService",
    "RecordTypeNames",
    "check_references",
    "read",
]

FILE = "services.toml"
SLUG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
SLUG_WANTED = (
    "小写字母、数字和连字符，字母开头",
    "lower-case letters, digits and hyphens, a letter first",
)
NAME = re.compile(r"[a-z][a-z0-9_]*")
NAME_WANTED = (
    "小写字母、数字和下划线，字母开头",
    "lower-case letters, digits and underscores, a letter first",
)
ITEM = re.compile(r"\d{1,2}\.\d{1,2}")
ITEM_WANTED = ("条目编号，如 3.1", "the number of an item, as 3.1")

FieldType = Literal[
    "text",
    "long-text",
    "number",
    "date",
    "choice",
    "yes-no",
    "resident",
    "firm",
    "plate",
    "phone",
    "address",
    "city",
    "county",
]
PLACES: frozenset[FieldType] = frozenset({"city", "county", "plate"})
"""Types of fields whose value says in which city a case is decided."""

Known = Literal["name", "number", "phone", "home", "firm", "firm-name"]
"""What the platform knows of the applicant himself, or of the firm that he acts for."""

_SUBJECT_TYPES: Mapping[str, FieldType] = {
    "resident": "resident",
    "firm": "firm",
    "vehicle": "plate",
}
_FROM_CASE = (
    "case:number",
    "case:decided-on",
    "case:applicant",
    "authority:name",
    "authority:city",
)


@dataclass(frozen=True)
class Choice:
    """One of the answers of a field of type `choice`."""

    value: str
    name: Bilingual


@dataclass(frozen=True)
class PlainField:
    """A field of the form. `record` and `claim` name what fills it in instead of the applicant,
    `known` what the platform knows of him; `least` and `most` bound a number, or a text's length.
    """

    name: str
    label: Bilingual
    type: FieldType
    required: bool
    hint: Bilingual | None
    choices: tuple[Choice, ...]
    least: int | None
    most: int | None
    known: Known | None
    record: str
    claim: str


@dataclass(frozen=True)
class IssueRule:
    """The record that a grant issues.

    `public` and `held` say where each claim comes from: `field:<name>`, `label:<name>` (the words
    of a choice), `fen:<name>` (a field in yuan), `text:<words>`, or one of the case
    (`case:number`, `case:decided-on`, `case:applicant`, `authority:name`, `authority:city`). It is
    valid for `months`, None for as long as its type allows; with `renews` it supersedes the valid
    one of the same authority.
    """

    type: str
    months: int | None
    renews: bool
    public: Mapping[str, str]
    held: Mapping[str, str]


@dataclass(frozen=True)
class PlainService:
    """A service without rules of its own.

    `decided_in` is `home` (the city of residence, a field that the form gets) or `field:<name>`;
    `subject_field` is the field with the number of what it is about; `line` is where it stands.
    """

    slug: str
    version: int
    name: Bilingual
    summary: Bilingual
    item: str
    audiences: tuple[Audience, ...]
    life_events: tuple[str, ...]
    words: tuple[str, ...]
    subject_kind: SubjectKind
    subject_field: str
    competence: str
    decided_in: str
    limit: int
    statutory: int
    basis: Bilingual
    bulk: bool
    fields: tuple[PlainField, ...]
    materials: tuple[Material, ...]
    steps: tuple[Step, ...]
    issue: IssueRule | None
    differences: tuple[Difference, ...]
    position: int = 0

    def field(self, name: str) -> PlainField:
        """Return a field by its name; KeyError where the form has none."""
        for each in self.fields:
            if each.name == name:
                return each
        raise KeyError(name)


def _known(name: str, label: Bilingual, type_: FieldType, known: Known) -> PlainField:
    return PlainField(name, label, type_, True, None, (), None, None, known, "", "")


HOME = replace(
    _known("home", Bilingual("居住地所在市", "City of residence"), "city", "home"),
    hint=Bilingual(
        "由该市主管部门办理，与您在哪里提交无关。", "Its authority decides, wherever you apply."
    ),
)
"""The field that the form of a service gets which is decided where the applicant lives."""

APPLICANT: Mapping[str, tuple[PlainField, ...]] = {
    "resident": (
        _known("name", Bilingual("姓名", "Name"), "text", "name"),
        _known("number", Bilingual("公民身份号码", "Resident number"), "resident", "number"),
        _known("phone", Bilingual("联系电话", "Telephone"), "phone", "phone"),
    ),
    "firm": (
        _known("firm_name", Bilingual("企业名称", "Name of the firm"), "text", "firm-name"),
        _known("firm", Bilingual("统一社会信用代码", "Unified social credit code"), "firm", "firm"),
        _known("phone", Bilingual("联系电话", "Telephone"), "phone", "phone"),
    ),
}
"""The fields of who applies, for services with `applicant_fields`; filled in where known."""

_NUMBER_OF: Mapping[str, str] = {"resident": "number", "firm": "firm"}


def read(folder: Path) -> tuple[PlainService, ...]:
    """Return the services of a region folder; none where it has no `services.toml`.

    Raises RegionError with everything that is wrong in the file.
    """
    sheet, services = _read(folder)
    if sheet.problems:
        raise RegionError(sheet.problems)
    return services


def _read(folder: Path) -> tuple[Sheet, tuple[PlainService, ...]]:
    sheet = Sheet(FILE)
    file = folder / FILE
    if not file.is_file():
        return sheet, ()
    try:
        text = file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        sheet.note("not-utf8", offset=error.start)
        return sheet, ()
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        line = int(at.group(1)) if at else text.count("\n") + 1
        sheet.note("syntax", line=line, detail=str(error))
        return sheet, ()
    sheet.positions = TomlPositions(text)
    table = Table(sheet, values)
    first: dict[str, int] = {}
    services = []
    for position, each in enumerate(table.tables("service")):
        service = _service(each, position)
        _claim(each, "slug", service.slug, first)
        services.append(service)
    table.finish()
    return sheet, tuple(services)


def _service(table: Table, position: int) -> PlainService:
    decided_in = table.text("decided_in")
    kinds = tuple(_SUBJECT_TYPES)
    kind = cast(SubjectKind, table.choice("subject", kinds, kinds[0]))
    fields = _fields(table, kind, decided_in)
    names = {each.name: each for each in fields}
    number = table.text("subject_field", required=kind not in _NUMBER_OF) or _NUMBER_OF.get(kind)
    service = PlainService(
        slug=table.text("slug", form=SLUG, wanted=SLUG_WANTED),
        version=table.whole("version", required=False) or 1,
        name=table.name(),
        summary=table.name("summary"),
        item=table.text("item", required=False, form=ITEM, wanted=ITEM_WANTED),
        audiences=_audiences(table),
        life_events=table.texts("life_events"),
        words=table.texts("words"),
        subject_kind=kind,
        subject_field=_reference(
            table,
            "subject_field",
            number or "",
            [each.name for each in fields if each.type == _SUBJECT_TYPES[kind]],
        ),
        competence=table.text("decides"),
        decided_in=decided_in,
        limit=table.whole("limit"),
        statutory=table.whole("statutory"),
        basis=table.name("basis"),
        bulk=table.flag("bulk"),
        fields=tuple(fields),
        materials=_materials(table),
        steps=tuple(_step(each) for each in table.tables("step")),
        issue=_issue(table, names),
        differences=tuple(_difference(each) for each in table.tables("difference")),
        position=position,
    )
    _check_place(table, decided_in, fields)
    _check_limits(table, service)
    table.finish()
    return service


def _fields(table: Table, kind: str, decided_in: str) -> list[PlainField]:
    first: dict[str, int] = {}
    fields = list(APPLICANT.get(kind, ())) if table.flag("applicant_fields") else []
    for each in table.tables("field", required=not fields):
        made = _field(each)
        _claim(each, "name", made.name, first)
        if any(made.name == other.name for other in fields) and made.name:
            _claim(each, "name", made.name, {made.name: table.line("applicant_fields")})
        fields.append(made)
    if decided_in == "home" and all(each.name != HOME.name for each in fields):
        fields.append(HOME)
    return fields


def _field(table: Table) -> PlainField:
    kinds = get_args(FieldType)
    made = PlainField(
        name=table.text("name", form=NAME, wanted=NAME_WANTED),
        label=table.name("label"),
        type=cast(FieldType, table.choice("type", kinds, "text")),
        required=not table.flag("optional"),
        hint=table.bilingual("hint", required=False),
        choices=tuple(_choice(each) for each in table.tables("choice")),
        least=table.whole("least", required=False) or None,
        most=table.whole("most", required=False) or None,
        known=cast("Known | None", _one_of(table, "known", get_args(Known))),
        record=table.text("record", required=False),
        claim=table.text("claim", required=False),
    )
    if made.type == "choice" and not made.choices:
        table.note("missing-table", "choice")
    if bool(made.record) != bool(made.claim):
        lacking = "claim" if made.record else "record"
        table.note("missing-key", lacking)
    table.finish()
    return made


def _choice(table: Table) -> Choice:
    choice = Choice(table.text("value"), table.name())
    table.finish()
    return choice


def _materials(table: Table) -> tuple[Material, ...]:
    first: dict[str, int] = {}
    materials = []
    for each in table.tables("material"):
        made = Material(
            key=each.text("key", form=SLUG, wanted=SLUG_WANTED),
            name=each.name(),
            hint=each.bilingual("hint", required=False),
            required=not each.flag("optional"),
            satisfied_by=each.texts("satisfied_by"),
        )
        each.finish()
        _claim(each, "key", made.key, first)
        materials.append(made)
    return tuple(materials)


def _step(table: Table) -> Step:
    step = Step(table.name(), table.name("by"), table.whole("days", required=False) or None)
    table.finish()
    return step


def _difference(table: Table) -> Difference:
    difference = Difference(table.text("city"), table.name("text"))
    table.finish()
    return difference


def _issue(table: Table, fields: Mapping[str, PlainField]) -> IssueRule | None:
    found = table.table("issues", required=False)
    if found is None:
        return None
    rule = IssueRule(
        type=found.text("type"),
        months=found.whole("months", required=False) or None,
        renews=found.flag("renews"),
        public=_sources(found, "public", fields),
        held=_sources(found, "held", fields),
    )
    found.finish()
    return rule


def _sources(table: Table, key: str, fields: Mapping[str, PlainField]) -> dict[str, str]:
    found = table.table(key, required=False)
    if found is None:
        return {}
    sources = {}
    for claim, source in found.items():
        sources[claim] = str(source)
        kind, _, name = str(source).partition(":")
        if kind in {"field", "label", "fen"}:
            _reference(found, claim, name, fields)
        elif source not in _FROM_CASE and kind != "text":
            found.note(
                "bad-form",
                claim,
                found=source,
                wanted_zh="field:…、label:…、fen:…、text:…、" + "、".join(_FROM_CASE),
                wanted_en="field:…, label:…, fen:…, text:…, " + ", ".join(_FROM_CASE),
            )
    return sources


def _audiences(table: Table) -> tuple[Audience, ...]:
    known = get_args(Audience)
    found = table.texts("audiences", required=True)
    for each in found:
        if each not in known:
            table.note("unknown-reference", "audiences", found=each, **closest(each, known))
    return tuple(cast(Audience, each) for each in found if each in known)


def _check_place(table: Table, decided_in: str, fields: Sequence[PlainField]) -> None:
    if decided_in == "home":
        return
    kind, _, name = decided_in.partition(":")
    if kind != "field":
        table.note(
            "bad-form",
            "decided_in",
            found=decided_in,
            wanted_zh="home 或 field:<字段名>",
            wanted_en="home or field:<name of a field>",
        )
        return
    places = [each.name for each in fields if each.type in PLACES and each.required]
    _reference(table, "decided_in", name, places)


def _check_limits(table: Table, service: PlainService) -> None:
    if service.limit > service.statutory > 0:
        wanted = str(service.statutory)
        table.note(
            "bad-form",
            "limit",
            found=service.limit,
            wanted_zh=f"不超过法定期限 {wanted} 个工作日",
            wanted_en=f"at most the {wanted} working days of the law",
        )


def _one_of(table: Table, key: str, choices: Sequence[str]) -> str | None:
    value = table.text(key, required=False)
    if not value:
        return None
    if value not in choices:
        wanted = " / ".join(choices)
        table.note("bad-form", key, found=value, wanted_zh=wanted, wanted_en=wanted)
        return None
    return value


def _reference(table: Table, key: str, name: str, names: Iterable[str]) -> str:
    known = list(names)
    if name and name not in known:
        table.note("unknown-reference", key, found=name, **closest(name, known))
    return name


def _claim(table: Table, key: str, name: str, first: dict[str, int]) -> None:
    if not name:
        return
    line = first.setdefault(name, table.line(key))
    if line != table.line(key):
        table.note("duplicate", key, found=name, first=line)


class RecordTypeNames(Protocol):
    """What is asked of a type of record: its subject, its issuer, and the names of its claims."""

    @property
    def subject(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def public_names(self) -> frozenset[str]: ...
    @property
    def held_names(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class References:
    """What services may refer to: subjects of work, cities, and types of records by their slugs."""

    subjects: frozenset[str]
    cities: frozenset[str]
    types: Mapping[str, RecordTypeNames] = field(default_factory=dict)


def check_references(folder: Path, known: References) -> tuple[Problem, ...]:
    """Return what is wrong with what the services of a folder refer to, with file and line."""
    sheet, services = _read(folder)
    sheet.problems.clear()
    for service in services:
        _check_service(sheet, service, known)
    return tuple(sorted(sheet.problems))


def _check_service(sheet: Sheet, service: PlainService, known: References) -> None:
    at = ("service", service.position)

    def refer(path: tuple[str | int, ...], name: str, names: Iterable[str]) -> bool:
        there = list(names)
        if name in there or not name:
            return True
        meant: dict[str, Any] = {**closest(name, there)}
        sheet.note("unknown-reference", (*at, *path), found=name, **meant)
        return False

    refer(("decides",), service.competence, known.subjects)
    for position, difference in enumerate(service.differences):
        refer(("difference", position, "city"), difference.city, known.cities)
    for position, material in enumerate(service.materials):
        for slug in material.satisfied_by:
            refer(("material", position, "satisfied_by"), slug, known.types)
    for position, each in enumerate(service.fields):
        if each.record and refer(("field", position, "record"), each.record, known.types):
            of = known.types[each.record]
            refer(("field", position, "claim"), each.claim, of.public_names | of.held_names)
    rule = service.issue
    if rule is None or not refer(("issues", "type"), rule.type, known.types):
        return
    of = known.types[rule.type]
    refer(("issues", "type"), service.subject_kind, {of.subject})
    refer(("issues", "type"), service.competence, {of.issuer})
    for claim in rule.public:
        refer(("issues", "public", claim), claim, of.public_names)
    for claim in rule.held:
        refer(("issues", "held", claim), claim, of.held_names)
