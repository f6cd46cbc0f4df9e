"""What a layer of each kind must say of its features, and what is wrong with one that does not.

A schema names the columns of a version: `code`, the class of a feature in the vocabulary of its
kind, `name`, and what else the kind asks for. A file's own fields are mapped to them; its other
fields stay as they are. A feature against the schema is kept and listed, row by row.

Sources: land_use.py; parts of the green heart: 湖南省长株潭生态绿心保护条例 (since September
2024), and those of the regulation before it, which maps still have; tiers: the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from conurb.atlas import land_use
from conurb.region.tables import Bilingual

CODE = "code"
UNNAMED = "field"
"""Name of a field that has none."""
LONGEST_NAME = 120
NAME = "name"

POLYGON, LINE, POINT = "polygon", "line", "point"

PROTECTED = {
    "green-heart-core": Bilingual("绿心核心保护区", "Green heart, core"),
    "green-heart-integrated": Bilingual(
        "绿心融合发展区", "Green heart, area of integrated development"
    ),
    "green-heart-prohibited": Bilingual("绿心禁止开发区", "Green heart, prohibited development"),
    "green-heart-restricted": Bilingual("绿心限制开发区", "Green heart, restricted development"),
    "green-heart-controlled": Bilingual("绿心控制建设区", "Green heart, controlled construction"),
    "ecological-redline": Bilingual("生态保护红线", "Ecological redline"),
    "permanent-farmland": Bilingual("永久基本农田", "Permanent basic farmland"),
}
LINES = {
    "expressway": Bilingual("高速公路", "Expressway"),
    "national-road": Bilingual("国道", "National road"),
    "provincial-road": Bilingual("省道", "Provincial road"),
    "urban-expressway": Bilingual("城市快速路", "Urban expressway"),
    "main-road": Bilingual("主干路", "Main road"),
    "secondary-road": Bilingual("次干路", "Secondary road"),
    "local-road": Bilingual("支路及县乡道", "Local road"),
    "high-speed-rail": Bilingual("高速铁路", "High-speed rail"),
    "intercity-rail": Bilingual("城际铁路", "Intercity rail"),
    "railway": Bilingual("普速铁路", "Conventional railway"),
    "metro": Bilingual("城市轨道交通", "Urban rail transit"),
    "river": Bilingual("河流", "River"),
    "greenway": Bilingual("绿道", "Greenway"),
}
CORRIDORS = {
    "road-corridor": Bilingual("干道控制廊道", "Control corridor of a trunk road"),
    "rail-corridor": Bilingual("轨道控制廊道", "Control corridor of a rail line"),
}
ZONES = {
    "core": Bilingual("核心区", "Core area"),
    "planning": Bilingual("规划区", "Planning area"),
    "extension": Bilingual("拓展区", "Extension area"),
    "pilot": Bilingual("试点片区", "Pilot area"),
}


@dataclass(frozen=True)
class Wanted:
    """A column of a schema. `often` are names under which files carry it, most telling first."""

    name: str
    label: Bilingual
    often: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True)
class Schema:
    """What a kind of layer holds: the forms of its features, their classes, their columns."""

    kind: str
    forms: tuple[str, ...]
    columns: tuple[Wanted, ...]
    codes: Mapping[str, Bilingual] = field(default_factory=dict)
    code_of: Callable[[str], str | None] = lambda _value: None

    @property
    def has_codes(self) -> bool:
        """Tell whether the classes of its features are a declared list."""
        return bool(self.codes)


def _reader(codes: Mapping[str, Bilingual]) -> Callable[[str], str | None]:
    meant = {code: code for code in codes}
    meant |= {name.zh: code for code, name in codes.items()}
    meant |= {name.en.lower(): code for code, name in codes.items()}
    return lambda value: meant.get(value.strip()) or meant.get(value.strip().lower())


_NAME = Wanted(
    NAME, Bilingual("名称", "Name"), ("name", "mc", "名称", "xmmc", "项目名称", "dkmc", "title")
)
_ALLOWED = Wanted(
    "allowed",
    Bilingual("允许用途", "Allowed uses"),
    ("allowed", "允许用途", "yxyt", "yxyd"),
)


def _code(zh: str, en: str, *often: str, required: bool = True) -> Wanted:
    return Wanted(CODE, Bilingual(zh, en), ("code", *often, "代码", "dm", "class"), required)


SCHEMAS = {
    schema.kind: schema
    for schema in (
        Schema(
            "land-use",
            (POLYGON,),
            (
                _code(
                    "用地用海分类代码",
                    "Land-use code",
                    "ydyhfldm",
                    "ghydyhfldm",
                    "用地用海分类代码",
                    "ydyhdm",
                    "ghyddm",
                    "yddm",
                    "用地代码",
                    "dlbm",
                    "地类编码",
                    "ydxz",
                    "land_use",
                    "landuse",
                ),
                _NAME,
            ),
            land_use.CLASSES,
            land_use.code_of,
        ),
        Schema(
            "protected",
            (POLYGON,),
            (_code("管控类别", "Category", "类别", "管控类别", "lb", "gklb", "category"), _NAME),
            PROTECTED,
            _reader(PROTECTED),
        ),
        Schema(
            "lines",
            (LINE,),
            (_code("类别", "Class", "等级", "类别", "dldj", "lb", "category", "highway"), _NAME),
            LINES,
            _reader(LINES),
        ),
        Schema(
            "corridors",
            (POLYGON,),
            (_code("廊道类别", "Class", "类别", "lb", "category"), _NAME, _ALLOWED),
            CORRIDORS,
            _reader(CORRIDORS),
        ),
        Schema(
            "zones",
            (POLYGON,),
            (_code("层级", "Tier", "层级", "圈层", "类别", "tier", "lb"), _NAME),
            ZONES,
            _reader(ZONES),
        ),
        Schema(
            "other",
            (POLYGON, LINE, POINT),
            (_code("类别", "Class", "类别", "lb", required=False), _NAME),
        ),
    )
}

PROBLEMS = {
    "code-missing": Bilingual("未填写{label}。", "{label} is not filled in."),
    "code-unknown": Bilingual(
        "“{value}”不是{label}，请对照改正或在导入时指定对应关系。",
        "“{value}” is no value of {label}. Correct it, or map it when importing.",
    ),
    "allowed-unknown": Bilingual(
        "允许用途“{value}”中含有分类指南以外的代码。",
        "The allowed uses “{value}” name a code that is not in the national classification.",
    ),
    "outside": Bilingual(
        "图形位于区域范围以外，请检查坐标。",
        "It lies outside the region. Check its coordinates.",
    ),
}
"""Reason of a problem by its code, with {label} and {value} to be filled in."""


def guess_fields(schema: Schema, fields: Sequence[str]) -> dict[str, str]:
    """Return which field of a file is likely meant for each column; those found, no field twice."""
    left = {name.lower(): name for name in reversed(fields)}
    found = {}
    for column in schema.columns:
        for often in column.often:
            if often in left:
                found[column.name] = left.pop(often)
                break
    return found


def guess_codes(
    schema: Schema, values: Iterable[str], before: Mapping[str, str]
) -> dict[str, str | None]:
    """Return which class each value of a file likely means; None where nobody can know.

    `before` is how the city's values were read the last time; it counts first.
    """
    return {value: before.get(value) or schema.code_of(value) for value in values}


@dataclass(frozen=True)
class Checked:
    """Features in the columns of their schema, and the problems: fid, column, value, problem."""

    frame: pd.DataFrame
    problems: pd.DataFrame


def problems_table(rows: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return problems as one table, in the order of features."""
    columns = {"fid": "int64", "column": "object", "value": "object", "problem": "object"}
    filled = [row for row in rows if len(row)]
    if not filled:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
    found = pd.concat(filled, ignore_index=True)[list(columns)]
    return found.sort_values(["fid", "column"], kind="stable", ignore_index=True)


