from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def plan_json(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def plan_xlsx(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def plan_ics(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def plan_geojson(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")
