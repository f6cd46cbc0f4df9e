"""Take off the wage-arrears list whose term has ended; to be run daily."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from conurb.sames.market.actions.keeping import end_due


class Command(BaseCommand):
    help = "Take off the wage-arrears list every name whose term has ended."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{len(end_due())} names were taken off the list")
