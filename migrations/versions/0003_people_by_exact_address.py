"""people by their exact address."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Until now a person was found by the mailbox (the canonical address): that index moves to the signature. The new
    # index of the address as it was typed needs the keys; people who are there keep the old one, which matches nothing
    # any more, so that their next act makes them known anew instead of as somebody else with another spelling.
    op.add_column("signatures", sa.Column("mailbox_index", sa.LargeBinary(length=32), nullable=True))
    op.execute(
        "UPDATE signatures SET mailbox_index = "
        "(SELECT email_index FROM persons WHERE persons.id = signatures.person_id)"
    )
    op.create_index("uq_signatures_mailbox", "signatures", ["mailbox_index", "petition_id"], unique=True)
    op.alter_column("refusals", "email_index", new_column_name="mailbox_index")


def downgrade() -> None:
    op.alter_column("refusals", "mailbox_index", new_column_name="email_index")
    op.drop_index("uq_signatures_mailbox", "signatures")
    op.drop_column("signatures", "mailbox_index")
