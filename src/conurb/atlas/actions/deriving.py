"""Files and comparisons worked out from versions: at once where small, else by a job."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import geopandas as gpd
import pandas as pd
from django.urls import reverse
from django.utils.translation import gettext as _

from conurb.atlas import derived, storing
from conurb.atlas.comparing import Comparison, compare
from conurb.atlas.downloading import FORMATS, Format, write
from conurb.atlas.models import LayerVersion
from conurb.atlas.reference_systems import ReferenceSystem, find, offered
from conurb.background.actions import ask
from conurb.background.models import Job
from conurb.background.work import Running, Work
from conurb.refusal import RefusedError
from conurb.region.models import User
from conurb.region.tables import Bilingual

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

__all__ = [
    "COMPARE",
    "DOWNLOAD",
    "compared",
    "downloaded",
    "prepare_comparison",
    "prepare_download",
]

AT_ONCE = 20_000
"""Features up to which somebody waits for a file or a comparison."""

WGS84 = 4326
_REVISION = 1
"""Of what files and comparisons hold; raised when the same versions give others."""


@dataclass(frozen=True)
class Wanted:
    """A file: where it is or will be, whether it is there or quick to make, and who is at it."""

    path: Path
    ready: bool
    at_once: bool
    job: Job | None = None


def download_of(version: LayerVersion, form: Format, system: ReferenceSystem) -> Wanted:
    """Return what is known of a file of a version."""
    if not form.projected and system.unit != "degree":
        raise RefusedError(
            _("GeoJSON holds longitude and latitude only. Choose WGS 84, or another format."),
            status=422,
            field="crs",
        )
    if form.key == "parquet" and system.code == WGS84:
        return Wanted(version.path, ready=True, at_once=True)
    name = f"{version.sha256}-{_REVISION}-{system.code}{form.ending}"
    path = derived.folder("downloads") / version.sha256[:2] / name
    return _wanted(path, version.feature_count, DOWNLOAD.kind, version.urn, _asked(form, system))


def downloaded(version: LayerVersion, form: Format, system: ReferenceSystem) -> Path:
    """Return a file of a version, made now if it is not there."""
    path = download_of(version, form, system).path
    title = f"{version.layer.name_zh} v{version.number}"
    return derived.made(path, lambda fresh: write(version.path, fresh, form, system, title))


def prepare_download(
    actor: User | AnonymousUser, version: LayerVersion, form: Format, system: ReferenceSystem
) -> None:
    """Let a job make a large file, unless one is at it or it is there."""
    wanted = download_of(version, form, system)
    if not wanted.at_once and wanted.job is None:
        asked: dict[str, Any] = _asked(form, system)
        ask(_person(actor), DOWNLOAD.kind, about=version.urn, **asked)


def comparison_of(before: LayerVersion, after: LayerVersion, id_field: str) -> Wanted:
    """Return what is known of the comparison of two versions."""
    # a field may have any name, a file may not
    field = hashlib.sha256(id_field.encode()).hexdigest()[:16]
    name = f"{before.sha256}-{after.sha256}-{_REVISION}-{field}"
    path = derived.folder("comparisons") / before.sha256[:2] / name
    number = before.feature_count + after.feature_count
    asked = {"before": before.key, "id_field": id_field}
    return _wanted(path, number // 2, COMPARE.kind, after.urn, asked)


def compared(before: LayerVersion, after: LayerVersion, id_field: str = "") -> Comparison:
    """Return the comparison of two versions, worked out now if nobody has before."""
    path = comparison_of(before, after, id_field).path

    def make(fresh: Path) -> None:
        found = compare(storing.read(before.path), storing.read(after.path), id_field)
        _keep_comparison(found, fresh)

    return _kept_comparison(derived.made(path, make))


def prepare_comparison(
    actor: User | AnonymousUser, before: LayerVersion, after: LayerVersion, id_field: str
) -> None:
    """Let a job compare two large versions, unless one is at it or it is done."""
    wanted = comparison_of(before, after, id_field)
    if not wanted.at_once and wanted.job is None:
        ask(_person(actor), COMPARE.kind, about=after.urn, before=before.key, id_field=id_field)


def _wanted(path: Path, number: int, kind: str, about: str, asked: dict[str, str]) -> Wanted:
    if path.exists():
        return Wanted(path, ready=True, at_once=True)
    if number <= AT_ONCE:
        return Wanted(path, ready=False, at_once=True)
    states = [Job.State.WAITING, Job.State.RUNNING]
    jobs = Job.everything.filter(kind=kind, about=about, state__in=states)
    job = next((one for one in jobs if one.arguments == asked), None)
    return Wanted(path, ready=False, at_once=False, job=job)


def _asked(form: Format, system: ReferenceSystem) -> dict[str, str]:
    return {"form": form.key, "crs": system.authority_code}


def _person(actor: User | AnonymousUser) -> User | None:
    return actor if isinstance(actor, User) else None


def _keep_comparison(found: Comparison, folder: Path) -> None:
    folder.mkdir()
    found.changes.to_parquet(folder / "changes.parquet")
    found.ground.to_parquet(folder / "ground.parquet")
    found.totals.to_parquet(folder / "totals.parquet")
    facts = {"matched_by": found.matched_by, "unchanged": found.unchanged}
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")


def _kept_comparison(folder: Path) -> Comparison:
    facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    return Comparison(
        changes=gpd.read_parquet(folder / "changes.parquet"),
        ground=pd.read_parquet(folder / "ground.parquet"),
        totals=pd.read_parquet(folder / "totals.parquet"),
        **facts,
    )


def _version(about: str) -> LayerVersion:
    key = about.rsplit(":", 1)[-1]
    return LayerVersion.everything.select_related("layer").get(key=key)


def _download(running: Running) -> None:
    version = _version(running.about)
    running.progress(0, 1, Bilingual("正在转换格式", "Converting"))
    system = find(running.arguments["crs"], offered(version.west, version.east))
    if system is None:
        raise RefusedError(_("This coordinate system is not offered for the layer."), status=422)
    downloaded(version, FORMATS[running.arguments["form"]], system)


def _compare(running: Running) -> None:
    after = _version(running.about)
    before = LayerVersion.everything.get(key=running.arguments["before"])
    running.progress(0, 1, Bilingual("正在比较两个版本", "Comparing the two versions"))
    compared(before, after, running.arguments["id_field"])


def _keep_nothing(_job: Job, _made: Any) -> dict[str, Any]:
    return {}


def _to_comparison(job: Job) -> str:
    address = reverse("atlas-compare", args=[job.about.rsplit(":", 1)[-1]])
    query = {"before": job.arguments["before"], "by": job.arguments["id_field"]}
    return f"{address}?{urlencode(query)}"


DOWNLOAD = Work(
    kind="atlas-download",
    name=Bilingual("生成图层下载文件", "Making a file of a layer"),
    do=_download,
    keep=_keep_nothing,
    leads_to=lambda job: reverse("atlas-downloads", args=[job.about.rsplit(":", 1)[-1]]),
)
COMPARE = Work(
    kind="atlas-compare",
    name=Bilingual("比较图层版本", "Comparing versions of a layer"),
    do=_compare,
    keep=_keep_nothing,
    leads_to=_to_comparison,
)
