"""The task that an address names, for whoever may see it."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from conurb.plan.models import Task
from conurb.region.access import named


def visible_task(request: HttpRequest, key: str) -> Task:
    """Return the task with this key, or raise Http404."""
    tasks = Task.objects.visible_to(request.user).select_related("lead__city", "item__field__plan")
    found = tasks.filter(urn=named("task", key)).first()
    if found is None:
        raise Http404(_("There is no task with this address."))
    return found
