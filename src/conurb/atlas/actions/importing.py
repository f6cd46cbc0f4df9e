"""From a file to a version: handed in, read in the background, confirmed, converted, kept.

Verbs of the journal: layer.hand-in, layer.confirm, layer.store, layer.discard.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.atlas import converting, coordinates, formats, previewing, schemas, storing
from conurb.atlas.models import CodeMapping, Layer, LayerImport, LayerVersion, folder
from conurb.atlas.queries.home import home
from conurb.background import actions as jobs
from conurb.background.models import Job
from conurb.background.work import Running, Work
from conurb.journal.actions import record
from conurb.refusal import RefusedError
from conurb.region.competence import require_officer_of
from conurb.region.models import User, in_language
from conurb.region.tables import Bilingual

READ, CONVERT = "atlas.read", "atlas.convert"
READING = Bilingual("正在读取图层", "Reading the layer")
CONVERTING = Bilingual("正在转换坐标并修复图形", "Converting coordinates and mending geometries")
WRITING = Bilingual("正在保存", "Storing")
_STATES = LayerImport.State


@dataclass(frozen=True)
class Confirmed:
    """What a person confirmed of a file: `layer` is its place among the file's layers."""

    layer: int
    crs: str
    form: str
    fields: Mapping[str, str]
    codes: Mapping[str, str] = field(default_factory=dict)
    swapped: bool = False
    note: str = ""


# ———————————————————————————— Handing in ————————————————————————————


def hand_in(actor: User, layer: Layer, name: str, chunks: Iterable[bytes]) -> LayerImport:
    """Keep a file and have it read. Raises RefusedError for a file that cannot be taken."""
    require_officer_of(actor, layer.authority)
    try:
        sha256, size = _keep(chunks)
        formats.check_size(size)
        formats.format_of(source_path(sha256))
    except formats.LayerFileError as fault:
        raise refusal(fault, "file") from fault
    with transaction.atomic():
        made = LayerImport.everything.create(
            key=secrets.token_hex(15),
            layer=layer,
            file_name=name[:150],
            file_sha256=sha256,
            file_size=size,
            created_by=actor,
        )
        _ask(actor, made, READ)
        record(actor, "layer.hand-in", urn=layer.urn, name=layer.name_zh, file=name[:150])
    made.refresh_from_db()
    return made


def source_path(sha256: str) -> Path:
    """Return where a file that was handed in lies."""
    return folder() / "sources" / sha256[:2] / sha256


def refusal(fault: formats.LayerFileError | coordinates.CoordinatesError, at: str) -> RefusedError:
    """Return why a rule refused a file, in the language of the moment."""
    return RefusedError(in_language(fault.message_zh, fault.message_en), status=422, field=at)


def _keep(chunks: Iterable[bytes]) -> tuple[str, int]:
    """Write a file under a passing name while it comes in, then under its hash."""
    sources = folder() / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    handle, passing = tempfile.mkstemp(dir=sources, suffix=".coming")
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as out:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                if size > formats.MAX_SIZE:
                    formats.check_size(size)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        target = source_path(digest.hexdigest())
        target.parent.mkdir(parents=True, exist_ok=True)
        Path(passing).replace(target)
    except BaseException:
        Path(passing).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size


def _ask(actor: User, made: LayerImport, kind: str) -> None:
    job = jobs.ask(actor, kind, about=made.urn, authority=made.layer.authority, key=made.key)
    made.job = job
    made.changed_at = timezone.now()
    made.save(update_fields=["job", "changed_at", "state", "answers"])


# ———————————————————————————— Reading ————————————————————————————


@contextmanager
def _opened(made: LayerImport) -> Iterator[tuple[formats.SourceLayer, ...]]:
    with tempfile.TemporaryDirectory(prefix="conurb-layer-") as work:
        yield formats.open_layers(source_path(made.file_sha256), Path(work))


def _read(running: Running) -> dict[str, Any]:
    made = _import_of(running.arguments)
    schema = schemas.SCHEMAS[made.layer.kind]
    before = known_codes(made.layer)
    with _opened(made) as layers:
        total = sum(layer.count for layer in layers)
        tick = _counter(running, total, READING)
        found = [previewing.look(layer, schema, home(), before, tick) for layer in layers]
        return {"format": layers[0].format, "layers": found}


def _keep_reading(job: Job, found: dict[str, Any]) -> dict[str, Any]:
    made = _held(job.arguments)
    made.found = found
    _move(made, _STATES.ASKED)
    return {"layers": len(found["layers"])}


def _give_up_reading(job: Job) -> None:
    _move(_held(job.arguments), _STATES.DISCARDED)


