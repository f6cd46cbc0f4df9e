"""Which authority a task is proposed to, and why: from the region's subjects and competences.

1. The subjects of the task are those whose words stand in its text; a longer word weighs more than
   a short one, and a word inside a longer match of another subject does not count.
2. The cities of the task are those its places lie in, in the order in which they are named.
3. The authority with that subject in the first city leads. A task that names no city is led by the
   authority of the region for that subject, else by that of the first city of the region; its
   counterparts in the other cities support.
4. Where no subject is found the coordination office keeps the task and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class SubjectWords:
    """A subject of work and the words by which a task shows that it is about it."""

    key: str
    zh: str
    en: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Competent:
    """An authority; `city` is its administrative code, "" for the region."""

    key: str
    city: str
    subjects: frozenset[str]
    is_office: bool = False


@dataclass(frozen=True)
class Proposal:
    """Who is to lead, who is to support, and the reason in Chinese and English."""

    lead: str
    supports: tuple[str, ...]
    reason_zh: str
    reason_en: str
    subject: str = ""


def subjects_in(text: str, subjects: Iterable[SubjectWords]) -> dict[str, tuple[str, ...]]:
    """Return the words found of each subject, the weightiest subject first.

    Matches are taken longest first and do not overlap.
    """
    pairs = sorted(
        ((word, subject.key) for subject in subjects for word in subject.words),
        key=lambda pair: (-len(pair[0]), pair),
    )
    taken = bytearray(len(text))
    found: dict[str, list[str]] = {}
    weight: dict[str, float] = {}
    for word, key in pairs:
        at = text.find(word) if word else -1
        while at >= 0:
            end = at + len(word)
            if not any(taken[at:end]):
                taken[at:end] = b"\x01" * len(word)
                found.setdefault(key, []).append(word)
                # the object of a Chinese clause stands at its end: later words weigh more
                weight[key] = weight.get(key, 0) + len(word) ** 1.5 * (1 + at / (2 * len(text)))
            at = text.find(word, end)
    return {key: tuple(found[key]) for key in sorted(found, key=lambda k: (-weight[k], k))}


def propose(
    text: str,
    cities: Sequence[str],
    subjects: Sequence[SubjectWords],
    authorities: Sequence[Competent],
    all_cities: Sequence[str],
    city_names: Mapping[str, tuple[str, str]],
) -> Proposal:
    """Return the proposal for a task.

    `cities` are the codes of the cities its places lie in, first named first; `all_cities` those of
    the region in its own order; `city_names` gives the Chinese and English name of each code.
    Raises ValueError if the region has no coordination office.
    """
    office = next((a for a in authorities if a.is_office), None)
    if office is None:
        raise ValueError("The region has no coordination office; name one in region.toml.")
    named = {subject.key: subject for subject in subjects}
    for key, words in subjects_in(text, subjects).items():
        competent = {
            city: holder.key
            for city in ("", *all_cities)
            if (holder := _holder(authorities, city, key)) is not None
        }
        if not competent:
            continue
        lead_city = _lead_city(cities, competent, all_cities)
        concerned = cities or all_cities
        supports = tuple(
            competent[city] for city in concerned if city != lead_city and city in competent
        )
        where_zh, where_en = _where(lead_city, cities, city_names)
        subject = named[key]
        return Proposal(
            competent[lead_city],
            supports,
            f"任务中有“{'”“'.join(dict.fromkeys(words))}”，属“{subject.zh}”事权；{where_zh}。",
            f"The task says {', '.join(f'“{w}”' for w in dict.fromkeys(words))}: "
            f"subject “{subject.en}”; {where_en}.",
            key,
        )
    return Proposal(
        office.key,
        (),
        "任务文字未对应到任何事权，暂由统筹机构持有，请人工指定。",
        "No subject of work was found in the words of the task; "
        "the coordination office keeps it until a person decides.",
    )


def _holder(authorities: Sequence[Competent], city: str, subject: str) -> Competent | None:
    held = [a for a in authorities if a.city == city and subject in a.subjects and not a.is_office]
    # the narrower its remit, the more a subject is this authority's own
    return min(held, key=lambda a: (len(a.subjects), a.key), default=None)


def _lead_city(
    cities: Sequence[str], competent: Mapping[str, str], all_cities: Sequence[str]
) -> str:
    order = (*cities, *([""] if not cities else []), *all_cities, "")
    return next(city for city in order if city in competent)


def _where(
    lead_city: str, cities: Sequence[str], names: Mapping[str, tuple[str, str]]
) -> tuple[str, str]:
    if not lead_city:
        return (
            "未指明城市，由区域层面主管部门牵头",
            "no city is named, so the region's authority leads",
        )
    zh, en = names[lead_city]
    if lead_city in cities:
        return f"地点在{zh}，由{zh}牵头", f"its place is in {en}, which leads"
    if cities:
        return (
            f"所涉城市无对应部门，由{zh}牵头",
            f"the city named has no such authority, so {en} leads",
        )
    return (
        f"未指明城市，由{zh}牵头、其他市配合",
        f"no city is named, so {en} leads and the others support",
    )
