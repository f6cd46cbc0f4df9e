"""The addresses of the screening pages."""

from django.urls import path

from conurb.sames.market.views import screening

urlpatterns = [
    path("market/screening/", screening.screening, name="market-screening"),
    path("market/screening/<str:key>/", screening.run, name="market-screening-run"),
    path(
        "market/screening/<str:key>/export.xlsx", screening.run_xlsx, name="market-screening-xlsx"
    ),
    path("market/screening/hits/<str:key>/", screening.decide, name="market-screening-decide"),
]
