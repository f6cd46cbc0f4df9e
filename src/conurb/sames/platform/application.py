"""What an application says, read from the values of its form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast

from shapely.geometry import MultiLineString

from conurb.region.numbers import NumberError, check_firm, check_plate, check_resident
from conurb.region.tables import Bilingual
from conurb.sames.platform.declared import Declared, Purpose, Term
from conurb.sames.platform.restrictions import (
    DAYS,
    Asked,
    Days,
    Hours,
    HoursError,
    minute,
    route_of,
)
from conurb.sames.platform.validity import Validity, renewed, validity
from conurb.sames.platform.vehicles import (
    BODIES,
    ENERGIES,
    Body,
    Energy,
    PlateClass,
    Vehicle,
    group_of,
    stage_of,
)

Data = Mapping[str, Any]
Line = tuple[tuple[float, float], ...]
OwnerKind = Literal["firm", "resident"]

MOST_POINTS = 500
LONGEST_M, HEAVIEST_KG = 30.0, 100_000


class IncompleteError(ValueError):
    """A value is missing or cannot be read; `field` says which, the texts say what to do."""

    def __init__(self, field: str, text: Bilingual) -> None:
        self.field = field
        self.text = text
        super().__init__(text.en)


@dataclass(frozen=True)
class Application:
    """An application that can be judged. `route` in degrees, WGS 84; `renews` the key of a pass."""

    vehicle: Vehicle
    purpose: Purpose
    destination: str
    route: MultiLineString
    corridors: tuple[str, ...]
    drawn: Line
    asked: Asked
    term: Term
    renews: str = ""

    @property
    def validity(self) -> Validity:
        """From which day to which the pass is asked for."""
        return Validity(self.asked.first, self.asked.last)


def read(data: Data, declared: Declared, renewing: Validity | None, today: date) -> Application:
    """Return what the values of the form say; raises IncompleteError for the first that lacks.

    `renewing` is the validity of the pass that is renewed, None for a new one; `today` the
    region's day.
    """
    vehicle = read_vehicle(data)
    purpose = _known(
        data, "purpose", declared.purposes, Bilingual("请选择通行事由。", "Choose a purpose.")
    )
    term = _known(data, "term", declared.terms, Bilingual("请选择期限。", "Choose for how long."))
    if renewing is None:
        asked_for = validity(_day(data), term.days)
    else:
        asked_for = renewed(renewing, term.days, today)
    corridors, drawn = read_route(data, declared)
    lines: list[Line] = [declared.corridors[code].line for code in corridors]
    route = route_of([*lines, drawn])
    if route.is_empty:
        raise IncompleteError(
            "corridors",
            Bilingual(
                "请选择货运通道，或在地图上画出路线。",
                "Choose truck corridors, or draw the route on the map.",
            ),
        )
    return Application(
        vehicle=vehicle,
        purpose=purpose,
        destination=read_destination(data, declared),
        route=route,
        corridors=corridors,
        drawn=drawn,
        asked=Asked(asked_for.first, asked_for.last, read_days(data), read_hours(data)),
        term=term,
        renews=str(data.get("renews") or ""),
    )


def read_vehicle(data: Data) -> Vehicle:
    """Return the vehicle; raises IncompleteError."""
    plate, plate_class = read_plate(data)
    energy = cast(
        Energy,
        _one_of(data, "energy", ENERGIES, Bilingual("请选择能源种类。", "Choose what drives it.")),
    )
    body = cast(
        Body, _one_of(data, "body", BODIES, Bilingual("请选择车辆类型。", "Choose the type."))
    )
    stage = _number(data, "stage")
    if stage is None and group_of(energy) == "fuel":
        raise IncompleteError(
            "stage", Bilingual("请选择排放标准。", "Choose the emission standard.")
        )
    mass, length = _number(data, "mass_kg"), _number(data, "length_m")
    if mass is None or not 0 < mass <= HEAVIEST_KG:
        raise IncompleteError(
            "mass_kg",
            Bilingual(
                "请填写行驶证上的总质量（千克）。",
                "Give the total mass of the licence, in kilograms.",
            ),
        )
    if length is None or not 0 < length <= LONGEST_M:
        raise IncompleteError(
            "length_m",
            Bilingual("请填写行驶证上的车长（米）。", "Give the length of the licence, in metres."),
        )
    return Vehicle(
        plate=plate,
        plate_class=plate_class,
        body=body,
        mass_kg=int(mass),
        length_m=float(length),
        energy=energy,
        stage=stage_of(energy, None if stage is None else int(stage)),
    )


def read_plate(data: Data) -> tuple[str, PlateClass]:
    """Return the plate and its class; raises IncompleteError."""
    try:
        plate = check_plate(str(data.get("plate") or ""))
    except NumberError as fault:
        raise IncompleteError("plate", Bilingual(fault.message_zh, fault.message_en)) from fault
    return plate.text, "new-energy" if plate.new_energy else "ordinary"


def read_destination(data: Data, declared: Declared) -> str:
    """Return the code of the city where the load goes; raises IncompleteError."""
    given = str(data.get("destination") or "")
    if given not in declared.outlines:
        raise IncompleteError(
            "destination",
            Bilingual("请选择运输目的地所在市。", "Choose the city where the load goes."),
        )
    return given


def read_route(data: Data, declared: Declared) -> tuple[tuple[str, ...], Line]:
    """Return the corridors chosen and the line drawn; raises IncompleteError."""
    chosen = data.get("corridors") or ()
    codes = [chosen] if isinstance(chosen, str) else [str(code) for code in chosen]
    return tuple(code for code in declared.corridors if code in codes), read_line(data)


def read_line(data: Data) -> Line:
    """Return the line drawn on the map, () where none was; raises IncompleteError.

    It is kept as JSON, a list of [longitude, latitude] in degrees, WGS 84.
    """
    given = data.get("drawn")
    if not given:
        return ()
    try:
        points = json.loads(given) if isinstance(given, str) else given
        line = tuple((round(float(x), 5), round(float(y), 5)) for x, y in points)
    except (ValueError, TypeError) as fault:
        raise _not_a_line() from fault
    if len(line) > MOST_POINTS or any(abs(x) > 180 or abs(y) > 90 for x, y in line):
        raise _not_a_line()
    return line if len(set(line)) > 1 else ()


def read_hours(data: Data) -> Hours:
    """Return the hours asked for; raises IncompleteError."""
    found = []
    for field in ("from_time", "until_time"):
        try:
            found.append(minute(str(data.get(field) or "")[:5]))
        except HoursError as fault:
            raise IncompleteError(
                field,
                Bilingual("请填写通行时间，如 09:00。", "Give the time of the day, as 09:00."),
            ) from fault
    return Hours(found[0] % 1440, found[1])


def read_days(data: Data) -> Days:
    """Return on which days; every day where nothing was chosen."""
    return next((each for each in DAYS if each == data.get("days")), "every")


def read_owner(data: Data) -> tuple[OwnerKind, str]:
    """Return whether a firm or a person owns it, and the number; raises IncompleteError."""
    number = str(data.get("owner_number") or "")
    try:
        return "firm", check_firm(number)
    except NumberError as no_firm:
        try:
            return "resident", check_resident(number).text
        except NumberError as no_person:
            fault = no_firm if _looks_like_firm(number) else no_person
            raise IncompleteError(
                "owner_number", Bilingual(fault.message_zh, fault.message_en)
            ) from fault


def read_person(number: str, field: str) -> str:
    """Return the number of a resident; raises IncompleteError."""
    try:
        return check_resident(number).text
    except NumberError as fault:
        raise IncompleteError(field, Bilingual(fault.message_zh, fault.message_en)) from fault


def _looks_like_firm(number: str) -> bool:
    return any(each.isalpha() for each in number.strip()[:17])


def _day(data: Data) -> date:
    given = data.get("first_day")
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(str(given or ""))
    except ValueError as fault:
        raise IncompleteError(
            "first_day", Bilingual("请填写起始日期。", "Give the first day.")
        ) from fault


def _number(data: Data, field: str) -> float | None:
    try:
        return float(str(data.get(field) or ""))
    except ValueError:
        return None


def _known(data: Data, field: str, known: Mapping[str, Any], text: Bilingual) -> Any:
    found = known.get(str(data.get(field) or ""))
    if found is None:
        raise IncompleteError(field, text)
    return found


def _one_of(data: Data, field: str, choices: Sequence[str], text: Bilingual) -> str:
    given = str(data.get(field) or "")
    if given not in choices:
        raise IncompleteError(field, text)
    return given


def _not_a_line() -> IncompleteError:
    return IncompleteError(
        "drawn",
        Bilingual(
            "画出的路线无法识别，请清除后重画。",
            "The line drawn cannot be read. Clear it and draw it again.",
        ),
    )
