"""Addresses of records, the wallet and checks."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
