"""The history of a case can only grow."""

from django.db import migrations

from conurb.journal.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial")]  # noqa: RUF012 - Django's own form

    operations = [append_only("desk_caseevent")]  # noqa: RUF012
