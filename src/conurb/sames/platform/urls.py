"""Addresses of the freight vehicle passes."""

from django.urls import path

from conurb.sames.platform import views

urlpatterns = [
    path("platform/", views.overview, name="platform"),
    path("platform/zones.geojson", views.zones_geojson, name="platform-zones"),
    path("platform/preview/", views.preview, name="platform-preview"),
    path("platform/mine/", views.mine, name="platform-mine"),
    path("platform/check/", views.check, name="platform-check"),
    path("platform/passes/", views.passes, name="platform-passes"),
    path("platform/passes/<str:key>/", views.of, name="platform-pass"),
    path("platform/passes/<str:key>/violation/", views.violation, name="platform-violation"),
    path("platform/passes/<str:key>/withdraw/", views.withdraw, name="platform-withdraw"),
    path("platform/passes/<str:key>/renew/", views.renew, name="platform-renew"),
    path("platform/violations/<str:key>/annul/", views.annul, name="platform-annul"),
]
