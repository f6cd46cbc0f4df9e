from django.db import migrations, models


def carry_over(apps, _schema_editor):
    """Keep the one record that each review had."""
    review = apps.get_model("planning", "Review")
    through = review.records.through
    rows = review.objects.exclude(record=None).values_list("pk", "record_id")
    through.objects.bulk_create(
        through(review_id=review_id, record_id=record_id) for review_id, record_id in rows
    )


class Migration(migrations.Migration):
    """The adoption of a layer of the whole region is signed by every city: several records."""

    dependencies = [
        ("planning", "0003_record_of_adoption"),
        ("records", "0002_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="review",
            name="records",
            field=models.ManyToManyField(
                help_text="signed records of the adoption: of the city, or one of each city of "
                "the region",
                related_name="+",
                to="records.record",
            ),
        ),
        migrations.RunPython(carry_over, migrations.RunPython.noop),
        migrations.RemoveField(model_name="review", name="record"),
    ]
