from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def journal(request: HttpRequest) -> HttpResponse:
    return render(request, "skeleton.html")