def apply(
    schema: Schema, frame: pd.DataFrame, fields: Mapping[str, str], codes: Mapping[str, str]
) -> Checked:
    """Bring features into the columns of a schema and note what is wrong with them.

    `frame` has a column `fid`; `fields` maps columns of the schema to fields of the file, `codes`
    values of the file to classes. A class that cannot be read is None and is a problem; the file's
    value stays in `source_code`.
    """
    columns: dict[str, object] = {"fid": frame["fid"].to_numpy()}
    problems: list[pd.DataFrame] = []
    for column in schema.columns:
        source = fields.get(column.name)
        texts = as_text(frame[source]) if source else pd.Series([None] * len(frame), dtype=object)
        if column.name == CODE:
            read, found = _codes(schema, column, frame["fid"], texts, codes)
            columns[CODE] = read
            columns["source_code"] = texts.to_numpy()
            problems.extend(found)
        else:
            columns[column.name] = texts.to_numpy()
            if column.name == "allowed":
                problems.append(_allowed(frame["fid"], texts))
    taken = set(fields.values())
    for name in frame.columns:
        if name not in {"fid", "geometry"} and name not in taken:
            columns[free_name(name, columns)] = frame[name].to_numpy()
    return Checked(pd.DataFrame(columns), problems_table(problems))


