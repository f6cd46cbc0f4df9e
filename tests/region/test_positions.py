"""Lines of values are found in TOML and GeoJSON, however these are laid out."""

from __future__ import annotations

from conurb.region.positions import JsonPositions, TomlPositions, path_text

TOML = """\
title = "[[city]] in a text is no table"   # nor is [[city]] in a remark

[[city]]
code = "1"
name = { zh = "甲", en = "A" }

[[city]]
name.zh = "乙"
'quoted' = 2
codes = [
  "a", # ]
  "b",
]
text = \"\"\"
code = "in a text of several lines"
\"\"\"

[[city.except]]
code = "x"

[[city]]
code = "3"

[region]
slug = "s"
"""


def test_keys_and_tables_of_toml():
    positions = TomlPositions(TOML)
    assert positions.line(("title",)) == 1
    assert positions.line(("city",)) == 3
    assert positions.line(("city", 0)) == 3
    assert positions.line(("city", 0, "code")) == 4
    assert positions.line(("city", 1)) == 7
    assert positions.line(("city", 1, "name", "zh")) == 8
    assert positions.line(("city", 1, "quoted")) == 9
    assert positions.line(("city", 1, "text")) == 14
    assert positions.line(("city", 1, "except", 0, "code")) == 19
    assert positions.line(("city", 2, "code")) == 22
    assert positions.line(("region", "slug")) == 25


def test_what_is_not_written_stands_where_its_table_stands():
    positions = TomlPositions(TOML)
    assert positions.line(("city", 0, "name", "en")) == 5
    assert positions.line(("city", 1, "code")) == 7
    assert positions.line(("nowhere",)) == 0


def test_a_value_in_an_array_of_several_lines():
    positions = TomlPositions(TOML)
    assert positions.line_of_value(("city", 1, "codes"), "b") == 12
    assert positions.line_of_value(("city", 1, "codes"), "z") == 10


GEOJSON = """{"type": "FeatureCollection", "features" : [
{"type": "Feature", "properties": {"ref": "a"}},
{
  "type": "Feature",
  "properties": {
    "ref": "b",
    "aliases": ["乙"]
  }
}
]}"""


def test_features_and_keys_of_geojson():
    positions = JsonPositions(GEOJSON)
    assert positions.line(("features",)) == 1
    assert positions.line(("features", 0, "properties", "ref")) == 2
    assert positions.line(("features", 1)) == 3
    assert positions.line(("features", 1, "properties", "ref")) == 6
    assert positions.line(("features", 1, "properties", "missing")) == 5
    assert positions.line(("features", 9)) == 1
    assert positions.line_of_value(("features", 1), "乙") == 7
    assert positions.line_of_value(("features", 1, "properties", "ref"), "丙") == 6


def test_geojson_without_features():
    assert JsonPositions("{}").line(("features", 0)) == 1


def test_paths_are_counted_from_one_for_people():
    assert path_text(("county", 2, "name", "en")) == "county[3].name.en"
    assert path_text(()) == ""
