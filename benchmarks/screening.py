"""Screening of firm names: quality beside peers on labelled pairs, speed beside comparing all.

Quality: F1 on a set that no table of ours was drawn up from (tests/sames/market/names_set.py), ours
at the default threshold, each peer at the threshold that is best for it on this very set.

Speed: 10,000 names against a list of 100,000, beside rapidfuzz's `cdist` over all pairs, which is
compiled and vectorised. What `cdist` would take for all is worked out from a slice of the names,
since every name costs it the same.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process
from tests.sames.market import names_set
from tests.sames.market.judging import Outcome, best_of, judge
from tests.sames.market.names_set import NamesSet

from conurb.sames.market.company_names import parse
from conurb.sames.market.company_places import gazetteer
from conurb.sames.market.matching import THRESHOLD, compare
from conurb.sames.market.screening import Asked, Entry, ScreeningList

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".tools" / "peers" / "bin" / "python"
HOME = ("430100", "430200", "430300")
SEED = 20_261_126
NEEDED_F1 = 0.95
NEEDED_RATIO = 20


def run(listed: int = 100_000, asked: int = 10_000, slice_of: int = 200) -> int:
    """Print both tables; return 1 where what is promised is not kept."""
    kept = quality()
    kept &= speed(listed, asked, slice_of)
    return 0 if kept else 1


def quality() -> bool:
    """Print precision, recall and F1 of every matcher; tell whether ours is good and the best."""
    labelled = names_set.make(SEED)
    meant = sum(pair.meant for pair in labelled.pairs)
    print(f"Quality on {len(labelled.pairs)} labelled pairs, {meant} of them meant (seed {SEED})")
    print(
        f"{'matcher':<44}{'threshold':>10}{'precision':>11}{'recall':>8}{'F1':>8}{'µs a pair':>11}"
    )
    places = gazetteer(HOME)
    began = time.process_time()
    parsed = [[parse(name, places) for name in firm.names] for firm in labelled.firms]
    scores = [
        max(compare(parse(pair.written, places), name).score for name in parsed[pair.firm])
        for pair in labelled.pairs
    ]
    ours = _of(labelled, scores, THRESHOLD)
    _print("ours, default threshold", ours, time.process_time() - began, labelled)
    others = [_rapidfuzz(labelled, fuzz.token_set_ratio), _rapidfuzz(labelled, fuzz.ratio)]
    others += _nomenklatura(labelled)
    return ours.f1 >= NEEDED_F1 and all(ours.f1 > each.f1 for each in others)


def speed(listed: int, asked: int, slice_of: int) -> bool:
    """Print how long a screening takes beside cdist; tell whether it is a twentieth or less."""
    print(f"\nSpeed: {asked} names against {listed}, seconds of one processor")
    names = names_set.names(5, listed)
    given = _given(names, asked)
    before = _memory()
    began = time.process_time()
    firms = ScreeningList((Entry(str(at), name) for at, name in enumerate(names)), gazetteer(HOME))
    built = time.process_time() - began
    grown = _memory() - before
    began = time.process_time()
    found = firms.screen([Asked(name) for name in given])
    ours = time.process_time() - began
    hits = sum(map(len, found))
    print(f"{'ours: the index, once a list':<44}{built:>9.2f}   {grown:.0f} MB")
    print(f"{'ours: screening':<44}{ours:>9.2f}   {asked / ours:,.0f} names a second, {hits} hits")
    kept = True
    for scorer in (fuzz.token_set_ratio, fuzz.ratio):
        few = given[:slice_of]
        began = time.process_time()
        process.cdist(few, names, scorer=scorer)
        all_of_them = (time.process_time() - began) * asked / len(few)
        ratio = all_of_them / ours
        name = f"rapidfuzz cdist, {scorer.__name__}"
        print(f"{name:<44}{all_of_them:>9.2f}   {ratio:.0f} times ours (from {len(few)} names)")
        if scorer is fuzz.token_set_ratio:
            kept = ratio >= NEEDED_RATIO
    return kept


def _given(names: Sequence[str], number: int) -> list[str]:
    """Return names to screen: half of them strangers, of the others half with a slip."""
    draw = random.Random(3)
    strangers = names_set.names(9, number)
    mixed = [draw.choice(names) if at % 2 else strangers[at] for at in range(number)]
    return [names_set.one_slip(name, draw) if draw.random() < 0.5 else name for name in mixed]


def _rapidfuzz(labelled: NamesSet, scorer: Callable[[str, str], float]) -> Outcome:
    began = time.process_time()
    scores = [
        max(scorer(pair.written, name) for name in labelled.firms[pair.firm].names)
        for pair in labelled.pairs
    ]
    took = time.process_time() - began
    outcome = _best(labelled, scores)
    _print(f"rapidfuzz {scorer.__name__}", outcome, took, labelled)
    return outcome


def _nomenklatura(labelled: NamesSet) -> list[Outcome]:
    if not PEERS.exists():
        print("nomenklatura is not installed: make peers")
        return []
    asked = [[pair.written, list(labelled.firms[pair.firm].names)] for pair in labelled.pairs]
    answer = subprocess.run(
        [str(PEERS), str(ROOT / "benchmarks" / "peers_scores.py")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    outcomes = []
    told: dict[str, Any] = json.loads(answer.stdout)
    for at, (name, said) in enumerate(told.items()):
        outcome = _best(labelled, said["scores"])
        label = f"nomenklatura {name}{' (its default)' if at == 0 else ''}"
        _print(label, outcome, said["seconds"], labelled)
        outcomes.append(outcome)
    return outcomes


def _of(labelled: NamesSet, scores: Sequence[float], threshold: float) -> Outcome:
    known = iter(scores)
    return judge(labelled, lambda _pair: next(known), threshold)


def _best(labelled: NamesSet, scores: Sequence[float]) -> Outcome:
    known = iter(scores)
    return best_of(labelled, lambda _pair: next(known))


def _print(name: str, outcome: Outcome, seconds: float, labelled: NamesSet) -> None:
    each = seconds / len(labelled.pairs) * 1e6
    print(
        f"{name:<44}{outcome.threshold:>10.2f}{outcome.precision:>11.3f}{outcome.recall:>8.3f}"
        f"{outcome.f1:>8.3f}{each:>11.0f}"
    )


def _memory() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
