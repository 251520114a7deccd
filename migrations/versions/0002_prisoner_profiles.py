"""prisoner profiles."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BYTES = sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
# Name, type, and what those who are there already get; None where nothing is known.
NEW_COLUMNS = (
    ("sort_as", sa.String(length=200), ""),
    ("sort_key", BYTES, ""),
    ("gender", sa.String(length=8), ""),
    ("country", sa.String(length=2), ""),
    ("born", sa.String(length=11), None),
    ("born_month", sa.SmallInteger(), None),
    ("born_day", sa.SmallInteger(), None),
    ("family_consent", sa.String(length=8), "unknown"),
    ("family_consent_on", sa.Date(), None),
    ("hidden_at", MOMENT, None),
    ("status", sa.String(length=12), "unknown"),
    ("status_since", sa.String(length=11), None),
    ("detained_since", sa.String(length=11), None),
    ("sentence", sa.JSON(), None),
    ("died", sa.String(length=11), None),
    ("godparents", sa.Integer(), "0"),
    ("letters", sa.Integer(), "0"),
    ("version", sa.Integer(), "1"),
    ("created_at", MOMENT, "2026-11-22 00:00:00"),
    ("updated_at", MOMENT, "2026-11-22 00:00:00"),
)
INDEXES = {
    "ix_prisoners_born": ["born_month", "born_day"],
    "ix_prisoners_detained_since": ["detained_since", "sort_key", "id"],
    "ix_prisoners_facility_id": ["facility_id"],
    "ix_prisoners_godparents": ["godparents", "sort_key", "id"],
    "ix_prisoners_letters": ["letters", "sort_key", "id"],
    "ix_prisoners_sort": ["sort_key", "id"],
    "ix_prisoners_status": ["status", "hidden_at", "sort_key", "id"],
}


def upgrade() -> None:
    op.create_table(
        "event_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_batches")),
    )
    op.create_table(
        "facilities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("letter_languages", sa.JSON(), nullable=False),
        sa.Column("letter_pages", sa.Integer(), nullable=True),
        sa.Column("avoid_words", sa.JSON(), nullable=False),
        sa.Column("return_envelope", sa.String(length=8), nullable=False),
        sa.Column("rules_as_of", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facilities")),
        sa.UniqueConstraint("slug", name=op.f("uq_facilities_slug")),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("thing", sa.String(length=80), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organiser_id"], ["organisers.id"], name=op.f("fk_drafts_organiser_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("organiser_id", "thing", name=op.f("uq_drafts_organiser_id_thing")),
    )
    op.create_table(
        "facility_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=False),
        sa.Column("script", sa.String(length=4), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.String(length=11), nullable=True),
        sa.Column("valid_to", sa.String(length=11), nullable=True),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.CheckConstraint("lines <> ''", name=op.f("ck_facility_addresses_lines")),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name=op.f("fk_facility_addresses_facility_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_addresses")),
    )
    with op.batch_alter_table("facility_addresses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_facility_addresses_facility_id"), ["facility_id"], unique=False)

    op.create_table(
        "facility_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("script", sa.String(length=4), nullable=False),
        sa.Column(
            "key",
            sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name=op.f("fk_facility_names_facility_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_names")),
        sa.UniqueConstraint(
            "facility_id", "language", "name", name=op.f("uq_facility_names_facility_id_language_name")
        ),
    )
    with op.batch_alter_table("facility_names", schema=None) as batch_op:
        batch_op.create_index("ix_facility_names_key", ["key"], unique=False)

    op.create_table(
        "facility_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("facility_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facilities.id"], name=op.f("fk_facility_texts_facility_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_texts")),
        sa.UniqueConstraint("facility_id", "language", name=op.f("uq_facility_texts_facility_id_language")),
    )
    op.create_table(
        "import_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("list_name", sa.String(length=60), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["event_batches.id"], name=op.f("fk_import_runs_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
    )
    op.create_table(
        "designations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("term", sa.String(length=120), nullable=False),
        sa.Column("since", sa.String(length=11), nullable=True),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoners.id"], name=op.f("fk_designations_prisoner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designations")),
    )
    with op.batch_alter_table("designations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_designations_prisoner_id"), ["prisoner_id"], unique=False)

    op.create_table(
        "import_doubts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(length=60), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoners.id"], name=op.f("fk_import_doubts_prisoner_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["import_runs.id"], name=op.f("fk_import_doubts_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_doubts")),
        sa.UniqueConstraint("list_name", "fingerprint", name=op.f("uq_import_doubts_list_name_fingerprint")),
    )
    with op.batch_alter_table("import_doubts", schema=None) as batch_op:
        batch_op.create_index("ix_import_doubts_open", ["decided_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_doubts_run_id"), ["run_id"], unique=False)

    op.create_table(
        "portraits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("licence", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("consent", sa.String(length=8), nullable=False),
        sa.Column("alts", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoners.id"], name=op.f("fk_portraits_prisoner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portraits")),
        sa.UniqueConstraint("prisoner_id", name=op.f("uq_portraits_prisoner_id")),
    )
    op.create_table(
        "prisoner_articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoners.id"], name=op.f("fk_prisoner_articles_prisoner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prisoner_articles")),
    )
    with op.batch_alter_table("prisoner_articles", schema=None) as batch_op:
        batch_op.create_index("ix_prisoner_articles_code", ["code", "prisoner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_prisoner_articles_prisoner_id"), ["prisoner_id"], unique=False)

    op.create_table(
        "prisoner_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["event_batches.id"], name=op.f("fk_prisoner_changes_batch_id")),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoners.id"], name=op.f("fk_prisoner_changes_prisoner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prisoner_changes")),
    )
    with op.batch_alter_table("prisoner_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prisoner_changes_prisoner_id"), ["prisoner_id"], unique=False)

    op.create_table(
        "prisoner_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("day", sa.String(length=11), nullable=True),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=120), nullable=False),
        sa.Column("retracted_why", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["event_batches.id"], name=op.f("fk_prisoner_events_batch_id")),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoners.id"], name=op.f("fk_prisoner_events_prisoner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prisoner_events")),
        sa.UniqueConstraint("uid", name=op.f("uq_prisoner_events_uid")),
    )
    with op.batch_alter_table("prisoner_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prisoner_events_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index("ix_prisoner_events_prisoner_id", ["prisoner_id", "day"], unique=False)

    op.create_table(
        "prisoner_identifiers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("list_name", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=250), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=16), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoners.id"], name=op.f("fk_prisoner_identifiers_prisoner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prisoner_identifiers")),
        sa.UniqueConstraint("list_name", "key", name=op.f("uq_prisoner_identifiers_list_name_key")),
    )
    with op.batch_alter_table("prisoner_identifiers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prisoner_identifiers_prisoner_id"), ["prisoner_id"], unique=False)
        batch_op.create_index("ix_prisoner_identifiers_url", ["url"], unique=False)

    op.create_table(
        "prisoner_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("script", sa.String(length=4), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column(
            "key",
            sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoners.id"], name=op.f("fk_prisoner_names_prisoner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prisoner_names")),
        sa.UniqueConstraint(
            "prisoner_id", "name", "language", "kind", name=op.f("uq_prisoner_names_prisoner_id_name_language_kind")
        ),
    )
    with op.batch_alter_table("prisoner_names", schema=None) as batch_op:
        batch_op.create_index("ix_prisoner_names_key", ["key"], unique=False)

    op.create_table(
        "prisoner_old_slugs",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoners.id"], name=op.f("fk_prisoner_old_slugs_prisoner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_prisoner_old_slugs")),
    )
    with op.batch_alter_table("prisoner_old_slugs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prisoner_old_slugs_prisoner_id"), ["prisoner_id"], unique=False)

    op.create_table(
        "prisoner_search_keys",
        sa.Column(
            "key", sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("coarse", sa.Boolean(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoners.id"], name=op.f("fk_prisoner_search_keys_prisoner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "coarse", "prisoner_id", name=op.f("pk_prisoner_search_keys")),
    )
    with op.batch_alter_table("prisoner_search_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prisoner_search_keys_prisoner_id"), ["prisoner_id"], unique=False)

    op.create_table(
        "portrait_files",
        sa.Column("portrait_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["portrait_id"], ["portraits.id"], name=op.f("fk_portrait_files_portrait_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("portrait_id", "size", "format", name=op.f("pk_portrait_files")),
    )
    op.create_table(
        "prisoner_event_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["prisoner_events.id"], name=op.f("fk_prisoner_event_texts_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prisoner_event_texts")),
        sa.UniqueConstraint("event_id", "language", name=op.f("uq_prisoner_event_texts_event_id_language")),
    )
    with op.batch_alter_table("campaign_prisoners", schema=None) as batch_op:
        batch_op.create_index("ix_campaign_prisoners_prisoner_id", ["prisoner_id"], unique=False)

    _extend_prisoners()


def _extend_prisoners() -> None:
    """Column by column: SQLite's way to rebuild a table would delete what points to it."""
    for name, kind, empty in NEW_COLUMNS:
        op.add_column("prisoners", sa.Column(name, kind, nullable=empty is None, server_default=empty))
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "ALTER TABLE prisoners ADD COLUMN facility_id INTEGER "
            "CONSTRAINT fk_prisoners_facility_id REFERENCES facilities (id)"
        )
    else:
        op.add_column("prisoners", sa.Column("facility_id", sa.Integer(), nullable=True))
        op.create_foreign_key("fk_prisoners_facility_id", "prisoners", "facilities", ["facility_id"], ["id"])
    for name, columns in INDEXES.items():
        op.create_index(name, "prisoners", columns)
    # One name each, as it stands; the nightly job writes keys for order and search.
    op.execute("UPDATE prisoners SET sort_key = lower(name)")
    op.execute(
        "INSERT INTO prisoner_names (prisoner_id, name, language, script, kind, key, position) "
        "SELECT id, name, '', '', 'main', lower(name), 0 FROM prisoners"
    )


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "prisoners")
    for name in [name for name, _, _ in NEW_COLUMNS] + ["facility_id"]:
        op.drop_column("prisoners", name)
    with op.batch_alter_table("campaign_prisoners", schema=None) as batch_op:
        batch_op.drop_index("ix_campaign_prisoners_prisoner_id")

    op.drop_table("prisoner_event_texts")
    op.drop_table("portrait_files")
    with op.batch_alter_table("prisoner_search_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prisoner_search_keys_prisoner_id"))

    op.drop_table("prisoner_search_keys")
    with op.batch_alter_table("prisoner_old_slugs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prisoner_old_slugs_prisoner_id"))

    op.drop_table("prisoner_old_slugs")
    with op.batch_alter_table("prisoner_names", schema=None) as batch_op:
        batch_op.drop_index("ix_prisoner_names_key")

    op.drop_table("prisoner_names")
    with op.batch_alter_table("prisoner_identifiers", schema=None) as batch_op:
        batch_op.drop_index("ix_prisoner_identifiers_url")
        batch_op.drop_index(batch_op.f("ix_prisoner_identifiers_prisoner_id"))

    op.drop_table("prisoner_identifiers")
    with op.batch_alter_table("prisoner_events", schema=None) as batch_op:
        batch_op.drop_index("ix_prisoner_events_prisoner_id")
        batch_op.drop_index(batch_op.f("ix_prisoner_events_batch_id"))

    op.drop_table("prisoner_events")
    with op.batch_alter_table("prisoner_changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prisoner_changes_prisoner_id"))

    op.drop_table("prisoner_changes")
    with op.batch_alter_table("prisoner_articles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prisoner_articles_prisoner_id"))
        batch_op.drop_index("ix_prisoner_articles_code")

    op.drop_table("prisoner_articles")
    op.drop_table("portraits")
    with op.batch_alter_table("import_doubts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_doubts_run_id"))
        batch_op.drop_index("ix_import_doubts_open")

    op.drop_table("import_doubts")
    with op.batch_alter_table("designations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_designations_prisoner_id"))

    op.drop_table("designations")
    op.drop_table("import_runs")
    op.drop_table("facility_texts")
    with op.batch_alter_table("facility_names", schema=None) as batch_op:
        batch_op.drop_index("ix_facility_names_key")

    op.drop_table("facility_names")
    with op.batch_alter_table("facility_addresses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_facility_addresses_facility_id"))

    op.drop_table("facility_addresses")
    op.drop_table("drafts")
    op.drop_table("facilities")
    op.drop_table("event_batches")
