"""Within a request nothing is read without asking who may see it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from conurb.journal.models import Entry
from conurb.plan.models import Assignment, Bulletin, Document, Evidence, Report, Supervision, Task
from conurb.region.models import ApiKey
from conurb.scoping import UnscopedQueryError, request_scope

SCOPED = (Task, Assignment, Report, Evidence, Supervision, Document, Bulletin, Entry, ApiKey)


@pytest.mark.django_db
@pytest.mark.parametrize("model", SCOPED)
def test_plain_access_raises_in_a_request_and_names_the_way(model):
    with request_scope(), pytest.raises(UnscopedQueryError, match=r"visible_to\(actor\)"):
        list(model.objects.all())
    assert list(model.objects.all()) is not None


@pytest.mark.django_db
def test_related_rows_are_guarded_too(plan):
    task = Task.everything.first()
    with request_scope(), pytest.raises(UnscopedQueryError):
        list(task.reports.all())


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Evidence, Supervision, Document, Entry, ApiKey])
def test_nobody_and_residents_see_nothing_of_the_inside(model, actors):
    with request_scope():
        assert not model.objects.visible_to(AnonymousUser()).exists()
        assert not model.objects.visible_to(actors["resident"]).exists()


@pytest.mark.django_db
def test_every_model_of_an_authority_or_person_has_a_rule():
    """A new model with a foreign key to an authority or a person must say who sees it."""
    from django.apps import apps

    unruled = {
        model.__name__
        for label in ("plan", "journal", "region")
        for model in apps.get_app_config(label).get_models()
        if any(
            field.is_relation
            and field.concrete
            and field.related_model is not None
            and field.related_model.__name__ in {"User", "Authority"}
            for field in model._meta.get_fields()
        )
        and not hasattr(model, "visible")
    }
    # people and who stands behind a public task are reached from scoped rows; digests are not shown
    assert unruled == {"User", "RegionState", "TaskActor", "Digest"}
