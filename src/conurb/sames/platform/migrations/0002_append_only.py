from django.db import migrations

from conurb.journal.triggers import append_only


class Migration(migrations.Migration):
    """What was noted of passes is never changed or taken out, whatever program writes."""

    dependencies = [("platform", "0001_initial")]
    operations = [
        append_only("platform_ruleset"),
        append_only("platform_violation"),
        append_only("platform_annulment"),
        append_only("platform_withdrawal"),
        append_only("platform_passcheck"),
    ]
