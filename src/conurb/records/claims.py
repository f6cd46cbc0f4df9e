"""What a record of a type may claim: every claim by its JSON Schema, each at its place.

The schemas of a type are compiled once. A fault names the claim as people know it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from conurb.records.types import RecordType
from conurb.region.tables import Bilingual

Kind = ValidationErrorKind

TYPE_WORDS: Mapping[str, Bilingual] = {
    "string": Bilingual("文字", "a text"),
    "integer": Bilingual("整数", "a whole number"),
    "number": Bilingual("数字", "a number"),
    "boolean": Bilingual("是或否", "yes or no"),
    "array": Bilingual("列表", "a list"),
    "object": Bilingual("一组值", "a group of values"),
    "null": Bilingual("空", "nothing"),
}
FORMAT_WORDS: Mapping[str, Bilingual] = {
    "date": Bilingual("日期，如 2026-01-31", "a day, as 2026-01-31"),
    "date-time": Bilingual(
        "带时区的时刻，如 2026-01-31T08:00:00+08:00",
        "a moment with its zone, as 2026-01-31T08:00:00+08:00",
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a claim; `claim` is its name."""

    claim: str
    words: Bilingual


def faults(of: RecordType, public: Mapping[str, Any], held: Mapping[str, Any]) -> list[Fault]:
    """Return everything that is wrong with the claims of a record, in the order of the type."""
    validator, public_names, held_names = _compiled(of)
    if public.keys() <= public_names and held.keys() <= held_names:
        whole = {**public, **held}
        if validator.is_valid(whole):
            return []
        return sorted(
            (_fault(of, error) for error in validator.iter_errors(whole)),
            key=lambda fault: _order(of, fault.claim),
        )
    return [*_misplaced(of, public, public=True), *_misplaced(of, held, public=False)]


def schema(of: RecordType) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of all claims of a type."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {claim.name: dict(claim.schema) for claim in of.claims},
        "required": [claim.name for claim in of.claims if claim.required],
        "additionalProperties": False,
    }


_validators: dict[int, tuple[RecordType, Any, frozenset[str], frozenset[str]]] = {}


def _compiled(of: RecordType) -> tuple[Any, frozenset[str], frozenset[str]]:
    # a type holds mappings and so has no hash; it is never changed, so its identity serves
    found = _validators.get(id(of))
    if found is None or found[0] is not of:
        validator = Draft202012Validator(schema(of), validate_formats=True)
        public = frozenset(claim.name for claim in of.public)
        held = frozenset(claim.name for claim in of.held)
        found = _validators[id(of)] = (of, validator, public, held)
    return found[1], found[2], found[3]


def _misplaced(of: RecordType, given: Mapping[str, Any], *, public: bool) -> list[Fault]:
    names = {claim.name: claim for claim in of.claims}
    found = []
    for name in given:
        claim = names.get(name)
        if claim is None:
            there_zh, there_en = "、".join(names) or "无", ", ".join(names) or "none"
            words = Bilingual(
                f"“{name}”不是此类凭证的内容，可用：{there_zh}",
                f"“{name}” is no claim of this type. There are: {there_en}",
            )
            found.append(Fault(name, words))
        elif claim.public is not public:
            words = (
                Bilingual(
                    f"“{claim.label.zh}”属于公开内容，不得作为非公开内容填写",
                    f"“{claim.label.en}” is a public claim: give it with the public ones",
                )
                if claim.public
                else Bilingual(
                    f"“{claim.label.zh}”属于非公开内容，不得公开填写",
                    f"“{claim.label.en}” is a held claim: it must not be given as a public one",
                )
            )
            found.append(Fault(name, words))
    return found


def _order(of: RecordType, name: str) -> int:
    names = [claim.name for claim in of.claims]
    return names.index(name) if name in names else len(names)


def _fault(of: RecordType, error: ValidationError) -> Fault:
    kind = error.kind
    name = str(kind.property) if isinstance(kind, Kind.Required) else ""
    name = str(error.instance_path[0]) if error.instance_path else name.strip('"')
    claim = next((claim for claim in of.claims if claim.name == name), None)
    label = claim.label if claim else Bilingual(name, name)
    wrong = _wrong(kind, error)
    return Fault(name, Bilingual(f"“{label.zh}”{wrong.zh}", f"“{label.en}” {wrong.en}"))


def _wrong(kind: Any, error: ValidationError) -> Bilingual:  # noqa: PLR0911, PLR0912  one line a fault
    match kind:
        case Kind.Required():
            return Bilingual("未填写", "is missing")
        case Kind.Type():
            wanted = _wanted_type(kind.types)
            return Bilingual(f"应为{wanted.zh}", f"must be {wanted.en}")
        case Kind.Enum() | Kind.Constant():
            return Bilingual("不在可选范围内", "is none of the values that it may have")
        case Kind.Pattern():
            return Bilingual("格式不符", "is not written as it must be")
        case Kind.Format():
            wanted = FORMAT_WORDS.get(
                str(kind.format), Bilingual(f"{kind.format} 格式", f"of the format {kind.format}")
            )
            return Bilingual(f"应为{wanted.zh}", f"must be {wanted.en}")
        case Kind.Minimum():
            return Bilingual(f"不得小于 {kind.limit}", f"must be at least {kind.limit}")
        case Kind.ExclusiveMinimum():
            return Bilingual(f"应大于 {kind.limit}", f"must be more than {kind.limit}")
        case Kind.Maximum():
            return Bilingual(f"不得大于 {kind.limit}", f"must be at most {kind.limit}")
        case Kind.ExclusiveMaximum():
            return Bilingual(f"应小于 {kind.limit}", f"must be less than {kind.limit}")
        case Kind.MinLength():
            return Bilingual(
                f"至少 {kind.limit} 个字符", f"must have at least {kind.limit} characters"
            )
        case Kind.MaxLength():
            return Bilingual(
                f"最多 {kind.limit} 个字符", f"must have at most {kind.limit} characters"
            )
        case Kind.MinItems():
            return Bilingual(f"至少 {kind.limit} 项", f"must have at least {kind.limit} entries")
        case Kind.MaxItems():
            return Bilingual(f"最多 {kind.limit} 项", f"must have at most {kind.limit} entries")
        case Kind.UniqueItems():
            return Bilingual("有重复项", "has an entry twice")
    return Bilingual(
        f"不符合规定的结构（{error.message}）", f"does not fit its schema ({error.message})"
    )


def _wanted_type(names: Iterable[str]) -> Bilingual:
    words = [TYPE_WORDS[name] for name in names if name in TYPE_WORDS]
    return Bilingual("或".join(w.zh for w in words), " or ".join(w.en for w in words))
