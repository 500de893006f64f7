"""What checks remember of items and links; editions, signatures, looks, and who did what."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
)

revision = "0002"
down_revision = "0001"

BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Six tables."""
    op.create_table(
        "fingerprints",
        Column("source", BYTEWISE, nullable=False),
        Column("number", Integer, nullable=False),
        Column("version", Integer, nullable=False),
        Column("marks", LargeBinary, nullable=False),
        PrimaryKeyConstraint("source", "number", name="pk_fingerprints"),
        ForeignKeyConstraint(["source", "number"], ["items.source", "items.number"], name="fk_fingerprints_items"),
    )
    op.create_table(
        "links",
        Column("url", BYTEWISE, nullable=False),
        Column("seen", BYTEWISE, nullable=False),
        Column("state", BYTEWISE, nullable=False),
        Column("said", Text, nullable=False),
        Column("final", Text),
        Column("title", Text),
        Column("tries", Integer, nullable=False),
        PrimaryKeyConstraint("url", name="pk_links"),
    )
    op.create_table(
        "editions",
        Column("digest", BYTEWISE, nullable=False),
        Column("issue", BYTEWISE, nullable=False),
        Column("stored", BYTEWISE, nullable=False),
        Column("data", LargeBinary, nullable=False),
        PrimaryKeyConstraint("digest", name="pk_editions"),
    )
    op.create_index("ix_editions_issue", "editions", ["issue"])
    op.create_table(
        "approvals",
        Column("issue", BYTEWISE, nullable=False),
        Column("number", Integer, nullable=False),
        Column("digest", BYTEWISE, nullable=False),
        Column("act", BYTEWISE, nullable=False),
        Column("who", BYTEWISE, nullable=False),
        Column("signed", BYTEWISE, nullable=False),
        Column("note", Text),
        Column("mac", BYTEWISE, nullable=False),
        PrimaryKeyConstraint("issue", "number", name="pk_approvals"),
        ForeignKeyConstraint(["digest"], ["editions.digest"], name="fk_approvals_editions"),
    )
    op.create_table(
        "looks",
        Column("issue", BYTEWISE, nullable=False),
        Column("who", BYTEWISE, nullable=False),
        Column("digest", BYTEWISE, nullable=False),
        Column("looked", BYTEWISE, nullable=False),
        PrimaryKeyConstraint("issue", "who", name="pk_looks"),
        ForeignKeyConstraint(["digest"], ["editions.digest"], name="fk_looks_editions"),
    )
    op.create_table(
        "audit",
        Column("number", Integer, nullable=False),
        Column("happened", BYTEWISE, nullable=False),
        Column("who", Text, nullable=False),
        Column("act", BYTEWISE, nullable=False),
        Column("issue", BYTEWISE),
        Column("digest", BYTEWISE),
        Column("note", Text),
        Column("chain", BYTEWISE, nullable=False),
        PrimaryKeyConstraint("number", name="pk_audit"),
    )
    op.create_index("ix_audit_issue", "audit", ["issue"])
