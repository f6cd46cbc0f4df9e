"""Addresses of background work."""

from django.urls import URLPattern, path

from conurb.background import views

urlpatterns: list[URLPattern] = [
    path("jobs/<slug:key>/", views.job, name="job"),
    path("jobs/<slug:key>/cancel/", views.cancel, name="job-cancel"),
]
