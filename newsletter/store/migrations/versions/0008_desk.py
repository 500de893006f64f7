"""The desk: who may sign in and who has, and texts that are not in a file yet, or never came into one. How long a
notice is of use.

Column types as they were when this was written; see 0001.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Text

revision = "0008"
down_revision = "0007"

BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Five tables, and a column."""
    op.create_table(
        "passwords",
        Column("member", BYTEWISE, nullable=False),
        Column("hash", BYTEWISE, nullable=False),
        Column("changed", BYTEWISE, nullable=False),
        PrimaryKeyConstraint("member", name="pk_passwords"),
    )
    op.create_table(
        "sign_in_links",
        Column("digest", BYTEWISE, nullable=False),
        Column("member", BYTEWISE),
        Column("made", BYTEWISE, nullable=False),
        Column("ends", BYTEWISE, nullable=False),
        PrimaryKeyConstraint("digest", name="pk_sign_in_links"),
    )
    op.create_index("ix_sign_in_links_member", "sign_in_links", ["member"])
    op.create_table(
        "sessions",
        Column("digest", BYTEWISE, nullable=False),
        Column("member", BYTEWISE, nullable=False),
        Column("began", BYTEWISE, nullable=False),
        Column("seen", BYTEWISE, nullable=False),
        Column("browser", Text, nullable=False),
        Column("network", Text, nullable=False),
        PrimaryKeyConstraint("digest", name="pk_sessions"),
    )
    op.create_index("ix_sessions_member", "sessions", ["member"])
    op.create_table(
        "drafts",
        Column("issue", BYTEWISE, nullable=False),
        Column("path", BYTEWISE, nullable=False),
        Column("member", BYTEWISE, nullable=False),
        Column("text", Text, nullable=False),
        Column("base", BYTEWISE, nullable=False),
        Column("saved", BYTEWISE, nullable=False),
        PrimaryKeyConstraint("issue", "path", "member", name="pk_drafts"),
    )
    op.create_table(
        "kept_texts",
        Column("number", Integer, nullable=False, autoincrement=False),
        Column("issue", BYTEWISE, nullable=False),
        Column("path", BYTEWISE, nullable=False),
        Column("member", BYTEWISE, nullable=False),
        Column("text", Text, nullable=False),
        Column("base", BYTEWISE, nullable=False),
        Column("kept", BYTEWISE, nullable=False),
        PrimaryKeyConstraint("number", name="pk_kept_texts"),
    )
    op.create_index("ix_kept_texts_issue_path", "kept_texts", ["issue", "path"])
    op.add_column("notices", Column("until", BYTEWISE))
