"""The addresses of a node."""

from django.urls import include, path

handler400 = "conurb.portal.views.bad_request"
handler403 = "conurb.portal.views.forbidden"
handler404 = "conurb.portal.views.not_found"
handler500 = "conurb.portal.views.server_error"

urlpatterns = [
    path("", include("conurb.portal.urls")),
    path("", include("conurb.plan.urls")),
    path("", include("conurb.journal.urls")),
    path("api/", include("conurb.config.api")),
]
