"""Addresses of the pages that cut across."""

from django.urls import include, path

from conurb.portal import accounts, views

urlpatterns = [
    path("", views.home, name="home"),
    path("work/", views.work, name="work"),
    path("language/", views.language, name="language"),
    path("account/", accounts.account, name="account"),
    path("account/", include("conurb.portal.account_urls")),
    path("demo/", views.demo_roles, name="demo-roles"),
    path("demo/login/", views.demo_login, name="demo-login"),
]
