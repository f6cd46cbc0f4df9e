"""Open the supervision that is due and send the digest of the day; to be run every morning."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from conurb.plan.actions.digest import send_digests
from conurb.plan.actions.supervising import open_due_supervisions
from conurb.region.folder import load_region


class Command(BaseCommand):
    help = "Open supervision of tasks that are due for it, then send everybody's digest of today."

    def handle(self, *args: Any, **options: Any) -> None:
        opened = open_due_supervisions()
        self.stdout.write(f"supervision opened: {len(opened)}")
        delivery = send_digests(load_region(settings.REGION_PATH).calendar)
        if not delivery.is_workday:
            self.stdout.write("no working day, no digest")
            return
        self.stdout.write(f"digests sent: {delivery.sent}")
        if delivery.without_address:
            self.stdout.write(f"no e-mail address: {', '.join(delivery.without_address)}")
        if delivery.failed:
            self.stderr.write(f"not sent, tried again next time: {', '.join(delivery.failed)}")
