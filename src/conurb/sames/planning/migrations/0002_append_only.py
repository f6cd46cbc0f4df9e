from django.db import migrations

from conurb.journal.triggers import append_only


class Migration(migrations.Migration):
    """What was done and said in a review is never changed or taken out, whatever program writes."""

    dependencies = [("planning", "0001_initial")]
    operations = [
        append_only("planning_round"),
        append_only("planning_reviewevent"),
        append_only("planning_comment"),
        append_only("planning_threadturn"),
        append_only("planning_judgement"),
    ]
