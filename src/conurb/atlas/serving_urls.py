"""Addresses at which layers are served: the map, tiles, OGC API - Features."""

from django.urls import path

from conurb.atlas.views import compare, downloads, ogc, tiles
from conurb.atlas.views import map as map_views

urlpatterns = [
    path("atlas/map/", map_views.map_page, name="atlas-map"),
    path("atlas/map/<str:key>.json", map_views.source, name="atlas-map-source"),
    path("atlas/compare/<str:key>/", compare.compare_page, name="atlas-compare"),
    path(
        "atlas/compare/<str:key>/changes.geojson",
        compare.compare_geojson,
        name="atlas-compare-geojson",
    ),
    path("atlas/compare/<str:key>/changes.xlsx", compare.compare_xlsx, name="atlas-compare-xlsx"),
    path("atlas/downloads/<str:key>/", downloads.downloads, name="atlas-downloads"),
    path("atlas/downloads/<str:key>/<slug:form>", downloads.download, name="atlas-download"),
    path("atlas/tiles/<str:key>/<int:z>/<int:x>/<int:y>.mvt", tiles.tile, name="atlas-tile"),
    path("atlas/ogc/", ogc.landing, name="atlas-ogc"),
    path("atlas/ogc/conformance", ogc.conformance, name="atlas-ogc-conformance"),
    path("atlas/ogc/api", ogc.api, name="atlas-ogc-api"),
    path("atlas/ogc/collections", ogc.all_collections, name="atlas-ogc-collections"),
    path("atlas/ogc/collections/<str:name>", ogc.one_collection, name="atlas-ogc-collection"),
    path("atlas/ogc/collections/<str:name>/items", ogc.features, name="atlas-ogc-features"),
    path(
        "atlas/ogc/collections/<str:name>/items/<str:number>",
        ogc.feature,
        name="atlas-ogc-feature",
    ),
]
