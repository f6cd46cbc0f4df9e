"""Files in which layers come: GeoPackage, Shapefile (zip), GeoJSON, GeoParquet.

What a file is, is told by its first bytes, never by its name. A file is opened once to see what
layers it has and is then read batch by batch, so that 1,000,000 features are read with progress and
nothing is opened that could unpack to something huge. Geometries stay WKB until they are repaired:
what other readers refuse (a ring that is not closed) can then be listed.

Sources: OGC 12-128r19 (GeoPackage), ESRI Shapefile Technical Description (1998) with .cpg and the
language byte of dBASE, RFC 7946 (GeoJSON), GeoParquet 1.1.0.
"""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from conurb.atlas import dbase
from conurb.atlas.plain_tables import plain_table
from conurb.atlas.schemas import free_name
from conurb.atlas.wkb_depth import is_too_deep

MB = 1024 * 1024
MAX_SIZE = 512 * MB
MAX_UNPACKED = 2048 * MB
MAX_RATIO = 200
MAX_PARTS = 2_000
MAX_FEATURES = 1_000_000
MAX_FIELDS = 300
MAX_LAYERS = 50
BATCH = 50_000

GPKG, SHAPEFILE, GEOJSON, GEOPARQUET = "gpkg", "shapefile", "geojson", "geoparquet"
NAMES = {
    GPKG: "GeoPackage",
    SHAPEFILE: "Shapefile",
    GEOJSON: "GeoJSON",
    GEOPARQUET: "GeoParquet",
}
ACCEPTED = ".gpkg, .zip (Shapefile), .geojson, .parquet"

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NEEDED = (".shp", ".shx", ".dbf")
_ENCODINGS = ("utf-8", "gb18030")
_OTHERS = (".gpkg", ".geojson", ".json", ".parquet", ".zip")
_BYTE_BY_BYTE = "ISO-8859-1"
"""Texts of Shapefiles are read as their bytes and decoded here, whatever GDAL takes them for."""


