"""The code of a pass: small enough for paper, and it says what the street needs."""

from __future__ import annotations

import segno
from django.utils import timezone

from conurb.records import compact
from conurb.records.actions.keys import signer
from conurb.records.statement import Statement
from conurb.sames.platform.record_type import TRUCK_PASS
from tests.sames.platform.makers import granted

MOST_VERSION = 13


def code_of(public: dict[str, object], plate: str) -> str:
    now = timezone.now()
    stated = Statement(
        key="0" * 30,
        city="430200",
        type=TRUCK_PASS.slug,
        version=TRUCK_PASS.version,
        subject=plate,
        authority="zhuzhou-traffic-police",
        issued_at=now,
        valid_from=now + timezone.timedelta(days=1),
        valid_until=now + timezone.timedelta(days=366),
        status=(7, 130_000),
        public=public,
    )
    return compact.encode(signer("430200", now), stated, TRUCK_PASS, public, made_at=now)


def test_the_largest_usual_code_is_version_13_at_ecc_q(actors):
    public = granted(actors["resident"]).record.public
    # a pass for five zones of the three cities, with the longest words
    wide = {
        **public,
        "zones": ["A1", "A2", "B1", "C1", "C5"],
        "purpose": "construction",
        "days": "workdays",
    }
    for said in (public, wide):
        text = code_of(said, "湘A12345D")
        code = segno.make(text, error="q", boost_error=False, micro=False)
        assert code.mode == "alphanumeric"
        assert int(code.version) <= MOST_VERSION, (code.version, len(text))
