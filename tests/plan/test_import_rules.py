"""The rules of the import: edits over a reading, marks over a text, one plan after another."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conurb.plan.carrying import ItemOf, Statement, compare, dice, grams, pairs, plain, word_diff
from conurb.plan.marking import Mark, weave
from conurb.plan.reader import Reading, read_text
from conurb.plan.working_copy import (
    Edit,
    EditError,
    breaks,
    check,
    lay_over,
    span_id,
    split_at,
    try_edit,
    year_in,
)
from tests.plan.import_plans import DIRTY, FIRST


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read_text(FIRST)


def first_task(reading: Reading, text: str) -> str:
    return next(
        span_id(task.span) for item in reading.items for task in item.tasks if text in task.text
    )


def texts(copy) -> list[str]:
    return [task.task.text for item in copy.items for task in item.kept]


class TestEdits:
    def test_without_edits_the_copy_is_the_reading(self, reading):
        assert lay_over(reading, []).confirmed() == reading

    def test_a_change_shows_and_the_reading_stays(self, reading):
        target = first_task(reading, "东河大桥")
        before = reading.to_json()
        copy = lay_over(
            reading, [Edit(1, "change", target, {"text": "新建东河大桥", "kind": "build"})]
        )
        task = copy.find(target)[1]
        assert (task.task.text, task.task.kind) == ("新建东河大桥", "build")
        assert task.changed == {"text", "kind"}
        assert reading.to_json() == before

    def test_a_due_window_can_be_set_and_taken_away(self, reading):
        target = first_task(reading, "公交")
        due = lay_over(reading, []).find(target)[1].task.due
        assert due is not None
        assert due.end == "2031-09-30"
        later = {"due": {"from": None, "to": "2031-12-31"}}
        copy = lay_over(reading, [Edit(1, "change", target, later)])
        assert copy.find(target)[1].task.due.end == "2031-12-31"
        gone = lay_over(reading, [Edit(1, "change", target, {"due": None})])
        assert gone.find(target)[1].task.due is None

    def test_split_then_merge_covers_the_same_words(self, reading):
        target = first_task(reading, "公交")
        item, draft = lay_over(reading, []).find(target)
        says = split_at(reading.text, draft.task, draft.task.text, 8)
        halves = lay_over(reading, [Edit(1, "split", target, says)])
        assert halves.task_count == sum(len(i.tasks) for i in reading.items) + 1
        tasks = halves.find_item(item.id).kept
        spans = [task.task.span for task in tasks]
        assert spans == sorted(spans)
        assert all(a[1] <= b[0] for a, b in pairwise(spans))
        first = next(task for task in tasks if task.origin == "split")
        merged = lay_over(reading, [Edit(1, "split", target, says), Edit(2, "merge", first.id)])
        assert merged.find(target)[1].task.span == draft.task.span

    def test_split_follows_the_words_though_the_task_carries_a_verb(self):
        text = read_text("一、甲\n\n1. 启动东路、西路项目前期工作。\n2. 启动南路项目前期工作。\n")
        task = next(task for item in text.items for task in item.tasks if "西路" in task.text)
        place = task.text.index("前期")
        says = split_at(text.text, task, task.text, place)
        assert text.text[says["cut"]] == "前"

    def test_the_halves_of_a_split_are_heard_anew(self):
        whole = read_text("一、甲\n\n1. 启动东河大桥前期工作。\n2. 推进乙。\n")
        target = first_task(whole, "东河大桥")
        words = "启动东河大桥前期工作，编制西岭片区规划"
        says = {"cut": int(target.split("-")[0]) + 9, "first": words[:10], "second": words[11:]}
        copy = lay_over(whole, [Edit(1, "split", target, says)])
        halves = [task.task for task in next(copy.items).kept]
        assert [(half.verb, half.kind) for half in halves] == [("启动", "study"), ("编制", "plan")]

    def test_deleted_tasks_stay_away_from_the_plan_and_come_back(self, reading):
        target = first_task(reading, "马拉松")
        gone = [Edit(1, "delete", target)]
        assert not any("马拉松" in text for text in texts(lay_over(reading, gone)))
        assert not any(
            "马拉松" in task.text
            for item in lay_over(reading, gone).confirmed().items
            for task in item.tasks
        )
        back = [*gone, Edit(2, "restore", target)]
        assert any("马拉松" in text for text in texts(lay_over(reading, back)))

    def test_an_added_task_stands_where_its_words_stand(self, reading):
        item = next(lay_over(reading, []).items)
        says = {"text": "东河大桥", "kind": "build"}
        copy = lay_over(reading, [Edit(7, "add", item.id, says)])
        added = copy.find_item(item.id).tasks[-1]
        assert reading.text[slice(*added.task.span)] == "东河大桥"
        changed = Edit(8, "change", added.id, {"text": "建成东河大桥"})
        copy = lay_over(reading, [Edit(7, "add", item.id, says), changed])
        assert "建成东河大桥" in texts(copy)

    def test_an_edit_whose_task_is_gone_is_listed_and_fits_again(self, reading):
        edit = Edit(1, "change", "100000-100009", {"text": "x"}, was="旧")
        copy = lay_over(reading, [edit])
        assert [(each.edit.was, each.code) for each in copy.unfit] == [("旧", "task-gone")]
        assert texts(copy) == texts(lay_over(reading, []))

    def test_an_edit_finds_its_task_when_a_decision_moved_the_span_a_little(self, reading):
        target = first_task(reading, "水质")
        start, end = map(int, target.split("-"))
        copy = lay_over(reading, [Edit(1, "change", f"{start}-{end - 2}", {"text": "改"})])
        assert copy.find(target)[1].task.text == "改"
        assert not copy.unfit

    @pytest.mark.parametrize(
        ("op", "target", "code"),
        [
            ("merge", "马拉松", "no-next"),
            ("delete", "nonsense", "task-gone"),
            ("add", "99999-100000", "item-gone"),
        ],
    )
    def test_what_cannot_be_done_says_why(self, reading, op, target, code):
        known = first_task(reading, target) if target == "马拉松" else target
        with pytest.raises(EditError) as error:
            try_edit(reading, [], Edit(1, op, known, {"text": "x", "kind": "build"}))
        assert error.value.code == code

    def test_a_split_needs_words_on_both_sides(self, reading):
        _item, draft = lay_over(reading, []).find(first_task(reading, "马拉松"))
        with pytest.raises(EditError):
            split_at(reading.text, draft.task, draft.task.text, 0)
        with pytest.raises(EditError):
            split_at(reading.text, draft.task, draft.task.text, len(draft.task.text))

    def test_edits_survive_their_json(self):
        edit = Edit(3, "split", "1-9", {"cut": 4, "first": "a", "second": "b"}, "ab", "me", "now")
        assert Edit.from_json(edit.to_json()) == edit

    @given(st.data())
    def test_no_edits_lose_an_item_or_leave_a_span_out_of_range(self, data):
        reading = read_text(FIRST)
        edits: list[Edit] = []
        for serial in range(data.draw(st.integers(0, 8))):
            drafts = [t for item in lay_over(reading, edits).items for t in item.tasks]
            draft = data.draw(st.sampled_from(drafts))
            op = data.draw(st.sampled_from(["merge", "delete", "restore", "split", "change"]))
            says = {"text": "改" * 5} if op == "change" else {}
            if op == "split":
                start, end = draft.task.span
                says = {"cut": data.draw(st.integers(start, end)), "first": "甲", "second": "乙"}
            edits.append(Edit(serial, op, draft.id, says))
        copy = lay_over(reading, edits)
        assert [item.item for item in copy.items] == list(reading.items)
        assert {each.edit.serial for each in copy.unfit} <= {edit.serial for edit in edits}
        for item in copy.items:
            for task in item.tasks:
                start, end = task.task.span
                assert 0 <= start <= end <= len(reading.text)


def test_checks_name_what_to_look_at():
    reading = read_text(DIRTY)
    doubtful = [repair for repair in reading.repairs if repair.sure < 0.8]
    tasks = [span_id(task.span) for task in next(iter(reading.items)).tasks]
    copy = lay_over(reading, [Edit(n, "delete", task) for n, task in enumerate(tasks)])
    found = check(copy, {})
    assert [item.item.number for item in found.empty_items] == ["1.1"]
    assert found.repeated_numbers == ()
    assert list(found.undecided) == doubtful
    assert check(copy, {repair.id: False for repair in doubtful}).undecided == ()


def test_the_year_is_read_from_the_title():
    assert year_in("两河口任务清单（2031年）") == 2031
    assert year_in("两河口任务清单") is None
    assert year_in("第120317号清单") is None


def test_breaks_stand_after_stops_and_before_and():
    text = "编制规划，启动建设和运营。"
    assert [text[:place] for place in breaks(text)] == ["编制规划，", "编制规划，启动建设"]
    assert breaks("建设") == []


class TestMarks:
    def test_marks_that_cross_are_cut_so_that_they_nest(self):
        marks = [Mark((0, 4), "a"), Mark((2, 6), "b")]
        shown = "".join(
            {"open": f"<{n.mark.name}>" if n.mark else "", "close": "</>", "words": n.words}[n.step]
            for n in weave("012345", (0, 6), marks)
        )
        assert shown == "<a>01<b>23</></><b>45</>"

    @given(
        st.text(max_size=40),
        st.lists(st.tuples(st.integers(-3, 45), st.integers(-3, 45)), max_size=8),
        st.integers(0, 40),
        st.integers(0, 40),
    )
    def test_every_character_is_shown_once_and_steps_nest(self, text, spans, one, other):
        window = (min(one, other, len(text)), min(max(one, other), len(text)))
        marks = [Mark((min(s), max(s)), "m") for s in spans]
        depth = 0
        words = ""
        for node in weave(text, window, marks):
            depth += {"open": 1, "close": -1, "words": 0}[node.step]
            assert depth >= 0
            words += node.words
        assert depth == 0
        assert words == text[slice(*window)]


def item(key: str, number: str, text: str, *tasks: str) -> ItemOf:
    below = tuple(
        Statement(f"{key}{place}", f"{number}-{place}", task) for place, task in enumerate(tasks, 1)
    )
    return ItemOf(Statement(key, number, text), below)


class TestCarrying:
    def test_the_same_words_are_carried_over_though_number_and_stops_changed(self):
        result = compare(
            [item("a", "1.2", "启动东河大桥前期工作。", "启动东河大桥前期工作")],
            [item("x", "3.7", "启动东河大桥前期工作", "启动东河大桥前期工作。")],
        )
        assert [each.item.fate for each in result.items] == ["carried"]
        assert result.old_task_of == {"x1": "a1"}

    def test_changed_new_and_gone(self):
        result = compare(
            [
                item("a", "1.1", "编制两河口公交一体化方案", "编制两河口公交一体化方案"),
                item("b", "1.2", "举办马拉松赛事", "举办马拉松赛事"),
            ],
            [
                item("x", "1.1", "建设西岭数据中心", "建设西岭数据中心"),
                item("y", "1.2", "编制两河口公交一体化实施方案", "编制两河口公交一体化实施方案"),
            ],
        )
        assert [each.item.fate for each in result.items] == ["new", "changed", "gone"]
        assert result.old_item_of == {"y": "a"}
        assert [gone.text for gone in result.gone_tasks] == ["举办马拉松赛事"]
        assert (result.count("new"), result.count_tasks("gone")) == (1, 1)

    def test_a_task_that_moved_to_another_item_is_found(self):
        moved = "建立两河口水质监测数据共享机制"
        result = compare(
            [item("a", "1.1", "启动东河大桥前期工作。" + moved, "启动东河大桥前期工作", moved)],
            [
                item("x", "1.1", "启动东河大桥前期工作。", "启动东河大桥前期工作"),
                item("y", "2.1", "推进生态同治。" + moved, "推进生态同治", moved),
            ],
        )
        assert result.old_task_of["y2"] == "a2"

    def test_of_equal_candidates_the_one_that_kept_its_number_wins(self):
        same = "推进社保卡在两市通用"
        result = pairs(
            [Statement("a", "1.1", same), Statement("b", "1.2", same)],
            [Statement("x", "1.2", same), Statement("y", "1.1", same)],
            0.5,
        )
        assert [(pair.new.key, pair.old.key) for pair in result] == [("x", "b"), ("y", "a")]

    def test_formulaic_texts_are_still_told_apart(self):
        old = [Statement(str(n), f"1.{n}", f"启动{n}号大桥前期工作") for n in range(100, 500)]
        new = [Statement(f"n{n}", f"1.{n + 1}", f"启动{n}号大桥前期工作") for n in range(100, 500)]
        assert all(pair.fate == "carried" for pair in pairs(old, new, 0.5))

    @given(st.lists(st.text(max_size=12), max_size=12), st.lists(st.text(max_size=12), max_size=12))
    def test_every_statement_has_one_fate(self, before, after):
        old = [Statement(f"o{n}", str(n), text) for n, text in enumerate(before)]
        new = [Statement(f"n{n}", str(n), text) for n, text in enumerate(after)]
        result = pairs(old, new, 0.5)
        assert sorted(p.old.key for p in result if p.old) == sorted(s.key for s in old)
        assert [p.new.key for p in result if p.new] == [s.key for s in new]
        assert all((p.old is None) == (p.fate == "new") for p in result)
        assert all((p.new is None) == (p.fate == "gone") for p in result)

    @given(st.text(max_size=60), st.text(max_size=60))
    def test_likeness_is_symmetric_and_one_for_the_same_words(self, one, other):
        assert dice(grams(one), grams(other)) == dice(grams(other), grams(one))
        assert dice(grams(one), grams(one)) == 1.0
        assert 0.0 <= dice(grams(one), grams(other)) <= 1.0

    def test_width_case_and_stops_do_not_count(self):
        assert plain("Ｓ４（长株快线）") == plain("s4 长株快线")

    @given(st.text(max_size=80), st.text(max_size=80))
    def test_a_diff_tells_both_texts(self, old, new):
        stretches = word_diff(old, new)
        assert "".join(s.text for s in stretches if s.state != "in") == old
        assert "".join(s.text for s in stretches if s.state != "out") == new
