"""Addresses of the journal."""

from django.urls import path

from conurb.journal import views

urlpatterns = [
    path("journal/", views.journal, name="journal"),
    path("journal.csv", views.journal_csv, name="journal-csv"),
]
