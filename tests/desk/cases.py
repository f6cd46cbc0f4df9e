"""Filled-in applications for the services of the region, and cases brought to a state."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from conurb.desk import actions
from conurb.desk.models import Case
from conurb.desk.services import Service, service_of
from conurb.journal.uploads import HandedIn
from conurb.region.models import City, User
from tests.desk.people import officer_of, resident_number

PDF = b"%PDF-1.7\n%%EOF\n"

PROOF: dict[str, Any] = {
    "insured_in": "430100",
    "purpose": "school",
    "insurance": "employee-pension",
    "employer": "长沙测试有限公司",
    "months": 86,
    "paid_until": "2026-10-31",
    "running": True,
}
PERMIT: dict[str, Any] = {
    "county": "430104",
    "address": "岳麓区测试路1号",
    "since": "2025-01-01",
    "ground": "work",
}
ENROLMENT: dict[str, Any] = {
    "county": "430302",
    "child_name": "周小甲",
    "child_number": resident_number("430211", "20200101"),
    "grade": "1",
}


def offered(slug: str) -> Service:
    """Return a service of the region."""
    found = service_of(slug)
    assert found is not None
    return found


def days_ago(days: int) -> datetime:
    """Return a moment in office hours of the past."""
    return timezone.localtime().replace(hour=11, minute=0, second=0) - timedelta(days=days)


def draft(
    applicant: User,
    slug: str,
    city: str,
    data: dict[str, Any],
    *,
    files: tuple[str, ...] = (),
    now: datetime | None = None,
    firm: str = "",
) -> Case:
    """Return a draft that is filled in, with a file for each material named."""
    service = offered(slug)
    case = actions.start(applicant, service, City.objects.get(code=city), firm=firm, now=now)
    case = actions.save_draft(applicant, case, {**case.data, **data}, version=case.version, now=now)
    for material in files:
        actions.attach(applicant, case, material, HandedIn(f"{material}.pdf", PDF), now=now)
    return case


def submitted(applicant: User, *, now: datetime | None = None, **changed: Any) -> Case:
    """Return a case for a proof of social insurance that waits for an officer in Changsha."""
    case = draft(applicant, "social-insurance-proof", "430200", {**PROOF, **changed}, now=now)
    return actions.submit(applicant, case, now=now).case


def in_review(applicant: User, *, now: datetime | None = None) -> tuple[Case, User]:
    """Return a case that an officer has claimed, and the officer."""
    case = submitted(applicant, now=now)
    officer = officer_of("social-security", "430100")
    return actions.claim(officer, case, now=now), officer


def granted(applicant: User, *, now: datetime | None = None) -> tuple[Case, User]:
    """Return a granted case and the officer who granted it."""
    case, officer = in_review(applicant, now=now)
    return actions.decide(officer, case, granted=True, reasons_zh="属实", now=now), officer


def refused(applicant: User, *, now: datetime | None = None) -> tuple[Case, User]:
    """Return a refused case and the officer who refused it."""
    case, officer = in_review(applicant, now=now)
    return actions.decide(officer, case, granted=False, reasons_zh="不属实", now=now), officer
