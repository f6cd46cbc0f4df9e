"""What time alone does to joint reviews: reminders, and silence; to be run every day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from conurb.sames.planning.actions.reminding import remind_all
from conurb.sames.planning.actions.reviews import lapse_all


class Command(BaseCommand):
    help = (
        "Tell of limits of joint reviews that end by the next working day or have ended, and count "
        "the silence of late parties as consent in reviews that declare it so."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        counted = lapse_all()
        reminded = remind_all()
        self.stdout.write(f"silence counted in {counted} reviews")
        self.stdout.write(f"told of a limit that is near: {reminded.near}")
        self.stdout.write(f"told of a limit missed: {reminded.late}")
