from django.db import migrations


def carry_over(apps, _schema_editor):
    """Keep the one record that each adopted review had."""
    review = apps.get_model("planning", "Review")
    through = review.records.through
    rows = review.objects.exclude(record=None).values_list("pk", "record_id")
    through.objects.bulk_create(
        through(review_id=review_id, record_id=record_id) for review_id, record_id in rows
    )


class Migration(migrations.Migration):
    """By itself: PostgreSQL changes no table that has rows to check in the same transaction."""

    dependencies = [("planning", "0004_records_of_adoption")]
    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop)]
