"""Following a case without a login, by what stands on its receipt."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from conurb.desk.forms import FollowForm
from conurb.desk.queries import following, pages_cases
from conurb.desk.queries.pages_cases import FollowedView
from conurb.refusal import RefusedError


@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for number and code; on POST show where the case stands, and nobody's name.

    The QR of a receipt opens this page with the number; the code stands behind the #.
    """
    form = FollowForm(request.POST or None, initial={"number": request.GET.get("number", "")[:40]})
    view: FollowedView | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            source = str(request.META.get("REMOTE_ADDR", ""))
            try:
                found = following.follow(given["number"], given["code"], source=source)
            except RefusedError as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                view, status = pages_cases.followed_view(found, timezone.localdate()), 200
    context = {"form": form, "view": view, "title": _("Follow a case")}
    response = render(request, "desk/follow.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
