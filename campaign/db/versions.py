"""Which version the code expects the database to have."""

from __future__ import annotations

from functools import cache

from alembic.config import Config
from alembic.script import ScriptDirectory

from campaign.config import ROOT


@cache
def newest_migration() -> str | None:
    """The newest migration's number."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()
