"""Database triggers that make a table append-only, whatever program writes to it."""

from typing import Any

from django.db import migrations

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
"""
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION conurb_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
"""
POSTGRES = """
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table}
FOR EACH ROW EXECUTE FUNCTION conurb_append_only();
"""


def append_only(table: str) -> migrations.RunPython:
    """Return the migration step that lets `table` only grow, on SQLite and PostgreSQL."""

    def create(_apps: Any, schema_editor: Any) -> None:
        vendor = schema_editor.connection.vendor
        if vendor == "postgresql":
            schema_editor.execute(POSTGRES_FUNCTION.replace("%", "%%"))
        for verb in ("update", "delete"):
            template = POSTGRES if vendor == "postgresql" else SQLITE
            schema_editor.execute(template.format(table=table, verb=verb, VERB=verb.upper()))

    def drop(_apps: Any, schema_editor: Any) -> None:
        vendor = schema_editor.connection.vendor
        on = f" ON {table}" if vendor == "postgresql" else ""
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on}")

    return migrations.RunPython(create, drop)
