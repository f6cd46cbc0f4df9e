"""Signal plans as files: each plan of an arterial by itself, and all of them with their hours."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from conurb.network.signals import sheets, simulation
from conurb.network.signals.declaring import json_of, programme_json
from conurb.network.signals.diagram import diagram_of, svg_of
from conurb.network.signals.programmes import KIND_WORDS, Pattern, Programme
from conurb.sames.facilities.queries.signals import language, said

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XML, JSON, ZIP = "application/xml", "application/json", "application/zip"
README = """\
{name}

netconvert -n corridor.nod.xml -e corridor.edg.xml -x corridor.con.xml -i corridor.tll.xml \
-o corridor.net.xml
https://sumo.dlr.de/docs/
"""
RUN = """
{kinds}

sumo -n corridor.net.xml -a {first}.add.xml --begin 25200
"""
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The date of every file in an archive, so that one version gives one archive."""

Writer = Callable[[Programme, Pattern], bytes]


@dataclass(frozen=True)
class Kind:
    """A kind of file: what writes it, how its name ends, its media type.

    `whole` says that it holds all plans of the arterial.
    """

    write: Writer
    ending: str
    media_type: str
    whole: bool = False

    def name(self, slug: str, number: int, pattern: Pattern) -> str:
        """Return the name of the file of a version of an arterial."""
        return f"{slug}-{number}{self.ending if self.whole else f'-{pattern.key}{self.ending}'}"


def _svg(_programme: Programme, pattern: Pattern) -> bytes:
    return svg_of(diagram_of(pattern.plan), language(), name=pattern.name).encode()


def _network(_programme: Programme, pattern: Pattern) -> bytes:
    plan = pattern.plan
    files = {name: text.encode() for name, text in simulation.plain_network(plan).items()}
    return _archive(files | {"README.txt": README.format(name=said(plan.name)).encode()})


def _day(programme: Programme, _pattern: Pattern) -> bytes:
    """Write the network, and for each table of the day the lights with all their changes."""
    plan = programme.first
    files = {name: text.encode() for name, text in simulation.plain_network(plan).items()}
    kinds = [table.kind for table in programme.tables]
    for kind in kinds:
        files[f"{kind}.add.xml"] = simulation.day_of(programme, kind).encode()
    words = "\n".join(f"{kind}.add.xml: {said(KIND_WORDS[kind])}" for kind in kinds)
    text = README.format(name=said(plan.name)) + RUN.format(kinds=words, first=kinds[0])
    return _archive(files | {"README.txt": text.encode()})


def _all(programme: Programme, _pattern: Pattern) -> bytes:
    """Write every file of every plan in a folder of its own, and the hours of all."""
    files = {"programme.json": programme_json(programme).encode()}
    for pattern in programme.patterns:
        for key, kind in FILES.items():
            if not kind.whole and key != "network":
                files[f"{pattern.key}/{pattern.key}{kind.ending}"] = kind.write(programme, pattern)
    return _archive(files)


def _archive(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, EARLIEST), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


FILES: dict[str, Kind] = {
    "xlsx": Kind(lambda p, pattern: sheets.workbook_of(p, pattern, language()), ".xlsx", XLSX),
    "csv": Kind(lambda _p, each: sheets.csv_of(each.plan, language()).encode(), ".csv", "text/csv"),
    "json": Kind(lambda _p, each: json_of(each.plan).encode(), ".json", JSON),
    "svg": Kind(_svg, ".svg", "image/svg+xml"),
    "sumo": Kind(lambda _p, each: simulation.additional(each.plan).encode(), ".add.xml", XML),
    "network": Kind(_network, "-sumo.zip", ZIP),
    "programme": Kind(lambda p, _each: programme_json(p).encode(), ".json", JSON, whole=True),
    "sumo-day": Kind(_day, "-sumo-day.zip", ZIP, whole=True),
    "all": Kind(_all, ".zip", ZIP, whole=True),
}
