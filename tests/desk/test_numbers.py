"""Case numbers with their check digit, and the codes on receipts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from conurb.desk import numbers

CITIES = st.sampled_from(["430100", "430200", "430300"])
SEQUENCES = st.integers(1, numbers.MOST_A_DAY)


def test_the_check_digit_is_that_of_the_standard():
    # ISO 7064:2003, annex: 0794 has the check digit 5 in MOD 11,10
    assert numbers.check_digit("0794") == "5"


@given(CITIES, st.dates(date(2020, 1, 1), date(2099, 12, 31)), SEQUENCES)
def test_a_number_is_read_as_it_is_written(city, day, sequence):
    number = numbers.compose(city, day, sequence)
    assert len(number) == 24
    assert numbers.parse(number) == number
    assert numbers.parse(number.replace("-", "")) == number
    assert numbers.parse(number.replace("-", " － ")) == number
    assert numbers.parse("".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in number))


@given(CITIES, SEQUENCES, st.integers(0, 20), st.sampled_from("0123456789"))
def test_a_wrong_digit_is_always_noticed(city, sequence, place, digit):
    bare = numbers.compose(city, date(2026, 11, 26), sequence).replace("-", "")
    assume(bare[place] != digit)
    with pytest.raises(numbers.CaseNumberError):
        numbers.parse(bare[:place] + digit + bare[place + 1 :])


@given(CITIES, CITIES, SEQUENCES, SEQUENCES)
def test_two_cases_have_two_numbers(city, other, sequence, another):
    day = date(2026, 11, 26)
    same = (city, sequence) == (other, another)
    first, second = numbers.compose(city, day, sequence), numbers.compose(other, day, another)
    assert (first == second) == same


@pytest.mark.parametrize("text", ["", "430200", "４３", "430200-20261126-000017-x", "1" * 30])
def test_what_is_no_number_is_refused_in_both_languages(text):
    with pytest.raises(numbers.CaseNumberError) as told:
        numbers.parse(text)
    assert told.value.message_zh
    assert told.value.message_en


def test_a_city_takes_in_no_more_than_fit():
    with pytest.raises(ValueError, match="at most"):
        numbers.compose("430100", date(2026, 1, 1), 1_000_000)


def test_codes_are_long_and_differ():
    codes = {numbers.new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(len(code) == numbers.CODE_LENGTH for code in codes)
    assert not set("".join(codes)) & set("ILOU")


def test_a_code_is_read_as_people_type_it():
    code = "0A1B2C3D4E5F"
    kept = numbers.code_hash("key", code)
    shown = numbers.shown_code(code)
    assert shown == "0A1B-2C3D-4E5F"
    for typed in (shown, shown.lower(), "oA1b 2c3d 4e5f", "0AlB2C3D4E5F", "０Ａ1B2C3D4E5F"):
        assert numbers.code_matches("key", kept, typed)
    assert not numbers.code_matches("other key", kept, code)
    assert not numbers.code_matches("key", kept, "0A1B2C3D4E5G")
    assert not numbers.code_matches("key", "", code)


def test_the_receipt_keeps_its_code_out_of_the_servers_logs():
    made = numbers.receipt_address("https://x.example", "/follow/", "4302…", "CODE")
    assert made == "https://x.example/follow/?number=4302…#CODE"
