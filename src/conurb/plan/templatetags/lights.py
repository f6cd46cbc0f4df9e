"""Lights and stages in the language of the moment: `{% load lights %}`."""

from __future__ import annotations

from django import template

from conurb.plan.ladder import Stage
from conurb.plan.lights import LIGHT_NAMES, Light
from conurb.region.models import in_language

register = template.Library()


@register.filter
def light_name(light: Light) -> str:
    """Return the name of a light by its code."""
    return in_language(*LIGHT_NAMES[light])


@register.filter
def stage_name(stage: Stage) -> str:
    """Return the name of a stage."""
    return in_language(stage.zh, stage.en)
