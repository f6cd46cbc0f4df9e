from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("planning", "0005_carry_records_over")]
    operations = [migrations.RemoveField(model_name="review", name="record")]
