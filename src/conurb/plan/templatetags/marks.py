"""Drawing a text with the marks laid over it."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from conurb.plan.carrying import word_diff
from conurb.plan.marking import Mark, Node, Span, weave
from conurb.plan.queries.drafts import DraftPage
from conurb.plan.reader.model import Span as ReaderSpan
from conurb.plan.working_copy import breaks, span_id

register = template.Library()

ANCHORS = {"task": "task", "repair": "repair", "doubt": "repair", "dropped": "dropped"}


@register.simple_tag
def marked(text: str, window: Span, marks: Iterable[Mark]) -> SafeString:
    """Write text[window] with a `<span data-span="120-164">` around the words of each mark.

    The white space at its end stands in the page, but takes no room.
    """
    start, end = window
    words_end = start + len(text[start:end].rstrip())
    window = (start, words_end)
    steps = "".join(_step(node, window) for node in weave(text, window, marks))
    blank = format_html('<span class="m-blank">{}</span>', text[words_end:end])
    return mark_safe(steps) + blank  # noqa: S308  every step is escaped


def _step(node: Node, window: Span) -> str:
    if node.step == "words":
        return escape(node.words)
    if node.step == "close" or node.mark is None:
        return "</span>"
    return _opening(node.mark, begins=node.is_start and node.mark.span[0] >= window[0])


def _opening(mark: Mark, *, begins: bool) -> str:
    name = mark.key or span_id(mark.span)
    anchor = ANCHORS.get(mark.name)
    tag = format_html('<span class="m m-{}" data-span="{}"', mark.name, name)
    if mark.note and mark.name != "task":
        tag += format_html(' title="{}"', mark.note)
    if not (begins and anchor):
        return tag + SafeString(">")
    tag += format_html(' id="words-{}-{}">', anchor, name)
    return tag + _pin(mark, name) if mark.name == "task" else tag


def _pin(mark: Mark, name: str) -> SafeString:
    """A small number before the words of a task that leads to the task; drawn by the style."""
    return format_html(
        '<a class="pin" href="#task-{}" data-n="{}" aria-label="{}"></a>',
        name,
        mark.note.rpartition("-")[2],
        _("To task %(number)s") % {"number": mark.note},
    )


@register.filter
def span_name(span: ReaderSpan) -> str:
    """Name a span as the marks do."""
    return span_id(span)


@register.filter
def break_choices(text: str) -> list[tuple[int, str, str]]:
    """Return where a task may be split, with the words before and after."""
    return [
        (place, text[max(place - 12, 0) : place], text[place : place + 12])
        for place in breaks(text)
    ]


@register.filter
def dict_of(choices: list[tuple[str, str]]) -> dict[str, str]:
    """The names of choices by their keys."""
    return dict(choices)


@register.simple_tag
def part_with(page: DraftPage, place: int) -> str:
    """The query that opens the part of a long document in which a character stands."""
    return f"?section={page.section_of(place)}" if page.is_long else ""


@register.simple_tag
def word_changes(old: str, new: str) -> SafeString:
    """Write how old words became new ones, with `<del>` and `<ins>`."""
    tags = {"same": "{}", "out": "<del>{}</del>", "in": "<ins>{}</ins>"}
    return format_html_join(
        "", "{}", ((format_html(tags[each.state], each.text),) for each in word_diff(old, new))
    )
