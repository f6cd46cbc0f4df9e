"""Fill a node with an invented life, for demonstration."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from conurb.atlas.demonstration import demonstrate as demonstrate_atlas
from conurb.desk.demonstration import demonstrate as demonstrate_desk
from conurb.packs import packs
from conurb.plan.demonstration import demonstrate
from conurb.region.folder import load_region


class Command(BaseCommand):
    help = "Make invented officers, proposals, reports and supervision on a node without any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=2021)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This node is not in demonstration mode. "
                "Set CONURB_DEMO=1 if it may be filled with invented people and reports."
            )
        region, seed, now = load_region(settings.REGION_PATH), options["seed"], timezone.now()
        made = demonstrate(region, seed=seed, now=now)
        acts = made.acts + demonstrate_desk(region, seed, now)
        acts += demonstrate_atlas(region, seed, now)
        for pack in packs():
            if pack.demonstrate is not None:
                acts += pack.demonstrate(region, seed, now)
        if options["verbosity"]:
            self.stdout.write(f"{made.people} people, {acts} acts of invented life")
