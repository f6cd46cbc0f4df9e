from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def authorities(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def authority(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")
