"""Bring the tables up to the region folder, and adopt its plan on a new node."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from conurb.packs import load_packs
from conurb.plan.actions.starting import adopt_folder_plan
from conurb.plan.english import EnglishError
from conurb.region.folder import load_region
from conurb.region.loading import load
from conurb.region.problems import RegionError, render_problems


class Command(BaseCommand):
    help = (
        "Load the region folder (CONURB_REGION) and, on a node without a plan, adopt its plan.md."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            region = load_region(settings.REGION_PATH)
            changed = load(region)
            adopted = adopt_folder_plan(region)
            load_packs(region)
        except (RegionError, EnglishError) as fault:
            raise CommandError(render_problems(fault.problems, "zh")) from fault
        self.stdout.write("region loaded" if changed else "region is up to date")
        if adopted is not None:
            self.stdout.write(f"plan adopted: {adopted.plan.title_zh}")
            if adopted.problems:
                self.stderr.write(render_problems(adopted.problems, "zh"))
