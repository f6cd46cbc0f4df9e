from typing import ClassVar

from django.db import migrations

from conurb.journal.triggers import append_only


class Migration(migrations.Migration):
    dependencies: ClassVar = [("facilities", "0003_signals")]
    operations: ClassVar = [
        append_only("facilities_signalversion"),
        append_only("facilities_signalsignature"),
        append_only("facilities_signaladoption"),
    ]
