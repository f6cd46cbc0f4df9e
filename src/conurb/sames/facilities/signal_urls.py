"""Addresses of the signals of arterials."""

from django.urls import path

from conurb.sames.facilities.views import signals

urlpatterns = [
    path("facilities/signals/", signals.corridors, name="signals"),
    path("facilities/signal-plans/<slug:key>/", signals.version, name="signals-version"),
    path("facilities/signals/<slug:slug>/", signals.corridor, name="signals-corridor"),
    path("facilities/signals/<slug:slug>/optimise/", signals.optimise, name="signals-optimise"),
    path("facilities/signals/<slug:slug>/hours/", signals.hours, name="signals-hours"),
    path("facilities/signals/<slug:slug>/upload/", signals.upload, name="signals-upload"),
    path("facilities/signals/<slug:slug>/<slug:key>/sign/", signals.sign, name="signals-sign"),
    path(
        "facilities/signals/<slug:slug>/<slug:key>/<slug:kind>/", signals.file, name="signals-file"
    ),
]
