"""Addresses of the findings of all maps, and at which the findings of a pass are given out."""

from django.urls import path

from conurb.atlas.views import findings

urlpatterns = [
    path("atlas/findings/", findings.findings, name="atlas-findings"),
    path("atlas/findings/run/", findings.run_all, name="atlas-findings-run"),
    path("atlas/findings/<str:key>.geojson", findings.as_geojson, name="atlas-findings-geojson"),
    path("atlas/findings/<str:key>.xlsx", findings.as_workbook, name="atlas-findings-xlsx"),
    path("atlas/findings/<str:key>/file.<str:form>", findings.as_file, name="atlas-findings-file"),
]
