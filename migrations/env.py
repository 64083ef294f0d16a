"""Alembic's environment: one for SQLite and PostgreSQL, on the connection that app.database.migrate hands over."""

from alembic import context
from sqlalchemy import Connection, text

from app.tables import metadata

connection: Connection = context.config.attributes["connection"]
on_sqlite = connection.dialect.name == "sqlite"

context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=on_sqlite,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
if on_sqlite:
    broken = connection.execute(text("PRAGMA foreign_key_check")).fetchall()
    if broken:
        raise RuntimeError(f"the migration left {len(broken)} rows without their parents")
