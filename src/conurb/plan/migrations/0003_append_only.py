from typing import ClassVar

from django.db import migrations

from conurb.journal.triggers import append_only


class Migration(migrations.Migration):
    dependencies: ClassVar = [("plan", "0002_initial")]
    operations: ClassVar = [
        append_only("plan_report"),
        append_only("plan_evidence"),
        append_only("plan_supervisionstep"),
    ]
