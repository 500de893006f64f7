"""Accounts of the desk belong to an id and a mail address: an id alone is given to somebody else one day.

Of what there was nobody knows whose it is. It goes, and everybody asks for a link once.

Column types as they were when this was written; see 0001.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, PrimaryKeyConstraint, Text

revision = "0009"
down_revision = "0008"

BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Three tables, made anew with a column more."""
    for name in ("passwords", "sign_in_links", "sessions"):
        op.drop_table(name)
    op.create_table(
        "passwords",
        Column("member", BYTEWISE, nullable=False),
        Column("address", BYTEWISE, nullable=False),
        Column("hash", BYTEWISE, nullable=False),
        Column("changed", BYTEWISE, nullable=False),
        PrimaryKeyConstraint("member", name="pk_passwords"),
    )
    op.create_table(
        "sign_in_links",
        Column("digest", BYTEWISE, nullable=False),
        Column("member", BYTEWISE),
        Column("address", BYTEWISE),
        Column("made", BYTEWISE, nullable=False),
        Column("ends", BYTEWISE, nullable=False),
        PrimaryKeyConstraint("digest", name="pk_sign_in_links"),
    )
    op.create_index("ix_sign_in_links_member", "sign_in_links", ["member"])
    op.create_table(
        "sessions",
        Column("digest", BYTEWISE, nullable=False),
        Column("member", BYTEWISE, nullable=False),
        Column("address", BYTEWISE, nullable=False),
        Column("began", BYTEWISE, nullable=False),
        Column("seen", BYTEWISE, nullable=False),
        Column("browser", Text, nullable=False),
        Column("network", Text, nullable=False),
        PrimaryKeyConstraint("digest", name="pk_sessions"),
    )
    op.create_index("ix_sessions_member", "sessions", ["member"])
