"""Asking for an answer that takes long, and how far it is."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from conurb.background.models import Job
from conurb.refusal import RefusedError
from conurb.region.models import User
from conurb.sames.facilities.actions import answering
from conurb.sames.facilities.models import NetworkState
from conurb.sames.facilities.queries import answers, reaching
from conurb.sames.facilities.queries import network as networks
from conurb.sames.facilities.queries.answers import Question
from conurb.sames.facilities.queries.ranking import travel_of
from conurb.sames.facilities.views.reading import MOST_TOGETHER


@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Have projects appraised together, or what is reached worked out; lead to its page."""
    question = question_of(networks.in_use(), request.POST)
    if answers.is_large(networks.in_use()):
        answering.ask(request.user if isinstance(request.user, User) else None, question)
    return HttpResponseRedirect(question.address)


@require_safe
def progress(request: HttpRequest, key: str) -> HttpResponse:
    """Show how far an answer is, as a part of a page; lead to it once it is there."""
    waiting = answers.waiting_for(f"urn:conurb:region:answer:{key}")
    if waiting is None:
        raise Http404(_("There is nothing with this address."))
    if not getattr(request, "htmx", False):
        return redirect(waiting.question.address)
    response = render(request, "facilities/parts/waiting.html", {"waiting": waiting})
    if waiting.job is not None and waiting.job.state == Job.State.DONE:
        response["HX-Redirect"] = waiting.question.address
    return response


def question_of(state: NetworkState, asked: QueryDict) -> Question:
    """Read a question. Raises RefusedError for one that cannot be answered."""
    keys = list(dict.fromkeys(asked.getlist("project")))
    if not keys:
        reach = reaching.Asked.from_query(asked)
        return answers.about_reach(state, reach.travel, reaching.place_of(state, reach))
    known = {project.key for project in networks.network_of(state).projects}
    if len(keys) > MOST_TOGETHER or not known.issuperset(keys):
        words = _("Tick two to %(most)s projects to appraise together.") % {"most": MOST_TOGETHER}
        raise RefusedError(words, status=422)
    return answers.about_projects(state, travel_of(asked.get("travel", "")), keys)
