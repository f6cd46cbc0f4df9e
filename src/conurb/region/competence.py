"""Who may act on a task: officers for their authority, the coordination office for any."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from conurb.refusal import NotCompetentError, RefusedError
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


def require_officer_of(actor: User, authority: Authority) -> None:
    """Refuse whoever is not an officer of `authority`. Nobody decides on another's behalf."""
    if not works_for_region(actor) or actor.authority_id != authority.pk:
        raise NotCompetentError(
            _("This is for the officers of %(authority)s to do.") % {"authority": authority.short}
        )


def competent(subject: str, city: str) -> Authority:
    """Return the authority of a city that is competent for a subject of work (key, adcode).

    Where the city has several, the first in the order of region.toml; where it has none, the
    region's. Raises RefusedError where nobody is competent.
    """
    able = Authority.objects.filter(active=True, subjects=subject).order_by("order", "key")
    found = able.filter(city_id=city).first() or able.filter(city=None).first()
    if found is None:
        raise RefusedError(
            _("No authority of %(city)s is competent for %(subject)s. Complete region.toml.")
            % {"city": city, "subject": subject}
        )
    return found
