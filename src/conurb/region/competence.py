"""Who may act on a task: officers for their authority, the coordination office for any."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from conurb.refusal import NotCompetentError
from conurb.region.models import Authority, User, coordinates, works_for_region


@dataclass(frozen=True)
class Acting:
    """For which authority somebody acts, and whether on its behalf rather than as its officer."""

    authority: Authority
    on_behalf: bool = False


def require_office(actor: User) -> None:
    """Refuse whoever does not run the plan."""
    if not coordinates(actor):
        raise NotCompetentError(_("Only the coordination office may do this."))


def acting_for(actor: User, authority: Authority) -> Acting:
    """Return how `actor` acts for `authority`; raises NotCompetentError where it may not."""
    if works_for_region(actor) and actor.authority_id == authority.pk:
        return Acting(authority)
    if coordinates(actor):
        return Acting(authority, on_behalf=True)
    raise NotCompetentError(
        _("This is for the officers of %(authority)s to do.") % {"authority": authority.short}
    )
