"""The pages of joint reviews: the list, one review, its findings, the acts, its record."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conurb.atlas.models import Layer, LayerVersion
from conurb.desk.queries.pages_notices import unread_about
from conurb.journal.serving import download
from conurb.records import presenting
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.access import officers_only, person
from conurb.region.forms import Form
from conurb.region.models import City, User
from conurb.sames.planning import forms
from conurb.sames.planning.actions import comments as commenting
from conurb.sames.planning.actions import reviews as actions
from conurb.sames.planning.acts import ACTS, ActPage
from conurb.sames.planning.models import Comment, Review, plans_space
from conurb.sames.planning.queries import adoption, conflicts
from conurb.sames.planning.queries import reviews as queries
from conurb.sames.planning.queries.conflicts import FindingFilter
from conurb.sames.planning.queries.maps import map_of
from conurb.sames.planning.queries.reviews import ReviewFilter
from conurb.sames.planning.reviewing import Act
from conurb.sames.planning.writers import findings_sheet, paper

PER_PAGE = 20
FINDINGS_PER_PAGE = 25
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@officers_only
@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """Show the reviews: open ones first, with what is late and whose answer is awaited."""
    actor, today = person(request), timezone.localdate()
    asked = ReviewFilter.from_query(request.GET)
    page = Paginator(queries.listed(actor, asked, today), PER_PAGE).get_page(asked.page)
    context = {
        "asked": asked,
        "page": page,
        "rows": queries.rows(list(page.object_list), today),
        "counts": queries.counts(actor, today),
        "states": Review.State.choices,
        "kinds": Layer.Kind.choices,
        "cities": City.objects.all(),
        "submits": plans_space(actor),
    }
    return render(request, "planning/reviews.html", context)


@officers_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Submit a draft version to the neighbours."""
    actor = person(request)
    if not plans_space(actor):
        raise NotCompetentError(
            _("Only authorities competent for spatial planning submit layers to joint review.")
        )
    drafts = drafts_of(actor)
    initial = {"version": request.GET.get("version")}
    chosen = drafts.filter(key=request.GET.get("version", "")).first()
    if chosen is not None:
        initial = {"version": chosen.pk, "title": str(chosen.layer.name)}
    form = forms.SubmitForm(request.POST or None, versions=drafts, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                review = actions.submit(
                    actor,
                    given["version"],
                    title=given["title"],
                    words=given["words"],
                    effective_on=given["effective_on"],
                )
            except RefusedError as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(
                    request, _("%(number)s is under review.") % {"number": review.number}
                )
                return HttpResponseRedirect(address_of(review))
    context = {"form": form, "drafts": drafts.exists()}
    return render(request, "planning/new.html", context, status=status)


@officers_only
@require_safe
def review(request: HttpRequest, key: str) -> HttpResponse:
    """Show one review: the map, the parties, what was found, what was said, what can be done."""
    actor = person(request)
    found = visible_review(actor, key)
    page = queries.page(actor, found, timezone.localdate())
    context = {
        "review": found,
        "page": page,
        "acts": [ACTS[act.value] for act in (*page.party_acts, *page.submitter_acts)],
        "summary": conflicts.summary(actor, found),
        "findings": conflicts.listed(actor, found, FindingFilter())[:8],
        "map": map_of(actor, found),
        **_adopted(actor, found),
        "told": unread_about(actor, found.urn),
        "comment_form": forms.CommentForm(),
    }
    return render(request, "planning/review.html", context)


@officers_only
@require_safe
def findings(request: HttpRequest, key: str) -> HttpResponse:
    """Show the findings of a review as a table."""
    actor = person(request)
    found = visible_review(actor, key)
    asked = FindingFilter.from_query(request.GET)
    rows = conflicts.listed(actor, found, asked)
    context = {
        "review": found,
        "asked": asked,
        "page": Paginator(rows, FINDINGS_PER_PAGE).get_page(asked.page),
        "summary": conflicts.summary(actor, found),
        "choices": conflicts.choices(actor, found),
        "sorts": conflicts.SORTS.items(),
    }
    return render(request, "planning/findings.html", context)


@officers_only
@require_safe
def findings_xlsx(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with the findings asked for as a workbook."""
    actor = person(request)
    found = visible_review(actor, key)
    rows = conflicts.listed(actor, found, FindingFilter.from_query(request.GET))
    title = _("Findings of %(number)s") % {"number": found.number}
    return download(findings_sheet.write(rows, title=title), f"{title}.xlsx", XLSX)


@officers_only
@require_safe
def findings_csv(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with the findings asked for as a table of plain text."""
    actor = person(request)
    found = visible_review(actor, key)
    rows = conflicts.listed(actor, found, FindingFilter.from_query(request.GET))
    title = _("Findings of %(number)s") % {"number": found.number}
    return download(findings_sheet.write_csv(rows), f"{title}.csv", CSV)


@officers_only
@require_safe
def on_map(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with findings and pinned remarks as GeoJSON."""
    actor = person(request)
    found = visible_review(actor, key)
    features = [
        *conflicts.features(actor, found),
        *(_pinned(thread) for thread in queries.threads(actor, found)),
    ]
    return JsonResponse(
        {"type": "FeatureCollection", "features": [each for each in features if each]},
        content_type="application/geo+json",
    )


@officers_only
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, key: str, act: str) -> HttpResponse:
    """Show the form of an act, and carry it out."""
    actor = person(request)
    found = visible_review(actor, key)
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404(_("There is no such act."))
    _refuse_strangers(actor, found, chosen)
    form = _form_of(request, actor, found, chosen)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                done = chosen.do(actor, found, form)
            except RefusedError as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, _said(done, chosen))
                return HttpResponseRedirect(address_of(done))
    context = {
        "review": found,
        "act": chosen,
        "form": form,
        "summary": conflicts.summary(actor, found),
        "parties": queries.standings(found, timezone.localdate()),
        "rules": found,
        "lacks_draft": chosen.act is Act.RESUBMIT and not drafts_of(actor, found.layer).exists(),
    }
    return render(request, "planning/act.html", context, status=status)


@officers_only
@require_POST
def comment(request: HttpRequest, key: str) -> HttpResponse:
    """Write a remark, or an answer to one."""
    actor = person(request)
    found = visible_review(actor, key)
    commenting.taking_part(actor, found)
    form = forms.CommentForm(request.POST)
    if not form.is_valid():
        fault = next(iter(form.errors.values()))[0]
        raise RefusedError(str(fault), status=422)
    given = form.cleaned_data
    answers = None
    if given["answers"]:
        answers = Comment.objects.visible_to(actor).filter(key=given["answers"]).first()
        if answers is None:
            raise Http404(_("There is no such thread."))
    pin = commenting.Pin(given["longitude"], given["latitude"], given["finding"])
    made = commenting.comment(actor, found, given["words"], pin=pin, answers=answers)
    messages.success(request, _("The remark stands in the review."))
    return HttpResponseRedirect(f"{address_of(found)}#thread-{(made.parent or made).key}")


@officers_only
@require_POST
def thread(request: HttpRequest, key: str) -> HttpResponse:
    """Resolve a thread, or open it again."""
    actor = person(request)
    found = Comment.objects.visible_to(actor).filter(key=key).select_related("review").first()
    if found is None:
        raise Http404(_("There is no such thread."))
    resolved = request.POST.get("resolved") == "1"
    commenting.turn(actor, found, resolved=resolved)
    messages.success(
        request, _("The thread is resolved.") if resolved else _("The thread is open again.")
    )
    return HttpResponseRedirect(f"{address_of(found.review)}#thread-{found.key}")


@officers_only
@require_safe
def record(request: HttpRequest, key: str) -> HttpResponse:
    """Answer with the whole record as a Word document, maps included."""
    actor = person(request)
    found = visible_review(actor, key)
    name = _("Record of joint review %(number)s") % {"number": found.number}
    return download(paper.write(actor, found, timezone.now()), f"{name}.docx", DOCX)


def visible_review(actor: User, key: str) -> Review:
    """Return a review that the actor may see; Http404 where there is none."""
    found = queries.review_of(actor, key)
    if found is None:
        raise Http404(_("There is no such review, or it is not yours to see."))
    return found


def address_of(review: Review) -> str:
    """Return the address of a review's page."""
    return reverse("planning-review", args=[review.key])


def drafts_of(actor: User, layer: Layer | None = None) -> Any:
    """Return the draft versions that an authority can submit, the newest first."""
    found = LayerVersion.objects.visible_to(actor).filter(
        state=LayerVersion.State.DRAFT, layer__authority=actor.authority
    )
    if layer is not None:
        found = found.filter(layer=layer)
    return found.select_related("layer").order_by("-created_at", "-pk")


def _refuse_strangers(actor: User, review: Review, chosen: ActPage) -> None:
    """Refuse whose act it is not before a form is shown."""
    if chosen.act in {Act.RESUBMIT, Act.WITHDRAW}:
        actions.require_submitter(actor, review.layer)
    elif not (plans_space(actor) and review.parties.filter(authority=actor.authority).exists()):
        raise NotCompetentError(_("Your authority is not asked in this review."))


def _form_of(request: HttpRequest, actor: User, review: Review, chosen: ActPage) -> Form:
    more: dict[str, Any] = {}
    if chosen.form is forms.ResubmitForm:
        more["versions"] = drafts_of(actor, review.layer)
    return chosen.form(request.POST or None, initial={"round_read": review.round}, **more)


def _adopted(actor: User, review: Review) -> dict[str, Any]:
    """What the page shows of the records of an adoption."""
    now = timezone.now()
    return {
        "adoptions": [
            {
                "adoption": each,
                "picture": _drawn(adoption.code(each, now)),
                "issued_by_own": each.record.authority_id == actor.authority_id,
            }
            for each in adoption.adoptions_of(review)
        ]
    }


def _drawn(code: str) -> str:
    picture = presenting.drawing(code, ecc="M")[0] if code else ""
    return mark_safe(picture)  # noqa: S308 - drawn by segno, of base45 alone


def _said(review: Review, chosen: ActPage) -> str:
    if review.state == Review.State.ADOPTED:
        return _("All parties have signed: the layer is adopted.")
    return str(chosen.done)


def _pinned(thread: queries.Thread) -> dict[str, Any] | None:
    first = thread.first
    if first.longitude is None or first.latitude is None:
        return None
    return {
        "type": "Feature",
        "id": f"thread-{first.key}",
        "geometry": {"type": "Point", "coordinates": [first.longitude, first.latitude]},
        "properties": {
            "what": "thread",
            "key": first.key,
            "number": thread.number,
            "resolved": thread.resolved,
            "words": first.words[:200],
            "author": first.authority.short,
        },
    }
