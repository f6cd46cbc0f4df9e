from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def imports(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def document(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")
