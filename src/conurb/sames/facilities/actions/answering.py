"""Working out, once and in the background, what takes long on a large network."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from conurb.background import actions as background
from conurb.background.models import Job
from conurb.background.work import Running, Work
from conurb.journal import files
from conurb.refusal import RefusedError
from conurb.region.models import User
from conurb.region.tables import Bilingual
from conurb.sames.facilities.models import Answer, NetworkState
from conurb.sames.facilities.queries import answers
from conurb.sames.facilities.queries import network as networks
from conurb.sames.facilities.queries.answers import KIND, Question

MOST_WAITING = 20
"""Questions that wait or are worked on at most; everybody may ask, so that none can ask for all."""
READING = Bilingual("读取路网", "Reading the network")
WORKING = Bilingual("计算", "Working it out")


def ask(actor: User | None, question: Question) -> Job | None:
    """Have a question answered; None where the answer is there already.

    Whoever asks what is asked already is shown the same job. Raises RefusedError where too many
    questions wait.
    """
    with transaction.atomic():
        if answers.kept(question) is not None:
            return None
        waiting = answers.waiting(question)
        if waiting.is_working:
            return waiting.job
        over = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)
        if Job.everything.filter(kind=KIND).exclude(state__in=over).count() >= MOST_WAITING:
            raise RefusedError(
                _("Many questions are being worked on. Ask again in some minutes."), status=503
            )
        return background.ask(actor, KIND, about=question.urn, question=question.plain)


def _do(running: Running) -> tuple[Question, str, float]:
    """Work the answer out and lay it in a file."""
    question = Question.read(running.arguments["question"])
    began = time.monotonic()
    running.progress(0, 3, READING)
    state = NetworkState.objects.filter(digest=question.network).latest("pk")
    networks.graph_of(state, question.travel)
    running.progress(1, 3, WORKING)
    content = answers.worked_out(question)
    running.progress(2, 3, WORKING)
    return question, files.store(content).sha256, time.monotonic() - began


def _keep(_job: Job, made: tuple[Question, str, float]) -> dict[str, Any]:
    question, sha256, seconds = made
    Answer.objects.update_or_create(
        question=question.digest,
        defaults={"asked": question.plain, "result": sha256, "seconds": seconds},
    )
    return {"answer": question.digest}


ANSWERING = Work(
    kind=KIND,
    name=Bilingual("计算项目组合或可达范围", "Projects together, or areas reached"),
    do=_do,
    keep=_keep,
    leads_to=lambda job: Question.read(job.arguments["question"]).address,
)
