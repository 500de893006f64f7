"""What visitors of the live pages ask for, and what readers answer to the question of an issue.

Column types as they were when this was written; see 0001.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Text

revision = "0005"
down_revision = "0004"

BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Two tables."""
    op.create_table(
        "requests",
        Column("number", Integer, nullable=False, autoincrement=False),
        Column("kind", BYTEWISE, nullable=False),
        Column("address", Text, nullable=False),
        Column("language", BYTEWISE),
        Column("page", Text, nullable=False),
        Column("words", Text, nullable=False),
        Column("asked", BYTEWISE, nullable=False),
        PrimaryKeyConstraint("number", name="pk_requests"),
    )
    op.create_table(
        "answers",
        Column("number", Integer, nullable=False, autoincrement=False),
        Column("issue", BYTEWISE, nullable=False),
        Column("asked", Text, nullable=False),
        Column("at", BYTEWISE, nullable=False),
        Column("name", Text, nullable=False),
        Column("place", Text),
        Column("text", Text, nullable=False),
        Column("words", Text, nullable=False),
        Column("state", BYTEWISE, nullable=False),
        PrimaryKeyConstraint("number", name="pk_answers"),
    )
    op.create_index("ix_answers_issue", "answers", ["issue"])
