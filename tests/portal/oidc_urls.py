"""The addresses of a node whose people come in by OpenID Connect."""

from allauth.urls import build_provider_urlpatterns
from django.urls import include, path

from conurb.config.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    *urlpatterns,
    path("account/oidc/", include("allauth.socialaccount.urls")),
    path("account/oidc/", include(build_provider_urlpatterns())),
]
