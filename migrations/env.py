"""Alembic's environment: the application's database, one transaction per run."""

from alembic import context
from flask import current_app

from campaign.db import Base, sqlite
from campaign.db.base import Sealed, UtcDateTime

PLAIN = {Sealed: "sa.LargeBinary()", UtcDateTime: "sa.DateTime(timezone=True)"}


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our column types as what they are in the database: a migration must not change with the code."""
    if kind == "type" and type(item) in PLAIN:
        return PLAIN[type(item)]
    return False


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """On PostgreSQL the jobs' engine keeps its own tables beside ours; they are none of the migrations' business."""
    return not (kind == "table" and (name or "").startswith("huey_"))


def run() -> None:
    """Bring the database to the asked version, or compare it with the models."""
    with current_app.extensions["campaign.store"].engine.connect().execution_options(**sqlite.WRITES) as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            include_name=is_ours,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations run against a database.")
run()
