from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def item(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def task(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")
