"""The catalogue of layers, a layer, a version."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conurb.atlas import coordinates, formats
from conurb.atlas.actions import layers as actions
from conurb.atlas.import_forms import LayerForm
from conurb.atlas.models import Layer, LayerVersion
from conurb.atlas.queries import catalogue, lists
from conurb.journal import sheets
from conurb.journal.serving import download
from conurb.refusal import RefusedError
from conurb.region.access import officers_only, person
from conurb.region.models import City, User, in_language

LAYERS_A_PAGE = 30
ROWS_A_PAGE = 50
MOST_EXPORTED = 50_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
def layers(request: HttpRequest) -> HttpResponse:
    """List the layers that somebody may see."""
    asked = catalogue.Asked.of(request.GET.dict())
    page = Paginator(catalogue.layers(request.user, asked), LAYERS_A_PAGE).get_page(
        request.GET.get("page")
    )
    keeps = isinstance(request.user, User) and bool(actions.kinds_for(request.user))
    return render(
        request,
        "atlas/layers.html",
        {
            "asked": asked,
            "page": page,
            "shown": catalogue.shown(request.user, list(page)),
            "cities": City.objects.all(),
            "kinds": Layer.Kind.choices,
            "region_code": catalogue.REGION,
            "keeps": keeps,
            "imports": catalogue.open_imports(request.user)[:10],
        },
    )


@officers_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open a layer."""
    actor = person(request)
    actions.require_keeper(actor)
    form = LayerForm(request.POST or None, kinds=actions.kinds_for(actor))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = actions.open_layer(actor, **form.cleaned_data)
            except RefusedError as refusal:
                form.refuse(refusal)
            else:
                return redirect("atlas-upload", key=made.key)
    return render(request, "atlas/layer_new.html", {"form": form}, status=status)


@require_safe
def layer(request: HttpRequest, key: str) -> HttpResponse:
    """Show a layer with its versions."""
    found = layer_of(request, key)
    versions = list(catalogue.versions_of(request.user, found))
    return render(
        request,
        "atlas/layer.html",
        {
            "layer": found,
            "versions": versions,
            "newest": next((v for v in versions if v.state != LayerVersion.State.WITHDRAWN), None),
            "imports": catalogue.open_imports(request.user, found),
            "owns": _owns(request, found),
        },
    )


@require_safe
def version(request: HttpRequest, key: str) -> HttpResponse:
    """Show a version: facts, classes, what was repaired, what is wrong."""
    found = version_of(request, key)
    which = "problems" if request.GET.get("list") == "problems" else "repairs"
    if "list" not in request.GET and not found.counts.get("repaired") and found.problems_sha256:
        which = "problems"
    kind, number = request.GET.get("kind", "")[:40], request.GET.get("number", "").strip()[:18]
    rows = getattr(lists, which)(found, kind, number)
    system = coordinates.label(found.source_crs)
    return render(
        request,
        "atlas/version.html",
        {
            "version": found,
            "layer": found.layer,
            "owns": _owns(request, found.layer),
            "classes": lists.classes(found),
            "whole": sum(row["area"] for row in found.classes.values()) / lists.HECTARE,
            "kilometres": sum(row["length"] for row in found.classes.values()) / 1000,
            "system": in_language(system.zh, system.en),
            "format": formats.NAMES.get(found.source_format, found.source_format),
            "which": which,
            "asked": {"kind": kind, "number": number},
            "kinds_in": lists.kinds_in(found, which.removesuffix("s")),
            "page": Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page")),
            "total_repairs": len(lists.repairs(found)),
            "total_problems": len(lists.problems(found)),
            "reviewed": found.layer.kind in {Layer.Kind.LAND_USE, Layer.Kind.ZONES},
        },
    )


@require_safe
def repairs_xlsx(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with the list of repairs as a sheet."""
    found = version_of(request, key)
    unit = _("m²") if found.geometry == LayerVersion.Geometry.POLYGON else _("m")
    columns = [
        sheets.Column(_("Feature"), 12),
        sheets.Column(_("What was repaired"), 50, wraps=True),
        sheets.Column(f"{_('Size before')} ({unit})", 18),
        sheets.Column(f"{_('Size after')} ({unit})", 18),
    ]
    rows = lists.repairs(found)
    cells = (
        [r["fid"], r["reason"], round(r["before"], 2), round(r["after"], 2)] for r in _some(rows)
    )
    return _sheet(found, _("List of repairs"), columns, cells, len(rows))


@require_safe
def problems_xlsx(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with the list of problems as a sheet."""
    found = version_of(request, key)
    columns = [
        sheets.Column(_("Feature"), 12),
        sheets.Column(_("Field"), 24),
        sheets.Column(_("Value"), 30, wraps=True),
        sheets.Column(_("Problem"), 60, wraps=True),
    ]
    rows = lists.problems(found)
    cells = ([r["fid"], r["label"], r["value"] or "", r["reason"]] for r in _some(rows))
    return _sheet(found, _("Problems"), columns, cells, len(rows))


@officers_only
@require_POST
def publish(request: HttpRequest, key: str) -> HttpResponse:
    """Show a draft to everybody."""
    found = version_of(request, key)
    actions.publish(person(request), found)
    messages.success(request, _("Published. Everybody sees this version now."))
    return redirect("atlas-version", key=key)


@officers_only
@require_POST
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Give a draft up."""
    found = version_of(request, key)
    actions.withdraw(person(request), found)
    messages.success(request, _("Given up. Only your authority sees this version."))
    return redirect("atlas-version", key=key)


def layer_of(request: HttpRequest, key: str) -> Layer:
    """Return a layer that the person may see; Http404 for others."""
    found = Layer.objects.visible_to(request.user).filter(key=key)
    layer = found.select_related("city", "authority").first()
    if layer is None:
        raise Http404(_("There is nothing with this address."))
    return layer


def version_of(request: HttpRequest, key: str) -> LayerVersion:
    """Return a version that the person may see; Http404 for others."""
    found = LayerVersion.objects.visible_to(request.user).filter(key=key)
    version = found.select_related("layer__city", "layer__authority", "created_by").first()
    if version is None:
        raise Http404(_("There is nothing with this address."))
    return version


def _owns(request: HttpRequest, layer: Layer) -> bool:
    return isinstance(request.user, User) and request.user.authority_id == layer.authority_id


def _some(rows: lists.Listed) -> Iterator[dict[str, Any]]:
    for start in range(0, min(len(rows), MOST_EXPORTED), 5000):
        yield from rows[start : min(start + 5000, MOST_EXPORTED)]


def _sheet(
    found: LayerVersion, name: str, columns: list[sheets.Column], rows: Any, total: int
) -> HttpResponse:
    notes = []
    if total > MOST_EXPORTED:
        notes.append(
            _("The first %(shown)d of %(total)d rows; narrow the list on the page for the rest.")
            % {"shown": MOST_EXPORTED, "total": total}
        )
    title = f"{found.layer.name} v{found.number} {name}"
    content = sheets.write(
        [sheets.Sheet(name, columns, rows, notes=notes)], title=title, creator="Conurb"
    )
    return download(content, f"{title}.xlsx", XLSX)
