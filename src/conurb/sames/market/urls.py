"""The addresses of the pack."""

from conurb.sames.market import screening_urls

urlpatterns = [*screening_urls.urlpatterns]
