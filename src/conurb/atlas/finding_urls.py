"""Addresses at which the findings of a pass are given out."""

from django.urls import path

from conurb.atlas.views import findings

urlpatterns = [
    path("atlas/findings/<str:key>.geojson", findings.as_geojson, name="atlas-findings-geojson"),
    path("atlas/findings/<str:key>.xlsx", findings.as_workbook, name="atlas-findings-xlsx"),
]
