"""Whether two names are of one firm: a score from 0 to 1, and why, part by part.

Each part of the names is compared by itself (place, word of its own, trade, form, branch) and the
score is the product of what each agreement, silence or difference is worth. A difference that makes
another firm, such as another number (八局, 六局), another place or another sector, outweighs
whatever else agrees. Slips of typing count where they happened: one in the trade costs little, one
in a word of two characters makes another word, unless the two look alike.

Slips are tolerated in the word of its own by this rule. Look-alike characters, two neighbours
swapped and a character doubled are slips wherever they are. Any other difference in one character
is a slip after the first four characters (`WORD`); within them it makes another word where one of
the words is shorter than four, and where both have four or more it is a doubt that stays below the
threshold, for 恒通宏远 and 恒通宏达 are two firms more often than one. Two slips are never
tolerated.

Within, a verdict is a score and a tuple of codes; `explain` makes words of it for people.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from conurb.sames.market.company_names import COMPANIES, CompanyName, Form
from conurb.sames.market.company_places import related
from conurb.sames.market.edits import Edit, one_slip
from conurb.sames.market.writing import lookalikes

THRESHOLD = 0.8
"""From here on a likeness is a hit and goes to a clerk."""
WORD = 4
"""Within so many characters at the start of a core another character makes another word."""
ALL_BUT_SAME = 0.99
SHORTEST = 4
"""Whole names shorter than this, without their form, are not compared for slips."""


class Part(StrEnum):
    """What is compared."""

    CODE = "code"
    PLACE = "place"
    CORE = "core"
    TRADE = "trade"
    FORM = "form"
    GROUP = "group"
    BRANCH = "branch"
    NUMBER = "number"
    NAME = "name"


class Finding(NamedTuple):
    """How a part compares: `state` is a key of `WORDS` under the part."""

    part: Part
    state: str


class Verdict(NamedTuple):
    """How like two names are, from 0 to 1, and what was found part by part."""

    score: float
    findings: tuple[Finding, ...]


SAME = Verdict(1.0, (Finding(Part.NAME, "same"),))
NOTHING = Verdict(0.0, ())

# what each finding is worth; a part that agrees is worth 1
WORTH: dict[tuple[Part, str], float] = {
    (Part.PLACE, "same"): 1.0,
    (Part.PLACE, "wider"): 1.0,
    (Part.PLACE, "more"): 0.92,
    (Part.PLACE, "silent"): 0.94,
    (Part.PLACE, "slip"): 0.95,
    (Part.PLACE, "level"): 0.6,
    (Part.PLACE, "other"): 0.4,
    (Part.CORE, "same"): 1.0,
    (Part.CORE, "looks"): 0.95,
    (Part.CORE, "swapped"): 0.9,
    (Part.CORE, "doubled"): 0.95,
    (Part.CORE, "slip"): 0.9,
    (Part.CORE, "doubt"): 0.78,
    (Part.CORE, "weak"): 0.75,
    (Part.TRADE, "same"): 1.0,
    (Part.TRADE, "part"): 0.95,
    (Part.TRADE, "silent"): 0.93,
    (Part.TRADE, "near"): 0.88,
    (Part.TRADE, "hidden"): 0.88,
    (Part.TRADE, "slip"): 0.95,
    (Part.TRADE, "other"): 0.5,
    (Part.FORM, "same"): 1.0,
    (Part.FORM, "silent"): 0.97,
    (Part.FORM, "slip"): 0.97,
    (Part.FORM, "kind"): 0.93,
    (Part.FORM, "other"): 0.55,
    (Part.GROUP, "one"): 0.93,
    (Part.BRANCH, "one"): 0.95,
    (Part.BRANCH, "both"): 0.95,
    (Part.NAME, "written"): 0.99,
    (Part.PLACE, "moved"): 0.99,
}

OTHER_NUMBER = Verdict(0.3, (Finding(Part.NUMBER, "other"),))
OTHER_CORE = Verdict(0.3, (Finding(Part.CORE, "other"),))
OTHER_PLACE = {
    state: Verdict(WORTH[Part.PLACE, state], (Finding(Part.PLACE, state),))
    for state in ("other", "level")
}


def compare(given: CompanyName, listed: CompanyName) -> Verdict:
    """Return how like a given and a listed name are. Symmetric but for who is whose branch."""
    if given.folded == listed.folded:
        return SAME if given.folded else NOTHING
    if given.numbers != listed.numbers:
        return OTHER_NUMBER
    place = _place(given.places, listed.places)
    if place in {"other", "level"}:
        # another place makes another firm, whatever else agrees
        return OTHER_PLACE[place]
    by_parts = _by_parts(given, listed, place)
    by_slips = None if by_parts and _worth(by_parts) == 1 else _by_slips(given, listed)
    best = max((way for way in (by_parts, by_slips) if way), key=_worth, default=None)
    if best is None:
        return OTHER_CORE
    findings = (*best, *_form(given, listed), *_branch(given, listed))
    # every part may agree and the names differ all the same: in order, in what goes without saying
    return Verdict(round(min(_worth(findings), ALL_BUT_SAME), 4), findings)


def _worth(findings: tuple[Finding, ...]) -> float:
    score = 1.0
    for each in findings:
        score *= WORTH[each]
    return score


def _by_parts(given: CompanyName, listed: CompanyName, place: str) -> tuple[Finding, ...] | None:
    """Compare place, core and trade as they were parsed; None where the cores are two words."""
    if given.core != listed.core and (place != "silent" and _hides_trade(given, listed)):
        return (
            Finding(Part.PLACE, place),
            Finding(Part.CORE, "same"),
            Finding(Part.TRADE, "hidden"),
        )
    core = _core(given.core, listed.core)
    if core is None:
        return None
    trade = _trade(given, listed)
    found = [Finding(Part.PLACE, place), Finding(Part.CORE, core), Finding(Part.TRADE, trade)]
    if not _enough(given, place, trade):
        found.append(Finding(Part.CORE, "weak"))
    return tuple(found)


def _hides_trade(given: CompanyName, listed: CompanyName) -> bool:
    """Whether one name is silent on its trade and the other's core ends in an unknown one.

    湖南恒通 and 湖南恒通石墨制品: no table knows every trade, so 石墨 passed for part of the core.
    """
    short, long = sorted((given, listed), key=lambda name: len(name.core))
    rest = len(long.core) - len(short.core)
    return (
        not short.trades
        and bool(long.trades)
        and len(short.core) >= 2
        and 2 <= rest <= 4
        and long.core.startswith(short.core)
    )


def _enough(name: CompanyName, place: str, trade: str) -> bool:
    """Whether a word agrees in enough company: a short one alone is many firms'."""
    if name.is_weak:
        return place not in {"silent"}
    return len(name.core) >= 3 or place != "silent" or trade != "silent"


