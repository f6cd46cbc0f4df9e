"""Sheets, documents and geometry, written from plain values."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from openpyxl import load_workbook

from conurb.plan.bulletins import Month, Text, compose
from conurb.plan.ladder import NOT_BEGUN
from conurb.plan.writers import calendar, docx, tables, xlsx
from conurb.plan.writers.records import PlaceRecord, TaskRecord
from conurb.plan.writers.wording import EN, ZH, wording
from conurb.plan.writers.xlsx import Column, Sheet
from tests.plan.bulletin_cases import FRAME, task, told

END = date(2026, 10, 31)
NOON = datetime(2026, 11, 1, 4, tzinfo=UTC)


@pytest.fixture
def content():
    return compose(
        FRAME,
        Month(2026, 10),
        END,
        [
            task(
                "1.1-1",
                told("adopted", date(2026, 10, 8), words=Text("规划已批准印发。", "Adopted.")),
                cities=("430100",),
            ),
            task(
                "1.1-2",
                told("drafted", date(2026, 10, 9), obstacle="用地指标未落实"),
                due=date(2026, 10, 20),
                lead=Text("长沙市自然资源和规划局"),
            ),
            task("2.1-1", due=date(2026, 11, 30), cities=("430100", "430200")),
        ],
        {},
    )


def book_of(*sheets: Sheet):
    return load_workbook(BytesIO(xlsx.write(sheets, title="题", creator="Conurb")))


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "\t=1+1", "=cmd|' /C calc'!A0"],
)
def test_what_somebody_typed_never_becomes_a_formula(text):
    sheet = book_of(Sheet("s", [Column("文", 10)], [[text]])).active
    cell = sheet["A2"]
    assert cell.data_type == "s"
    assert cell.value == text
    assert cell.quotePrefix


def test_a_plain_text_is_not_marked():
    assert not book_of(Sheet("s", [Column("文", 10)], [["进展"]])).active["A2"].quotePrefix


def test_characters_that_a_sheet_cannot_hold_are_left_out():
    sheet = book_of(Sheet("s", [Column("文", 10)], [["a\x00\x0b\ud800b"], ["x" * 40_000]])).active
    assert sheet["A2"].value == "ab"
    assert len(sheet["A3"].value) == 32_767


def test_days_are_days_and_numbers_numbers():
    columns = [Column("日", 10), Column("数", 10)]
    sheet = book_of(Sheet("s", columns, [[END, 3], [None, 4]], sums=[1], total="合计")).active
    assert sheet["A2"].value.date() == END
    assert sheet["A2"].number_format == "yyyy-mm-dd"
    assert sheet["A3"].value is None
    assert (sheet["A4"].value, sheet["B4"].value) == ("合计", "=SUM(B2:B3)")


def test_an_empty_sheet_has_its_head_and_totals_nothing():
    columns = [Column("名", 10), Column("数", 10)]
    sheet = book_of(Sheet("s", columns, [], sums=[1], total="合计")).active
    assert sheet["B2"].value == 0


def test_the_totals_of_a_bulletins_sheet_are_its_figures(content):
    sheets = tables.bulletin_sheets(content, Text("引言"), ZH)
    book = load_workbook(BytesIO(xlsx.write(sheets, title="题", creator="c")))
    fields = book["各领域推进情况"]
    assert fields["B4"].value == "=SUM(B2:B3)"
    assert fields["B2"].value + fields["B3"].value == content.total.tasks
    cities = book["各市推进情况"]
    values = [cell.value for row in cities.iter_rows() for cell in row]
    assert not [v for v in values if str(v).startswith("=")], "cities do not add up"
    assert book["存在问题和需协调事项"]["F2"].value == "用地指标未落实"


def test_the_publics_workbook_has_no_column_of_obstacles(content):
    sheets = tables.bulletin_sheets(content.for_public(), Text(""), ZH)
    book = load_workbook(BytesIO(xlsx.write(sheets, title="题", creator="c")))
    values = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "用地指标未落实" not in values
    assert "存在问题及需协调事项" not in values


def words_of(data: bytes) -> str:
    document = Document(BytesIO(data))
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_the_document_has_its_masthead_sections_and_figures(content):
    words = words_of(docx.write(content, Text("各单位认真落实。"), "zh-hans"))
    for part in (
        "长株潭一体化工作通报",
        "长株潭一体化发展事务中心",
        "关于2026年10月份任务清单推进情况的通报",
        "各单位认真落实。",
        "一、总体情况",
        "二、主要进展",
        "（一）规划同图",
        "规划已批准印发。",
        "三、存在问题和需协调事项",
        "用地指标未落实",
        "四、下月到期任务",
        "草稿",
    ):
        assert part in words


def test_the_english_document_has_no_chinese_of_its_own(content):
    words = words_of(docx.write(content.for_public(), Text("", ""), "en"))
    assert "Progress of the plan in October 2026" in words
    own = words.replace("长沙市自然资源和规划局", "")
    assert not re.search(r"[\u4e00-\u9fff]", own)


def test_the_head_of_every_table_is_repeated_on_each_page(content):
    document = Document(BytesIO(docx.write(content, Text(""), "zh-hans")))
    assert len(document.tables) == 4
    for table in document.tables:
        row = table.rows[0]._tr
        assert row.find(f".//{qn('w:tblHeader')}") is not None
        assert all(r._tr.find(f".//{qn('w:cantSplit')}") is not None for r in table.rows)


def test_the_page_is_that_of_the_standard(content):
    data = docx.write(content, Text(""), "zh-hans")
    section = Document(BytesIO(data)).sections[0]
    assert [round(x.mm) for x in (section.page_width, section.page_height)] == [210, 297]
    assert [round(x.mm) for x in (section.top_margin, section.left_margin)] == [37, 28]
    with zipfile.ZipFile(BytesIO(data)) as package:
        body = package.read("word/document.xml").decode()
        fonts = package.read("word/fontTable.xml").decode()
        footer = next(n for n in package.namelist() if n.startswith("word/footer"))
        assert "PAGE" in package.read(footer).decode()
    assert 'w:eastAsia="仿宋"' in body
    assert 'w:name="仿宋"' in fonts
    assert "FangSong" in fonts


def test_characters_that_a_document_cannot_hold_are_left_out(content):
    data = docx.write(content, Text("引\x00言\x0b\ud800。"), "zh-hans")
    assert "引言。" in words_of(data)


def test_every_label_is_said_in_both_languages():
    assert wording("en") is EN
    assert wording("zh-hans") is ZH
    for name, zh in vars(ZH).items():
        en = getattr(EN, name)
        assert en, name
        assert not re.search(r"[\u4e00-\u9fff]", en), name
        assert re.findall(r"\{\w+\}", zh) == re.findall(r"\{\w+\}", en) or name == "others"


def test_a_task_stands_at_its_places_before_its_counties_and_cities():
    point = {"type": "Point", "coordinates": [113.0, 28.0]}
    county = PlaceRecord("雨花区", "county/430111", {"type": "Point", "coordinates": [113.1, 28.1]})
    road = PlaceRecord("黄兴大道", "road/huangxing", point)
    unknown = PlaceRecord("某地", "", None)
    assert a_task(road, county, unknown).geometry == point
    assert a_task(county).geometry == county.geometry
    assert a_task(unknown).geometry is None
    both = a_task(road, PlaceRecord("北站", "station/north", point)).geometry
    assert both["type"] == "GeometryCollection"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120))
def test_any_text_comes_back_from_a_calendar(text):
    task = replace(a_task(), text=Text(text), due=END)
    written = b"".join(calendar.pieces([task], ZH, name="题", written_at=NOON))
    assert max(len(line) for line in written.split(b"\r\n")) <= 75
    (event,) = Calendar.from_ical(written).walk("VEVENT")
    assert event["SUMMARY"] == f"1.1-1 {text}"
    assert event["DTSTART"].dt == END
    assert event["DTSTAMP"].dt == NOON


def test_a_calendar_without_a_due_day_is_empty_and_valid():
    written = b"".join(calendar.pieces([a_task()], ZH, name="题", written_at=NOON))
    assert Calendar.from_ical(written).walk("VEVENT") == []


def a_task(*places: PlaceRecord) -> TaskRecord:
    """A task record with these places and no due day."""
    return TaskRecord(
        urn="urn:conurb:region:task:1",
        key="1",
        address="http://x/",
        number="1.1-1",
        plan_year=2021,
        field_number="1",
        field_name=Text("规划同图"),
        item_number="1.1",
        text=Text("任务"),
        verb="",
        object="",
        kind="plan",
        kind_name=Text("规划编制"),
        stage=NOT_BEGUN,
        light="not-begun",
        start=END,
        due=None,
        due_as_written=None,
        due_words="",
        cities=(),
        places=places,
        quantities=(),
        span=(0, 1),
        lead=None,
        lead_state=None,
        last_report_at=None,
        report_count=0,
        withdrawn_reason="",
    )
