"""Addresses of the catalogue of layers and of importing."""

from django.urls import path

from conurb.atlas.views import importing, layers

urlpatterns = [
    path("atlas/", layers.layers, name="atlas"),
    path("atlas/layers/new/", layers.new, name="atlas-layer-new"),
    path("atlas/layers/<slug:key>/", layers.layer, name="atlas-layer"),
    path("atlas/layers/<slug:key>/upload/", importing.upload, name="atlas-upload"),
    path("atlas/imports/<slug:key>/", importing.import_page, name="atlas-import"),
    path("atlas/imports/<slug:key>/discard/", importing.discard, name="atlas-import-discard"),
    path("atlas/versions/<slug:key>/", layers.version, name="atlas-version"),
    path("atlas/versions/<slug:key>/repairs.xlsx", layers.repairs_xlsx, name="atlas-repairs-xlsx"),
    path(
        "atlas/versions/<slug:key>/problems.xlsx", layers.problems_xlsx, name="atlas-problems-xlsx"
    ),
    path("atlas/versions/<slug:key>/publish/", layers.publish, name="atlas-publish"),
    path("atlas/versions/<slug:key>/withdraw/", layers.withdraw, name="atlas-withdraw"),
]
