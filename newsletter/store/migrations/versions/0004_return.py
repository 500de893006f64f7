"""What comes back, how far mailboxes were read, how much left on each day, and what held a mailing back.

Column types as they were when this was written; see 0001.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, LargeBinary, PrimaryKeyConstraint, Text

revision = "0004"
down_revision = "0003"

BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """A column and three tables."""
    op.add_column("mailings", Column("pace", Text))
    op.create_table(
        "returned",
        Column("number", Integer, nullable=False, autoincrement=False),
        Column("taken", BYTEWISE, nullable=False),
        Column("digest", BYTEWISE, nullable=False),
        Column("part", Integer, nullable=False),
        Column("nature", BYTEWISE, nullable=False),
        Column("address", Text),
        Column("status", BYTEWISE),
        Column("said", Text, nullable=False),
        Column("how", BYTEWISE, nullable=False),
        Column("proof", BYTEWISE),
        Column("mailing", Integer),
        Column("seq", Integer),
        Column("mark", LargeBinary),
        Column("consequence", BYTEWISE),
        Column("undone", BYTEWISE),
        Column("undone_by", Text),
        Column("raw", LargeBinary),
        PrimaryKeyConstraint("number", name="pk_returned"),
    )
    op.create_index("ix_returned_digest_part", "returned", ["digest", "part"], unique=True)
    op.create_index("ix_returned_mailing_seq", "returned", ["mailing", "seq"])
    op.create_index("ix_returned_mark", "returned", ["mark"])
    op.create_table(
        "cursors",
        Column("name", BYTEWISE, nullable=False),
        Column("cursor", Text, nullable=False),
        PrimaryKeyConstraint("name", name="pk_cursors"),
    )
    op.create_table(
        "days",
        Column("day", BYTEWISE, nullable=False),
        Column("handed", Integer, nullable=False),
        PrimaryKeyConstraint("day", name="pk_days"),
    )
