"""The interface of OGC API - Features as an OpenAPI 3.0 document.

Source: OGC 17-069r4, requirements class OpenAPI 3.0; OpenAPI Specification 3.0.3.
"""

from __future__ import annotations

from typing import Any

from conurb import __version__
from conurb.atlas.ogc_documents import GEOJSON, HTML, JSON, OPENAPI
from conurb.atlas.ogc_parameters import LIMIT, MOST

__all__ = ["document"]

PROBLEM = "application/problem+json"


def document(root: str) -> dict[str, Any]:
    """Return the document of the service at an address."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Conurb: OGC API - Features",
            "version": __version__,
            "description": (
                "Published versions of planning layers. `<layer>-v<number>` is a version, which "
                "never changes; `<layer>` is the latest. Officers see what is submitted or their "
                "own with `Authorization: Bearer cnb_…`."
            ),
            "license": {"name": "Apache-2.0", "url": "https://spdx.org/licenses/Apache-2.0.html"},
        },
        "servers": [{"url": root.rstrip("/")}],
        "tags": [
            {"name": "capabilities", "description": "What there is"},
            {"name": "data", "description": "The features"},
        ],
        "security": [{}, {"key": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "parameters": _parameters(),
            "responses": _responses(),
            "schemas": _schemas(),
        },
    }


def _operation(
    name: str, tag: str, summary: str, answer: dict[str, Any], *parameters: str, faulty: bool
) -> dict[str, Any]:
    refs = [{"$ref": f"#/components/parameters/{each}"} for each in (*parameters, "f", "lang")]
    responses = {"200": answer, "400": {"$ref": "#/components/responses/Problem"}}
    if faulty:
        responses["404"] = {"$ref": "#/components/responses/Problem"}
    operation = {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "parameters": refs,
        "responses": responses,
    }
    return {"get": operation}


def _answer(words: str, schema: str, media_type: str = JSON) -> dict[str, Any]:
    return {
        "description": words,
        "content": {
            media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}},
            HTML: {"schema": {"type": "string"}},
        },
    }


def _with_crs(answer: dict[str, Any]) -> dict[str, Any]:
    header = {
        "description": "the system of the coordinates, a URI in angle brackets",
        "schema": {"type": "string"},
    }
    return {**answer, "headers": {"Content-Crs": header}}


def _paths() -> dict[str, Any]:
    features = _with_crs(_answer("A page of features", "FeatureCollection", GEOJSON))
    feature = _with_crs(_answer("The feature", "Feature", GEOJSON))
    interface = {
        "description": "This document",
        "content": {
            OPENAPI: {"schema": {"type": "object"}},
            HTML: {"schema": {"type": "string"}},
        },
    }
    what, data = "capabilities", "data"
    return {
        "/": _operation(
            "getLandingPage", what, "Landing page", _answer("Links", "Landing"), faulty=False
        ),
        "/conformance": _operation(
            "getConformanceDeclaration",
            what,
            "Standards it conforms to",
            _answer("Conformance classes", "Conformance"),
            faulty=False,
        ),
        "/api": _operation("getApi", what, "This document", interface, faulty=False),
        "/collections": _operation(
            "getCollections", what, "Collections", _answer("All", "Collections"), faulty=False
        ),
        "/collections/{collectionId}": _operation(
            "describeCollection",
            what,
            "One collection",
            _answer("What it is", "Collection"),
            "collectionId",
            faulty=True,
        ),
        "/collections/{collectionId}/items": _operation(
            "getFeatures",
            data,
            "Features of a collection",
            features,
            "collectionId",
            "limit",
            "offset",
            "bbox",
            "bbox-crs",
            "crs",
            "datetime",
            "filters",
            faulty=True,
        ),
        "/collections/{collectionId}/items/{featureId}": _operation(
            "getFeature",
            data,
            "One feature",
            feature,
            "collectionId",
            "featureId",
            "crs",
            faulty=True,
        ),
    }


def _parameters() -> dict[str, Any]:
    def query(name: str, description: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "name": name,
            "in": "query",
            "required": False,
            "description": description,
            "schema": schema,
            **more,
        }

    plain = {"style": "form", "explode": False}
    text = {"type": "string"}
    uri = {"type": "string", "format": "uri"}
    numbers = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    return {
        "collectionId": {
            "name": "collectionId",
            "in": "path",
            "required": True,
            "description": "`<layer>` or `<layer>-v<number>`",
            "schema": text,
        },
        "featureId": {
            "name": "featureId",
            "in": "path",
            "required": True,
            "description": "the number of a feature",
            "schema": {"type": "integer", "minimum": 0},
        },
        "limit": query(
            "limit",
            "features a page",
            {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT},
            **plain,
        ),
        "offset": query(
            "offset",
            "features before the page",
            {"type": "integer", "minimum": 0, "default": 0},
            **plain,
        ),
        "bbox": query("bbox", "only features that meet this box", numbers, **plain),
        "bbox-crs": query("bbox-crs", "the system of `bbox`; CRS84 by default", uri, **plain),
        "crs": query("crs", "the system of the answer; CRS84 by default", uri, **plain),
        "datetime": query(
            "datetime",
            "a day, a moment, or an interval: versions that were published then; of a layer the "
            "version that was the latest at its end",
            text,
            **plain,
        ),
        "filters": query(
            "filters",
            "any property of the collection under its own name: features that have this value",
            {"type": "object", "additionalProperties": {"type": "string"}},
            style="form",
            explode=True,
        ),
        "f": query(
            "f", "`json` or `html`; else as `Accept` says", {**text, "enum": ["json", "html"]}
        ),
        "lang": query("lang", "language of texts", {**text, "enum": ["zh-hans", "en"]}),
    }


def _responses() -> dict[str, Any]:
    return {
        "Problem": {
            "description": "What is wrong (RFC 7807)",
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    }


def _schemas() -> dict[str, Any]:
    text, links = (
        {"type": "string"},
        {"type": "array", "items": {"$ref": "#/components/schemas/Link"}},
    )

    def thing(required: str, **properties: Any) -> dict[str, Any]:
        return {"type": "object", "required": required.split(), "properties": properties}

    def list_of(schema: str) -> dict[str, Any]:
        return {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}

    geometry = {"type": "object", "required": ["type"], "properties": {"type": text}}
    return {
        "Link": thing("href rel", href=text, rel=text, type=text, title=text),
        "Landing": thing("links", title=text, description=text, links=links),
        "Conformance": thing("conformsTo", conformsTo={"type": "array", "items": text}),
        "Collections": thing("links collections", links=links, collections=list_of("Collection")),
        "Collection": thing(
            "id links",
            id=text,
            title=text,
            description=text,
            attribution=text,
            extent={"type": "object"},
            itemType=text,
            crs={"type": "array", "items": text},
            storageCrs=text,
            links=links,
        ),
        "Feature": thing(
            "type geometry properties",
            type={"type": "string", "enum": ["Feature"]},
            id={"type": "integer"},
            geometry=geometry,
            properties={"type": "object"},
            links=links,
        ),
        "FeatureCollection": thing(
            "type features",
            type={"type": "string", "enum": ["FeatureCollection"]},
            features=list_of("Feature"),
            links=links,
            timeStamp={"type": "string", "format": "date-time"},
            numberMatched={"type": "integer", "minimum": 0},
            numberReturned={"type": "integer", "minimum": 0},
        ),
        "Problem": thing("title", type=text, title=text, status={"type": "integer"}, detail=text),
    }
