"""The pages that cut across."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conurb.plan.tally import DRAWN
from conurb.portal import queries
from conurb.region.language import chosen_language


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the plan at a glance: lights by field, what moved, what is late, the map."""
    shown = queries.home(request.user, timezone.now())
    return render(request, "portal/home.html", {"home": shown, "drawn": DRAWN})


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


def refusal(request: HttpRequest, title: str, message: str, status: int) -> HttpResponse:
    """Answer with a page that says what was wrong and what to do; with JSON to a program."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": message}, status=status)
    context = {"title": title, "message": message, "status": status}
    return render(request, "refused.html", context, status=status)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not carry this site's token: it is too old, or cookies are off."""
    return refusal(
        request,
        _("The form has expired"),
        _("Nothing was changed. Go back, reload the page and send it again; allow cookies here."),
        403,
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be understood."""
    return refusal(
        request,
        _("This request cannot be understood"),
        _("The address or the form is malformed, or it is too large. Go back and try again."),
        400,
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer whoever may not do this, in the words of the refusal where it has any."""
    plain = _("Your account may not see this page. Ask the coordination office if you should.")
    return refusal(request, _("Not permitted"), str(exception) or plain, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address at which nothing stands that the asker may see."""
    return refusal(
        request,
        _("There is nothing here"),
        _("The address is wrong, or what stood here is not open to you. Search the plan instead."),
        404,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when the platform itself failed. Reads no database: that may be what failed."""
    language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    with translation.override(language):
        page = render_to_string("failed.html", {"language": language})
    return HttpResponse(page, status=500)