def _core(given: str, listed: str) -> str | None:
    if given == listed:
        return "same"
    edit = one_slip(given, listed)
    return _slip_in_core(edit, edit.at, min(len(given), len(listed))) if edit else None


def _slip_in_core(edit: Edit, at: int, length: int) -> str | None:
    """Return what a slip in a core is, None where it makes another word.

    `at` is its place in the core, `length` that of the shorter core.
    """
    if edit.kind == "substitute" and edit.old + edit.new in lookalikes():
        return "looks"
    if edit.kind == "swap":
        return "swapped"
    if edit.doubled:
        return "doubled"
    if length < WORD:
        return None
    return "slip" if at >= WORD else "doubt"


def _place(given: tuple[str, ...], listed: tuple[str, ...]) -> str:  # noqa: PLR0911
    if given == listed:
        return "same"
    if not given or not listed:
        return "silent"
    if len(given) == len(listed) == 1:
        return "level" if related(given[0], listed[0]) else "other"
    one, other = set(given), set(listed)
    if one == other:
        return "moved"
    if one <= other or other <= one:
        extra, common = one ^ other, one & other
        # 湖南（长沙） and 长沙: the province goes without saying, the city does not
        implied = all(any(each.startswith(more) for each in common) for more in extra)
        return "wider" if implied else "more"
    if all(any(related(a, b) for b in other) for a in one):
        return "level"
    return "other"


