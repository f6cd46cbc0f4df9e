"""Count silence as consent where a review declares it so; to be run daily."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from conurb.sames.planning.actions.reviews import lapse_all


class Command(BaseCommand):
    help = "Count the silence of late parties as consent in reviews that declare it so."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"silence counted in {lapse_all()} reviews")
