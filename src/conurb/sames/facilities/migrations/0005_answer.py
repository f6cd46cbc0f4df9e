from typing import ClassVar

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("facilities", "0004_signals_append_only")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("question", models.CharField(help_text="SHA-256", max_length=64, unique=True)),
                ("asked", models.JSONField(help_text="the question itself")),
                (
                    "result",
                    models.CharField(help_text="SHA-256 of the answer, JSON", max_length=64),
                ),
                ("seconds", models.FloatField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"verbose_name": "answer", "ordering": ["-id"]},
        ),
    ]
