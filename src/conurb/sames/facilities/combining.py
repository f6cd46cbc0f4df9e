"""Projects appraised together, exactly, from one preparation of the network."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from conurb.network.appraisal import Appraisal, Appraising
from conurb.network.contraction import prepare
from conurb.network.scenario import Appraiser
from conurb.network.study import Study
from conurb.sames.facilities.worth import Worth, nearest_centre, worth_of


class Combining:
    """Appraises any projects of a study together; may be asked from several threads."""

    def __init__(self, study: Study) -> None:
        self.study = study
        hierarchy = prepare(study.graph)
        self.appraising = Appraising(study, hierarchy)
        zones = len(study.zones.names)
        self._to_centres = Appraiser(
            study.graph,
            hierarchy,
            study.places[:zones],
            study.places[zones:],
            [each.project for each in study.candidates],
        )
        self._lock = threading.Lock()  # an appraisal uses the memory of the last one again
        self.nearest = nearest_centre(study, self._to_centres.base)

    def appraisal(self, keys: Sequence[str]) -> Appraisal:
        """Appraise these projects as one. KeyError for one that the study has not."""
        with self._lock:
            return self.appraising.together(keys)

    def worth(self, keys: Sequence[str]) -> Worth:
        """Return what these projects are worth together. KeyError as above."""
        appraisal = self.appraisal(keys)
        return worth_of(self.study, appraisal, self._to_centres.after(keys), self._to_centres.base)
