"""Scores pairs of names with nomenklatura, in the environment of the peers (`make peers`).

Reads JSON from standard input, a list of [name, [listed names]]; writes {algorithm: {"scores": …,
"seconds": …}}. It imports nothing of this project.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from followthemoney import model
from nomenklatura.matching import DefaultAlgorithm, get_algorithm
from nomenklatura.matching.types import ScoringConfig


def company(key: str, *names: str) -> Any:
    """Return a firm as nomenklatura knows them."""
    entity = model.make_entity("Company")
    entity.id = key
    for name in names:
        entity.add("name", name)
    entity.add("country", "cn")
    return entity


def main() -> None:
    """Score with nomenklatura's default and with both of its rule-based algorithms."""
    pairs = json.load(sys.stdin)
    config = ScoringConfig.defaults()
    told = {}
    for algorithm in (DefaultAlgorithm, get_algorithm("logic-v1"), get_algorithm("logic-v2")):
        began = time.process_time()
        scores = [
            algorithm.compare(company("given", name), company("listed", *listed), config).score
            for name, listed in pairs
        ]
        told[algorithm.NAME] = {"scores": scores, "seconds": time.process_time() - began}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
