"""Handing in a file of a layer, and confirming what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from conurb.atlas import coordinates, formats, schemas
from conurb.atlas.actions import importing as actions
from conurb.atlas.file_names import own_name
from conurb.atlas.import_forms import ACCEPT, LIMIT_MB, FileForm
from conurb.atlas.models import LayerImport, LayerVersion
from conurb.atlas.views.layers import layer_of
from conurb.refusal import RefusedError
from conurb.region.access import officers_only, person
from conurb.region.competence import require_officer_of
from conurb.region.models import in_language

_AROUND = 1024 * 1024
"""Bytes that the form itself may take around the file."""


@csrf_exempt  # what is inside is protected; this only looks at how long the body says it is
def upload(request: HttpRequest, key: str) -> HttpResponse:
    """Take a file; one that is far too large is refused before any of it is read."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and size.isdigit() and int(size) > formats.MAX_SIZE + _AROUND:
        fault = formats.too_large(int(size))
        message = in_language(fault.message_zh, fault.message_en)
        context = {"title": _("This cannot be done"), "message": message, "status": 422}
        return render(request, "refused.html", context, status=422)
    return _upload(request, key)


@csrf_protect
@officers_only
@require_http_methods(["GET", "HEAD", "POST"])
def _upload(request: HttpRequest, key: str) -> HttpResponse:
    actor = person(request)
    layer = layer_of(request, key)
    require_officer_of(actor, layer.authority)
    form = FileForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        form = FileForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            name = own_name(file.name)
            try:
                made = actions.hand_in(actor, layer, name, file.chunks())
            except RefusedError as refusal:
                form.refuse(refusal)
            else:
                return redirect("atlas-import", key=made.key)
    context = {
        "layer": layer,
        "form": form,
        "accept": ACCEPT,
        "limit": formats.MAX_SIZE,
        "limit_mb": LIMIT_MB,
        "most": f"{formats.MAX_FEATURES:,}",
    }
    return render(request, "atlas/upload.html", context, status=status)


@officers_only
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show how far a file is; where it was read, ask what it holds."""
    found = _import_of(request, key)
    status, faults = 200, {}
    given = _Given.of(found, request.POST if request.method == "POST" else {})
    if request.method == "POST":
        require_officer_of(person(request), found.layer.authority)
        if request.POST.get("do") == "confirm":
            try:
                found = actions.confirm(person(request), found, given.confirmed())
            except RefusedError as refusal:
                status, faults = refusal.status, {refusal.field or "all": str(refusal)}
            else:
                return redirect("atlas-import", key=key)
    if found.state == LayerImport.State.STORED and found.version_id:
        kept = LayerVersion.objects.visible_to(request.user).filter(pk=found.version_id).first()
        if kept is not None:
            return redirect("atlas-version", key=kept.key)
    context: dict[str, Any] = {
        "importing": found,
        "layer": found.layer,
        "job": found.job,
        "format": formats.NAMES.get(found.found.get("format", ""), ""),
        "faults": faults,
    }
    if found.state == LayerImport.State.ASKED:
        context |= _questions(found, given)
    return render(request, "atlas/import.html", context, status=status)


@officers_only
@require_POST
def discard(request: HttpRequest, key: str) -> HttpResponse:
    """Give a file up."""
    found = _import_of(request, key)
    actions.discard(person(request), found)
    return redirect("atlas-layer", key=found.layer.key)


@dataclass(frozen=True)
class _Given:
    """What the form says, guesses of the reader where it says nothing yet."""

    layer: int
    found: Mapping[str, Any]
    crs: str
    form: str
    swapped: bool
    fields: dict[str, str]
    codes: dict[str, str]
    note: str

    @classmethod
    def of(cls, importing: LayerImport, post: Mapping[str, Any]) -> _Given:
        layers = importing.found.get("layers", [])
        said = post or (_as_post(importing.answers) if importing.answers else {})
        place = said.get("layer", "")
        layer = int(place) if str(place).isdigit() and int(place) < len(layers) else _first(layers)
        found = layers[layer] if layers else {}
        if not found:
            return cls(layer, {}, "", "", False, {}, {}, "")
        # another layer of the file has fields, forms and codes of its own
        fresh = not said or str(said.get("shown", layer)) != str(layer)
        schema = schemas.SCHEMAS[importing.layer.kind]
        guessed = found["guessed"]
        fields = {
            column.name: guessed.get(column.name, "")
            if fresh
            else str(said.get(f"field-{column.name}", ""))
            for column in schema.columns
        }
        return cls(
            layer,
            found,
            found["crs"]["key"] if fresh else str(said.get("crs", "")),
            found["form"] if fresh else str(said.get("form", "")),
            False if fresh else bool(said.get("swapped")),
            fields,
            {} if fresh else _codes(said),
            "" if fresh and not said else str(said.get("note", ""))[:500],
        )

    def confirmed(self) -> actions.Confirmed:
        """Return the answers as the action takes them."""
        return actions.Confirmed(
            self.layer, self.crs, self.form, self.fields, self.codes, self.swapped, self.note
        )


def _first(layers: list[Mapping[str, Any]]) -> int:
    return next((n for n, each in enumerate(layers) if each["form"]), 0)


def _as_post(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers given before, as the form sends them."""
    pairs = enumerate(answers["codes"].items())
    codes = {
        k: v for n, (value, code) in pairs for k, v in ((f"value-{n}", value), (f"code-{n}", code))
    }
    fields = {f"field-{column}": name for column, name in answers["fields"].items()}
    plain = {name: answers[name] for name in ("layer", "crs", "form", "swapped", "note")}
    return {**plain, **fields, **codes}


