"""What is held as a record already need not be asked again (政务数据共享条例, 国令第809号, in force
2025-08-01: data that can be had by sharing is not collected again from people and firms).

A field is filled from a record that says it, a material is satisfied by a record of a type that it
names. A file that was handed in although a record satisfies its material counts as asked again. A
field that the applicant found filled in and changed does not: he was not asked, and may know better
than the record, or want just this changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

__all__ = ["Count", "FieldOffer", "Held", "Offers", "counted", "offers", "wanted_types"]


class FilledFrom(Protocol):
    """What a rule needs of `services.Prefill`."""

    @property
    def field(self) -> str: ...
    @property
    def record_type(self) -> str: ...
    @property
    def claim(self) -> str: ...


class Satisfiable(Protocol):
    """What a rule needs of `services.Material`."""

    @property
    def key(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def satisfied_by(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Held:
    """A record that holds where the case is decided: its key, type, issuing city and claims."""

    record: str
    type: str
    city: str
    claims: Mapping[str, Any]


@dataclass(frozen=True)
class FieldOffer:
    """A value that need not be typed, and the record that says it."""

    value: Any
    held: Held


@dataclass(frozen=True)
class Offers:
    """What is offered instead of being asked: fields by their names, materials by their keys."""

    fields: Mapping[str, FieldOffer] = field(default_factory=dict)
    materials: Mapping[str, Held] = field(default_factory=dict)


@dataclass(frozen=True)
class Count:
    """Which records were used for what, and how often something held was given again."""

    reused: tuple[dict[str, str], ...]
    asked_again: int


def wanted_types(
    prefills: Iterable[FilledFrom], materials: Iterable[Satisfiable]
) -> tuple[str, ...]:
    """Return the types of records that could spare the applicant something, each once."""
    named = [prefill.record_type for prefill in prefills]
    named += [slug for material in materials for slug in material.satisfied_by]
    return tuple(dict.fromkeys(named))


def offers(
    prefills: Iterable[FilledFrom], materials: Iterable[Satisfiable], held: Sequence[Held]
) -> Offers:
    """Return what the records held spare the applicant.

    Where several records say the same, the first of `held` is offered; where two say different
    things of one field, neither is: the applicant is asked, rather than told what may be wrong.
    """
    fields: dict[str, FieldOffer] = {}
    for prefill in prefills:
        saying = [
            each
            for each in held
            if each.type == prefill.record_type and each.claims.get(prefill.claim) is not None
        ]
        values = [each.claims[prefill.claim] for each in saying]
        if saying and all(value == values[0] for value in values):
            fields[prefill.field] = FieldOffer(values[0], saying[0])
    satisfied = {}
    for material in materials:
        found = next((each for each in held if each.type in material.satisfied_by), None)
        if found is not None:
            satisfied[material.key] = found
    return Offers(fields, satisfied)


def counted(offered: Offers, data: Mapping[str, Any], handed_in: Collection[str]) -> Count:
    """Return what of the offers was used in an application, and what was given again.

    `handed_in` are the keys of the materials that have a file. A field whose value is what the
    record says was reused; one that was changed or emptied is neither.
    """
    reused: list[dict[str, str]] = []
    again = 0
    for name, offer in offered.fields.items():
        if _same(data.get(name), offer.value):
            reused.append({"field": name, "record": offer.held.record, "type": offer.held.type})
    for key, held in offered.materials.items():
        if key in handed_in:
            again += 1
        else:
            reused.append({"material": key, "record": held.record, "type": held.type})
    return Count(tuple(reused), again)


def _same(given: Any, said: Any) -> bool:
    return given == said or (given is not None and str(given).strip() == str(said).strip())
