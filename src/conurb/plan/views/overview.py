from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def plan_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return render(request, "skeleton.html")