def _codes(said: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name, value in said.items():
        if name.startswith("value-"):
            code = str(said.get(f"code-{name.removeprefix('value-')}", "")).strip()
            # the list beside the box writes code and name
            found[str(value)] = code.split(" ")[0]
    return found


def _questions(importing: LayerImport, given: _Given) -> dict[str, Any]:
    found, schema = given.found, schemas.SCHEMAS[importing.layer.kind]
    if not found:
        return {"found": {}}
    names = dict(LayerVersion.Geometry.choices)
    return {
        "found": found,
        "given": given,
        "layers": importing.found["layers"],
        "forms": [(form, names[form], found["forms"].get(form, 0)) for form in schema.forms],
        "other_forms": [
            (names.get(form, _("Mixed")), count)
            for form, count in found["forms"].items()
            if form not in schema.forms
        ],
        "columns": [
            {
                "name": column.name,
                "label": in_language(column.label.zh, column.label.en),
                "required": column.required,
                "chosen": given.fields.get(column.name, ""),
            }
            for column in schema.columns
        ],
        "systems": _systems(found),
        "crs_problem": _words(found["crs"]["problem"]),
        "encoding": {"gb18030": "GBK", "utf-8": "UTF-8"}.get(found["encoding"], found["encoding"]),
        **_code_questions(importing, given),
    }


def _words(problem: Mapping[str, str] | None) -> str:
    return in_language(problem["zh"], problem["en"]) if problem else ""


def _systems(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The systems to choose from: what the file says, what fits, the rest."""
    stated = found["crs"]
    likely = [guess["key"] for guess in stated["guesses"] if not guess["swapped"]]
    groups: list[dict[str, Any]] = []
    if stated["stated"]:
        key = stated["key"]
        words = coordinates.label(key if key != "file" else "", stated["name"])
        name = in_language(words.zh, words.en)
        groups.append({"name": _("As the file says"), "options": [(key, name)]})
    taken = {stated["key"]} if stated["stated"] else set()
    fits = [*dict.fromkeys([*likely, coordinates.GCJ02, coordinates.BD09])]
    if not likely:
        fits = []
    groups.append({"name": _("Fits the coordinates"), "options": _options(fits, taken)})
    taken |= set(fits)
    groups.append({"name": _("Others"), "options": _options(list(coordinates.SYSTEMS), taken)})
    return [group for group in groups if group["options"]]


def _options(keys: list[str], taken: set[str]) -> list[tuple[str, str]]:
    labels = [(key, coordinates.label(key)) for key in keys if key not in taken]
    return [(key, in_language(label.zh, label.en)) for key, label in labels]


def _code_questions(importing: LayerImport, given: _Given) -> dict[str, Any]:
    """What the values of the chosen field mean: those to be asked, those that are plain."""
    schema = schemas.SCHEMAS[importing.layer.kind]
    field = given.fields.get(schemas.CODE, "")
    values = given.found["values"].get(field)
    if not schema.has_codes or not field:
        return {"asks_codes": False}
    if values is None:
        return {"asks_codes": True, "too_many": True, "unclear": [], "plain": []}
    before = actions.known_codes(importing.layer)
    guessed = schemas.guess_codes(schema, values, before)
    rows = []
    for value, count in sorted(values.items(), key=lambda item: (-item[1], item[0])):
        code = given.codes.get(value, guessed[value] or "")
        name = schema.codes.get(code)
        rows.append(
            {
                "value": value,
                "count": count,
                "code": code,
                "name": in_language(name.zh, name.en) if name else "",
                "plain": schema.code_of(value) == code and value not in given.codes,
                "before": before.get(value) == code and bool(code),
            }
        )
    choices = [(code, in_language(name.zh, name.en)) for code, name in schema.codes.items()]
    return {
        "asks_codes": True,
        "unclear": [row for row in rows if not row["plain"]],
        "plain": [row for row in rows if row["plain"]],
        "code_choices": choices,
    }


def _import_of(request: HttpRequest, key: str) -> LayerImport:
    found = LayerImport.objects.visible_to(request.user).filter(key=key)
    made = found.select_related("layer__authority", "layer__city", "job", "created_by").first()
    if made is None:
        raise Http404(_("There is nothing with this address."))
    return made
