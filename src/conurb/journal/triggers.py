"""Database triggers that make a table, or columns of it, append-only, whatever program writes."""

from collections.abc import Sequence
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


SQLITE_FIXED = """
CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table} WHEN {differs}
BEGIN SELECT RAISE(ABORT, '{table}: a fixed column was changed'); END;
"""
POSTGRES_FIXED = """
CREATE TRIGGER {table}_fixed BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({differs})
EXECUTE FUNCTION conurb_append_only();
"""


def fixed_columns(table: str, columns: Sequence[str]) -> migrations.RunPython:
    """Return the step that lets rows of `table` never go and these columns of them never change."""

    def create(_apps: Any, schema_editor: Any) -> None:
        postgres = schema_editor.connection.vendor == "postgresql"
        unlike = "IS DISTINCT FROM" if postgres else "IS NOT"
        differs = " OR ".join(f'OLD."{name}" {unlike} NEW."{name}"' for name in columns)
        if postgres:
            schema_editor.execute(POSTGRES_FUNCTION.replace("%", "%%"))
        for_changes, for_deletion = (
            (POSTGRES_FIXED, POSTGRES) if postgres else (SQLITE_FIXED, SQLITE)
        )
        schema_editor.execute(for_changes.format(table=table, differs=differs))
        schema_editor.execute(for_deletion.format(table=table, verb="delete", VERB="DELETE"))

    def drop(_apps: Any, schema_editor: Any) -> None:
        on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        for name in ("fixed", "no_delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")

    return migrations.RunPython(create, drop)
