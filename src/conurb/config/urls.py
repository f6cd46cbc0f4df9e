"""The addresses of a node."""

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

handler400 = "conurb.portal.views.bad_request"
handler403 = "conurb.portal.views.forbidden"
handler404 = "conurb.portal.views.not_found"
handler500 = "conurb.portal.views.server_error"

urlpatterns = [
    path("", include("conurb.portal.urls")),
    path("", include("conurb.plan.urls")),
    path("", include("conurb.journal.urls")),
    path("", include("conurb.background.urls")),
    path("", include("conurb.records.urls")),
    path("", include("conurb.atlas.urls")),
    path("", include("conurb.desk.urls")),
    *(
        path("", include(import_module(f"{pack}.urls")))
        for pack in settings.PACKS
        if find_spec(f"{pack}.urls")
    ),
    path("api/", include("conurb.config.api")),
]
