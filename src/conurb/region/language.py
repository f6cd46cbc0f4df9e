"""Which language a request is answered in."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation


class ChosenLanguageMiddleware:
    """Answer in the language the person chose, else in the region's: Chinese.

    Django's own middleware would follow the browser's list, and hand an official on an
    English-language Windows an English page. A choice is kept in a cookie; `?lang=en` chooses for
    one request, so that an address of an export or a calendar can carry its language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen_language(
            request.GET.get("lang"), request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        )
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


def chosen_language(*wishes: str | None) -> str:
    """Return the first wish that is a language of this node, else the node's default."""
    known = dict(settings.LANGUAGES)
    return next((wish for wish in wishes if wish in known), settings.LANGUAGE_CODE)
