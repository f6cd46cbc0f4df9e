"""The parts of allauth that a node uses: password, passkeys, OpenID Connect; no sign-up."""

from django.urls import include, path

urlpatterns = [path("", include("allauth.urls"))]
