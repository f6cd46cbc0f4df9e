from typing import ClassVar

from django.db import migrations

from conurb.journal.triggers import append_only


class Migration(migrations.Migration):
    dependencies: ClassVar = [("journal", "0002_initial")]
    operations: ClassVar = [append_only("journal_entry")]