def free_name(name: str, taken: Iterable[str]) -> str:
    """Return a name for a column beside those taken, whatever their case."""
    known = {other.lower() for other in taken} | {"geometry", "bbox", "fid"}
    # a column must have a name that can be seen, and written into other files
    name = name.strip()[:LONGEST_NAME] or UNNAMED
    if name.lower() not in known:
        return name
    number = 2
    while f"{name}_{number}".lower() in known:
        number += 1
    return f"{name}_{number}"


def as_text(values: pd.Series) -> pd.Series:
    """Return values as texts without blanks at their ends; None for missing and empty ones."""
    if pd.api.types.is_float_dtype(values):
        # a code that was kept as a number: 701.0 is 701
        whole = values.dropna()
        if len(whole) and (whole == np.floor(whole)).all() and (whole.abs() < 1e15).all():
            values = values.astype("Int64")
    texts = values.astype("string").str.strip()
    missing = (texts.isna() | (texts == "")).to_numpy(dtype=bool)
    plain = texts.to_numpy(dtype=object, na_value=None)
    plain[missing] = None
    return pd.Series(plain, dtype=object)


def _codes(
    schema: Schema,
    column: Wanted,
    fids: pd.Series,
    texts: pd.Series,
    codes: Mapping[str, str],
) -> tuple[np.ndarray, list[pd.DataFrame]]:
    if not schema.has_codes:
        return texts.to_numpy(), []
    meant = {value: codes.get(value) or schema.code_of(value) for value in texts.dropna().unique()}
    read = pd.Series([meant.get(value) for value in texts], dtype=object)
    empty, unknown = texts.isna(), texts.notna() & read.isna()
    found = []
    if column.required:
        found.append(_problem(fids, empty, column.name, texts, "code-missing"))
    found.append(_problem(fids, unknown, column.name, texts, "code-unknown"))
    return read.to_numpy(), found


def _allowed(fids: pd.Series, texts: pd.Series) -> pd.DataFrame:
    """Allowed uses are codes of the classification, separated by blanks or commas."""
    sound = {
        value: all(land_use.code_of(part) for part in split_allowed(value))
        for value in texts.dropna().unique()
    }
    wrong = texts.map(sound, na_action="ignore").astype(object).eq(False)
    return _problem(fids, wrong, "allowed", texts, "allowed-unknown")


def split_allowed(value: str) -> list[str]:
    """Return the codes of a list of allowed uses."""
    for mark in ",，、;；|/":
        value = value.replace(mark, " ")
    return value.split()


def _problem(
    fids: pd.Series, where: pd.Series, column: str, values: pd.Series, problem: str
) -> pd.DataFrame:
    rows = np.flatnonzero(where.to_numpy(dtype=bool))
    return pd.DataFrame(
        {
            "fid": fids.to_numpy()[rows],
            "column": column,
            "value": values.to_numpy()[rows],
            "problem": problem,
        }
    )
