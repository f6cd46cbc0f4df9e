from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def propose(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def withdraw(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def report(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def support(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def accept(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def give_back(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")


def evidence(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")
