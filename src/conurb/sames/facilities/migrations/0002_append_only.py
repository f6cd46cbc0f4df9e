from typing import ClassVar

from django.db import migrations

from conurb.journal.triggers import append_only


class Migration(migrations.Migration):
    dependencies: ClassVar = [("facilities", "0001_initial")]
    operations: ClassVar = [append_only("facilities_networkstate"), append_only("facilities_run")]
