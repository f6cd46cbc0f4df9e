"""The desk's work of a day: lapse, count limits again, mail again, forget; to be run every day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from conurb.desk.actions import daily


class Command(BaseCommand):
    help = (
        "Let cases lapse that were not completed in time, count running limits again, mail the "
        "notices that were not taken yet, and delete old drafts."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        day = daily.work()
        self.stdout.write(f"cases lapsed: {day.lapsed}")
        self.stdout.write(f"limits counted anew: {day.recounted}")
        self.stdout.write(f"notices mailed: {day.mailed}")
        self.stdout.write(f"drafts deleted: {day.forgotten}")
        if day.not_mailed:
            self.stderr.write(f"not mailed, tried again next time: {day.not_mailed} notices")