def _trade(given: CompanyName, listed: CompanyName) -> str:
    if given.trades == listed.trades or given.trade == listed.trade:
        return "same"
    if not given.trades or not listed.trades:
        return "silent"
    one, other = given.trade, listed.trade
    words = set(given.trades), set(listed.trades)
    if words[0] <= words[1] or words[1] <= words[0] or one in other or other in one:
        return "part"
    if given.sectors and listed.sectors:
        return "near" if given.sectors & listed.sectors else "other"
    # one says no sector (实业, 发展), the other does
    return "near" if words[0] & words[1] else "other"


def _form(given: CompanyName, listed: CompanyName) -> tuple[Finding, ...]:
    found = []
    if given.form == listed.form:
        slip = given.slip or listed.slip
        if given.form != Form.UNSAID:
            found.append(Finding(Part.FORM, "slip" if slip else "same"))
    elif Form.UNSAID in {given.form, listed.form}:
        found.append(Finding(Part.FORM, "silent"))
    elif {given.form, listed.form} <= COMPANIES:
        found.append(Finding(Part.FORM, "kind"))
    else:
        found.append(Finding(Part.FORM, "other"))
    if given.group != listed.group:
        found.append(Finding(Part.GROUP, "one"))
    return tuple(found)


def _branch(given: CompanyName, listed: CompanyName) -> tuple[Finding, ...]:
    if given.branch == listed.branch:
        return ()
    both = bool(given.branch and listed.branch)
    return (Finding(Part.BRANCH, "both" if both else "one"),)


def _by_slips(given: CompanyName, listed: CompanyName) -> tuple[Finding, ...] | None:
    """Compare the names as wholes and lay the one slip to the part in which it is.

    What is known to be another place or another trade is no slip. The parts are those of either
    name, whichever explains more: a slip may have hidden a part of the other.
    """
    if min(len(given.body), len(listed.body)) < SHORTEST:
        return None
    if given.core == listed.core and _trade(given, listed) == "other":
        return None
    if given.body == listed.body or given.flat == listed.flat:
        return (Finding(Part.NAME, "written"),)
    ways = [
        *_laid(given.body, listed.body, listed, 0, len(listed.place)),
        *_laid(listed.body, given.body, given, 0, len(given.place)),
    ]
    if not ways and (given.flat != given.body or listed.flat != listed.body):
        for one, other in ((given, listed), (listed, given)):
            at = other.flat.find(other.core)
            if at >= 0:
                ways += _laid(one.flat, other.flat, other, other.flat.find(other.place), at)
    return max(ways, key=_worth) if ways else None


def _laid(
    first: str, second: str, name: CompanyName, place_at: int, core_at: int
) -> list[tuple[Finding, ...]]:
    """Lay the only edit from `first` to `second`, which is written of `name`, to a part of it.

    Nothing where there is more than one edit, or where it makes another word of the core, which
    begins at `core_at` of `second`.
    """
    edit = one_slip(first, second)
    if edit is None:
        return []
    at = edit.at
    end = core_at + len(name.core)
    # what was left out at the edge of the core may have been part of it
    touches = core_at <= at < end or (edit.kind == "delete" and at in {core_at, end})
    if touches or (edit.kind == "swap" and at in {core_at - 1, end - 1}):
        state = _slip_in_core(edit, at - core_at, len(name.core) - (edit.kind == "insert"))
        if state is None or name.is_weak:
            return []
        return [(Finding(Part.CORE, state),)]
    if place_at <= at < place_at + len(name.place):
        return [(Finding(Part.PLACE, "slip"),)]
    return [(Finding(Part.TRADE if at < end + len(name.trade) else Part.FORM, "slip"),)]
