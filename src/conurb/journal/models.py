"""Who did what, when, for whom: an append-only table. A database trigger refuses changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conurb.scoping import ScopedManager

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from conurb.region.models import User


class Entry(models.Model):
    """One act. Names stand in it as they were then; later renames do not change it."""

    at = models.DateTimeField(_("time"), default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_name = models.CharField(_("who"), max_length=120)
    authority_key = models.CharField(max_length=80, blank=True, db_index=True)
    authority_name = models.CharField(_("for whom"), max_length=200, blank=True)
    verb = models.CharField(_("what"), max_length=60, db_index=True)
    object_urn = models.CharField(max_length=80, db_index=True)
    object_name = models.CharField(_("on what"), max_length=300)
    detail = models.JSONField(default=dict, blank=True)

    objects = ScopedManager["Entry"]()
    everything: ClassVar[models.Manager[Entry]] = models.Manager()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        base_manager_name = "everything"
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.verb} {self.object_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not self._state.adding:
            raise AppendOnlyError("A journal entry is never changed. Write a new one.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("A journal entry is never deleted.")

    @staticmethod
    def visible(actor: User | AnonymousUser) -> models.Q:
        """The coordination office and administrators see all, officers what their authority did."""
        if getattr(actor, "is_superuser", False):
            return models.Q()
        authority = getattr(actor, "authority", None)
        if authority is None:
            return models.Q(pk__in=[])
        return models.Q() if authority.is_office else models.Q(authority_key=authority.key)


class AppendOnlyError(RuntimeError):
    """Somebody tried to change or delete what is only ever added to."""


def actor_name(actor: User | None) -> str:
    """How the journal names an actor; the platform itself where there is none."""
    return str(actor) if actor is not None else "Conurb"
