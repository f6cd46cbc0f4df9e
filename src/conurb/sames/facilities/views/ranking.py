"""The ranking of projects: the first page of the pack."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def ranking(request: HttpRequest) -> HttpResponse:
    """Show every project of the plan, ranked by what it does for people."""
    return render(request, "facilities/ranking.html")
