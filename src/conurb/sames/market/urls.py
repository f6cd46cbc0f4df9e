"""The addresses of the pack."""

from django.urls import path

from conurb.sames.market import screening_urls
from conurb.sames.market.views import duties, firm, inspection, listing, matters, person

urlpatterns = [
    path("market/list/", listing.listing, name="market-list"),
    path("market/list.xlsx", listing.listing_xlsx, name="market-list-xlsx"),
    path("market/list/<slug:key>/", listing.entry, name="market-entry"),
    path("market/matters/", matters.matters, name="market-matters"),
    path("market/matters/new/", matters.matter_new, name="market-matter-new"),
    path("market/matters/<slug:key>/", matters.matter, name="market-matter"),
    path("market/matters/<slug:key>/<slug:act>/", matters.act, name="market-act"),
    path("market/files/<slug:key>/", matters.matter_file, name="market-file"),
    path("market/duties/", duties.duties, name="market-duties"),
    path("market/duties/<slug:key>/", duties.duty, name="market-duty"),
    path("market/inspection/", inspection.inspection, name="market-inspection"),
    path("market/help/<slug:key>/", inspection.help_request, name="market-help"),
    path("market/figures/", inspection.figures, name="market-figures"),
    path("market/mine/", firm.mine, name="market-mine"),
    path("market/mine/<slug:key>/", firm.mine_matter, name="market-mine-matter"),
    path("market/mine/<slug:key>/<slug:act>/", firm.mine_act, name="market-mine-act"),
    path("market/listed/<slug:key>/", person.listed, name="market-listed"),
    path("market/listed/<slug:key>/<slug:act>/", person.listed_act, name="market-listed-act"),
    *screening_urls.urlpatterns,
]