class LayerFileError(ValueError):
    """A file cannot be taken. `code` names the rule; the texts say what to do instead."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code = code
        self.message_zh = zh
        self.message_en = en


@dataclass(frozen=True)
class SourceField:
    """A field of a file: its name as people see it, its kind of value."""

    name: str
    kind: str


@dataclass(frozen=True)
class SourceLayer:
    """A layer in a file, before it is read.

    `definition` is what the file says of its coordinate system, "" where it says nothing;
    `encoding` is of its texts, and `encoding_known` tells how: by "cpg", "dbf", "format", "guess".
    """

    name: str
    format: str
    path: Path
    count: int
    fields: tuple[SourceField, ...]
    definition: str
    encoding: str = "utf-8"
    encoding_known: str = "format"


@dataclass(frozen=True)
class Batch:
    """Features as they stand in the file: attributes, and WKB (None where there is none)."""

    attributes: pd.DataFrame
    wkb: npt.NDArray[np.object_]


def check_size(size: int) -> None:
    """Refuse a file that is empty or too large, by its size in bytes."""
    if size == 0:
        raise LayerFileError(
            "empty",
            "文件是空的，请检查后重新选择。",
            "The file is empty. Check it and choose it again.",
        )
    if size > MAX_SIZE:
        raise too_large(size)


def too_large(size: int) -> LayerFileError:
    """Return the refusal of a file of so many bytes."""
    return LayerFileError(
        "too-large",
        f"文件为 {size / MB:,.0f} MB，超过上限 {MAX_SIZE // MB} MB。"
        "请删去无关字段，转换为 GeoPackage 或 GeoParquet，或按区县拆分后分次提交。",
        f"The file has {size / MB:,.0f} MB; at most {MAX_SIZE // MB} MB are taken. Leave out "
        "fields nobody needs, convert it to GeoPackage or GeoParquet, or split it by county.",
    )


def format_of(path: Path) -> str:
    """Return the format of a file by its first bytes. Raises LayerFileError for others."""
    with path.open("rb") as opened:
        head = opened.read(100)
        if head.startswith(b"SQLite format 3\x00"):
            return GPKG
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return SHAPEFILE
        if head.startswith(b"PAR1"):
            return GEOPARQUET
        text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if text.startswith(b"{") and _says_features(opened, head):
            return GEOJSON
    raise LayerFileError(
        "format",
        f"无法识别文件格式，请转换为以下格式之一后提交：{ACCEPTED}。"
        "Shapefile 请将 .shp、.shx、.dbf、.prj 等一并压缩为 zip。",
        f"The format of the file is not known. Convert it to one of: {ACCEPTED}. "
        "Of a Shapefile, zip .shp, .shx, .dbf and .prj together.",
    )


def open_layers(path: Path, work: Path) -> tuple[SourceLayer, ...]:
    """Return the layers of a file that have geometries.

    `work` is an empty folder into which a zip is unpacked; it must stay while the layers are read.
    Raises LayerFileError where the file cannot be taken.
    """
    check_size(path.stat().st_size)
    kind = format_of(path)
    found = _OPENERS[kind](path, work)
    if not found:
        raise LayerFileError(
            "no-layer",
            "文件中没有带图形的图层，请检查导出设置。",
            "No layer of the file has geometries. Check how it was exported.",
        )
    for layer in found:
        _check_layer(layer)
    return tuple(found)


def read(layer: SourceLayer, size: int = BATCH) -> Iterator[Batch]:
    """Yield the features of a layer in the order of the file, `size` at a time."""
    batches = _read_parquet(layer, size) if layer.format == GEOPARQUET else _read_gdal(layer, size)
    names = column_names(layer.fields)
    for table, geometry in batches:
        attributes = plain_table(table).to_pandas()
        if layer.format == SHAPEFILE:
            attributes = _decoded(attributes, layer.encoding)
        attributes = attributes.apply(_plain)
        attributes.columns = names
        yield Batch(attributes, geometry)


def column_names(fields: Sequence[SourceField]) -> list[str]:
    """Return names of columns for fields: distinct whatever their case, none that we need."""
    names: list[str] = []
    for field in fields:
        names.append(free_name(field.name, names))
    return names


# ———————————————————————————— Opening ————————————————————————————


def _says_features(opened: BinaryIO, head: bytes) -> bool:
    start = head + opened.read(64 * 1024)
    return (
        bool(
            re.search(
                rb'"type"\s*:\s*"(?:Feature|FeatureCollection|GeometryCollection|(?:Multi)?(?:Point|LineString|Polygon))"',
                start,
            )
        )
        or b'"features"' in start
    )


def _check_layer(layer: SourceLayer) -> None:
    if layer.count > MAX_FEATURES:
        raise LayerFileError(
            "too-many",
            f"图层“{layer.name}”有 {layer.count:,} 个图形，超过上限 {MAX_FEATURES:,} 个，"
            "请拆分后提交。",
            f"The layer “{layer.name}” has {layer.count:,} features; at most {MAX_FEATURES:,} are "
            "taken. Split it.",
        )
    if len(layer.fields) > MAX_FIELDS:
        raise LayerFileError(
            "too-many-fields",
            f"图层“{layer.name}”有 {len(layer.fields)} 个字段，超过上限 {MAX_FIELDS} 个，"
            "请删去无关字段。",
            f"The layer “{layer.name}” has {len(layer.fields)} fields; at most {MAX_FIELDS} are "
            "taken. Leave out those nobody needs.",
        )


def _broken(name: str, place: str = "") -> LayerFileError:
    return LayerFileError(
        "broken",
        f"{name} 文件已损坏或不完整，请重新导出后提交。"
        + (f"出错位置（GDAL 报告）：{place}。" if place else ""),
        f"The {name} file is broken or incomplete. Export it again."
        + (f" Where it breaks, as GDAL says: {place}." if place else ""),
    )


def _named(path: Path, work: Path, suffix: str) -> Path:
    """The file under a name that GDAL expects; what is kept by its hash has none."""
    link = work / f"source{suffix}"
    link.symlink_to(path.resolve())
    return link


def _open_gpkg(path: Path, work: Path) -> list[SourceLayer]:
    path = _named(path, work, ".gpkg")
    try:
        names = pyogrio.list_layers(path)
        if len(names) > MAX_LAYERS:
            raise _too_many_layers(len(names))
        return [
            _gdal_layer(path, str(name), GPKG, str(name))
            for name, kind in names
            if kind is not None
        ]
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as fault:
        if _holds_no_features(path):
            return []
        raise _broken("GeoPackage") from fault


def _holds_no_features(path: Path) -> bool:
    """Tell whether a GeoPackage is whole and holds pictures or plain tables alone."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as opened:
            kinds = opened.execute("SELECT DISTINCT data_type FROM gpkg_contents").fetchall()
    except sqlite3.Error:
        return False
    return ("features",) not in kinds


