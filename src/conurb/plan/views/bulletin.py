from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bulletins(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def bulletin(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def docx(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def xlsx(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")
