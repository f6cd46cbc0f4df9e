from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def map_page(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def counties(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def tasks(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")
