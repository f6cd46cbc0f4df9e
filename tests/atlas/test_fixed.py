"""A version of a layer stays what it is, whatever program writes."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction

from conurb.atlas.models import Layer, LayerVersion
from conurb.region.competence import competent
from conurb.region.models import User
from tests.atlas.layers import layer, version


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", [{"sha256": "f" * 64}, {"feature_count": 7}, {"classes": {"0701": {}}}]
)
def test_the_database_refuses_changes_of_facts(db, change):
    made = version(layer())
    with pytest.raises(DatabaseError), transaction.atomic():
        LayerVersion.everything.filter(pk=made.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        LayerVersion.everything.filter(pk=made.pk).delete()


@pytest.mark.django_db
def test_its_state_moves_on(db):
    made = version(layer())
    made.state = LayerVersion.State.SUBMITTED
    made.save()
    made.refresh_from_db()
    assert made.state == "submitted"


@pytest.mark.django_db
def test_who_sees_which_state(db):
    mine = layer()
    for state in LayerVersion.State:
        version(mine, state=state)
    owner = User.objects.create_user("owner", authority=mine.authority)
    neighbour = User.objects.create_user(
        "neighbour", authority=competent("spatial-planning", "430200")
    )

    def seen(actor):
        rows = LayerVersion.objects.visible_to(actor)
        return set(rows.values_list("state", flat=True))

    assert seen(owner) == {"draft", "submitted", "published", "withdrawn"}
    assert seen(neighbour) == {"submitted", "published"}
    assert seen(AnonymousUser()) == {"published"}
    drafted = layer(name="只有草稿")
    version(drafted)
    assert drafted in Layer.objects.visible_to(owner)
    assert drafted not in Layer.objects.visible_to(neighbour)
    assert drafted not in Layer.objects.visible_to(AnonymousUser())
    assert list(Layer.objects.visible_to(AnonymousUser())) == [mine]
