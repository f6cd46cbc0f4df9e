"""What a goods vehicle is: its mass class, what drives it, and how clean it is.

Mass classes by GA 802-2019 (types of motor vehicles): heavy from 12,000 kg of maximum total mass;
medium from 4,500 kg or 6 m of length; micro up to 1,800 kg and 3.5 m; light between. Emission
stages by GB 17691 and GB 18352 (China III to VI). New energy by GA 36-2018: what has a plate for
new energy is driven by electricity, hydrogen or a plug-in hybrid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from conurb.region.tables import Bilingual

Mass = Literal["micro", "light", "medium", "heavy"]
Energy = Literal["diesel", "petrol", "gas", "plug-in", "electric", "hydrogen"]
Group = Literal["fuel", "new"]
Body = Literal["box", "closed", "refrigerated", "flatbed", "dump", "mixer", "tank", "tractor"]
PlateClass = Literal["ordinary", "new-energy"]

MASSES: tuple[Mass, ...] = get_args(Mass)
ENERGIES: tuple[Energy, ...] = get_args(Energy)
GROUPS: tuple[Group, ...] = get_args(Group)
BODIES: tuple[Body, ...] = get_args(Body)
STAGES = (3, 4, 5, 6)
"""China III (and before) to China VI; what runs without exhaust counts as the best."""

MASS_WORDS: dict[Mass, Bilingual] = {
    "micro": Bilingual("微型", "Micro"),
    "light": Bilingual("轻型", "Light"),
    "medium": Bilingual("中型", "Medium"),
    "heavy": Bilingual("重型", "Heavy"),
}
ENERGY_WORDS: dict[Energy, Bilingual] = {
    "diesel": Bilingual("柴油", "Diesel"),
    "petrol": Bilingual("汽油", "Petrol"),
    "gas": Bilingual("天然气", "Natural gas"),
    "plug-in": Bilingual("插电式混合动力", "Plug-in hybrid"),
    "electric": Bilingual("纯电动", "Electric"),
    "hydrogen": Bilingual("燃料电池", "Fuel cell"),
}
GROUP_WORDS: dict[Group, Bilingual] = {
    "fuel": Bilingual("燃油燃气", "fuel-driven"),
    "new": Bilingual("新能源", "new-energy"),
}
BODY_WORDS: dict[Body, Bilingual] = {
    "box": Bilingual("厢式货车", "Box truck"),
    "closed": Bilingual("封闭式货车", "Closed van"),
    "refrigerated": Bilingual("冷藏车", "Refrigerated truck"),
    "flatbed": Bilingual("栏板、平板货车", "Flatbed or dropside truck"),
    "dump": Bilingual("自卸货车", "Dump truck"),
    "mixer": Bilingual("混凝土搅拌车", "Concrete mixer"),
    "tank": Bilingual("罐式货车", "Tank truck"),
    "tractor": Bilingual("牵引车及挂车", "Tractor and trailer"),
}
STAGE_WORDS: dict[int, Bilingual] = {
    3: Bilingual("国三及以下", "China III or below"),
    4: Bilingual("国四", "China IV"),
    5: Bilingual("国五", "China V"),
    6: Bilingual("国六", "China VI"),
}
PLATE_WORDS: dict[PlateClass, Bilingual] = {
    "ordinary": Bilingual("普通号牌", "Ordinary plate"),
    "new-energy": Bilingual("新能源号牌", "New-energy plate"),
}

_HEAVY_KG, _MEDIUM_KG, _MICRO_KG = 12_000, 4_500, 1_800
_MEDIUM_M, _MICRO_M = 6.0, 3.5


@dataclass(frozen=True)
class Vehicle:
    """A goods vehicle as restrictions see it.

    `mass_kg` is the maximum total mass, `length_m` the length over all, `stage` 3 to 6.
    """

    plate: str
    plate_class: PlateClass
    body: Body
    mass_kg: int
    length_m: float
    energy: Energy
    stage: int

    @property
    def mass(self) -> Mass:
        """Its class of mass."""
        return mass_class(self.mass_kg, self.length_m)

    @property
    def group(self) -> Group:
        """Whether fuel or new energy drives it."""
        return group_of(self.energy)


def mass_class(mass_kg: int, length_m: float) -> Mass:
    """Return the class of a goods vehicle by GA 802-2019."""
    if mass_kg >= _HEAVY_KG:
        return "heavy"
    if mass_kg >= _MEDIUM_KG or length_m >= _MEDIUM_M:
        return "medium"
    if mass_kg <= _MICRO_KG and length_m <= _MICRO_M:
        return "micro"
    return "light"


def group_of(energy: Energy) -> Group:
    """Return whether an energy is a new one."""
    return "new" if energy in {"plug-in", "electric", "hydrogen"} else "fuel"


def stage_of(energy: Energy, stated: int | None) -> int:
    """Return the stage that counts: what has no exhaust counts as the best."""
    if energy in {"electric", "hydrogen"} or stated is None:
        return STAGES[-1] if group_of(energy) == "new" else STAGES[0]
    return stated


def plate_fits(plate_class: PlateClass, energy: Energy) -> bool:
    """Tell whether plate and energy agree: a new-energy plate and a new energy go together."""
    return (plate_class == "new-energy") == (group_of(energy) == "new")
