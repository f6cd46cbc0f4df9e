"""From a document to a plan: handing it in, checking what was read, confirming."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from pathlib import PurePath
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conurb.journal import files
from conurb.journal.serving import download
from conurb.plan.actions import drafting
from conurb.plan.actions.importing import Upload, keep_document
from conurb.plan.carrying import FATES
from conurb.plan.import_forms import ACCEPT, HeadingForm, TaskForm, UploadForm, kind_choices
from conurb.plan.models import Document, Plan, Task
from conurb.plan.queries.drafts import REPAIRS_A_PAGE, DraftPage, Row
from conurb.plan.queries.succession import Succession, is_done, succession
from conurb.plan.reader import DocumentError, Reading, read_text
from conurb.plan.reader.decode import text_of
from conurb.plan.working_copy import Op, year_in
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.models import User, coordinates, in_language

View = Callable[..., HttpResponse]
DOCUMENTS_A_PAGE = 30
HELD_FOR = 24 * 3600
MEDIA_TYPES = {
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
OPS: dict[str, Op] = {
    "change": "change",
    "merge": "merge",
    "delete": "delete",
    "restore": "restore",
}


def office_only(view: View) -> View:
    """Let in the coordination office; others log in, or are told that it is not theirs."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not coordinates(request.user):
            raise NotCompetentError(_("Only the coordination office imports plans."))
        return view(request, *args, **kwargs)

    return guarded


