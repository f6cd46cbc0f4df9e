"""Logs, checkpoints, published types and looks can only be added to."""

from django.db import migrations

from conurb.journal.triggers import append_only


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]

    operations = [
        append_only("records_logentry"),
        append_only("records_logtile"),
        append_only("records_checkpoint"),
        append_only("records_publishedtype"),
        append_only("records_look"),
    ]
