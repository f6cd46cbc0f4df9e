"""The API keeps what its document promises: random requests find no other answer."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from ninja import Schema
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from conurb.plan.actions.keys import create
from conurb.plan.actions.life import accept, propose_lead
from conurb.plan.models import Task
from conurb.region.models import Authority

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
    ignored_auth,
]


@pytest.fixture
def document(client) -> dict[str, Any]:
    return json.loads(client.get("/api/openapi.json").content)


@pytest.fixture
def kept_connection():
    """Let a request leave the connection open, in whose transaction the test stands."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


contract = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())


@dataclass(frozen=True)
class Known:
    """Keys that exist: one of the office to ask with, those of tasks and proposals to ask for."""

    secret: str
    keys: dict[str, Iterator[str]]


@pytest.fixture
def known(plan, actors) -> Known:
    office = Authority.objects.get(is_office=True)
    tasks = list(Task.everything.all()[:6])
    proposals = [propose_lead(actors["office"], task, office, "统筹事项") for task in tasks]
    for proposal in proposals[:3]:
        accept(actors["office"], proposal)
    return Known(
        secret=create(actors["office"], office, "Contract test").secret,
        keys={
            "/tasks/": itertools.cycle([task.key for task in tasks]),
            "/assignments/": itertools.cycle([proposal.key for proposal in proposals]),
        },
    )


@contract.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_documented(case, known, kept_connection):
    keys = next((keys for part, keys in known.keys.items() if part in case.path), None)
    if keys and case.meta.generation.mode.is_positive:
        case.path_parameters["key"] = next(keys)
    headers = {"Authorization": f"Bearer {known.secret}", "Host": "localhost"}
    case.call_and_validate(checks=CHECKS, headers=headers)


def test_the_document_is_valid_openapi(document):
    validate(document)


def operations(document: dict[str, Any]):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_operation_says_what_it_is(document):
    names = []
    tags = {tag["name"] for tag in document["tags"]}
    for path, method, operation in operations(document):
        names.append(operation["operationId"])
        assert operation["summary"], (path, method)
        assert operation["description"], (path, method)
        assert set(operation["tags"]) <= tags
        assert operation["responses"]["422"], (path, method)
    assert len(names) == len(set(names))


def test_keys_are_a_scheme_and_public_operations_need_none(document):
    scheme = document["components"]["securitySchemes"]["BearerKey"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    needs_none = {
        operation["operationId"]
        for _path, _method, operation in operations(document)
        if {} in operation["security"]
    }
    assert needs_none == {
        "appraiseTogether",
        "checkSubject",
        "checkSubjects",
        "compareVersions",
        "exportSignalPlan",
        "followCase",
        "getArterial",
        "getDeskFigures",
        "getIsochrones",
        "getItem",
        "getLayer",
        "getLayerSchema",
        "getLayerVersion",
        "getNetworkProject",
        "getPlan",
        "getRecordType",
        "getService",
        "getTask",
        "getTile",
        "getTruckPassStatistics",
        "getTrustList",
        "getWageArrears",
        "listAgreements",
        "listArterials",
        "listCheckpoints",
        "listCoordinateSystems",
        "listDeadEnds",
        "listEntries",
        "listFields",
        "listItems",
        "listLayers",
        "listLogs",
        "listMeasures",
        "listNetworkProjects",
        "listPlans",
        "listProblems",
        "listRepairs",
        "listReports",
        "listServices",
        "listTasks",
        "listTruckRestrictions",
        "listTruckZones",
        "listWageArrears",
        "proveConsistency",
        "proveInclusion",
    }


def test_every_problem_has_one_shape(document):
    for _path, _method, operation in operations(document):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                schema = answer["content"]["application/json"]["schema"]
                assert schema["$ref"].endswith("/Problem"), operation["operationId"]


def shapes(of: type[Schema] = Schema) -> Iterator[type[Schema]]:
    for shape in of.__subclasses__():
        if shape.__module__.startswith("conurb."):
            yield shape
        yield from shapes(shape)


def test_a_name_stands_for_one_shape(document):
    """The document knows shapes by their names; of two with one name it would tell one alone."""
    modules: dict[str, set[str]] = {}
    for shape in shapes():
        if shape.__name__ in document["components"]["schemas"]:
            modules.setdefault(shape.__name__, set()).add(shape.__module__)
    assert {name: places for name, places in modules.items() if len(places) > 1} == {}


def test_what_is_sent_has_examples(document):
    for name in ("LayerIn", "ReportIn", "ReturnIn"):
        assert document["components"]["schemas"][name]["examples"]