def _open_geojson(path: Path, work: Path) -> list[SourceLayer]:
    path, encoding = _in_utf8(path, work)
    known = "format" if encoding == "utf-8" else "guess"
    try:
        names = pyogrio.list_layers(path)
        return [
            _gdal_layer(path, str(name), GEOJSON, "GeoJSON", encoding, known)
            for name, _kind in names
        ]
    except (DataSourceError, DataLayerError, UnicodeDecodeError) as fault:
        found = re.search(r"At line \d+, character \d+: .*", str(fault))
        raise _broken("GeoJSON", found.group(0)[:200].rstrip(".") if found else "") from fault


def _in_utf8(path: Path, work: Path) -> tuple[Path, str]:
    """Return a GeoJSON file in UTF-8, as RFC 8259 wants it, and the encoding that it had."""
    if _is_in(path, "utf-8"):
        return _named(path, work, ".geojson"), "utf-8"
    if not _is_in(path, "gb18030"):
        raise LayerFileError(
            "encoding",
            "GeoJSON 文件既不是 UTF-8 编码，也不是 GBK 编码，请以 UTF-8 编码重新导出。",
            "The GeoJSON is neither in UTF-8 nor in GBK. Export it in UTF-8.",
        )
    target = work / "source.geojson"
    with path.open(encoding="gb18030") as given, target.open("w", encoding="utf-8") as out:
        while text := given.read(MB):
            out.write(text)
    return target, "gb18030"


def _is_in(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding) as opened:
            while opened.read(4 * MB):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _too_many_layers(count: int) -> LayerFileError:
    return LayerFileError(
        "too-many-layers",
        f"文件含有 {count} 个图层，超过上限 {MAX_LAYERS} 个，请只保留需要的图层。",
        f"The file has {count} layers; at most {MAX_LAYERS} are taken. Keep those you need.",
    )


def _gdal_layer(
    path: Path, layer: str, kind: str, name: str, encoding: str = "", known: str = "format"
) -> SourceLayer:
    info = pyogrio.read_info(path, layer=layer, force_feature_count=True, **_options(kind))
    names = [str(name) for name in info["fields"]]
    if kind == SHAPEFILE:
        names = [_decode(name, encoding) for name in names]
    fields = tuple(
        SourceField(_readable(field), _kind(str(dtype)))
        for field, dtype in zip(names, info["dtypes"], strict=True)
    )
    return SourceLayer(
        name,
        kind,
        path,
        int(info["features"]),
        fields,
        info["crs"] or "",
        encoding or "utf-8",
        known,
    )


def _options(kind: str) -> dict[str, str]:
    """How GDAL is to read a format, so that nothing it knows better is changed on the way."""
    if kind == SHAPEFILE:
        return {"encoding": _BYTE_BY_BYTE}
    # else 2024-02-30 becomes the first of March, and zones of time are lost where they differ
    return {"DATE_AS_STRING": "YES"} if kind == GEOJSON else {}


def _readable(name: str) -> str:
    """A name without characters that nobody sees and databases do not keep."""
    return "".join(char for char in name if char.isprintable())


def _kind(dtype: str) -> str:
    for start, kind in (
        ("int", "integer"),
        ("float", "number"),
        ("bool", "boolean"),
        ("datetime", "date"),
    ):
        if dtype.startswith(start):
            return kind
    return "text"


def _open_parquet(path: Path, _work: Path) -> list[SourceLayer]:
    try:
        footer = pq.read_metadata(path)
        schema = pq.read_schema(path)
        geometry, column = _geometry_column(footer)
    except KeyError as fault:
        raise LayerFileError(
            "not-geoparquet",
            "该 Parquet 文件没有 GeoParquet 的图形说明，请用支持 GeoParquet 的软件导出。",
            "The Parquet file does not say where its geometries are. Export it as GeoParquet.",
        ) from fault
    except (pa.ArrowException, ValueError, TypeError, OSError) as fault:
        raise _broken("GeoParquet") from fault
    unpacked = sum(footer.row_group(i).total_byte_size for i in range(footer.num_row_groups))
    if unpacked > MAX_UNPACKED:
        raise _bomb()
    _check_geometry_column(schema, geometry, column)
    names = _attribute_columns(schema, geometry, column)
    fields = tuple(
        SourceField(_readable(name), _arrow_kind(schema.field(name).type)) for name in names
    )
    crs = column.get("crs", "OGC:CRS84")
    definition = "" if crs is None else crs if isinstance(crs, str) else json.dumps(crs)
    return [SourceLayer("GeoParquet", GEOPARQUET, path, footer.num_rows, fields, definition)]


