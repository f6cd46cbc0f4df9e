"""Addresses of joint planning."""

from django.urls import path

from conurb.sames.planning.views import library, overview, reviews
from conurb.sames.planning.views.verifying import verify
from conurb.sames.planning.views.zones import geojson, zones

urlpatterns = [
    path("planning/", overview.overview, name="planning"),
    path("planning/reviews/", reviews.reviews, name="planning-reviews"),
    path("planning/reviews/new/", reviews.new, name="planning-review-new"),
    path("planning/reviews/<str:key>/", reviews.review, name="planning-review"),
    path("planning/reviews/<str:key>/findings/", reviews.findings, name="planning-findings"),
    path(
        "planning/reviews/<str:key>/findings.xlsx",
        reviews.findings_xlsx,
        name="planning-findings-xlsx",
    ),
    path(
        "planning/reviews/<str:key>/findings.csv",
        reviews.findings_csv,
        name="planning-findings-csv",
    ),
    path("planning/reviews/<str:key>/map.geojson", reviews.on_map, name="planning-review-map"),
    path("planning/reviews/<str:key>/comment/", reviews.comment, name="planning-comment"),
    path("planning/reviews/<str:key>/record.docx", reviews.record, name="planning-record"),
    path("planning/reviews/<str:key>/do/<str:act>/", reviews.act, name="planning-act"),
    path("planning/threads/<str:key>/", reviews.thread, name="planning-thread"),
    path("planning/verify/", verify, name="planning-verify"),
    path("planning/zones/", zones, name="planning-zones"),
    path("planning/zones.geojson", geojson, name="planning-zones-geojson"),
    path("planning/plans/", library.plans, name="planning-plans"),
    path("planning/plans/<slug:key>/", library.plan, name="planning-plan"),
    path("planning/plans/<slug:key>/edit/", library.edit, name="planning-plan-edit"),
    path("planning/plans/<slug:key>/judge/", library.judge, name="planning-plan-judge"),
]
