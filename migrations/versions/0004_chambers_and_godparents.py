"""chambers and godparents."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chambers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("more", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chambers"),
        sa.UniqueConstraint("slug", name="uq_chambers_slug"),
        sa.UniqueConstraint("source_id", name="uq_chambers_source_id"),
    )
    op.create_index("ix_chambers_country", "chambers", ["country"], unique=False)

    op.create_table(
        "members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("given_name", sa.String(length=120), nullable=False),
        sa.Column("family_name", sa.String(length=120), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("mailbox", sa.String(length=254), nullable=False),
        sa.Column("gender", sa.String(length=24), nullable=False),
        sa.Column("born", sa.String(length=10), nullable=True),
        sa.Column("died", sa.String(length=10), nullable=True),
        sa.Column("other_names", sa.JSON(), nullable=False),
        sa.Column("more", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_members"),
        sa.UniqueConstraint("source_id", name="uq_members_source_id"),
    )
    op.create_index("ix_members_mailbox", "members", ["mailbox"], unique=False)
    op.create_index("ix_members_sort", "members", ["sort_key", "id"], unique=False)

    op.create_table(
        "chamber_domains",
        sa.Column("chamber_id", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("official", sa.Boolean(), nullable=False),
        sa.Column("decided", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chamber_id"], ["chambers.id"], name="fk_chamber_domains_chamber_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chamber_id", "domain", name="pk_chamber_domains"),
    )
    op.create_index("ix_chamber_domains_domain", "chamber_domains", ["domain"], unique=False)

    op.create_table(
        "godparent_programmes",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("per_prisoner", sa.Integer(), nullable=False),
        sa.Column("per_godparent", sa.Integer(), nullable=False),
        sa.Column("releases_itself", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_godparent_programmes_campaign_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_godparent_programmes"),
    )
    op.create_table(
        "godparent_refusals",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("mailbox_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_godparent_refusals_campaign_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "mailbox_index", name="pk_godparent_refusals"),
    )
    op.create_table(
        "godparent_release_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_godparent_release_batches_campaign_id"),
        sa.PrimaryKeyConstraint("id", name="pk_godparent_release_batches"),
    )
    op.create_index(
        "ix_godparent_release_batches_campaign_id", "godparent_release_batches", ["campaign_id"], unique=False
    )

    op.create_table(
        "legislative_periods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chamber_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("start", sa.String(length=10), nullable=True),
        sa.Column("end", sa.String(length=10), nullable=True),
        sa.Column("more", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chamber_id"], ["chambers.id"], name="fk_legislative_periods_chamber_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_legislative_periods"),
        sa.UniqueConstraint("chamber_id", "source_id", name="uq_legislative_periods_chamber_id_source_id"),
    )
    op.create_table(
        "member_keys",
        sa.Column(
            "key", sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("coarse", sa.Boolean(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_member_keys_member_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", "coarse", "member_id", name="pk_member_keys"),
    )
    op.create_index("ix_member_keys_member_id", "member_keys", ["member_id"], unique=False)

    op.create_table(
        "parties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chamber_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("more", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["chamber_id"], ["chambers.id"], name="fk_parties_chamber_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_parties"),
        sa.UniqueConstraint("chamber_id", "source_id", name="uq_parties_chamber_id_source_id"),
    )
    op.create_table(
        "roster_imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chamber_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["chamber_id"], ["chambers.id"], name="fk_roster_imports_chamber_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_roster_imports"),
    )
    op.create_index("ix_roster_imports_chamber_id", "roster_imports", ["chamber_id"], unique=False)

    op.create_table(
        "godparents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("mailbox_index", sa.LargeBinary(length=32), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("typed", sa.LargeBinary(), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=True),
        sa.Column("given_name", sa.String(length=100), nullable=False),
        sa.Column("family_name", sa.String(length=100), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=200).with_variant(sa.String(length=200, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("name_key", sa.String(length=300), nullable=False),
        sa.Column("office", sa.String(length=200), nullable=False),
        sa.Column("party", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("chamber_id", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("verified_by", sa.String(length=120), nullable=False),
        sa.Column("wants_prisoner", sa.Boolean(), nullable=False),
        sa.Column("left_office_on", sa.Date(), nullable=True),
        sa.Column("remind_birthday", sa.Boolean(), nullable=False),
        sa.Column("remind_trial", sa.Boolean(), nullable=False),
        sa.Column("remind_anniversary", sa.Boolean(), nullable=False),
        sa.Column("remind_status", sa.Boolean(), nullable=False),
        sa.Column("mails", sa.Integer(), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withheld_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(mailbox_index IS NULL) = (state = 'erased')", name="ck_godparents_mailbox"),
        sa.CheckConstraint("released_at IS NULL OR state IN ('accepted', 'erased')", name="ck_godparents_released"),
        sa.CheckConstraint(
            "state IN ('pending', 'waiting', 'accepted', 'declined', 'erased')", name="ck_godparents_state"
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_godparents_campaign_id"),
        sa.ForeignKeyConstraint(["chamber_id"], ["chambers.id"], name="fk_godparents_chamber_id"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_godparents_member_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_godparents_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_godparents"),
        sa.UniqueConstraint("campaign_id", "mailbox_index", name="uq_godparents_campaign_id_mailbox_index"),
        sa.UniqueConstraint("slug", name="uq_godparents_slug"),
        sa.UniqueConstraint("uid", name="uq_godparents_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_godparents_member_id", "godparents", ["member_id"], unique=False)
    op.create_index("ix_godparents_person_id", "godparents", ["person_id"], unique=False)
    op.create_index(
        "ix_godparents_public",
        "godparents",
        ["country", "chamber_id", "sort_key", "id", "campaign_id", "name_key"],
        unique=False,
        sqlite_where=sa.text("state = 'accepted' AND released_at IS NOT NULL"),
        postgresql_where=sa.text("state = 'accepted' AND released_at IS NOT NULL"),
    )
    op.create_index("ix_godparents_sort", "godparents", ["sort_key", "id"], unique=False)
    op.create_index(
        "ix_godparents_unpaired",
        "godparents",
        ["campaign_id"],
        unique=False,
        sqlite_where=sa.text("wants_prisoner = 1"),
        postgresql_where=sa.text("wants_prisoner"),
    )
    op.create_index(
        "ix_godparents_left_office",
        "godparents",
        ["left_office_on", "id"],
        unique=False,
        sqlite_where=sa.text("left_office_on IS NOT NULL"),
        postgresql_where=sa.text("left_office_on IS NOT NULL"),
    )
    op.create_index("ix_godparents_state", "godparents", ["state", "campaign_id", "id"], unique=False)
    op.create_index(
        "uq_godparents_member",
        "godparents",
        ["campaign_id", "member_id"],
        unique=True,
        sqlite_where=sa.text("state = 'accepted'"),
        postgresql_where=sa.text("state = 'accepted'"),
    )

    op.create_table(
        "mandates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chamber_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("period_id", sa.Integer(), nullable=True),
        sa.Column("source_key", sa.String(length=64), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=120), nullable=False),
        sa.Column("start", sa.String(length=10), nullable=True),
        sa.Column("end", sa.String(length=10), nullable=True),
        sa.Column("gone_on", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("more", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["chamber_id"], ["chambers.id"], name="fk_mandates_chamber_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_mandates_member_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name="fk_mandates_party_id"),
        sa.ForeignKeyConstraint(["period_id"], ["legislative_periods.id"], name="fk_mandates_period_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mandates"),
        sa.UniqueConstraint("chamber_id", "source_key", name="uq_mandates_chamber_id_source_key"),
    )
    op.create_index("ix_mandates_chamber_until", "mandates", ["chamber_id", "until"], unique=False)
    op.create_index("ix_mandates_member_id", "mandates", ["member_id"], unique=False)

    op.create_table(
        "deeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("godparent_id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("day", sa.String(length=11), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["godparent_id"], ["godparents.id"], name="fk_deeds_godparent_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["prisoner_id"], ["prisoners.id"], name="fk_deeds_prisoner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deeds"),
        sa.UniqueConstraint("uid", name="uq_deeds_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deeds_godparent_id", "deeds", ["godparent_id", "day"], unique=False)
    op.create_index("ix_deeds_prisoner_id", "deeds", ["prisoner_id", "day"], unique=False)
    op.create_index("ix_deeds_state", "deeds", ["state", "id"], unique=False)

    op.create_table(
        "godparent_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("godparent_id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["godparent_id"], ["godparents.id"], name="fk_godparent_notices_godparent_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["prisoner_id"], ["prisoners.id"], name="fk_godparent_notices_prisoner_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_godparent_notices"),
        sa.UniqueConstraint(
            "godparent_id",
            "kind",
            "prisoner_id",
            "about",
            name="uq_godparent_notices_godparent_id_kind_prisoner_id_about",
        ),
    )
    op.create_index(
        "ix_godparent_notices_due",
        "godparent_notices",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )

    op.create_table(
        "godparent_photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("godparent_id", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("later", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("credit", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["godparent_id"], ["godparents.id"], name="fk_godparent_photos_godparent_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_godparent_photos"),
        sa.UniqueConstraint("godparent_id", "shown", name="uq_godparent_photos_godparent_id_shown"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_godparent_photos_waiting",
        "godparent_photos",
        ["id", "godparent_id"],
        unique=False,
        sqlite_where=sa.text("shown = 0 AND later = 1"),
        postgresql_where=sa.text("NOT shown AND later"),
    )
    op.create_table(
        "godparenthoods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("godparent_id", sa.Integer(), nullable=False),
        sa.Column("prisoner_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=12), nullable=True),
        sa.Column("ended_by_batch", sa.Integer(), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("statement_language", sa.String(length=12), nullable=False),
        sa.Column("proposed", sa.Text(), nullable=True),
        sa.Column("proposed_language", sa.String(length=12), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(end_reason IS NULL) = (ended_on IS NULL)", name="ck_godparenthoods_end"),
        sa.CheckConstraint("(seat IS NULL) = (ended_on IS NOT NULL)", name="ck_godparenthoods_seat"),
        sa.ForeignKeyConstraint(["batch_id"], ["godparent_release_batches.id"], name="fk_godparenthoods_batch_id"),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_godparenthoods_campaign_id"),
        sa.ForeignKeyConstraint(["godparent_id"], ["godparents.id"], name="fk_godparenthoods_godparent_id"),
        sa.ForeignKeyConstraint(["prisoner_id"], ["prisoners.id"], name="fk_godparenthoods_prisoner_id"),
        sa.ForeignKeyConstraint(["successor_id"], ["godparenthoods.id"], name="fk_godparenthoods_successor_id"),
        sa.PrimaryKeyConstraint("id", name="pk_godparenthoods"),
        sa.UniqueConstraint(
            "campaign_id", "prisoner_id", "seat", name="uq_godparenthoods_campaign_id_prisoner_id_seat"
        ),
        sa.UniqueConstraint("uid", name="uq_godparenthoods_uid"),
    )
    op.create_index("ix_godparenthoods_godparent_id", "godparenthoods", ["godparent_id", "id"], unique=False)
    op.create_index("ix_godparenthoods_prisoner_id", "godparenthoods", ["prisoner_id", "released_at"], unique=False)
    op.create_index("ix_godparenthoods_released_at", "godparenthoods", ["released_at", "id"], unique=False)
    op.create_index(
        "ix_godparenthoods_proposed",
        "godparenthoods",
        ["id", "campaign_id"],
        unique=False,
        sqlite_where=sa.text("proposed IS NOT NULL"),
        postgresql_where=sa.text("proposed IS NOT NULL"),
    )
    op.create_index(
        "uq_godparenthoods_pair",
        "godparenthoods",
        ["godparent_id", "prisoner_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )

    op.create_table(
        "godparent_invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.LargeBinary(length=16), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("mailbox_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("message", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("chamber_id", sa.Integer(), nullable=True),
        sa.Column("prisoner_id", sa.Integer(), nullable=True),
        sa.Column("godparenthood_id", sa.Integer(), nullable=True),
        sa.Column("godparent_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_godparent_invitations_campaign_id"),
        sa.ForeignKeyConstraint(["chamber_id"], ["chambers.id"], name="fk_godparent_invitations_chamber_id"),
        sa.ForeignKeyConstraint(["godparent_id"], ["godparents.id"], name="fk_godparent_invitations_godparent_id"),
        sa.ForeignKeyConstraint(
            ["godparenthood_id"], ["godparenthoods.id"], name="fk_godparent_invitations_godparenthood_id"
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_godparent_invitations_member_id"),
        sa.ForeignKeyConstraint(["prisoner_id"], ["prisoners.id"], name="fk_godparent_invitations_prisoner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_godparent_invitations"),
        sa.UniqueConstraint("uid", name="uq_godparent_invitations_uid"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_godparent_invitations_campaign_id", "godparent_invitations", ["campaign_id", "state", "id"], unique=False
    )
    op.create_index("ix_godparent_invitations_godparent_id", "godparent_invitations", ["godparent_id"], unique=False)
    op.create_index(
        "uq_godparent_invitations_handover",
        "godparent_invitations",
        ["godparenthood_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'sent')"),
        postgresql_where=sa.text("state IN ('waiting', 'sent')"),
    )
    op.create_index(
        "uq_godparent_invitations_open",
        "godparent_invitations",
        ["campaign_id", "mailbox_index"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting', 'sent')"),
        postgresql_where=sa.text("state IN ('waiting', 'sent')"),
    )

    op.create_table(
        "godparent_photo_files",
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["godparent_photos.id"], name="fk_godparent_photo_files_photo_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", "size", "format", name="pk_godparent_photo_files"),
    )


def downgrade() -> None:
    op.drop_table("godparent_photo_files")
    op.drop_index("uq_godparent_invitations_open", "godparent_invitations")
    op.drop_index("uq_godparent_invitations_handover", "godparent_invitations")
    op.drop_index("ix_godparent_invitations_godparent_id", "godparent_invitations")
    op.drop_index("ix_godparent_invitations_campaign_id", "godparent_invitations")

    op.drop_table("godparent_invitations")
    op.drop_index("uq_godparenthoods_pair", "godparenthoods")
    op.drop_index("ix_godparenthoods_released_at", "godparenthoods")
    op.drop_index("ix_godparenthoods_prisoner_id", "godparenthoods")
    op.drop_index("ix_godparenthoods_godparent_id", "godparenthoods")

    op.drop_table("godparenthoods")
    op.drop_table("godparent_photos")
    op.drop_index("ix_godparent_notices_due", "godparent_notices")

    op.drop_table("godparent_notices")
    op.drop_index("ix_deeds_state", "deeds")
    op.drop_index("ix_deeds_prisoner_id", "deeds")
    op.drop_index("ix_deeds_godparent_id", "deeds")

    op.drop_table("deeds")
    op.drop_index("ix_mandates_member_id", "mandates")
    op.drop_index("ix_mandates_chamber_until", "mandates")

    op.drop_table("mandates")
    op.drop_index("uq_godparents_member", "godparents")
    op.drop_index("ix_godparents_state", "godparents")
    op.drop_index("ix_godparents_sort", "godparents")
    op.drop_index("ix_godparents_public", "godparents")
    op.drop_index("ix_godparents_person_id", "godparents")
    op.drop_index("ix_godparents_member_id", "godparents")

    op.drop_table("godparents")
    op.drop_index("ix_roster_imports_chamber_id", "roster_imports")

    op.drop_table("roster_imports")
    op.drop_table("parties")
    op.drop_index("ix_member_keys_member_id", "member_keys")

    op.drop_table("member_keys")
    op.drop_table("legislative_periods")
    op.drop_index("ix_godparent_release_batches_campaign_id", "godparent_release_batches")

    op.drop_table("godparent_release_batches")
    op.drop_table("godparent_refusals")
    op.drop_table("godparent_programmes")
    op.drop_index("ix_chamber_domains_domain", "chamber_domains")

    op.drop_table("chamber_domains")
    op.drop_index("ix_members_sort", "members")
    op.drop_index("ix_members_mailbox", "members")

    op.drop_table("members")
    op.drop_index("ix_chambers_country", "chambers")

    op.drop_table("chambers")
