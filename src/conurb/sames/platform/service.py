"""The service by which a freight vehicle pass is applied for (item 9.2 of the plan).

Handed in in any city, once, for the zones of all three. Where every rule passes it is granted in
the moment of the submission, with the reasons; otherwise an officer decides. Nobody is refused by
rule (个人信息保护法 art. 24).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.desk.services import Data, Decision, Finding, Issue, Material, Service, Step
from conurb.records.subjects import Subject, parse
from conurb.refusal import RefusedError
from conurb.region.tables import Bilingual
from conurb.sames.platform import application, granting, validity
from conurb.sames.platform.actions import passes
from conurb.sames.platform.forms import PassForm
from conurb.sames.platform.granting import Judgement, Result
from conurb.sames.platform.models import Pass
from conurb.sames.platform.queries.rules import declared, facts_for, in_force
from conurb.sames.platform.record_type import SLUG
from conurb.sames.platform.restrictions import clock
from conurb.sames.platform.validity import Validity

if TYPE_CHECKING:
    from conurb.desk.models import Case


APPLICANT = Bilingual("申请人", "Applicant")
PLATFORM = Bilingual("平台", "Platform")
OFFICER = Bilingual("经办人", "Officer")


class TruckPassService(Service):
    """Freight vehicle pass, handled once and recognised in the three cities."""

    slug = SLUG
    name = Bilingual("货运车辆通行证", "Freight vehicle pass")
    summary = Bilingual(
        "货车在限行时段进入限行区域，一次申请，三市通行；符合规则的即时核发",
        "For goods vehicles in restricted zones and hours: applied for once, good in the three "
        "cities, granted at once where every rule passes",
    )
    item = "9.2"
    audiences = ("driver", "firm")
    life_events = ("freight", "business", "project")
    words = (
        "通行证",
        "货车",
        "入城证",
        "进城证",
        "限行",
        "禁行",
        "货运",
        "配送",
        "truck",
        "freight",
    )
    subject_kind = "vehicle"
    competence = "traffic-police"
    limit = 3
    statutory = 20
    basis = Bilingual(
        "《中华人民共和国道路交通安全法》第三十九条；三市货车限行通告",
        "Road Traffic Safety Law, art. 39; the cities' notices on restricted goods vehicles",
    )
    materials = (
        Material(
            "grounds",
            Bilingual("事由证明", "Proof of the purpose"),
            Bilingual(
                "运输合同、施工许可或者配送协议；自动核发的不需要",
                "A contract of carriage, a building permit or a delivery agreement; not needed "
                "where the pass is granted at once",
            ),
            required=False,
        ),
    )
    steps = (
        Step(Bilingual("填写申请，规则即时核对", "Fill in; the rules answer at once"), APPLICANT),
        Step(Bilingual("符合全部规则的自动核发", "Granted where every rule passes"), PLATFORM, 0),
        Step(
            Bilingual("其余由目的地市交警支队审查决定", "Otherwise the traffic police decide"),
            OFFICER,
            3,
        ),
        Step(
            Bilingual("领取电子凭证，三市扫码核验", "Carry the record; checked by code"), APPLICANT
        ),
    )
    issues = SLUG
    form = PassForm
    form_template = "platform/form.html"
    form_scripts = ("build/platform.js", "build/platform.css")

    def decides_in(self, data: Data) -> str:
        """Return the city of the destination, or that in whose zones the route runs longest."""
        return granting.deciding_city(data, declared())

    def subject_of(self, data: Data) -> Subject:
        """Return the vehicle."""
        return parse("vehicle", str(data.get("plate") or ""))

    def examine(self, data: Data, at: datetime) -> Sequence[Finding]:
        """Return what every rule says, of restrictions first."""
        return [finding_of(each) for each in judge(data, at).results]

    def automatic(self, data: Data, findings: Sequence[Finding], at: datetime) -> Decision | None:
        """Grant where every rule passes, counted anew with the quotas held."""
        if not all(finding.passed for finding in findings):
            return None
        passes.hold_zones([zone.code for zone in judge(data, at).opened])
        judged = judge(data, at)
        if not judged.granted:
            return None
        kept = tuple(finding_of(each) for each in judged.results)
        return Decision(True, granting.reasons(judged.results), kept)

    def issue(self, case: Case, at: datetime) -> Issue:
        """Return the pass: public what the street needs, held who and what."""
        judged = judge(case.data, at)
        asked = judged.application
        if asked is None or not judged.opened:
            raise RefusedError(_("This application opens no zone, so there is no pass to issue."))
        today = timezone.localdate(at)
        span = Validity(max(asked.asked.first, today), asked.asked.last)
        begins, ends = validity.moments(span, timezone.get_default_timezone())
        hours = asked.asked.hours
        public: dict[str, Any] = {
            "zones": [zone.code for zone in judged.opened],
            "hours": f"{clock(hours.begin)}-{clock(hours.end)}",
            "days": asked.asked.days,
            "purpose": asked.purpose.key,
            "mass": asked.vehicle.mass,
            "plate_class": asked.vehicle.plate_class,
        }
        if asked.corridors:
            public["route"] = list(asked.corridors)
        return Issue(
            type=SLUG,
            subject=self.subject_of(case.data),
            public=public,
            held=held_claims(case.data),
            valid_from=begins if span.first > today else None,
            valid_until=ends,
            supersedes=_renewed_record(case, asked.renews),
        )

    def decided(self, case: Case, decision: Decision, at: datetime) -> None:
        """Keep the pass beside its record, where one was issued."""
        if decision.granted and case.record_key:
            passes.keep(case, in_force(), at)


def judge(data: Data, at: datetime) -> Judgement:
    """Judge an application by the rules in force and what is on record."""
    return granting.judge(data, declared(), facts_for(data, at))


def finding_of(result: Result) -> Finding:
    """Return what a rule said as the desk keeps and shows it."""
    return Finding(
        rule=result.rule,
        passed=result.passed,
        text=result.text,
        blocking=result.blocking,
        source=result.source,
        field=result.field,
    )


def held_claims(data: Data) -> dict[str, Any]:
    """Return who owns and drives the vehicle and what it carries, as far as it was given."""
    _kind, owner_number = application.read_owner(data)
    claims: dict[str, Any] = {"owner": str(data["owner_name"]), "owner_number": owner_number}
    for claim, field in (
        ("driver", "driver_name"),
        ("driver_phone", "driver_phone"),
        ("cargo", "cargo"),
    ):
        if data.get(field):
            claims[claim] = str(data[field])
    if data.get("driver_number"):
        claims["driver_number"] = application.read_person(
            str(data["driver_number"]), "driver_number"
        )
    return claims


def _renewed_record(case: Case, renews: str) -> str:
    """Return the key of the record that the pass renews; "" where it is a new one.

    Raises RefusedError where the pass is not the applicant's.
    """
    if not renews:
        return ""
    renewed = Pass.everything.select_related("record").filter(key=renews).first()
    if renewed is None or renewed.holder_id != case.applicant_id:
        raise RefusedError(_("The pass to be renewed is not the applicant's."))
    return renewed.record.key
