"""The words for the part of an appraisal that is being done: one part a way of travelling."""

from __future__ import annotations

from collections.abc import Mapping

from conurb.region.tables import Bilingual

STEPS: Mapping[str, Bilingual] = {
    "car": Bilingual("小汽车出行", "Travel by car"),
    "transit": Bilingual("公共交通出行", "Travel by public transport"),
    "truck": Bilingual("货车通行", "Travel by truck"),
    "walk": Bilingual("步行", "Travel on foot"),
}
