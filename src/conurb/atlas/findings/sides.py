"""One version of one layer as the rules see it: arrays, in metres of a plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely

from conurb.atlas.findings.plane import Geometries, Plane

Kind = Literal["land-use", "protected", "lines", "corridors"]
KINDS: tuple[Kind, ...] = ("land-use", "protected", "lines", "corridors")

Indices = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Side:
    """A version of a layer: `layer` names it through its versions, `version` counts within it.

    `city` is the city that answers for it, "" for the whole region. `fids`, `codes`, `names`,
    `geometry` and `allowed` have one entry a feature; codes are of the national classification
    (land use) or of `schemas.py`; geometry is in metres; `allowed` are the codes that a control
    corridor allows, separated by blanks, "" where it lists none.
    """

    layer: str
    version: int
    city: str
    kind: Kind
    fids: npt.NDArray[np.int64]
    codes: npt.NDArray[np.str_]
    names: npt.NDArray[np.str_]
    geometry: Geometries
    allowed: npt.NDArray[np.str_]

    def __post_init__(self) -> None:
        columns = (self.fids, self.codes, self.names, self.geometry, self.allowed)
        lengths = {len(column) for column in columns}
        if len(lengths) != 1:
            raise ValueError(f"The columns of {self.layer} differ in length: {sorted(lengths)}.")

    @classmethod
    def of(
        cls,
        plane: Plane,
        geometry: Geometries,
        codes: Sequence[str] | npt.NDArray[np.str_],
        *,
        layer: str,
        kind: Kind,
        city: str = "",
        version: int = 1,
        fids: Sequence[int] | npt.NDArray[np.int64] | None = None,
        names: Sequence[str] | npt.NDArray[np.str_] | None = None,
        allowed: Sequence[str] | npt.NDArray[np.str_] | None = None,
    ) -> Side:
        """Return a side from geometry in longitude and latitude.

        Features without a number are counted from 0. Areas that cross themselves are made valid
        here, so that no rule stumbles over them; coming in, they were repaired already.
        """
        number = len(geometry)
        placed = plane.to_plane(np.asarray(geometry, dtype=object))
        broken = ~shapely.is_valid(placed)
        if broken.any():
            placed[broken] = shapely.make_valid(placed[broken])
        return cls(
            layer,
            version,
            city,
            kind,
            np.arange(number) if fids is None else np.asarray(fids, dtype=np.int64),
            np.asarray(codes, dtype=np.str_).reshape(number),
            np.full(number, "") if names is None else np.asarray(names, dtype=np.str_),
            placed,
            np.full(number, "") if allowed is None else np.asarray(allowed, dtype=np.str_),
        )

    def __len__(self) -> int:
        return len(self.fids)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The index over the geometry."""
        return shapely.STRtree(self.geometry)

    def coded(self, prefixes: Sequence[str], unless: Sequence[str] = ()) -> Mask:
        """Tell of each feature whether its code is, or lies below, one of `prefixes`.

        The longest prefix that fits decides, so that `unless` may take something out of a group
        and `prefixes` something out of that again.
        """
        known, inverse = np.unique(self.codes, return_inverse=True)
        return np.array([falls(code, prefixes, unless) for code in known], dtype=bool)[inverse]

    def only(self, keep: Mask | Indices) -> Side:
        """Return the side with some of its features."""
        return Side(
            self.layer,
            self.version,
            self.city,
            self.kind,
            self.fids[keep],
            self.codes[keep],
            self.names[keep],
            self.geometry[keep],
            self.allowed[keep],
        )


def falls(code: str, prefixes: Sequence[str], unless: Sequence[str] = ()) -> bool:
    """Tell whether a code lies below one of `prefixes` and not below a longer one of `unless`."""
    within = max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)
    without = max((len(prefix) for prefix in unless if code.startswith(prefix)), default=-1)
    return within > without
