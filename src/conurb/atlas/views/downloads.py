"""Downloads of versions."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from conurb.atlas.actions.deriving import download_of, downloaded, prepare_download
from conurb.atlas.downloading import FORMATS, Format
from conurb.atlas.models import LayerVersion
from conurb.atlas.reference_systems import ReferenceSystem, find, offered
from conurb.journal.serving import disposition
from conurb.refusal import RefusedError
from conurb.region.keys import user_of
from conurb.region.models import in_language

ASK_AGAIN_AFTER = 4
"""Seconds after which a page that waits for a file asks again."""


@require_safe
def downloads(request: HttpRequest, key: str) -> HttpResponse:
    """Show the formats and systems in which a version can be had."""
    version = _version(request, key)
    return render(
        request,
        "atlas/downloads.html",
        {
            "version": version,
            "formats": [
                (form.key, in_language(form.name.zh, form.name.en)) for form in FORMATS.values()
            ],
            "systems": _systems(version),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def download(request: HttpRequest, key: str, form: str) -> HttpResponseBase:
    """Answer the file; a large one that is not there yet is made by a job, for which POST asks.

    Other programs come with their key, as to the API.
    """
    if not _known_by_key(request):
        refused = HttpResponse(_("This key is unknown or was revoked."), status=401)
        refused["WWW-Authenticate"] = 'Bearer realm="Conurb"'
        return refused
    version = _version(request, key)
    if form not in FORMATS:
        raise Http404(_("There is nothing with this address."))
    chosen, system = FORMATS[form], _system(request, version)
    if request.method == "POST":
        prepare_download(request.user, version, chosen, system)
        address = reverse("atlas-download", args=[key, form])
        return redirect(f"{address}?crs={system.authority_code}")
    wanted = download_of(version, chosen, system)
    if not wanted.ready and not wanted.at_once:
        return _waiting(request, version, chosen, system, is_made=wanted.job is not None)
    path = downloaded(version, chosen, system)
    response = FileResponse(path.open("rb"), content_type=chosen.media_type)
    response["Content-Disposition"] = disposition(_file_name(version, chosen, system))
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    patch_cache_control(response, private=True, no_store=True)
    return response


def _known_by_key(request: HttpRequest) -> bool:
    """Let the user be the system whose key is sent; False for a key that is not good."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return True
    user = user_of(secret.strip())
    if user is None:
        return False
    request.user = user
    return True


def _waiting(
    request: HttpRequest,
    version: LayerVersion,
    form: Format,
    system: ReferenceSystem,
    *,
    is_made: bool,
) -> HttpResponse:
    context = {
        "version": version,
        "format": in_language(form.name.zh, form.name.en),
        "system": system,
        "is_made": is_made,
    }
    response = render(request, "atlas/download_waiting.html", context, status=202)
    if is_made:
        response["Refresh"] = str(ASK_AGAIN_AFTER)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _version(request: HttpRequest, key: str) -> LayerVersion:
    version = (
        LayerVersion.objects.visible_to(request.user)
        .select_related("layer__authority")
        .filter(key=key)
        .first()
    )
    if version is None:
        raise Http404(_("There is nothing with this address."))
    return version


def _systems(version: LayerVersion) -> list[ReferenceSystem]:
    """Return the systems to choose among; CRS84 and EPSG:4326 are one in files."""
    return [one for one in offered(version.west, version.east) if one.code]


def _system(request: HttpRequest, version: LayerVersion) -> ReferenceSystem:
    written = request.GET.get("crs") or request.POST.get("crs") or "EPSG:4326"
    found = find(written, _systems(version))
    if found is None or not found.code:
        raise RefusedError(
            _("This coordinate system is not offered for the layer."), status=422, field="crs"
        )
    return found


def _file_name(version: LayerVersion, form: Format, system: ReferenceSystem) -> str:
    return f"{version.layer.name}_v{version.number}_EPSG{system.code}{form.ending}"