def _counter(running: Running, total: int, step: Bilingual) -> Any:
    done = 0

    def tick(count: int) -> None:
        nonlocal done
        done += count
        # the last part of the bar is for storing
        running.progress(done, max(total, done) * 10 // 9 + 1, step)

    return tick


def known_codes(layer: Layer) -> dict[str, str]:
    """Return how the codes of the layer's city were read the last time."""
    rows = CodeMapping.objects.filter(city=layer.city_id, kind=layer.kind)
    return dict(rows.values_list("source", "code"))


# ———————————————————————————— Confirming ————————————————————————————


@transaction.atomic
def confirm(actor: User, importing: LayerImport, said: Confirmed) -> LayerImport:
    """Take what was confirmed of a file and have it converted.

    Raises RefusedError, with the field at fault, where an answer cannot be right.
    """
    made = _own(actor, importing)
    if made.state != _STATES.ASKED:
        raise RefusedError(_("This file is not waiting to be confirmed. Reload the page."))
    found = _layer_found(made, said.layer)
    _check(made.layer, found, said)
    made.answers = asdict(said)
    made.state = _STATES.CONVERTING
    _ask(actor, made, CONVERT)
    record(
        actor,
        "layer.confirm",
        urn=made.layer.urn,
        name=made.layer.name_zh,
        file=made.file_name,
        crs=said.crs,
    )
    made.refresh_from_db()
    return made


def _layer_found(made: LayerImport, place: int) -> dict[str, Any]:
    layers = made.found.get("layers", [])
    if not 0 <= place < len(layers):
        raise RefusedError(_("Choose a layer of the file."), status=422, field="layer")
    found: dict[str, Any] = layers[place]
    return found


def _check(layer: Layer, found: Mapping[str, Any], said: Confirmed) -> None:
    schema = schemas.SCHEMAS[layer.kind]
    if not found["count"] or found["count"] == found["missing"]:
        raise RefusedError(
            _("This layer of the file has no features. Choose another, or another file."),
            status=422,
            field="layer",
        )
    if said.form not in schema.forms:
        raise RefusedError(
            _("A layer of this kind does not hold features of this form."), status=422, field="form"
        )
    if not found["forms"].get(said.form) and not found["forms"].get("mixed"):
        raise RefusedError(
            _("No feature of the file has this form. Choose another form, or another layer."),
            status=422,
            field="form",
        )
    names = {known["name"] for known in found["fields"]}
    for column in schema.columns:
        name = said.fields.get(column.name, "")
        if name and name not in names:
            raise RefusedError(_("Choose a field of the file."), status=422, field=column.name)
        if column.required and not name:
            raise RefusedError(
                _("Say which field holds this; the layer cannot do without it."),
                status=422,
                field=column.name,
            )
    for value, code in said.codes.items():
        if code and code not in schema.codes:
            raise RefusedError(
                _("“%(code)s” is no class of this kind of layer (for “%(value)s”).")
                % {"code": code, "value": value},
                status=422,
                field="codes",
            )
    _check_system(found, said)


def _check_system(found: Mapping[str, Any], said: Confirmed) -> None:
    wkt = _wkt(found, said.crs)
    stated = found["crs"]["problem"]
    if stated and stated["code"] == "crs-old":
        raise RefusedError(in_language(stated["zh"], stated["en"]), status=422, field="crs")
    if said.crs not in coordinates.SYSTEMS and not wkt:
        raise RefusedError(_("Choose a coordinate system."), status=422, field="crs")
    sample = np.array(found["sample"], dtype=float).reshape(-1, 2)
    if said.swapped:
        sample = sample[:, ::-1]
    key = "" if said.crs == "file" else said.crs
    wrong = coordinates.suspect(sample, key, home(), wkt)
    if wrong is not None:
        raise refusal(wrong, "crs")


def _wkt(found: Mapping[str, Any], crs: str) -> str:
    stated = found["crs"]
    return stated["wkt"] if stated["stated"] and crs in {stated["key"], "file"} else ""


# ———————————————————————————— Converting ————————————————————————————


@dataclass(frozen=True)
class _Made:
    """What a conversion made: files are there, rows are not yet."""

    sha256: str
    repairs: str
    problems: str
    converted: converting.Converted
    bounds: tuple[float, float, float, float]
    source: formats.SourceLayer


def _convert(running: Running) -> _Made:
    made = _import_of(running.arguments)
    said, found = made.answers, _layer_found(made, made.answers["layer"])
    schema = schemas.SCHEMAS[made.layer.kind]
    answers = converting.Answers(
        crs="" if said["crs"] == "file" else said["crs"],
        form=said["form"],
        fields={column: name for column, name in said["fields"].items() if name},
        codes={value: code for value, code in said["codes"].items() if code},
        wkt=_wkt(found, said["crs"]),
        swapped=said["swapped"],
    )
    with _opened(made) as layers:
        source = layers[said["layer"]]
        tick = _counter(running, source.count, CONVERTING)
        try:
            converted = converting.convert(source, schema, answers, home(), tick)
        except converting.EmptyLayerError as nothing:
            raise _nothing_left() from nothing
    running.progress(source.count * 10 // 9, source.count * 10 // 9 + 1, WRITING)
    sha256, _path = storing.write(converted.frame, folder())
    west, south, east, north = (float(side) for side in converted.frame.total_bounds)
    return _Made(
        sha256,
        _kept_table(converted.repairs),
        _kept_table(converted.problems),
        converted,
        (west, south, east, north),
        source,
    )


def _nothing_left() -> formats.LayerFileError:
    return formats.LayerFileError(
        "nothing-left",
        "没有可以导入的图形：全部图形为空、无法读取或类型不符。",
        "No feature can be imported: all are empty, unreadable or of another form.",
    )


def _kept_table(rows: Any) -> str:
    if not len(rows):
        return ""
    table = pa.Table.from_pandas(rows, preserve_index=False)
    return storing.write_table(table, folder())[0]


def _keep_version(job: Job, made: _Made) -> dict[str, Any]:
    importing = _held(job.arguments)
    layer = Layer.everything.select_for_update().get(pk=importing.layer_id)
    said, converted = importing.answers, made.converted
    found = _layer_found(importing, said["layer"])
    west, south, east, north = made.bounds
    stated = found["crs"]["stated"] and said["crs"] == found["crs"]["key"]
    last = layer.versions(manager="everything").order_by("-number").first()
    version = LayerVersion.everything.create(
        key=secrets.token_hex(15),
        layer=layer,
        number=last.number + 1 if last else 1,
        sha256=made.sha256,
        geometry=said["form"],
        feature_count=len(converted.frame),
        west=west,
        south=south,
        east=east,
        north=north,
        fields=converted.fields,
        classes=converted.classes,
        source_name=importing.file_name,
        source_format=made.source.format,
        source_sha256=importing.file_sha256,
        source_layer=made.source.name[:200],
        source_crs=found["crs"]["name"][:40] if said["crs"] == "file" else said["crs"],
        crs_known="read" if stated and not said["swapped"] else "asked",
        counts=converted.counts,
        repairs_sha256=made.repairs,
        problems_sha256=made.problems,
        note=said["note"][:500],
        is_demo=layer.is_demo,
        created_by=importing.created_by,
    )
    _remember_codes(layer, said["codes"])
    importing.version = version
    _move(importing, _STATES.STORED)
    record(
        importing.created_by,
        "layer.store",
        urn=version.urn,
        name=f"{layer.name_zh} 第{version.number}版",
        authority=layer.authority,
        kept=converted.counts["kept"],
        dropped=converted.counts["dropped"],
        repaired=converted.counts["repaired"],
        problems=converted.counts["problems"],
    )
    return {"version": version.key}


def _remember_codes(layer: Layer, codes: Mapping[str, str]) -> None:
    """Keep how the city's codes were read, for the next file."""
    for value, code in codes.items():
        if code and len(value) <= 100:
            CodeMapping.objects.update_or_create(
                city=layer.city, kind=layer.kind, source=value, defaults={"code": code}
            )


def _back_to_asking(job: Job) -> None:
    _move(_held(job.arguments), _STATES.ASKED)


@transaction.atomic
def discard(actor: User, importing: LayerImport) -> LayerImport:
    """Give up a file that was handed in."""
    made = _own(actor, importing)
    if made.state != _STATES.ASKED:
        raise RefusedError(_("This file is not waiting to be confirmed. Reload the page."))
    _move(made, _STATES.DISCARDED)
    record(actor, "layer.discard", urn=made.layer.urn, name=made.layer.name_zh, file=made.file_name)
    return made


def _own(actor: User, importing: LayerImport) -> LayerImport:
    made = LayerImport.everything.select_for_update().get(pk=importing.pk)
    require_officer_of(actor, made.layer.authority)
    return made


def _import_of(arguments: Mapping[str, Any]) -> LayerImport:
    return LayerImport.everything.select_related("layer").get(key=arguments["key"])


def _held(arguments: Mapping[str, Any]) -> LayerImport:
    return LayerImport.everything.select_for_update().get(key=arguments["key"])


def _move(made: LayerImport, state: str) -> None:
    made.state, made.changed_at = state, timezone.now()
    made.save(update_fields=["state", "changed_at", "found", "version"])


def _page_of(job: Job) -> str:
    """After reading the page that asks; after converting the version, or that page again."""
    if job.result.get("version"):
        return reverse("atlas-version", args=[job.result["version"]])
    return reverse("atlas-import", args=[job.arguments["key"]])


READING_WORK = Work(
    READ,
    Bilingual("读取图层文件", "Reading a file of layers"),
    _read,
    _keep_reading,
    _give_up_reading,
    _page_of,
)
CONVERTING_WORK = Work(
    CONVERT,
    Bilingual("导入图层", "Importing a layer"),
    _convert,
    _keep_version,
    _back_to_asking,
    _page_of,
)
