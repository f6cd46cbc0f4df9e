"""Addresses of the network and its projects."""

from django.urls import path

from conurb.sames.facilities.views import ranking

urlpatterns = [
    path("facilities/", ranking.ranking, name="facilities"),
]
