"""An officer checks, for a case, the records that its service uses; each look is noted."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk.actions.moving import deciding, offered
from conurb.desk.models import Case
from conurb.desk.queries.held import answers_about, city_deciding
from conurb.desk.reuse import wanted_types
from conurb.records.actions.looking import look
from conurb.records.checking import Answer
from conurb.refusal import NotCompetentError
from conurb.region.competence import require_officer_of
from conurb.region.models import User


def check_records(actor: User, case: Case, *, now: datetime | None = None) -> list[Answer]:
    """Return what holds about the applicant of the types that the service of a case names.

    By an officer of the deciding authority; the case is the purpose, and the person can read it.
    """
    require_officer_of(actor, deciding(case))
    service = offered(case)
    if case.applicant is None:
        raise NotCompetentError(_("This case has no applicant whose records could be checked."))
    moment = now or timezone.now()
    city = city_deciding(service, case.data, case.accepted_in_id)
    answers = []
    for slug in wanted_types(service.prefills, service.materials):
        for subject, answer in answers_about(
            case.applicant, service, case.data, slug, city, moment
        ):
            look(actor, answer, subject, purpose=f"办件审查 {case.number}", way="desk")
            answers.append(answer)
    return answers
