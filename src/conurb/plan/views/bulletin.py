"""The bulletins: the months, one month, its introduction, its issue, and its files."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from conurb.plan.actions import bulletin as actions
from conurb.plan.bulletins import Month, summary
from conurb.plan.models import Plan
from conurb.plan.queries import bulletin as queries
from conurb.plan.queries.bulletin import Issue
from conurb.plan.views.exports import DOCX, XLSX, language_of, named
from conurb.plan.writers import docx as word
from conurb.plan.writers import tables
from conurb.plan.writers import xlsx as workbook
from conurb.plan.writers.wording import wording
from conurb.refusal import RefusedError
from conurb.region.access import office_only, person
from conurb.region.forms import Form
from conurb.region.models import coordinates


class IntroductionForm(Form):
    """The introduction of a bulletin; `version` is what the editor started from."""

    introduction_zh = forms.CharField(
        label=gettext_lazy("Introduction in Chinese"),
        required=False,
        strip=True,
        max_length=actions.INTRODUCTION_LIMIT,
        widget=forms.Textarea(attrs={"rows": 6, "lang": "zh-Hans"}),
    )
    introduction_en = forms.CharField(
        label=gettext_lazy("Introduction in English"),
        required=False,
        strip=True,
        max_length=actions.INTRODUCTION_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4, "lang": "en"}),
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


@require_safe
def bulletins(request: HttpRequest) -> HttpResponse:
    """List the months."""
    plan = Plan.objects.filter(is_current=True).first()
    rows = queries.months(request.user, plan, timezone.localdate()) if plan else []
    context = {"plan": plan, "rows": rows, "writes": coordinates(request.user)}
    return render(request, "plan/bulletins.html", context)


@require_safe
def bulletin(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Show a month's bulletin; its draft for the office alone."""
    issue = _issue(request, year, month)
    return _page(request, issue, None)


@office_only
@require_POST
def introduction(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Keep the introduction of a draft."""
    form = IntroductionForm(request.POST)
    if form.is_valid():
        try:
            actions.write_introduction(
                person(request),
                _plan(request, year, month),
                _month(year, month),
                zh=form.cleaned_data["introduction_zh"],
                en=form.cleaned_data["introduction_en"],
                version=form.cleaned_data["version"],
            )
        except RefusedError as refusal:
            form.refuse(refusal)
            return _page(request, _issue(request, year, month), form, status=refusal.status)
        messages.success(request, _("The introduction was kept."))
        return HttpResponseRedirect(reverse("bulletin", args=[year, month]))
    return _page(request, _issue(request, year, month), form, status=422)


@office_only
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Ask whether to issue a bulletin, then issue it."""
    shown = _issue(request, year, month)
    if request.method == "POST":
        version = request.POST.get("version", "")
        actions.issue(
            person(request),
            _plan(request, year, month),
            shown.month,
            version=int(version) if version.isascii() and version.isdigit() else -1,
        )
        messages.success(request, _("The bulletin was issued and is public now."))
        return HttpResponseRedirect(reverse("bulletin", args=[year, month]))
    if shown.is_issued:
        raise RefusedError(_("This bulletin was issued; it is not changed any more."))
    words = wording(language_of(request))
    context = {
        "issue": shown,
        "month": words.month(year, month),
        "summary": summary(shown.content, language_of(request)),
        "ends_later": shown.content.as_of < shown.month.last,
    }
    return render(request, "plan/bulletin_issue.html", context)


@require_safe
def docx(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Answer with the bulletin as a Word document."""
    shown = _issue(request, year, month)
    language = language_of(request)
    content = word.write(shown.content, shown.introduction, language)
    name = wording(language).title(shown.content)
    response = HttpResponse(content, content_type=DOCX)
    return named(response, f"bulletin-{year}-{month:02}.docx", f"{name}.docx")


@require_safe
def xlsx(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Answer with the bulletin as a workbook."""
    shown = _issue(request, year, month)
    words = wording(language_of(request))
    name = words.title(shown.content)
    content = workbook.write(
        tables.bulletin_sheets(shown.content, shown.introduction, words),
        title=name,
        creator=shown.content.office.read(words.language),
    )
    response = HttpResponse(content, content_type=XLSX)
    return named(response, f"bulletin-{year}-{month:02}.xlsx", f"{name}.xlsx")


def _page(
    request: HttpRequest, shown: Issue, form: IntroductionForm | None, *, status: int = 200
) -> HttpResponse:
    language = language_of(request)
    words = wording(language)
    writes = coordinates(request.user) and not shown.is_issued
    if form is None and writes:
        form = IntroductionForm(
            initial={
                "introduction_zh": shown.introduction.zh,
                "introduction_en": shown.introduction.en,
                "version": shown.version,
            }
        )
    context = {
        "issue": shown,
        "content": shown.content,
        "masthead": words.masthead(shown.content),
        "number": words.issue(shown.content),
        "heading": words.title(shown.content),
        "summary": summary(shown.content, language),
        "introduction": shown.introduction.read(language),
        "lights": tables.LIGHTS,
        "form": form if writes else None,
        "languages_of_files": [("zh-hans", "中文"), ("en", "English")],
        "candid": any(row.obstacle for row in shown.content.stuck),
    }
    return render(request, "plan/bulletin.html", context, status=status)


def _month(year: int, month: int) -> Month:
    if not (1900 <= year <= 2999 and 1 <= month <= 12):
        raise Http404(_("There is no such month."))
    return Month(year, month)


def _plan(request: HttpRequest, year: int, month: int) -> Plan:
    plan = queries.plan_of_month(request.user, _month(year, month))
    if plan is None:
        raise Http404(_("There is no plan yet."))
    return plan


def _issue(request: HttpRequest, year: int, month: int) -> Issue:
    plan = _plan(request, year, month)
    shown = queries.issue_of(request.user, plan, Month(year, month), now=timezone.now())
    if shown is None:
        raise Http404(_("No bulletin was issued for this month."))
    return shown
