from django.db import migrations

from conurb.journal.triggers import fixed_columns

VERSION = (
    "key", "layer_id", "number", "sha256", "geometry", "feature_count", "west", "south", "east",
    "north", "fields", "classes", "source_name", "source_format", "source_sha256", "source_layer",
    "source_crs", "crs_known", "counts", "repairs_sha256", "problems_sha256", "note", "is_demo",
    "created_by_id", "created_at",
)  # fmt: skip


class Migration(migrations.Migration):
    """A version of a layer is never changed or taken out; only its state moves on."""

    dependencies = [("atlas", "0002_initial")]
    operations = [fixed_columns("atlas_layerversion", VERSION)]
