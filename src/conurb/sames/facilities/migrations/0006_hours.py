from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("facilities", "0005_answer")]
    operations: ClassVar = [
        migrations.AlterField(
            model_name="signalversion",
            name="kind",
            field=models.CharField(
                choices=[
                    ("declared", "Declared"),
                    ("uploaded", "Uploaded"),
                    ("hours", "Other hours"),
                    ("found", "Optimised"),
                ],
                max_length=10,
            ),
        ),
    ]
