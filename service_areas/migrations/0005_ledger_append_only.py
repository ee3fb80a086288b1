"""The database itself refuses to change or remove an entry of the ledger, on both engines."""

from django.db import migrations

SENTENCE = "The ledger is only added to."
SQLITE = [
    f"""
    CREATE TRIGGER ledger_entry_no_{verb} BEFORE {verb.upper()} ON service_areas_ledgerentry
    BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END
    """
    for verb in ("update", "delete")
]
POSTGRESQL = [
    f"""
    CREATE FUNCTION ledger_entry_is_kept() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE TRIGGER ledger_entry_kept BEFORE UPDATE OR DELETE ON service_areas_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION ledger_entry_is_kept()
    """,
]


def forbid(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def allow(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER ledger_entry_kept ON service_areas_ledgerentry")
        schema_editor.execute("DROP FUNCTION ledger_entry_is_kept()")
    else:
        for verb in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER ledger_entry_no_{verb}")


class Migration(migrations.Migration):

    dependencies = [("service_areas", "0004_ledger")]

    operations = [migrations.RunPython(forbid, allow)]
