"""The map of layers: what it lists, what it draws from, and how long tiles are kept."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from django.test import Client

from conurb.atlas import schemas
from conurb.atlas.legend import LAND_USE, OTHERS, legend
from tests.atlas.layers import layer
from tests.atlas.serving import plots, served_version

pytestmark = pytest.mark.django_db
HERE = "12/3332/1714.mvt"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA_PATH = tmp_path


def test_a_tile_is_kept_for_good() -> None:
    version = served_version(plots(5))
    address = f"/atlas/tiles/{version.key}/{HERE}"
    packed = Client().get(address, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert "immutable" in packed["Cache-Control"]
    assert "public" in packed["Cache-Control"]
    plain = Client().get(address)
    assert gzip.decompress(packed.content) == plain.content
    shown = mapbox_vector_tile.decode(plain.content)["features"]["features"]
    assert {one["id"] for one in shown} == set(range(1, 26))
    again = Client().get(address, headers={"If-None-Match": packed["ETag"]})
    assert again.status_code == 304


def test_where_there_is_nothing_there_is_no_tile() -> None:
    version = served_version(plots(2))
    assert Client().get(f"/atlas/tiles/{version.key}/12/0/0.mvt").status_code == 204
    for nowhere in ("12/5000/1.mvt", "17/0/0.mvt", "0/0/1.mvt"):
        assert Client().get(f"/atlas/tiles/{version.key}/{nowhere}").status_code == 404
    assert Client().get(f"/atlas/tiles/none/{HERE}").status_code == 404


def test_tiles_of_a_draft_are_its_authoritys_alone(client_of: Any, actors: Any) -> None:
    of = layer()
    of.authority = actors["officer-changsha"].authority
    of.save()
    draft = served_version(plots(3), of, state="draft")
    address = f"/atlas/tiles/{draft.key}/{HERE}"
    answer = client_of("officer-changsha").get(address)
    assert answer.status_code == 200
    assert "private" in answer["Cache-Control"]
    # even where its tiles lie on disk already
    for role in ("nobody", "resident", "officer-zhuzhou", "office"):
        assert client_of(role).get(address).status_code == 404


def test_the_list_has_the_latest_of_each_layer(client_of: Any, actors: Any) -> None:
    of = layer(name="甲图层")
    of.authority = actors["officer-changsha"].authority
    of.save()
    first = served_version(plots(2), of)
    second = served_version(plots(3), of)
    draft = served_version(plots(4), of, state="draft")

    def listed(role: str, query: str = "") -> list[str]:
        groups = client_of(role).get(f"/atlas/map/{query}").context["groups"]
        return [version.key for group in groups for version in group.versions]

    assert listed("nobody") == [second.key]
    assert listed("officer-changsha") == [draft.key, second.key]
    assert listed("nobody", f"?version={first.key}&version={draft.key}") == [second.key, first.key]


def test_a_map_is_told_where_tiles_features_and_colours_are() -> None:
    version = served_version(plots(3))
    source = Client().get(f"/atlas/map/{version.key}.json").json()
    tile = source["tiles"].replace("{z}/{x}/{y}.mvt", HERE)
    assert Client().get(tile).status_code == 200
    assert Client().get(f"{source['items']}/1?f=json").json()["id"] == 1
    assert [entry["code"] for entry in source["legend"]] == ["01", "07", "14"]
    assert source["names"]["0701"] == "城镇住宅用地"
    assert sum(entry["count"] for entry in source["legend"]) == 9


def test_every_declared_class_has_a_colour_of_its_own() -> None:
    for kind, schema in schemas.SCHEMAS.items():
        first = {code for code in schema.codes if kind != "land-use" or len(code) == 2}
        colours = LAND_USE if kind == "land-use" else OTHERS
        assert first <= set(colours)
        assert len({colours[code] for code in first}) == len(first)


def test_features_without_a_class_stand_last_in_the_legend() -> None:
    entries = legend("land-use", {"": {"count": 1}, "0703": {"count": 2}, "0701": {"count": 3}})
    assert [(entry.code, entry.codes, entry.count) for entry in entries] == [
        ("07", ("0701", "0703"), 5),
        ("", ("",), 1),
    ]
