"""What atlas's part of the API takes and gives.

Texts are in both languages; degrees are WGS 84 / CGCS2000, areas square metres and lengths metres
on the ellipsoid; moments ISO 8601.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict, StringConstraints

from conurb.atlas import coordinates, downloading, schemas
from conurb.region.api_schemas import Counted, Part, Text

KINDS = tuple(schemas.SCHEMAS)
FORMATS = tuple(downloading.FORMATS)
SYSTEMS = tuple(coordinates.SYSTEMS)

Key = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{1,30}$")]
Kind = Literal[KINDS]  # type: ignore[valid-type]
Form = Literal["polygon", "line", "point"]
FileFormat = Literal[FORMATS]  # type: ignore[valid-type]
Words = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=100)]
Name = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=120)]
CityCode = Annotated[str, StringConstraints(pattern=r"^(\d{6}|region)$")]
JSON_EXTRA = ConfigDict(extra="forbid")


# ———————————————————————————— Layers and versions ————————————————————————————


class LayerQuery(Part):
    """Which layers."""

    q: Words | None = Field(None, description="words of name, note or authority")
    city: CityCode | None = Field(None, description="code of a city, or `region`")
    kind: Kind | None = None


class VersionBrief(Schema):
    """A version of a layer; immutable but for its state."""

    urn: str
    key: str
    number: int
    state: str = Field(description="draft, submitted, published or withdrawn")
    geometry: str = Field(description="polygon, line or point")
    feature_count: int
    created_at: datetime
    submitted_at: datetime | None
    published_at: datetime | None
    note: str


class LayerBrief(Schema):
    """What an authority maps, through all its versions."""

    urn: str
    key: str
    kind: str
    name: Text
    city: str | None = Field(description="null: of the whole region")
    authority: str = Field(description="key of the authority that keeps it")
    is_demo: bool = Field(description="invented for demonstration")
    newest: VersionBrief | None = Field(description="that you may see and that is not withdrawn")


class LayerIn(Schema):
    """A layer to open. What it is called and shows, in Chinese; in English where known."""

    model_config = JSON_EXTRA | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "land-use",
                    "name_zh": "北部片区控制性详细规划",
                    "name_en": "Detailed plan of the northern quarter",
                    "note_zh": "2026年批复稿",
                }
            ]
        }
    )
    kind: Kind
    name_zh: Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", min_length=1, max_length=200)]
    name_en: Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=300)] = ""
    note_zh: Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=2000)] = ""
    note_en: Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=2000)] = ""


class LayerPage(Counted):
    """Layers by city, kind and name."""

    layers: list[LayerBrief]


class LayerOut(LayerBrief):
    """A layer with the versions that you may see, the newest first."""

    note: Text
    versions: list[VersionBrief]


class ClassOut(Schema):
    """A class of a version."""

    code: str = Field(description="empty: features without a class")
    name: Text
    count: int
    area_m2: float
    length_m: float


class FieldOut(Schema):
    """A field of a version, and the field of the file it came from."""

    name: str
    source: str
    type: str


class FileOut(Schema):
    """A file in which a version can be had."""

    format: str
    media_type: str
    address: str = Field(description="without a system: WGS 84; see prepareLayerFile")


class Source(Schema):
    """Where a version came from."""

    file: str
    format: str
    sha256: str
    layer: str = Field(description="within the file")
    crs: str
    crs_known: str = Field(description="read from the file, or asked")


class VersionOut(VersionBrief):
    """A version with what is known of it, and where to have it."""

    layer: str = Field(description="key of the layer")
    kind: str
    sha256: str = Field(description="of its GeoParquet file")
    bbox: list[float] = Field(description="west, south, east, north")
    fields: list[FieldOut]
    classes: list[ClassOut]
    counts: dict[str, int] = Field(
        description="read = kept + dropped; repaired and problems count features"
    )
    source: Source
    systems: list[str] = Field(description="in which files and features are given out")
    page: str = Field(description="for people")
    tiles: str = Field(description="template with {z}, {x}, {y}")
    features: str = Field(description="OGC API – Features, items")
    files: list[FileOut]


class RowQuery(Part):
    """Which rows of a list."""

    kind: Words | None = Field(None, description="code of the repair or problem")
    feature: int | None = Field(None, ge=1, le=2**53, description="number within the file")


class RepairRow(Schema):
    """What was done to a feature; sizes are m² of areas, m of lines."""

    feature: int
    repair: str
    reason: Text
    left_out: bool
    before: float
    after: float


class RepairPage(Counted):
    """Repairs in the order of features; `kinds` counts all of the version by code."""

    kinds: dict[str, int]
    repairs: list[RepairRow]


class ProblemRow(Schema):
    """A feature against its schema."""

    feature: int
    column: str
    value: str | None
    problem: str
    reason: Text


class ProblemPage(Counted):
    """Problems in the order of features; `kinds` counts all of the version by code."""

    kinds: dict[str, int]
    problems: list[ProblemRow]


# ———————————————————————————— Comparing ————————————————————————————


class Compared(Schema):
    """With which version, and how features are known."""

    before: Key | None = Field(None, description="key of a version; else the one before")
    by: Name = Field("", description="property that tells features apart in both versions")


class ComparisonQuery(Compared, Part):
    """Which comparison, and which part of its changes."""

    level: int = Field(1, ge=1, le=2, description="of the classes of land use")


class ClassChange(Schema):
    """A class before and after."""

    code: str
    count_before: int
    count_after: int
    hectares_before: float
    hectares_after: float
    km_before: float
    km_after: float


class ChangeRow(Schema):
    """A feature that was added, removed, changed, or moved (changed in shape)."""

    change: str
    before: int | None = Field(description="number of the feature before")
    after: int | None
    class_before: str | None
    class_after: str | None
    area_m2: float
    length_m: float
    what: str = Field(description="what differs, comma-separated")


class ComparisonOut(Counted):
    """What differs between two versions; changes begin with the largest."""

    before: str
    after: str
    matched_by: str = Field(description="property, or empty: by shape")
    unchanged: int
    counts: dict[str, int]
    classes: list[ClassChange]
    matrix_codes: list[str] = Field(description="`-`: not covered")
    matrix_hectares: list[list[float]] = Field(description="from (row) to (column)")
    changes: list[ChangeRow]


class JobOut(Schema):
    """Work that takes longer than a request."""

    key: str
    kind: str
    state: str = Field(description="waiting, running, done, failed or cancelled")
    percent: int | None
    step: Text
    problem: Text
    asked_at: datetime
    ended_at: datetime | None


class Prepared(Schema):
    """Whether it is there; else the job that makes it, to be asked for with getJob."""

    ready: bool
    address: str
    job: JobOut | None


class FileIn(Schema):
    """Which file: a format, and a system of the version's `systems`."""

    model_config = JSON_EXTRA | ConfigDict(
        json_schema_extra={"examples": [{"format": "gpkg", "crs": "EPSG:4547"}]}
    )
    format: FileFormat
    crs: Words = "OGC:CRS84"


