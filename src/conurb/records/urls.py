"""Addresses of records, the wallet and checks."""

from django.urls import URLPattern, path, re_path

from conurb.records.views import agreements, inspecting, register, wallet, wellknown

CITY = r"(?P<city>\d{6})"

urlpatterns: list[URLPattern] = [
    path("agreements/", agreements.agreements, name="agreements"),
    path("wallet/", wallet.wallet, name="wallet"),
    path("wallet/looks/", wallet.looks, name="wallet-looks"),
    path("wallet/<str:key>/", wallet.record, name="wallet-record"),
    path("wallet/<str:key>/show/", wallet.show, name="wallet-show"),
    path("wallet/<str:key>/paper/", wallet.on_paper, name="wallet-print"),
    path("wallet/<str:key>.sd-jwt", wallet.as_file, name="wallet-file"),
    path("wallet/<str:key>.json", wallet.as_json, name="wallet-json"),
    path("check/", inspecting.check_page, name="check"),
    path("check/number/", inspecting.check_number, name="check-number"),
    path("check/code/", inspecting.check_code, name="check-code"),
    path("check/scans/", inspecting.check_scans, name="check-scans"),
    path("check/lists.json", inspecting.check_lists, name="check-lists"),
    path("check/worker.js", inspecting.check_worker, name="check-worker"),
    path("records/", register.register, name="register"),
    path("records.xlsx", register.register_xlsx, name="register-xlsx"),
    path("records/<str:key>/", register.register_record, name="register-record"),
    re_path(
        r"^records/(?P<key>[0-9a-f]{1,64})/(?P<act>suspend|resume|revoke)/$",
        register.change,
        name="register-change",
    ),
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