@office_only
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """List the documents that were handed in, and take another."""
    if request.method != "POST":
        return _imports_page(request, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _imports_page(request, form, 422)
    try:
        return _take_in(request, form)
    except DocumentError as fault:
        form.add_error("file", in_language(fault.message_zh, fault.message_en))
    except RefusedError as refusal:
        form.add_error(refusal.field or "file", str(refusal))
    return _imports_page(request, form, 422)


def _take_in(request: HttpRequest, form: UploadForm) -> HttpResponse:
    """Keep the document as a draft, unless something has to be asked first."""
    upload = _handed_in(form)
    sha256 = hashlib.sha256(upload.content).hexdigest()
    held = signing.dumps([sha256, upload.filename], salt="import")
    same = Document.objects.visible_to(request.user).filter(sha256=sha256)
    if same.exists() and not form.cleaned_data["anyway"]:
        asked = {"same": _listed(same)[0], "held": held, "year": form.cleaned_data["year"]}
        return _imports_page(request, UploadForm(), 409, **asked)
    given: int | None = form.cleaned_data["year"]
    reading = _read(upload, given)
    year = given or year_in(reading.title)
    if year is None:
        # only what can be read is kept until the question is answered
        files.store(upload.content)
        asked = {"yearless": upload.filename, "held": held, "guess": reading.year}
        return _imports_page(request, UploadForm(), 422, **asked)
    document = keep_document(_user(request), upload, reading.to_json(), year)
    return redirect("import", key=document.key)


def _handed_in(form: UploadForm) -> Upload:
    """The file of the form. Raises RefusedError where it is too large or was held too long."""
    file = form.cleaned_data["file"]
    if file is not None:
        _require_small(file.size)
        name = _safe_name(file.name)
        return Upload(name, _media_type(name), file.read())
    try:
        sha256, name = signing.loads(form.cleaned_data["held"], salt="import", max_age=HELD_FOR)
        content = files.read(sha256)
    except (signing.BadSignature, FileNotFoundError) as lost:
        raise RefusedError(_("The file is not kept any more. Choose it again.")) from lost
    return Upload(name, _media_type(name), content)


def _require_small(size: int) -> None:
    if size > settings.UPLOAD_LIMIT:
        raise RefusedError(
            _("The file has %(size)d MB; at most %(limit)d MB are taken.")
            % {"size": -(-size // 1_048_576), "limit": settings.UPLOAD_LIMIT // 1_048_576}
        )


def _safe_name(name: str | None) -> str:
    """The file's own name, without path and control characters, ending kept."""
    bare = PurePath((name or "").replace("\\", "/")).name
    plain = "".join(char for char in bare if char.isprintable()) or "document"
    stem, dot, ending = plain.rpartition(".")
    return plain if len(plain) <= 200 else f"{stem[: 199 - len(ending)]}{dot}{ending}"[:200]


def _media_type(name: str) -> str:
    return MEDIA_TYPES.get(PurePath(name).suffix.lower(), "application/octet-stream")


def _read(upload: Upload, year: int | None) -> Reading:
    # a NUL cannot be kept in a PostgreSQL text; one character for one keeps every span
    text = text_of(upload.content, upload.filename).replace("\x00", "\ufffd")
    reading = read_text(text, gazetteer=drafting.region_gazetteer(), year=year)
    if not any(True for _item in reading.items):
        raise RefusedError(
            _(
                "No numbered item was found in this document. Check that it is the plan itself, "
                "with items like 一、（一）1. or headings."
            )
        )
    return reading


def _imports_page(
    request: HttpRequest, form: UploadForm, status: int = 200, **asked: Any
) -> HttpResponse:
    documents = _listed(Document.objects.visible_to(request.user))
    page = Paginator(documents, DOCUMENTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "documents": page,
        "accept": ACCEPT,
        "limit": settings.UPLOAD_LIMIT,
        **asked,
    }
    return render(request, "plan/imports.html", context, status=status)


def _listed(documents: Any) -> Any:
    """Documents for a list: who and which plan with them, without their long columns."""
    return documents.select_related("created_by", "plan").defer(
        "text", "reading", "edits", "decisions"
    )


@office_only
@require_GET
def document(request: HttpRequest, key: str) -> HttpResponse:
    """Show a document beside what was read in it. `?section=3` opens one of many."""
    page = DraftPage(_found(request, key))
    wanted = _number(request.GET.get("section"))
    if request.headers.get("HX-Request") and wanted:
        section = page.section(wanted)
        if section is None:
            raise Http404
        context = _context(page) | {"section": section, "rows": page.rows(section)}
        return render(request, "plan/import_rows.html", context)
    return render(request, "plan/import.html", _full_context(request, page, wanted))


@office_only
@require_GET
def original(request: HttpRequest, key: str) -> HttpResponse:
    """Hand back the file as it was handed in."""
    row = _found(request, key)
    try:
        content = files.read(row.sha256)
    except FileNotFoundError as lost:
        raise Http404 from lost
    return download(content, row.filename, row.media_type)


@office_only
@require_POST
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """Accept or reject a repair, or accept all that the reader is sure of."""
    row = _found(request, key)
    version = _version(request)
    try:
        if request.POST.get("sure"):
            row = drafting.accept_sure(_user(request), row, version)
        else:
            answers = {"accept": True, "reject": False, "reset": None}
            answer = request.POST.get("answer", "")
            if answer not in answers:
                raise RefusedError(_("Choose to accept or to reject."), status=422)
            decision = {request.POST.get("repair", ""): answers[answer]}
            row = drafting.decide(_user(request), row, version, decision)
    except RefusedError as refusal:
        return _refused(request, row, refusal)
    return _workspace(request, row, "repairs")


@office_only
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, key: str, task: str) -> HttpResponse:
    """Show the form of a task, or change, split, merge, delete or restore it."""
    row = _found(request, key)
    if request.method != "POST":
        return _task_form(request, row, task)
    try:
        row = _change_task(request, row, task)
    except RefusedError as refusal:
        return _refused(request, row, refusal)
    if request.POST.get("keep"):
        return _status_only(request, row)
    return _row_of(request, row, task)


def _change_task(request: HttpRequest, row: Document, task: str) -> Document:
    actor, version = _user(request), _version(request)
    op = request.POST.get("op", "kind")
    if op == "kind":
        return drafting.edit(actor, row, version, "change", task, {"kind": _kind(request)})
    if op == "split":
        text, place = request.POST.get("text", "").strip(), _number(request.POST.get("at"))
        if request.POST.get("of", text).strip() != text:
            raise RefusedError(
                _("The words were changed after the places were listed. Save first, then split."),
                status=422,
            )
        return drafting.split(actor, row, version, task, text, place)
    if op not in OPS:
        raise RefusedError(_("This cannot be done with a task."), status=422)
    if op != "change":
        return drafting.edit(actor, row, version, OPS[op], task)
    says = _valid(TaskForm(request.POST)).says()
    return drafting.edit(actor, row, version, "change", task, says, goes_on=True)


def _kind(request: HttpRequest) -> str:
    kind = request.POST.get("kind", "")
    if kind not in dict(kind_choices()):
        raise RefusedError(_("There is no such kind of task."), status=422)
    return kind


def _valid(form: TaskForm) -> TaskForm:
    if not form.is_valid():
        first = next(iter(form.errors.items()))
        words = _("%(field)s: %(fault)s") % {
            "field": _field_name(first[0]),
            "fault": first[1][0],
        }
        raise RefusedError(words, status=422, field=first[0])
    return form


def _field_name(name: str) -> str:
    names = {
        "text": _("Words of the task"),
        "verb": _("Verb"),
        "object": _("Object"),
        "kind": _("Kind"),
        "due_from": _("Due from"),
        "due_to": _("Due to"),
    }
    return names.get(name, name)


@office_only
@require_POST
def add(request: HttpRequest, key: str, item: str) -> HttpResponse:
    """Add a task to an item."""
    row = _found(request, key)
    try:
        says = _valid(TaskForm(request.POST)).says()
        row = drafting.edit(_user(request), row, _version(request), "add", item, says)
    except RefusedError as refusal:
        return _refused(request, row, refusal)
    return _row_of(request, row, item)


@office_only
@require_POST
def heading(request: HttpRequest, key: str) -> HttpResponse:
    """Set title and year of the plan."""
    row = _found(request, key)
    form = HeadingForm(request.POST)
    try:
        if not form.is_valid():
            raise RefusedError(_("Give the plan a title, and a year like 2026."), status=422)
        given = form.cleaned_data
        row = drafting.set_heading(
            _user(request), row, _version(request), given["title"], given["year"]
        )
    except RefusedError as refusal:
        return _refused(request, row, refusal)
    return _workspace(request, row, "heading")


@office_only
@require_POST
def undo(request: HttpRequest, key: str) -> HttpResponse:
    """Take back the last edit, or one that no longer fits."""
    row = _found(request, key)
    serial = _number(request.POST.get("serial"))
    try:
        if serial:
            row = drafting.drop_edit(_user(request), row, _version(request), serial)
        else:
            row = drafting.undo(_user(request), row, _version(request))
    except RefusedError as refusal:
        return _refused(request, row, refusal)
    return _workspace(request, row, "status")


@office_only
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, key: str) -> HttpResponse:
    """Ask whether the draft shall be put away, and do it."""
    row = _found(request, key)
    if request.method != "POST":
        return render(request, "plan/import_discard.html", {"document": row})
    try:
        drafting.discard(_user(request), row, _version(request))
    except RefusedError as refusal:
        return _refused(request, row, refusal)
    messages.success(request, _("The draft was put away. It can be taken up again from the list."))
    return redirect("imports")


@office_only
@require_POST
def reopen(request: HttpRequest, key: str) -> HttpResponse:
    """Take up a discarded draft again."""
    row = _found(request, key)
    drafting.reopen(_user(request), row)
    return redirect("import", key=row.key)


@office_only
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Show exactly what will enter the plan, and let it enter."""
    row = _found(request, key)
    if request.method == "POST":
        try:
            plan = drafting.confirm(
                _user(request), row, _version(request), request.POST.get("against", "")
            )
        except RefusedError as refusal:
            return _refused(request, row, refusal)
        messages.success(request, _("The plan is in force: %(title)s") % {"title": plan.title})
        return redirect("plan")
    if row.state != Document.State.DRAFT:
        return redirect("import", key=row.key)
    page = DraftPage(row)
    try:
        drafting.require_confirmable(page.copy, row)
    except RefusedError as refusal:
        return _refused(request, row, refusal)
    entering = page.copy.confirmed()
    follows = succession(entering.to_json(), Task.objects.visible_to(request.user))
    context = _context(page) | {
        "entering": entering,
        "follows": follows,
        "fates": _fates(follows),
        "ended": follows.ended() if follows else [],
        "done": _done(follows),
        "same_year": Plan.objects.filter(year=row.year).exists(),
    }
    return render(request, "plan/import_confirm.html", context)


def _fates(follows: Succession | None) -> list[tuple[str, int, int]]:
    """How many items and tasks have each fate."""
    if follows is None:
        return []
    counts = follows.carrying
    return [(fate, counts.count(fate), counts.count_tasks(fate)) for fate in FATES]


def _done(follows: Succession | None) -> frozenset[str]:
    """The names of the tasks of the former plan that are done."""
    if follows is None:
        return frozenset()
    return frozenset(urn for urn, task in follows.tasks.items() if is_done(task))


def _found(request: HttpRequest, key: str) -> Document:
    """The document of this key, if the asker may see it; else 404."""
    rows = Document.objects.visible_to(request.user).select_related("created_by", "plan")
    found = rows.filter(urn=f"urn:conurb:region:document:{key}").first()
    if found is None:
        raise Http404
    return found


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _version(request: HttpRequest) -> int:
    return _number(request.POST.get("version"))


def _number(words: str | None) -> int:
    return int(words) if words and words.isdecimal() and len(words) < 10 else 0


def _context(page: DraftPage) -> dict[str, Any]:
    return {"page": page, "document": page.document, "kinds": kind_choices()}


def _full_context(request: HttpRequest, page: DraftPage, wanted: int) -> dict[str, Any]:
    """The whole page: short documents with every field open, long ones with the one wanted."""
    opened = {
        section.number: page.rows(section)
        for section in page.sections
        if not page.is_long or section.number == wanted
    }
    repairs = Paginator(page.repairs, REPAIRS_A_PAGE).get_page(request.GET.get("repairs"))
    return _context(page) | {"opened": opened, "repairs": repairs}


def _workspace(request: HttpRequest, row: Document, place: str) -> HttpResponse:
    """After a change that may touch everything: the whole result anew."""
    if not request.headers.get("HX-Request"):
        query = "?repairs=1" if place == "repairs" else ""
        return HttpResponseRedirect(f"{reverse('import', args=[row.key])}{query}#{place}")
    page = DraftPage(row)
    return render(request, "plan/import_workspace.html", _full_context(request, page, 0))


def _row_of(request: HttpRequest, row: Document, target: str) -> HttpResponse:
    """After a change within an item: its row anew."""
    page = DraftPage(row)
    start = _number(target.replace("+", "-").partition("-")[0])
    section = page.section(page.section_of(start))
    shown = _row_at(page, start)
    if section is None or shown is None:
        return _workspace(request, row, "status")
    if not request.headers.get("HX-Request"):
        place = f"?section={section.number}#item-{shown.id}"
        return HttpResponseRedirect(reverse("import", args=[row.key]) + place)
    answer = render(request, "plan/import_changed.html", _context(page) | {"row": shown})
    near = min(shown.tasks, key=lambda line: abs(line.task.span[0] - start), default=None)
    if near is not None:
        answer.headers["HX-Trigger-After-Settle"] = json.dumps(
            {"conurb:focus": f"task-{near.draft.id}"}
        )
    return answer


def _row_at(page: DraftPage, place: int) -> Row | None:
    """The row of the item around this character."""
    section = page.section(page.section_of(place))
    if section is None:
        return None
    rows = [row for row in page.rows(section) if row.item is not None]
    return next((row for row in rows if row.window[0] <= place < row.window[1]), None)


def _status_only(request: HttpRequest, row: Document) -> HttpResponse:
    return render(request, "plan/import_saved.html", _context(DraftPage(row)))


def _task_form(request: HttpRequest, row: Document, target: str) -> HttpResponse:
    page = DraftPage(row)
    shown = _row_at(page, _number(target.replace("+", "-").partition("-")[0]))
    line = next((line for line in (shown.tasks if shown else ()) if line.draft.id == target), None)
    if shown is None or line is None:
        raise Http404
    context = _context(page) | {"row": shown, "line": line}
    if not request.headers.get("HX-Request"):
        return render(request, "plan/import_task.html", context)
    if request.GET.get("shut"):
        return render(request, "plan/import_row.html", context)
    return render(request, "plan/import_task_form.html", context)


def _refused(request: HttpRequest, row: Document, refusal: RefusedError) -> HttpResponse:
    """Say why a change was not kept, with the words that were sent, so that none is lost."""
    context = {"document": row, "refusal": refusal, "words": request.POST.get("text", "")}
    if not request.headers.get("HX-Request"):
        return render(request, "plan/import_refused.html", context, status=refusal.status)
    answer = render(request, "plan/import_notice.html", context, status=refusal.status)
    answer.headers["HX-Retarget"] = "#notice"
    answer.headers["HX-Reswap"] = "innerHTML"
    return answer
