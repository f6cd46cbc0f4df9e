"""Addresses of records, the wallet and checks."""

from django.urls import URLPattern, re_path

from conurb.records.views import wellknown

CITY = r"(?P<city>\d{6})"

urlpatterns: list[URLPattern] = [
    # for machines of others; issued tokens name these addresses
    re_path(
        rf"^\.well-known/jwt-vc-issuer/issuers/{CITY}$",
        wellknown.issuer_metadata,
        name="issuer-metadata",
    ),
    re_path(rf"^issuers/{CITY}/jwks\.json$", wellknown.jwks, name="issuer-jwks"),
    re_path(
        r"^record-types/(?P<slug>[a-z][a-z0-9-]{0,59})/(?P<version>\d{1,9})\.json$",
        wellknown.type_metadata,
        name="record-type-metadata",
    ),
    re_path(
        rf"^status-lists/{CITY}/(?P<number>\d{{1,9}})$", wellknown.status_list, name="status-list"
    ),
    re_path(
        r"^logs/(?P<log>\d{6}|region)/checkpoint$", wellknown.checkpoint, name="log-checkpoint"
    ),
]
