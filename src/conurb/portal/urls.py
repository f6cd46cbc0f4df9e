"""Addresses of the pages that cut across."""

from django.urls import include, path

from conurb.portal import accounts, demo, views, work

urlpatterns = [
    path("", views.home, name="home"),
    path("work/", work.work, name="work"),
    path("language/", views.language, name="language"),
    path("account/", accounts.account, name="account"),
    path("account/", include("conurb.portal.account_urls")),
    path("demo/", demo.demo_roles, name="demo-roles"),
    path("demo/login/", demo.demo_login, name="demo-login"),
]
