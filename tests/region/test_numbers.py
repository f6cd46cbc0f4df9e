"""Numbers of people, firms, vehicles and divisions, judged by each standard's own rule."""

from __future__ import annotations

import string
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import uscc

from conurb.region.numbers import (
    NumberError,
    check_adcode,
    check_firm,
    check_plate,
    check_resident,
    firm_check_character,
    resident_check_digit,
)

FIRM_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FULL_WIDTH = str.maketrans(
    string.digits + "X", "".join(chr(ord(each) + 0xFEE0) for each in string.digits + "X")
)


@st.composite
def resident_numbers(draw):
    county = draw(st.integers(110101, 659999))
    born = draw(st.dates(date(1900, 1, 1), date(2026, 11, 24)))
    sequence = draw(st.integers(1, 999))
    body = f"{county}{born:%Y%m%d}{sequence:03}"
    return body + resident_check_digit(body)


@st.composite
def firm_numbers(draw):
    registry = draw(st.sampled_from("123456789ANY"))
    kind = draw(st.sampled_from("1239"))
    division = draw(st.integers(110000, 659999))
    body = draw(st.text(FIRM_CHARACTERS, min_size=9, max_size=9))
    text = f"{registry}{kind}{division}{body}"
    return text + firm_check_character(text)


def refusal(check, text):
    with pytest.raises(NumberError) as refused:
        check(text)
    assert refused.value.message_zh
    assert refused.value.message("en") == refused.value.message_en != refused.value.message_zh
    return refused.value.code


# Residents: the sample numbers are those printed in GB 11643-1999.


def test_the_samples_of_the_standard():
    number = check_resident("11010519491231002X")
    assert number.county == "110105"
    assert number.born == date(1949, 12, 31)
    assert number.sequence == 2
    assert str(check_resident("440524188001010014")) == "440524188001010014"


@given(resident_numbers())
def test_every_well_made_number_is_accepted(number):
    assert str(check_resident(number)) == number


@given(resident_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_character_changed_is_refused(number, position, character):
    assume(number[position] != character)
    with pytest.raises(NumberError):
        check_resident(number[:position] + character + number[position + 1 :])


@given(resident_numbers(), st.integers(0, 16))
def test_any_two_neighbours_swapped_are_refused(number, position):
    assume(number[position] != number[position + 1])
    swapped = number[:position] + number[position + 1] + number[position]
    with pytest.raises(NumberError):
        check_resident(swapped + number[position + 2 :])


@given(resident_numbers())
def test_numbers_are_read_as_people_write_them(number):
    written = f" {number[:6]} {number[6:14]}　{number[14:].lower()} "
    assert str(check_resident(written)) == number
    assert str(check_resident(number.translate(FULL_WIDTH))) == number


def test_a_county_that_no_longer_exists_does_not_matter():
    body = "43012219650312001"
    assert check_resident(body + resident_check_digit(body)).county == "430122"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "resident-form"),
        ("1101051949123100", "resident-form"),
        ("11010519491231002Y", "resident-form"),
        ("1101051949123100２XX", "resident-form"),
        ("130503670401001", "resident-old"),
        ("110105194913310020", "resident-birth"),
        ("110105194902300028", "resident-birth"),
        ("110105170012310028", "resident-birth"),
        ("110105194912310021", "resident-check"),
    ],
)
def test_residents_refused_with_a_reason(text, code):
    assert refusal(check_resident, text) == code


def test_a_birth_after_today_is_refused_where_today_is_given():
    body = "43010420261201001"
    number = body + resident_check_digit(body)
    assert check_resident(number, date(2026, 12, 1)).born == date(2026, 12, 1)
    with pytest.raises(NumberError):
        check_resident(number, date(2026, 11, 24))


@given(st.text())
def test_no_text_does_worse_than_be_refused(text):
    for check in (check_resident, check_firm, check_plate, check_adcode):
        with suppress(NumberError):
            check(text)


# Firms


def test_the_sample_that_stdnum_carries():
    assert check_firm("9 1 110000 600037341l") == "91110000600037341L"


@given(firm_numbers())
def test_every_well_made_code_is_accepted(number):
    assert check_firm(number) == number


@given(firm_numbers())
def test_stdnum_agrees_wherever_the_registry_is_a_digit(number):
    assert uscc.calc_check_digit(number[:17]) == firm_check_character(number[:17])
    assert uscc.is_valid(number) is number[0].isdigit()


@given(firm_numbers(), st.integers(0, 17), st.sampled_from(FIRM_CHARACTERS))
def test_any_single_character_of_a_code_changed_is_refused(number, position, character):
    assume(number[position] != character)
    with pytest.raises(NumberError):
        check_firm(number[:position] + character + number[position + 1 :])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("91110000600037341", "firm-form"),
        ("9111000060003734IL", "firm-form"),
        ("B1110000600037341L", "firm-structure"),
        ("91A10000600037341L", "firm-structure"),
        ("91110000600037341M", "firm-check"),
    ],
)
def test_firms_refused_with_a_reason(text, code):
    assert refusal(check_firm, text) == code


# Plates


@pytest.mark.parametrize(
    ("text", "plate", "new_energy"),
    [
        ("湘A12345", "湘A12345", False),
        ("湘Ａ·１２３４５", "湘A12345", False),
        ("湘b 6z8k9", "湘B6Z8K9", False),
        ("湘AD12345", "湘AD12345", True),
        ("湘AF A1234", "湘AFA1234", True),
        ("湘A12345D", "湘A12345D", True),
    ],
)
def test_plates_accepted(text, plate, new_energy):
    found = check_plate(text)
    assert (found.text, found.new_energy) == (plate, new_energy)
    assert found.office == plate[:2]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("湘A1234", "plate-form"),
        ("湘A1234567", "plate-form"),
        ("湘ABCDEF", "plate-form"),
        ("湘AL12345", "plate-form"),
        ("湘A12345M", "plate-form"),
        ("X A12345", "plate-form"),
        ("湘A1234警", "plate-form"),
        ("湘AI2345", "plate-letter"),
        ("湘A1234O", "plate-letter"),
        ("", "plate-form"),
    ],
)
def test_plates_refused_with_a_reason(text, code):
    assert refusal(check_plate, text) == code


# Divisions


@pytest.mark.parametrize("text", ["430000", "430100", "430112", " ４３０１８２ "])
def test_division_codes_accepted(text):
    assert check_adcode(text).startswith("43")


@pytest.mark.parametrize("text", ["", "4301", "990100", "170000", "430012", "4301O2", "43-100"])
def test_division_codes_refused(text):
    assert refusal(check_adcode, text) == "adcode-form"
