"""Answers to questions that take long on a large network: projects together, areas reached.

On a small network they are worked out in the request. On a large one (`LARGE`) somebody asks for
the answer once, a worker makes it in the background (`actions.answering`), and it is kept under the
digest of everything that it depends on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from django.urls import reverse

from conurb.background.models import Job
from conurb.journal import files
from conurb.network.multimodal import Travel
from conurb.sames.facilities import worth
from conurb.sames.facilities.actions.appraising import inputs_of
from conurb.sames.facilities.models import Answer, NetworkState
from conurb.sames.facilities.queries import reaching, runs
from conurb.sames.facilities.queries.reaching import Computed, Place
from conurb.sames.facilities.worth import Worth

KIND = "facilities.answer"
LARGE = 2_000_000
"""Nodes times zones above which an answer is worked out in the background. A schematic network of
160 zones has 80,000 and takes a second at most; a city's streets, of 80,000 nodes, have 13 million
and take half a minute for the first question after a start."""

What = Literal["together", "reach"]


@dataclass(frozen=True)
class Question:
    """What is asked of a network. `depends` is the digest of all that the answer depends on."""

    what: What
    network: str
    travel: Travel
    depends: str
    keys: tuple[str, ...] = ()
    zone: str = ""
    at: tuple[float, float] = (0.0, 0.0)

    @property
    def plain(self) -> dict[str, Any]:
        """The question as JSON."""
        return {
            "what": self.what,
            "network": self.network,
            "travel": self.travel,
            "depends": self.depends,
            "keys": list(self.keys),
            "zone": self.zone,
            "at": list(self.at),
        }

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Question:
        """Return a question from JSON."""
        at = plain["at"]
        return cls(**{**plain, "keys": tuple(plain["keys"]), "at": (at[0], at[1])})

    @property
    def digest(self) -> str:
        """The name under which the answer is kept."""
        return hashlib.sha256(json.dumps(self.plain, sort_keys=True).encode()).hexdigest()

    @property
    def urn(self) -> str:
        """What a job that works it out is about."""
        return f"urn:conurb:region:answer:{self.digest[:30]}"

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The question as fields of a form or an address."""
        if self.what == "together":
            asked = [("project", key) for key in self.keys]
        elif self.zone:
            asked = [("zone", self.zone)]
        else:
            asked = [("at", f"{self.at[0]},{self.at[1]}")]
        return [("travel", self.travel), *asked]

    @property
    def address(self) -> str:
        """The page that shows the answer."""
        name = "facilities-together" if self.what == "together" else "facilities-network"
        return f"{reverse(name)}?{urlencode(self.fields)}"


@dataclass(frozen=True)
class Waiting:
    """A question whose answer is not there yet, and the job that is on it, or that failed."""

    question: Question
    job: Job | None

    @property
    def key(self) -> str:
        """The last part of the question's name, by which its progress is asked for."""
        return self.question.urn.rsplit(":", 1)[1]

    @property
    def is_working(self) -> bool:
        """Tell whether somebody has asked already and the answer is on its way."""
        return self.job is not None and not self.job.is_over

    @property
    def problem(self) -> str:
        """Why the last try failed, "" where none did."""
        return self.job.problem if self.job and self.job.state == Job.State.FAILED else ""


def is_large(state: NetworkState) -> bool:
    """Tell whether questions to a network are worked out in the background."""
    return int(state.counts.get("nodes", 0)) * int(state.counts.get("zones", 0)) > LARGE


def about_projects(state: NetworkState, travel: Travel, keys: Sequence[str]) -> Question:
    """Return the question what projects are worth together; their order does not count."""
    depends = inputs_of(state, travel)
    return Question("together", state.digest, travel, depends, keys=tuple(sorted(set(keys))))


def about_reach(state: NetworkState, travel: Travel, place: Place) -> Question:
    """Return the question what is reached from a place."""
    return Question(
        "reach", state.digest, travel, inputs_of(state, travel), zone=place.zone, at=place.at
    )


def together(state: NetworkState, travel: Travel, keys: Sequence[str]) -> Worth | None:
    """Return what projects are worth together; None where that has yet to be worked out."""
    if not is_large(state):
        return runs.together(state, travel, tuple(keys))
    content = kept(about_projects(state, travel, keys))
    return None if content is None else worth.read_one(content)


def reach(state: NetworkState, travel: Travel, place: Place) -> Computed | None:
    """Return what is reached from a place; None where that has yet to be worked out."""
    if not is_large(state):
        return reaching.computed(state, travel, place)
    content = kept(about_reach(state, travel, place))
    return None if content is None else Computed.read(content)


def worked_out(question: Question) -> bytes:
    """Work an answer out, however long that takes."""
    state = NetworkState.objects.filter(digest=question.network).latest("pk")
    if question.what == "together":
        return worth.written_one(runs.together(state, question.travel, question.keys))
    place = Place(question.zone, question.at, "")
    return reaching.computed(state, question.travel, place).written


def kept(question: Question) -> bytes | None:
    """Return the answer as it was kept; None where there is none, or its file is gone."""
    answer = Answer.objects.filter(question=question.digest).first()
    if answer is None:
        return None
    try:
        return files.read(answer.result)
    except FileNotFoundError:
        return None


def waiting(question: Question) -> Waiting:
    """Return how far the answer to a question is."""
    jobs = Job.everything.filter(kind=KIND, about=question.urn)
    return Waiting(question, jobs.order_by("-asked_at", "-id").first())


def waiting_for(urn: str) -> Waiting | None:
    """Return the same for the name of a question; None where nobody has asked it."""
    job = Job.everything.filter(kind=KIND, about=urn).order_by("-asked_at", "-id").first()
    return None if job is None else Waiting(Question.read(job.arguments["question"]), job)
