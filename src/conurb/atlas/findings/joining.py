"""Roads, rails, rivers and greenways that do not meet at the border, or meet in another class.

Rule: a line arrives at a common border where it crosses it or ends within the row's tolerance of
it. What arrives from one city has to have, within the same tolerance, an end of the same kind
that arrives from the other. Where none does, and within the row's search distance there is an end
of the other city's lines, the two are told to lie apart; where there is not even that, the line is
told to have no continuation. Lines that meet have to be of one class of the row's table. Lines are
cut at the border of their own city first, so that what a city draws beyond it does not count.

Tolerances are defaults of the region (`joining.toml`): adjoining sheets of 1:10 000 have to join
within 0.5 mm of the map, 5 m on the ground. That plans of neighbours join (衔接) is asked of
territorial plans by 关于建立国土空间规划体系并监督实施的若干意见 (中发〔2019〕18号) and of roads by
公路法 (highway law) arts. 12 and 14.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from conurb.atlas.findings.borders import Borders, Pair
from conurb.atlas.findings.finding import (
    Bilingual,
    Feature,
    Finding,
    Rule,
    Severity,
    features_of,
    metres_words,
)
from conurb.atlas.findings.plane import Geometries, Numbers
from conurb.atlas.findings.rulebook import Joining
from conurb.atlas.findings.sides import Indices, Mask, Side
from conurb.atlas.findings.wording import Words

APART, MISSING, CLASS = "apart", "missing", "class"
_SAME = 0.5
"""Metres within which two lines of one city are joined."""
_MILDER = {Severity.HIGH: Severity.MEDIUM, Severity.MEDIUM: Severity.LOW}


@dataclass(frozen=True, eq=False)
class Ends:
    """Ends of lines near a border: points, the feature of each, and whether it arrives."""

    points: Geometries
    feature: Indices
    arrives: Mask


@dataclass(frozen=True, eq=False)
class Met:
    """Pairs of ends, one of each side, nearest first, each end in one pair at most."""

    one: Indices
    other: Indices
    apart: Numbers


def find(
    one: Side, other: Side, pair: Pair, borders: Borders, rows: tuple[Joining, ...], words: Words
) -> list[Finding]:
    """Return where lines do not join at the border of a pair of cities."""
    found = []
    for row in rows:
        sides = [_chosen(side, row, pair, borders) for side in (one, other)]
        ends = [_ends(side, row, pair, borders) for side in sides]
        if any(end.arrives.any() for end in ends):
            found += _compare(sides, ends, row, words)
    return found


def _chosen(side: Side, row: Joining, pair: Pair, borders: Borders) -> Side:
    near = side.only(borders.near(side, pair, row.search_m))
    return near.only(near.coded(row.lines))


def _ends(side: Side, row: Joining, pair: Pair, borders: Borders) -> Ends:
    """Return the ends of a side's lines near the border, after cutting them at the city's rim."""
    parts, feature = shapely.get_parts(
        shapely.line_merge(_inside(side.geometry, borders.territories[side.city])),
        return_index=True,
    )
    kept = (shapely.get_type_id(parts) == 1) & ~shapely.is_closed(parts)
    parts, feature = parts[kept], feature[kept]
    points = np.concatenate([shapely.get_point(parts, 0), shapely.get_point(parts, -1)])
    owner = np.concatenate([feature, feature])
    line = borders.lines[pair]
    distance = shapely.distance(points, line)
    arrives = distance <= row.tolerance_m
    loose = arrives | ((distance <= row.search_m) & _alone(points, owner, parts, feature))
    # two lines of one city that end in one point at the border are one arrival each
    return Ends(points[loose], owner[loose], arrives[loose])


def _inside(lines: Geometries, territory: BaseGeometry) -> Geometries:
    shapely.prepare(territory)
    within = shapely.contains_properly(territory, lines)
    cut = lines.copy()
    cut[~within] = shapely.intersection(lines[~within], territory)
    return cut


def _alone(points: Geometries, owner: Indices, parts: Geometries, feature: Indices) -> Mask:
    """Tell which ends no other line of the same city touches."""
    if not len(points):
        return np.zeros(0, dtype=bool)
    asked, found = shapely.STRtree(parts).query(points, predicate="dwithin", distance=_SAME)
    others = feature[found] != owner[asked]
    return np.asarray(np.bincount(asked[others], minlength=len(points)) == 0)


def _compare(sides: list[Side], ends: list[Ends], row: Joining, words: Words) -> list[Finding]:
    one, other = ends
    met = _meet(sides, ends, row)
    found = []
    joined = met.apart <= row.tolerance_m
    for a, b in zip(met.one[joined], met.other[joined], strict=True):
        found += _classes(sides, ends, (int(a), int(b)), row, words)
    for a, b, apart in zip(met.one[~joined], met.other[~joined], met.apart[~joined], strict=True):
        found.append(_apart(sides, ends, (int(a), int(b)), float(apart), row, words))
    for side, mine, theirs, neighbour, taken in (
        (sides[0], one, other, sides[1], met.one),
        (sides[1], other, one, sides[0], met.other),
    ):
        left = mine.arrives.copy()
        left[taken] = False
        places = np.flatnonzero(left)
        if len(theirs.points) and len(places):
            # a second carriageway, or a branch, may join where another line has joined already
            near = shapely.STRtree(theirs.points).query(
                mine.points[places], predicate="dwithin", distance=row.tolerance_m
            )[0]
            places = np.delete(places, np.unique(near))
        found += [_missing(side, neighbour, mine, int(at), row, words) for at in places]
    return found


def _meet(sides: list[Side], ends: list[Ends], row: Joining) -> Met:
    """Pair ends of the two sides: those within the tolerance first, of one class before others."""
    one, other = ends
    nothing = np.zeros(0, dtype=np.intp)
    if not len(one.points) or not len(other.points):
        return Met(nothing, nothing, np.zeros(0))
    a, b = shapely.STRtree(other.points).query(
        one.points, predicate="dwithin", distance=row.search_m
    )
    known = one.arrives[a] | other.arrives[b]
    a, b = a[known], b[known]
    apart = shapely.distance(one.points[a], other.points[b])
    ranks = [_ranks(side, row)[end.feature] for side, end in zip(sides, ends, strict=True)]
    differs = ranks[0][a] != ranks[1][b]
    within = apart <= row.tolerance_m
    fids = [side.fids[end.feature] for side, end in zip(sides, ends, strict=True)]
    order = np.lexsort((fids[1][b], fids[0][a], apart, differs & within, ~within))
    taken_a, taken_b = np.zeros(len(one.points), bool), np.zeros(len(other.points), bool)
    kept = []
    for at in order:
        if not taken_a[a[at]] and not taken_b[b[at]]:
            taken_a[a[at]] = taken_b[b[at]] = True
            kept.append(at)
    chosen = np.array(kept, dtype=np.intp)
    return Met(a[chosen], b[chosen], apart[chosen])


def _ranks(side: Side, row: Joining) -> Indices:
    """Return the place of each feature's class in the row's table; -1 where it has none."""
    ranks = np.full(len(side), -1, dtype=np.intp)
    for rank, prefixes in reversed(list(enumerate(row.classes))):
        ranks[side.coded(prefixes)] = rank
    return ranks


def _named(side: Side, at: int, words: Words) -> Bilingual:
    name = str(side.names[at])
    use = words.use(str(side.codes[at]))
    city = words.city(side.city)
    if not name:
        return Bilingual(f"{city.zh}的{use.zh}", f"{use.en} of {city.en}")
    return Bilingual(f"{city.zh}的{name}（{use.zh}）", f"{name} ({use.en}) of {city.en}")


def _classes(
    sides: list[Side], ends: list[Ends], pair: tuple[int, int], row: Joining, words: Words
) -> list[Finding]:
    places = [int(end.feature[at]) for end, at in zip(ends, pair, strict=True)]
    ranks = [int(_ranks(side, row)[at]) for side, at in zip(sides, places, strict=True)]
    if not row.classes or ranks[0] == ranks[1] or min(ranks) < 0:
        return []
    named = [_named(side, at, words) for side, at in zip(sides, places, strict=True)]
    steps = abs(ranks[0] - ranks[1])
    return [
        Finding(
            Rule.JOINING,
            f"{row.key}-{CLASS}",
            _MILDER.get(row.severity, Severity.LOW) if steps == 1 else row.severity,
            tuple(sorted(side.city for side in sides)),
            ends[0].points[pair[0]],
            None,
            0.0,
            _both(sides, places),
            Bilingual(
                f"{named[0].zh}与{named[1].zh}在市界相接，但等级不同，相差 {steps} 级。",
                f"{named[0].en} and {named[1].en} meet at the border in different classes, "
                f"{steps} apart.",
            ),
            row.source,
        )
    ]


def _apart(
    sides: list[Side],
    ends: list[Ends],
    pair: tuple[int, int],
    apart: float,
    row: Joining,
    words: Words,
) -> Finding:
    places = [int(end.feature[at]) for end, at in zip(ends, pair, strict=True)]
    points = [end.points[at] for end, at in zip(ends, pair, strict=True)]
    named = [_named(side, at, words) for side, at in zip(sides, places, strict=True)]
    distance, limit = metres_words(apart), metres_words(row.tolerance_m)
    return Finding(
        Rule.JOINING,
        f"{row.key}-{APART}",
        row.severity,
        tuple(sorted(side.city for side in sides)),
        shapely.linestrings(shapely.get_coordinates(points)),
        None,
        apart,
        _both(sides, places),
        Bilingual(
            f"{named[0].zh}与{named[1].zh}在市界处未对接，端点相距 {distance} 米"
            f"（允许 {limit} 米）。",
            f"{named[0].en} and {named[1].en} do not meet at the border: their ends lie "
            f"{distance} m apart ({limit} m allowed).",
        ),
        row.source,
    )


def _missing(
    side: Side, neighbour: Side, ends: Ends, at: int, row: Joining, words: Words
) -> Finding:
    place = int(ends.feature[at])
    named, city = _named(side, place, words), words.city(neighbour.city)
    search = metres_words(row.search_m)
    return Finding(
        Rule.JOINING,
        f"{row.key}-{MISSING}",
        row.severity,
        tuple(sorted({side.city, neighbour.city})),
        ends.points[at],
        None,
        None,
        features_of(side, [place]),
        Bilingual(
            f"{named.zh}到达市界，{city.zh}一侧 {search} 米内没有可对接的{row.name.zh}。",
            f"{named.en} reaches the border; {city.en} has no {row.name.en} within {search} m "
            f"to go on from there.",
        ),
        row.source,
    )


def _both(sides: list[Side], places: list[int]) -> tuple[Feature, ...]:
    found = [each for s, at in zip(sides, places, strict=True) for each in features_of(s, [at])]
    return tuple(sorted(found))
