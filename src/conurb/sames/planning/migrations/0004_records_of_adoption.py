from django.db import migrations, models


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
    ]