def _geometry_column(footer: pq.FileMetaData) -> tuple[str, dict[str, Any]]:
    """Return the name of the column of geometries and what the file says of it."""
    geo = json.loads((footer.metadata or {})[b"geo"])
    name = geo["primary_column"]
    column = geo["columns"][name]
    if not isinstance(name, str) or not isinstance(column, dict):
        raise TypeError("the metadata “geo” is not as GeoParquet has it")
    return name, column


def _check_geometry_column(schema: pa.Schema, geometry: str, column: dict[str, Any]) -> None:
    if column.get("encoding") != "WKB":
        raise LayerFileError(
            "encoding",
            f"图形编码“{column.get('encoding')}”不受支持，请以 WKB 编码导出 GeoParquet。",
            f"Geometries encoded as “{column.get('encoding')}” are not taken. "
            "Export the GeoParquet with WKB.",
        )
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if twice:
        raise LayerFileError(
            "fields-twice",
            f"文件中有同名字段（{'、'.join(twice)}），请改名后重新导出。",
            f"Fields of the file have the same name ({', '.join(twice)}). Rename them.",
        )
    place = schema.get_field_index(geometry)
    kind = schema.field(place).type if place >= 0 else None
    if kind is None or not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        raise LayerFileError(
            "geometry-column",
            f"文件声明的图形字段“{geometry}”不存在，或不是 WKB 二进制字段，请重新导出。",
            f"The field of geometries that the file names (“{geometry}”) is not there, or does not "
            "hold WKB. Export it again.",
        )


def _attribute_columns(schema: pa.Schema, geometry: str, column: dict[str, Any]) -> list[str]:
    """The columns of attributes: all but the geometries and the boxes that speed them up."""
    try:
        covering = column["covering"]["bbox"]["xmin"][0]
    except (KeyError, TypeError, IndexError):
        covering = ""
    return [name for name in schema.names if name not in {geometry, covering}]


def _arrow_kind(kind: pa.DataType) -> str:
    for test, name in (
        (pa.types.is_integer, "integer"),
        (pa.types.is_floating, "number"),
        (pa.types.is_decimal, "number"),
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_temporal, "date"),
    ):
        if test(kind):
            return name
    return "text"


# ———————————————————————————— Zipped Shapefiles ————————————————————————————


def _open_shapefiles(path: Path, work: Path) -> list[SourceLayer]:
    found = []
    for number, (name, parts) in enumerate(_unpacked(path, work).items()):
        lacking = [part for part in _NEEDED if part not in parts]
        if lacking:
            raise LayerFileError(
                "parts-missing",
                f"Shapefile“{name}”缺少 {'、'.join(lacking)} 文件，"
                "请将 .shp、.shx、.dbf、.prj 等同名文件一并压缩后提交。",
                f"The Shapefile “{name}” lacks {', '.join(lacking)}. Zip all its files together: "
                ".shp, .shx, .dbf and .prj.",
            )
        encoding, known = _check_parts(name, parts)
        try:
            layer = _gdal_layer(parts[".shp"], f"layer-{number}", SHAPEFILE, name, encoding, known)
        except (DataSourceError, DataLayerError) as fault:
            raise _broken(f"Shapefile“{name}”") from fault
        found.append(layer)
    return found


def _unpacked(path: Path, work: Path) -> dict[str, dict[str, Path]]:
    """Unpack the parts of Shapefiles under names of our own: {name: {".shp": path}}."""
    try:
        with zipfile.ZipFile(path) as package:
            wanted = _members(package, path.stat().st_size)
            found: dict[str, dict[str, Path]] = {}
            left = MAX_UNPACKED
            for number, (name, members) in enumerate(wanted.items()):
                parts = {}
                for part, member in members.items():
                    target = work / f"layer-{number}{part}"
                    left -= _unpack(package, member, target, left)
                    parts[part] = target
                # GDAL would decode texts by it; they are decoded here
                if ".cpg" in parts:
                    parts[".cpg"] = parts[".cpg"].rename(work / f"layer-{number}.codepage")
                found[name] = parts
            return found
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as fault:
        raise _broken("zip") from fault