# ———————————————————————————— Findings ————————————————————————————


class FindingQuery(Part):
    """Which findings; without a state, those that stand."""

    rule: Words | None = None
    state: Words | None = None
    severity: Words | None = None
    city: Annotated[str, StringConstraints(pattern=r"^\d{6}$")] | None = None
    bbox: Words | None = Field(None, description="west,south,east,north")


class FindingCollection(Schema):
    """Findings as GeoJSON (RFC 7946), the gravest first; `run` is the pass that found them."""

    type: Literal["FeatureCollection"]
    run: str | None = Field(description="key; null where no pass has ended")
    ended_at: datetime | None
    numberMatched: int  # noqa: N815 - as OGC API – Features has it
    numberReturned: int  # noqa: N815
    features: list[dict[str, Any]]


class PassOut(Schema):
    """One pass of the rules over maps. `counts` is empty until it has ended."""

    urn: str
    key: str
    version: str | None = Field(description="key; null where it is about all maps that stand")
    compared: list[str] = Field(description="keys of the versions that had part")
    state: str = Field(description="waiting, done, failed or cancelled")
    asked_at: datetime
    ended_at: datetime | None
    counts: dict[str, Any]
    job: JobOut | None = Field(description="for whoever asked for it, and their authority")


# ———————————————————————————— Importing ————————————————————————————


class SystemOut(Schema):
    """A coordinate system that can be chosen for a file."""

    key: str = Field(examples=["EPSG:4526"])
    name: Text


class ColumnOut(Schema):
    """A column of a schema."""

    name: str
    label: Text
    required: bool


class CodeOut(Schema):
    """A class of a schema."""

    code: str
    name: Text


class LayerSchema(Schema):
    """What a kind of layer must say of its features."""

    kind: str
    forms: list[str]
    columns: list[ColumnOut]
    codes: list[CodeOut] = Field(description="empty: any")


class ImportQuery(Part):
    """Which files."""

    layer: Key | None = None
    state: Literal["reading", "asked", "converting", "stored", "discarded"] | None = None


class FoundField(Schema):
    """A field of a file."""

    name: str
    source: str
    kind: str


class FoundSystem(Schema):
    """What a file says of its coordinate system, and what its coordinates say."""

    stated: bool
    key: str
    name: str
    guesses: list[dict[str, Any]] = Field(description="key, swapped, share of points that fit")
    problem: Text | None


class FoundLayer(Schema):
    """A layer of a file that was read; `guessed` and `codes` are used where confirmImport says
    nothing else.
    """

    place: int = Field(description="`layer` of confirmImport")
    name: str
    count: int
    missing: int = Field(description="features without geometry")
    forms: dict[str, int]
    form: str = Field(description="likely")
    encoding: str
    fields: list[FoundField]
    guessed: dict[str, str] = Field(description="column of the schema: field")
    crs: FoundSystem
    values: dict[str, dict[str, int]] = Field(description="of fields with few: value: how often")


class ImportBrief(Schema):
    """A file on its way to a version."""

    urn: str
    key: str
    layer: str
    state: str = Field(
        description="reading, asked (to be confirmed), converting, stored or discarded"
    )
    file_name: str
    file_size: int = Field(description="bytes")
    created_at: datetime
    changed_at: datetime
    version: str | None = Field(description="key, once it is stored")


class ImportPage(Counted):
    """Files, the newest first."""

    imports: list[ImportBrief]


class ImportOut(ImportBrief):
    """A file with its job and, once it is read, what it holds."""

    job: JobOut | None
    layers: list[FoundLayer]


class ConfirmIn(Schema):
    """What a file holds. What is left out is taken as the file says or as it was guessed; the
    system only where the file states one that fits.
    """

    model_config = JSON_EXTRA | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "layer": 0,
                    "crs": "gcj02",
                    "form": "polygon",
                    "fields": {"code": "YDDM", "name": "MC"},
                    "codes": {"R2": "0701"},
                    "note": "初稿",
                }
            ]
        }
    )
    layer: int | None = Field(None, ge=0, le=1000, description="its place in the file")
    crs: Words | None = Field(None, description="key of listCoordinateSystems, or `file`")
    form: Form | None = None
    fields: dict[Name, Name] | None = Field(
        None, description="column of the schema: field; empty for none"
    )
    codes: dict[Name, Words] = Field(
        default_factory=dict, description="value of the file: class of the schema"
    )
    swapped: bool = Field(False, description="the two coordinates changed places")
    note: Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=500)] = ""
