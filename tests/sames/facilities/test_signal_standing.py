"""When a plan of signals stands, waits, is refused or out of date."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conurb.sames.facilities.signal_standing import comes_into_force, standing

CITIES = ("430100", "430300")


def test_it_waits_for_the_cities_that_have_yet_to_sign() -> None:
    stands = standing(CITIES, {"430100": True}, adopted=False, current=False, base_current=True)
    assert stands.state == "open"
    assert stands.missing == ("430300",)
    assert stands.may_sign("430300")
    assert not stands.may_sign("430100")
    assert not stands.may_sign("430200")


def test_one_refusal_ends_it_and_a_newer_plan_makes_it_out_of_date() -> None:
    refused = standing(CITIES, {"430100": False}, adopted=False, current=False, base_current=True)
    assert refused.state == "refused"
    old = standing(CITIES, {"430100": True}, adopted=False, current=False, base_current=False)
    assert old.state == "outdated"
    assert not any(each.may_sign("430300") for each in (refused, old))


@given(
    st.dictionaries(st.sampled_from(CITIES), st.booleans()),
    st.booleans(),
    st.booleans(),
)
def test_only_what_every_city_signed_comes_into_force(
    signed: dict[str, bool], adopted: bool, base_current: bool
) -> None:
    stands = standing(CITIES, signed, adopted=adopted, current=False, base_current=base_current)
    if comes_into_force(CITIES, signed):
        assert stands.state in {"past", "outdated", "open"}
        assert stands.missing == ()
    if stands.state == "open":
        assert all(signed.values())
        assert base_current
