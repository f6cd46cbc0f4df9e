"""OGC API - Features: GDAL reads every feature where it is, and the documents are what they say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from django.test import Client
from django.utils import timezone
from openapi_spec_validator import OpenAPIV30SpecValidator

from conurb.atlas.models import LayerVersion
from conurb.atlas.reference_systems import find, offered, zones
from tests.atlas.layers import layer
from tests.atlas.serving import plots, read_with_gdal, served_version, server

pytestmark = pytest.mark.django_db

ROOT = "/atlas/ogc"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


@pytest.fixture
def small(db: None) -> LayerVersion:
    return served_version(plots(6))


def items(version: LayerVersion, query: str = "", client: Client | None = None) -> Any:
    name = f"{version.layer.key}-v{version.number}"
    return (client or Client()).get(f"{ROOT}/collections/{name}/items{query}")


@pytest.mark.parametrize("crs", ["", "EPSG:4526", "EPSG:4547", "EPSG:3857", "EPSG:4490"])
def test_gdal_reads_every_feature_where_it_is(crs: str) -> None:
    frame = plots(50)
    version = served_version(frame)
    name = f"{version.layer.key}-v1"
    options = {"PAGE_SIZE": "1000", **({"CRS": crs} if crs else {})}
    with server() as address:
        read = read_with_gdal(f"OAPIF:{address}{ROOT}/", name, **options)
    assert read["crs"] == (crs or "OGC:CRS84")
    assert len(read["rows"]) == 2500
    expected = frame.geometry.to_numpy()
    if crs:
        datum = "EPSG:4326" if crs == "EPSG:3857" else "EPSG:4490"
        to = pyproj.Transformer.from_crs(datum, crs, always_xy=True)
        expected = shapely.transform(
            expected, lambda xy: np.column_stack(to.transform(xy[:, 0], xy[:, 1]))
        )
    shapes = shapely.from_wkb([row["wkb"] for row in read["rows"]])
    # features come in the order of the file; each is found where it lies, once
    at = shapely.STRtree(shapes).nearest(shapely.point_on_surface(expected))
    assert len(set(at.tolist())) == 2500
    apart = shapely.hausdorff_distance(expected, shapes[at])
    assert apart.max() < (1e-7 if crs in {"", "EPSG:4490"} else 0.002)
    for code, floors, place in zip(frame["code"], frame["floors"], at, strict=True):
        found = read["rows"][place]
        assert (found["code"], found["floors"]) == (code, floors)
    assert sum(row["name"] is None for row in read["rows"]) == 250


def test_gdal_hands_filters_on(small: LayerVersion) -> None:
    name = small.layer.key
    with server() as address:
        source = f"OAPIF:{address}{ROOT}/"
        by_code = read_with_gdal(source, name, where="code = '0701'")
    assert len(by_code["rows"]) == 12


def test_the_openapi_document_is_valid() -> None:
    document = Client().get(f"{ROOT}/api").json()
    OpenAPIV30SpecValidator(document).validate()
    assert document["openapi"] == "3.0.3"


def test_links_lead_through_the_service(small: LayerVersion) -> None:
    client = Client()
    landing = client.get(f"{ROOT}/")
    links = {link["rel"]: link["href"] for link in landing.json()["links"]}
    assert {"self", "service-desc", "service-doc", "conformance", "data"} <= set(links)
    for href in links.values():
        assert client.get(href.removeprefix("http://testserver")).status_code == 200
    names = [one["id"] for one in client.get(links["data"]).json()["collections"]]
    assert names == [small.layer.key, f"{small.layer.key}-v1"]
    one = client.get(f"{ROOT}/collections/{names[1]}").json()
    assert one["storageCrs"].endswith("CRS84")
    assert {f"{EPSG}4526", f"{EPSG}4547", f"{EPSG}4490", f"{EPSG}3857"} <= set(one["crs"])
    for link in one["links"]:
        assert client.get(link["href"].removeprefix("http://testserver")).status_code == 200


def test_pages_follow_each_other(small: LayerVersion) -> None:
    seen: list[int] = []
    page = items(small, "?limit=10").json()
    while True:
        assert page["numberMatched"] == 36
        assert page["numberReturned"] == len(page["features"])
        seen += [one["id"] for one in page["features"]]
        address = next((one["href"] for one in page["links"] if one["rel"] == "next"), None)
        if address is None:
            break
        page = Client().get(address.removeprefix("http://testserver")).json()
    assert sorted(seen) == list(range(1, 37))
    assert len(seen) == 36


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("?bbox=112.9001,28.1001,112.9002,28.1002", 1),
        ("?bbox=112.9001,28.1001,0,112.9012,28.1002,500", 2),
        (f"?bbox=28.1001,112.9001,28.1002,112.9012&bbox-crs={EPSG}4326", 2),
        # in the hole of the first plot there is nothing, though its box is there
        ("?bbox=112.90048,28.10048,112.90052,28.10052", 0),
        ("?bbox=10,10,11,11", 0),
        ("?bbox=170,28,-170,29", 0),
        ("?code=0701", 12),
        ("?code=0701&floors=4", 2),
        ("?share=0.143", 1),
        ("?datetime=1999-01-01", 0),
        ("?datetime=2020-01-01/..", 36),
        ("?datetime=../1999-01-01T00:00:00Z", 0),
        ("?limit=20000", 36),
        ("?offset=36", 0),
    ],
)
def test_only_what_is_asked_for(small: LayerVersion, query: str, number: int) -> None:
    answer = items(small, query)
    assert answer.status_code == 200
    assert len(answer.json()["features"]) == number


@pytest.mark.parametrize(
    "query",
    [
        "?limit=0",
        "?limit=x",
        "?offset=-1",
        "?bbox=1,2,3",
        "?bbox=1,2,x,4",
        "?bbox=1,4,3,2",
        "?bbox=nan,1,2,3",
        "?crs=EPSG:2000",
        "?bbox=1,1,2,2&bbox-crs=nothing",
        "?bbox=1e8,1e8,2e8,2e8&bbox-crs=EPSG:4526",
        "?datetime=yesterday",
        "?datetime=2026-13-01",
        "?datetime=2026-02-01/2026-01-01",
        "?nothing=1",
        "?floors=many",
        "?f=xml",
    ],
)
def test_what_cannot_be_answered_is_a_problem(small: LayerVersion, query: str) -> None:
    answer = items(small, query)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 400
    assert answer.json()["detail"]


def test_coordinates_stand_in_the_order_of_the_axes(small: LayerVersion) -> None:
    plain = items(small, "?limit=1")
    assert plain["Content-Crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    first = plain.json()["features"][0]
    lon, lat = first["geometry"]["coordinates"][0][0]
    turned = items(small, f"?limit=1&crs={EPSG}4326")
    assert turned["Content-Crs"] == f"<{EPSG}4326>"
    assert turned.json()["features"][0]["geometry"]["coordinates"][0][0] == [lat, lon]
    zone = items(small, f"?limit=1&crs={EPSG}4526").json()["features"][0]
    northing, easting = zone["geometry"]["coordinates"][0][0]
    assert 3_000_000 < northing < 3_200_000
    assert 38_300_000 < easting < 38_500_000


def test_one_feature(small: LayerVersion) -> None:
    name = f"{small.layer.key}-v1"
    one = Client().get(f"{ROOT}/collections/{name}/items/2")
    assert one["Content-Type"] == "application/geo+json"
    assert one.json()["id"] == 2
    assert one.json()["properties"] == {
        "code": "0701",
        "name": "地块1",
        "floors": 1,
        "share": 0.143,
    }
    for number in ("999", "x", "-1", "9" * 30, "1.5"):
        assert Client().get(f"{ROOT}/collections/{name}/items/{number}").status_code == 404


def test_people_get_pages(small: LayerVersion) -> None:
    name = f"{small.layer.key}-v1"
    for path in ("/", "/conformance", "/api", "/collections", f"/collections/{name}"):
        page = Client().get(f"{ROOT}{path}", headers={"Accept": "text/html,*/*;q=0.8"})
        assert page["Content-Type"].startswith("text/html"), path
    page = items(small, "?f=html&limit=5&offset=5")
    assert "地块" in page.content.decode()
    assert "offset=10" in page.content.decode()
    one = Client().get(f"{ROOT}/collections/{name}/items/2?f=html")
    assert "地块1" in one.content.decode()
    assert items(small, "?f=html&limit=0").status_code == 400


def test_a_version_keeps_its_name_and_the_layer_leads_to_the_latest(small: LayerVersion) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    of = layer(name="另一图层")
    served_version(plots(2), of, published_at=long_ago)
    served_version(plots(3), of)
    client = Client()

    def number(name: str, query: str = "") -> int:
        address = f"{ROOT}/collections/{of.key}{name}/items{query}"
        return int(client.get(address).json()["numberMatched"])

    assert (number(""), number("-v1"), number("-v2")) == (9, 4, 9)
    before = (timezone.now() - timedelta(days=100)).date().isoformat()
    assert number("", f"?datetime={before}") == 4
    assert number("-v2", f"?datetime={before}") == 0


@pytest.mark.parametrize("state", ["draft", "submitted", "withdrawn"])
def test_what_is_not_published_is_nowhere(state: str, client_of: Any) -> None:
    of = layer(name="机密草案")
    version = served_version(plots(3), of, state=state)
    for role in ("nobody", "resident", *(("officer-xiangtan",) if state == "draft" else ())):
        client = client_of(role)
        listed = client.get(f"{ROOT}/collections").content.decode()
        assert of.key not in listed
        assert "机密草案" not in client.get(f"{ROOT}/collections?f=html").content.decode()
        for name in (of.key, f"{of.key}-v1"):
            for path in ("", "/items", "/items/1", "/items?f=html"):
                answer = client.get(f"{ROOT}/collections/{name}{path}")
                assert answer.status_code == 404
                assert "地块" not in answer.content.decode()
        assert client.get(f"/atlas/map/{version.key}.json").status_code == 404
        assert "机密草案" not in client.get("/atlas/map/").content.decode()


def test_an_authority_reads_its_draft_and_no_cache_keeps_it(client_of: Any, actors: Any) -> None:
    of = layer()
    of.authority = actors["officer-changsha"].authority
    of.save()
    version = served_version(plots(3), of, state="draft")
    answer = items(version, client=client_of("officer-changsha"))
    assert answer.status_code == 200
    assert "private" in answer["Cache-Control"]
    assert "public" not in answer["Cache-Control"]
    # the name of the layer never leads to a draft
    client = client_of("officer-changsha")
    assert client.get(f"{ROOT}/collections/{of.key}/items").status_code == 404


def test_answers_are_tagged(small: LayerVersion) -> None:
    answer = items(small)
    again = Client().get(
        f"{ROOT}/collections/{small.layer.key}-v1/items",
        headers={"If-None-Match": answer["ETag"]},
    )
    assert again.status_code == 304
    assert "public" in answer["Cache-Control"]
    assert "Cookie" in answer["Vary"]


def test_it_is_only_read(small: LayerVersion) -> None:
    answer = Client().post(f"{ROOT}/collections", {})
    assert answer.status_code == 405
    assert answer["Content-Type"] == "application/problem+json"


def test_a_wrong_key_is_refused() -> None:
    answer = Client().get(f"{ROOT}/collections", headers={"Authorization": "Bearer cnb_x"})
    assert answer.status_code == 401


def test_zones_are_those_of_the_data() -> None:
    assert list(zones(112.2, 113.4)) == [37, 38]
    assert list(zones(113, 114)) == [38]
    codes = [system.code for system in offered(113, 114)]
    assert codes == [0, 4326, 4490, 3857, 4526, 4547]
    for written in (f"{EPSG}4547", "EPSG:4547", "urn:ogc:def:crs:EPSG::4547"):
        found = find(written, offered(113, 114))
        assert found is not None
        assert found.code == 4547
    assert find("EPSG:4549", offered(113, 114)) is None
