"""What is held is offered, and counted where it was given again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conurb.desk.reuse import Held, counted, offers, wanted_types
from conurb.desk.services import Material, Prefill
from conurb.region.tables import Bilingual

NAME = Bilingual("材料", "Material")
PREFILLS = (Prefill("address", "permit", "address"), Prefill("employer", "proof", "employer"))
MATERIALS = (
    Material("residence", NAME, satisfied_by=("permit", "title")),
    Material("photo", NAME),
)
PERMIT = Held("r1", "permit", "430100", {"address": "岳麓区1号"})
PROOF = Held("r2", "proof", "430200", {"employer": "甲公司"})


def test_the_types_that_spare_something_are_asked_for_once():
    assert wanted_types(PREFILLS, MATERIALS) == ("permit", "proof", "title")


def test_fields_and_materials_come_from_records_of_any_city():
    found = offers(PREFILLS, MATERIALS, [PERMIT, PROOF])
    assert {name: offer.value for name, offer in found.fields.items()} == {
        "address": "岳麓区1号",
        "employer": "甲公司",
    }
    assert set(found.materials) == {"residence"}


def test_records_that_contradict_each_other_offer_no_field():
    other = Held("r3", "permit", "430300", {"address": "雨湖区2号"})
    found = offers(PREFILLS, MATERIALS, [PERMIT, other])
    assert found.fields == {}
    assert found.materials["residence"] == PERMIT


def test_nothing_held_offers_nothing():
    assert offers(PREFILLS, MATERIALS, []).fields == {}


def test_what_was_used_is_counted_and_what_was_given_again():
    offered = offers(PREFILLS, MATERIALS, [PERMIT, PROOF])
    used = counted(offered, {"address": " 岳麓区1号 ", "employer": "甲公司"}, {"photo"})
    assert used.asked_again == 0
    assert {tuple(sorted(each.items())) for each in used.reused} == {
        (("field", "address"), ("record", "r1"), ("type", "permit")),
        (("field", "employer"), ("record", "r2"), ("type", "proof")),
        (("material", "residence"), ("record", "r1"), ("type", "permit")),
    }
    again = counted(offered, {"address": "别处", "employer": ""}, {"residence"})
    assert again.asked_again == 1
    assert again.reused == ()


@given(
    st.lists(st.sampled_from(["permit", "proof", "title"]), max_size=6),
    st.sets(st.sampled_from(["residence", "photo"])),
    st.dictionaries(st.sampled_from(["address", "employer"]), st.sampled_from(["a", "b", ""])),
)
def test_every_offer_is_reused_given_again_or_changed(types, handed_in, data):
    held = [
        Held(f"r{place}", slug, "430100", {"address": "a", "employer": "b"})
        for place, slug in enumerate(types)
    ]
    offered = offers(PREFILLS, MATERIALS, held)
    count = counted(offered, data, handed_in)
    changed = sum(data.get(name) != offer.value for name, offer in offered.fields.items())
    total = len(offered.fields) + len(offered.materials)
    assert len(count.reused) + count.asked_again + changed == total
    assert count.asked_again == len(handed_in & set(offered.materials))
    assert {each["record"] for each in count.reused} <= {each.record for each in held}
