"""Drawing the published words of an item with those of its tasks marked: `{% load source %}`."""

from __future__ import annotations

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from conurb.plan.marking import Node, weave
from conurb.plan.queries.items import Source

register = template.Library()


@register.simple_tag
def source_words(source: Source, *, pins: bool = True) -> SafeString:
    """Write the words; those of a task carry its key, and a pin with its number leads to it."""
    steps = (_step(node, pins=pins) for node in weave(source.text, source.window, source.marks))
    return mark_safe("".join(steps))  # noqa: S308  every step is escaped


def _step(node: Node, *, pins: bool) -> str:
    if node.step == "words":
        return escape(node.words)
    if node.step == "close" or node.mark is None:
        return "</span>"
    opening = format_html('<span class="source-task" data-task="{}">', node.mark.key)
    return opening + _pin(node) if pins and node.is_start else opening


def _pin(node: Node) -> str:
    mark = node.mark
    if mark is None:
        return ""
    return format_html(
        '<a class="source-pin" href="#task-{}" aria-label="{}">{}</a>',
        mark.key,
        _("To task %(number)s") % {"number": mark.note},
        mark.note.rpartition("-")[2],
    )
