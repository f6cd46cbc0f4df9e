"""The documents of OGC API - Features that stand around the features: what there is, and where.

Source: OGC 17-069r4 (Part 1: Core 1.0.1), OGC 18-058r1 (Part 2: Coordinate Reference Systems by
Reference 1.0.1), RFC 7807 (problems).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from conurb.atlas.ogc_parameters import Asked
from conurb.atlas.queries.collections import Collection
from conurb.atlas.reference_systems import CRS84

__all__ = ["CONFORMANCE", "GEOJSON", "Addresses", "collection", "item_links", "landing", "link"]

GEOJSON = "application/geo+json"
JSON = "application/json"
HTML = "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"

CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
)

Link = dict[str, str]


def link(href: str, rel: str, media_type: str, title: str = "") -> Link:
    """Return a link as documents write it."""
    made = {"href": href, "rel": rel, "type": media_type}
    return {**made, "title": title} if title else made


class Addresses:
    """Where the documents stand below the address of the service."""

    def __init__(self, root: str) -> None:
        self.root = root.rstrip("/")

    def landing(self) -> str:
        """The landing page."""
        return f"{self.root}/"

    def of(self, *parts: str, **query: object) -> str:
        """A document below; `query` becomes its parameters."""
        address = "/".join((self.root, *parts))
        return f"{address}?{urlencode(query)}" if query else address


def landing(addresses: Addresses) -> dict[str, Any]:
    """Return the landing page."""
    here = addresses.landing()
    return {
        "title": _("Layers of planning maps"),
        "description": _(
            "Published versions of the region's planning layers. A version never changes; the "
            "name of a layer alone leads to its latest version."
        ),
        "links": [
            link(here, "self", JSON, _("This document")),
            link(f"{here}?f=html", "alternate", HTML, _("This document as a page")),
            link(addresses.of("api"), "service-desc", OPENAPI, _("The interface, OpenAPI 3.0")),
            link(addresses.of("api", f="html"), "service-doc", HTML, _("The interface, as a page")),
            link(
                addresses.of("conformance"), "conformance", JSON, _("The standards it conforms to")
            ),
            link(addresses.of("collections"), "data", JSON, _("The collections")),
        ],
    }


def collection(one: Collection, addresses: Addresses) -> dict[str, Any]:
    """Return what describes a collection."""
    version, layer = one.version, one.version.layer
    here = ("collections", one.name)
    begin = version.published_at or version.created_at
    links = [
        link(addresses.of(*here), "self", JSON, _("This document")),
        link(addresses.of(*here, f="html"), "alternate", HTML, _("This document as a page")),
        link(addresses.of(*here, "items"), "items", GEOJSON, _("The features")),
        link(addresses.of(*here, "items", f="html"), "items", HTML, _("The features as a page")),
    ]
    return {
        "id": one.name,
        "title": one.title,
        "description": _description(one),
        "attribution": layer.authority.name,
        "extent": {
            "spatial": {"bbox": [list(version.bounds)], "crs": CRS84},
            "temporal": {
                "interval": [[begin.isoformat(), one.until.isoformat() if one.until else None]]
            },
        },
        "itemType": "feature",
        "crs": [system.uri for system in one.systems],
        "storageCrs": CRS84,
        "links": links,
    }


def _description(one: Collection) -> str:
    version = one.version
    parts = [
        version.layer.get_kind_display(),
        _("%(number)s features") % {"number": version.feature_count},
        version.note,
        _("Invented for demonstration.") if version.is_demo else "",
    ]
    return " · ".join(part for part in parts if part)


def page_links(
    one: Collection,
    addresses: Addresses,
    query: Sequence[tuple[str, str]],
    asked: Asked,
    matched: int,
) -> list[Link]:
    """Return the links of a page of features: itself, as a page, the next, the one before."""
    kept = {name: value for name, value in query if name not in {"offset", "f", "lang"}}
    here = ("collections", one.name, "items")

    def at(offset: int, **more: str) -> str:
        place = {"offset": str(offset)} if offset else {}
        return addresses.of(*here, **{**kept, **place, **more})

    links = [
        link(at(asked.offset), "self", GEOJSON, _("This page")),
        link(at(asked.offset, f="html"), "alternate", HTML, _("This page, to read")),
        link(addresses.of("collections", one.name), "collection", JSON, one.title),
    ]
    if asked.offset + asked.limit < matched:
        links.append(link(at(asked.offset + asked.limit), "next", GEOJSON, _("Next page")))
    if asked.offset:
        before = max(asked.offset - asked.limit, 0)
        links.append(link(at(before), "prev", GEOJSON, _("Previous page")))
    return links


def item_links(one: Collection, addresses: Addresses, fid: int) -> list[Link]:
    """Return the links of one feature."""
    here = ("collections", one.name, "items", str(fid))
    return [
        link(addresses.of(*here), "self", GEOJSON, _("This feature")),
        link(addresses.of(*here, f="html"), "alternate", HTML, _("This feature as a page")),
        link(addresses.of("collections", one.name), "collection", JSON, one.title),
    ]


def problem(status: int, title: str, detail: str) -> dict[str, Any]:
    """Return a problem as RFC 7807 writes it."""
    return {"type": "about:blank", "title": title, "status": status, "detail": detail}
