from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def supervision(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def case(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")