def _check_parts(name: str, parts: dict[str, Path]) -> tuple[str, str]:
    """Refuse a Shapefile of which GDAL would leave something out without a word.

    Returns the encoding of its texts, and how it is known.
    """
    table = dbase.read_table(parts[".dbf"])
    with parts[".shp"].open("rb") as opened:
        head = opened.read(28)
    stated = int.from_bytes(head[24:28], "big") * 2
    if table is None or not table.is_whole or parts[".shp"].stat().st_size < stated:
        raise _broken(f"Shapefile“{name}”")
    shapes = (parts[".shx"].stat().st_size - 100) // 8
    if shapes >= 0 and shapes != table.rows:
        raise LayerFileError(
            "parts-differ",
            f"Shapefile“{name}”的 .shx 有 {shapes:,} 个图形，而 .dbf 有 {table.rows:,} 行属性，"
            "两者不属于同一图层，请重新导出后一并压缩。",
            f"The Shapefile “{name}” has {shapes:,} shapes in .shx, but {table.rows:,} rows in "
            ".dbf: they do not belong together. Export it again and zip all its files.",
        )
    said = parts[".cpg"].read_bytes() if ".cpg" in parts else b""
    return dbase.encoding_of(table, dbase.stated_encoding(said))


def _members(package: zipfile.ZipFile, size: int) -> dict[str, dict[str, zipfile.ZipInfo]]:
    entries = package.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_PARTS or unpacked > MAX_UNPACKED:
        raise _bomb()
    if unpacked > 50 * MB and unpacked > MAX_RATIO * size:
        raise _bomb()
    found: dict[str, _Parts] = {}
    for entry in entries:
        name = PurePosixPath(_entry_name(entry).replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts or ":" in "".join(name.parts[:1]):
            raise LayerFileError(
                "path",
                f"压缩包内的文件名“{name}”包含越界路径，请重新压缩。",
                f"The zip names a file outside itself (“{name}”). Pack it anew.",
            )
        if entry.is_dir() or "__MACOSX" in name.parts or name.suffix.lower() not in _PARTS:
            continue
        if entry.flag_bits & 1:
            raise LayerFileError(
                "encrypted",
                "压缩包设有密码，请去除密码后提交。",
                "The zip is encrypted. Pack it without a password.",
            )
        # X.DBF beside x.shp is one Shapefile, as Windows sees it
        parts = found.setdefault(
            str(name.with_suffix("")).lower(), _Parts(str(name.with_suffix("")), {})
        ).entries
        if name.suffix.lower() in parts:
            raise LayerFileError(
                "twice",
                f"压缩包内有两个同名文件“{name}”，无法判断以哪个为准，请重新压缩。",
                f"The zip holds the file “{name}” twice. Pack it anew with the one that counts.",
            )
        parts[name.suffix.lower()] = entry
    shapefiles = {one.name: one.entries for one in found.values() if one.is_meant}
    if not shapefiles:
        raise _no_shapefile(entries)
    if len(shapefiles) > MAX_LAYERS:
        raise _too_many_layers(len(shapefiles))
    return shapefiles


@dataclass(frozen=True)
class _Parts:
    """The files of one name in a zip, by their endings."""

    name: str
    entries: dict[str, zipfile.ZipInfo]

    @property
    def is_meant(self) -> bool:
        """Tell whether somebody meant them as a Shapefile: a table by itself is none."""
        return ".shp" in self.entries or ".shx" in self.entries


def _no_shapefile(entries: Sequence[zipfile.ZipInfo]) -> LayerFileError:
    """Return the refusal of a zip without a Shapefile; it names what should be handed in alone."""
    other = next((e for e in map(_entry_name, entries) if e.lower().endswith(_OTHERS)), "")
    if other:
        return LayerFileError(
            "packed",
            f"压缩包内的“{other}”请先解压，再直接提交该文件；zip 只用于 Shapefile。",
            f"Unpack “{other}” and hand it in by itself; a zip is taken for Shapefiles only.",
        )
    return LayerFileError(
        "no-shapefile",
        "压缩包内没有 Shapefile（.shp），请将 .shp、.shx、.dbf、.prj 一并压缩后提交。",
        "The zip holds no Shapefile (.shp). Zip .shp, .shx, .dbf and .prj together.",
    )


def _entry_name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry; Chinese Windows writes GBK and does not say so."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _unpack(package: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Unpack one entry and return its true size; what an entry says of itself is not believed."""
    written = 0
    with package.open(member) as source, target.open("wb") as out:
        while block := source.read(MB):
            written += len(block)
            if written > left or written > member.file_size:
                raise _bomb()
            out.write(block)
    return written


def _bomb() -> LayerFileError:
    return LayerFileError(
        "bomb",
        f"文件解压后异常庞大（上限 {MAX_UNPACKED // MB} MB），不予接收，请重新生成。",
        f"The file would unpack to an abnormal size (at most {MAX_UNPACKED // MB} MB). "
        "Make it anew.",
    )


# ———————————————————————————— Reading ————————————————————————————


def _read_gdal(layer: SourceLayer, size: int) -> Iterator[tuple[pa.Table, npt.NDArray[np.object_]]]:
    # one Shapefile stands under each of the names given at unpacking
    if layer.format == SHAPEFILE:
        name: str | None = layer.path.stem
    else:
        name = None if layer.format == GEOJSON else layer.name
    try:
        with pyogrio.open_arrow(
            layer.path, layer=name, batch_size=size, use_pyarrow=True, **_options(layer.format)
        ) as (meta, reader):
            geometry = meta["geometry_name"] or "wkb_geometry"
            for batch in reader:
                table = pa.Table.from_batches([batch])
                yield table.drop_columns([geometry]), _binaries(table.column(geometry))
    except (
        DataSourceError,
        DataLayerError,
        pa.ArrowException,
        RuntimeError,
        UnicodeDecodeError,
    ) as fault:
        raise _broken(NAMES[layer.format]) from fault


def _read_parquet(
    layer: SourceLayer, size: int
) -> Iterator[tuple[pa.Table, npt.NDArray[np.object_]]]:
    try:
        opened = pq.ParquetFile(layer.path)
        geometry, column = _geometry_column(opened.metadata)
        names = _attribute_columns(opened.schema_arrow, geometry, column)
        for batch in opened.iter_batches(batch_size=size, columns=[*names, geometry]):
            table = pa.Table.from_batches([batch])
            yield table.select(names), _shallow(_binaries(table.column(geometry)))
    except (pa.ArrowException, OSError) as fault:
        raise _broken(NAMES[layer.format]) from fault


def _shallow(wkb: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Geometries, those that would end the process by their depth made unreadable."""
    for place, value in enumerate(wkb):
        if value is not None and is_too_deep(value):
            wkb[place] = value[:1]
    return wkb


def _binaries(column: pa.ChunkedArray) -> npt.NDArray[np.object_]:
    values = np.empty(len(column), dtype=object)
    values[:] = column.to_pylist()
    return values


def _decoded(attributes: pd.DataFrame, encoding: str) -> pd.DataFrame:
    """Texts that were read byte for byte, in the encoding they are really in."""
    for place, name in enumerate(attributes.columns):
        values = attributes.iloc[:, place]
        if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_datetime64_any_dtype(values):
            continue
        distinct = {
            value: _decode(value, encoding)
            for value in values.dropna().unique()
            if isinstance(value, str)
        }
        attributes[name] = values.map(
            lambda value, d=distinct: d.get(value, value), na_action="ignore"
        )
    return attributes


def _decode(text: str, encoding: str) -> str:
    """A text whose bytes were taken for Latin letters."""
    try:
        return dbase.decode(text.encode("latin-1"), encoding)
    except UnicodeEncodeError:
        return text


def _plain(values: pd.Series) -> pd.Series:
    """Values that a table can hold: lists and records as JSON, bytes as their length."""
    if values.dtype != object:
        return values
    odd = values.map(lambda value: isinstance(value, (list, dict, np.ndarray, bytes)))
    if not odd.any():
        return values
    return values.map(_as_text)


def _as_text(value: object) -> object:
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value


_OPENERS = {
    GPKG: _open_gpkg,
    SHAPEFILE: _open_shapefiles,
    GEOJSON: _open_geojson,
    GEOPARQUET: _open_parquet,
}
