"""The pages that cut across."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from conurb.region.language import chosen_language


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "skeleton.html")


def work(request: HttpRequest) -> HttpResponse:
    return render(request, "skeleton.html")


def account(request: HttpRequest) -> HttpResponse:
    return render(request, "skeleton.html")


def demo_roles(request: HttpRequest) -> HttpResponse:
    return render(request, "skeleton.html")


def demo_login(request: HttpRequest) -> HttpResponse:
    return render(request, "skeleton.html")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in a cookie and go back to the page it was chosen on."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen_language(request.POST.get("language")),
        max_age=settings.LANGUAGE_COOKIE_AGE,
        samesite="Lax",
        secure=settings.LANGUAGE_COOKIE_SECURE,
    )
    return response


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "refused.html", {"message": reason}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "refused.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "refused.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "refused.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "refused.html", status=500)
