"""What layers must say of their features: the national classification, a city's own codes."""

from __future__ import annotations

import pandas as pd
import pytest

from conurb.atlas import land_use
from conurb.atlas.schemas import SCHEMAS, apply, guess_codes, guess_fields


def plain(values: pd.Series) -> list:
    """The values of a column, None for missing ones."""
    return [None if pd.isna(value) else value for value in values]


def test_the_classification_is_whole():
    first = [code for code in land_use.CLASSES if len(code) == 2]
    assert first == [f"{number:02}" for number in range(1, 25)]
    second = [code for code in land_use.CLASSES if len(code) == 4]
    assert len(second) == 111
    assert all(code[:2] in land_use.CLASSES for code in second)
    assert all(name.zh and name.en for name in land_use.CLASSES.values())
    assert len(land_use.by_name()) == len(land_use.CLASSES)


@pytest.mark.parametrize(
    ("value", "code"),
    [("0701", "0701"), ("701", "0701"), ("701.0", "0701"), (" 070101 ", "0701"), ("7", "07"),
     ("城镇住宅用地", "0701"), ("1099", None), ("R2", None), ("", None)],
)  # fmt: skip
def test_codes_are_read_as_they_stand_in_files(value, code):
    assert land_use.code_of(value) == code


def test_fields_are_guessed_by_the_names_they_have_in_files():
    schema = SCHEMAS["land-use"]
    assert guess_fields(schema, ["OBJECTID", "YDYHFLDM", "MC"]) == {
        "code": "YDYHFLDM",
        "name": "MC",
    }
    assert guess_fields(schema, ["地类编码", "面积"]) == {"code": "地类编码"}


def test_what_a_city_answered_before_counts_first():
    guessed = guess_codes(SCHEMAS["land-use"], ["R2", "0701", "X"], {"R2": "0701"})
    assert guessed == {"R2": "0701", "0701": "0701", "X": None}


def test_rows_against_the_schema_are_kept_and_listed_with_their_reason():
    rows = pd.DataFrame(
        {
            "fid": [1, 2, 3, 4],
            "DM": ["R2", "Q9", None, "1001"],
            "MC": ["甲", " ", "丙", "丁"],
            "code": ["a", "b", "c", "d"],
        }
    )
    checked = apply(SCHEMAS["land-use"], rows, {"code": "DM", "name": "MC"}, {"R2": "0701"})
    assert plain(checked.frame["code"]) == ["0701", None, None, "1001"]
    assert plain(checked.frame["source_code"]) == ["R2", "Q9", None, "1001"]
    assert plain(checked.frame["name"]) == ["甲", None, "丙", "丁"]
    assert plain(checked.frame["code_2"]) == ["a", "b", "c", "d"]
    assert checked.problems["problem"].tolist() == ["code-unknown", "code-missing"]
    assert checked.problems["fid"].tolist() == [2, 3]
    assert plain(checked.problems["value"]) == ["Q9", None]


def test_codes_kept_as_numbers_are_read():
    rows = pd.DataFrame({"fid": [1, 2], "DM": [701.0, None]})
    checked = apply(SCHEMAS["land-use"], rows, {"code": "DM"}, {})
    assert plain(checked.frame["code"]) == ["0701", None]
    assert checked.problems["problem"].tolist() == ["code-missing"]


def test_allowed_uses_are_codes_of_the_classification():
    rows = pd.DataFrame({"fid": [1, 2], "c": ["干道控制廊道", "road-corridor"],
                         "a": ["1401、1402", "1401, 绿化"]})  # fmt: skip
    checked = apply(SCHEMAS["corridors"], rows, {"code": "c", "allowed": "a"}, {})
    assert plain(checked.frame["code"]) == ["road-corridor"] * 2
    assert checked.problems[["fid", "problem"]].values.tolist() == [[2, "allowed-unknown"]]
