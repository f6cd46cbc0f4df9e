"""The command `conurb network appraise`: every project of a region appraised and ranked.

On this machine, or with --dask on a cluster. Nothing is stored, and no database is needed. What the
command needs is imported when it runs, so that `conurb` itself starts at once.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from conurb.network.appraisal import Appraisal
    from conurb.network.ranking import Ranking
    from conurb.network.study import Study
    from conurb.region.tables import Bilingual

__all__ = ["appraise"]

_PROJECT = Path(__file__).resolve().parents[4]
_REGION = _PROJECT / "regions" / "changzhutan"
_folder = click.Path(exists=True, file_okay=False, path_type=Path)
Lang = Literal["zh", "en"]

HEADS: Mapping[Lang, tuple[str, ...]] = {
    "zh": (
        "位次",
        "最好–最差",
        "每日节省小时",
        "每次节省分钟",
        "45分钟岗位增加",
        "元/小时",
        "项目",
    ),
    "en": (
        "place",
        "best–worst",
        "hours a day",
        "min a trip",
        "jobs in 45",
        "yuan/hour",
        "project",
    ),
}


@click.command()
@click.option(
    "--travel",
    type=click.Choice(["car", "transit", "truck", "walk"]),
    default="car",
    show_default=True,
    help="How people travel.",
)
@click.option("--dask", metavar="ADDRESS", help="Scheduler of a Dask cluster, as tcp://host:8786.")
@click.option(
    "--json",
    "file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Also write all figures to this file.",
)
@click.option("--region", type=_folder, help="Folder of the region.")
@click.option(
    "--data", type=click.Path(file_okay=False, path_type=Path), help="Folder of this node's data."
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def appraise(
    *,
    travel: Literal["car", "transit", "truck", "walk"],
    dask: str | None,
    file: Path | None,
    region: Path | None,
    data: Path | None,
    lang: Lang,
) -> None:
    """Appraise every project of the network and rank them; nothing is stored.

    Costs per hour are of a year of the project's cost (docs/appraisal.md).
    """
    from conurb.network.distributing import NoClusterError
    from conurb.network.exporting import NoNetworkError
    from conurb.network.graph import GraphError
    from conurb.network.ranking import rank
    from conurb.region.problems import RegionError, render_problems

    try:
        study, names = _study(region, data, travel)
        appraisals = _appraised(study, dask)
    except RegionError as fault:
        raise click.ClickException(render_problems(fault.problems, lang)) from fault
    except NoNetworkError as fault:
        raise click.ClickException(fault.reason.get(lang)) from fault
    except (GraphError, NoClusterError) as fault:
        raise click.ClickException(
            fault.message_zh if lang == "zh" else fault.message_en
        ) from fault
    ranking = rank(appraisals)
    for line in table(appraisals, ranking, names, lang):
        click.echo(line)
    if file is not None:
        file.write_text(as_json(appraisals, ranking), encoding="utf-8")


def table(
    appraisals: Sequence[Appraisal], ranking: Ranking, names: Mapping[str, Bilingual], lang: Lang
) -> list[str]:
    """Return the ranking as lines of text, the best project first."""
    by_key = {each.key: each for each in appraisals}
    rows = [HEADS[lang]]
    for placed in ranking.placed:
        each = by_key[placed.key]
        cost = "" if each.cost_per_hour is None else f"{each.cost_per_hour / 100:,.0f}"
        rows.append(
            (
                f"{placed.place}",
                f"{placed.best}–{placed.worst}",
                f"{each.hours_saved:,.0f}",
                f"{each.minutes_saved:.3f}",
                f"{each.reached('jobs', 45.0).gain:,.0f}",
                cost,
                names[placed.key].get(lang),
            )
        )
    widths = [max(_width(row[at]) for row in rows) for at in range(len(HEADS[lang]) - 1)]
    return [
        "  ".join(
            [*(_right(cell, width) for cell, width in zip(row[:-1], widths, strict=True)), row[-1]]
        )
        for row in rows
    ]


def as_json(appraisals: Sequence[Appraisal], ranking: Ranking) -> str:
    """Return all figures, and the places, as JSON."""
    placed = [
        {
            "key": each.key,
            "place": each.place,
            "score": each.score,
            "shares": dict(each.shares),
            "best": each.best,
            "middle": each.middle,
            "worst": each.worst,
            "among_first": {str(first): share for first, share in each.among_first.items()},
        }
        for each in ranking.placed
    ]
    told = {
        "appraisals": [each.as_json() for each in appraisals],
        "ranking": {
            "placed": placed,
            "weightings": ranking.weightings,
            "tau_mean": ranking.tau_mean,
            "tau_least": ranking.tau_least,
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _study(
    region: Path | None, data: Path | None, travel: Literal["car", "transit", "truck", "walk"]
) -> tuple[Study, Mapping[str, Bilingual]]:
    from conurb.network.exporting import NoNetworkError
    from conurb.network.keeping import network_of
    from conurb.region.folder import load_region
    from conurb.region.tables import Bilingual
    from conurb.sames.facilities.opportunities import FILE, read_opportunities
    from conurb.sames.facilities.studies import CityCentre, study_for

    known = load_region(region or Path(os.environ.get("CONURB_REGION", _REGION)))
    kept = (data or Path(os.environ.get("CONURB_DATA", _PROJECT / ".data"))).resolve()
    network = network_of(known, kept)
    opportunities = read_opportunities(known)
    if opportunities is None:
        raise NoNetworkError(
            Bilingual(
                f"区域目录缺少 {FILE}（岗位与医院），无从评估",
                f"the region's folder has no {FILE} with jobs and hospitals to appraise for",
            )
        )
    centres = [CityCentre(city.code, city.centre) for city in known.cities]
    study = study_for(network, travel, centres, opportunities).study
    return study, {project.key: project.name for project in network.projects}


def _appraised(study: Study, address: str | None) -> list[Appraisal]:
    from conurb.network import appraisal, distributing

    if address is None:
        return appraisal.appraise(study)
    with distributing.connect(address) as client:
        return distributing.appraise(client, study)


def _right(text: str, width: int) -> str:
    return " " * (width - _width(text)) + text


def _width(text: str) -> int:
    """How many columns of a terminal a text takes: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
