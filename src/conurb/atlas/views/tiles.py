"""Vector tiles of versions."""

from __future__ import annotations

import gzip

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from conurb.atlas import schemas
from conurb.atlas.derived import tiles_folder
from conurb.atlas.models import LayerVersion
from conurb.atlas.tile_index import REVISION, Source, tile_of
from conurb.atlas.tiles import Tile

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
A_YEAR = 365 * 24 * 3600


@require_safe
def tile(request: HttpRequest, key: str, z: int, x: int, y: int) -> HttpResponse:
    """Answer a tile of a version, 204 where it shows nothing.

    A version never changes, so a tile is kept for good; by caches between only if it is public.
    """
    asked = Tile(z, x, y)
    version = LayerVersion.objects.visible_to(request.user).filter(key=key).first()
    if version is None or not asked.exists:
        raise Http404(_("There is nothing with this address."))
    etag = f'"{version.sha256[:32]}-{REVISION}-{z}-{x}-{y}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = _answer(request, tile_of(source_of(version), asked, tiles_folder()))
    response["ETag"] = etag
    if version.state == LayerVersion.State.PUBLISHED:
        patch_cache_control(response, public=True, max_age=A_YEAR, immutable=True)
        response["Access-Control-Allow-Origin"] = "*"
    else:
        patch_cache_control(response, private=True, max_age=3600)
    patch_vary_headers(response, ["Accept-Encoding", "Cookie"])
    return response


def source_of(version: LayerVersion) -> Source:
    """Return what tiles of a version show: its classes; all else is asked for by feature."""
    return Source(version.path, version.sha256, (schemas.CODE,), schemas.CODE)


def _answer(request: HttpRequest, packed: bytes) -> HttpResponse:
    if not packed:
        return HttpResponse(status=204)
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return HttpResponse(gzip.decompress(packed), content_type=MEDIA_TYPE)
    response = HttpResponse(packed, content_type=MEDIA_TYPE)
    response["Content-Encoding"] = "gzip"
    return response
