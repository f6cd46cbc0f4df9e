"""Addresses of atlas."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("conurb.atlas.importing_urls")),
    path("", include("conurb.atlas.finding_urls")),
    path("", include("conurb.atlas.serving_urls")),
]
