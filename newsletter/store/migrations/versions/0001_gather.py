"""Sources, items with their versions and originals, and what was decided about them."""

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

revision = "0001"
down_revision = None

BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Five tables."""
    op.create_table(
        "sources",
        Column("source", BYTEWISE, nullable=False),
        Column("declared", Text),
        Column("address", Text),
        Column("etag", Text),
        Column("last_modified", Text),
        Column("body", Text),
        Column("cursor", Text),
        Column("tried", BYTEWISE),
        Column("succeeded", BYTEWISE),
        Column("brought", BYTEWISE),
        Column("failures", Integer, nullable=False),
        Column("failing_since", BYTEWISE),
        Column("missing_since", BYTEWISE),
        Column("error", Text),
        Column("note", Text),
        Column("next_try", BYTEWISE),
        Column("retired", BYTEWISE),
        Column("last_number", Integer, nullable=False, server_default="0"),
        PrimaryKeyConstraint("source", name="pk_sources"),
    )
    op.create_table(
        "items",
        Column("source", BYTEWISE, nullable=False),
        Column("number", Integer, nullable=False),
        Column("identity", BYTEWISE, nullable=False),
        Column("guid", Text),
        Column("link", Text),
        Column("title", Text, nullable=False),
        Column("published", Text),
        Column("digest", Text, nullable=False),
        Column("first_seen", BYTEWISE, nullable=False),
        Column("changed", BYTEWISE, nullable=False),
        Column("appeared", BYTEWISE, nullable=False),
        Column("version", Integer, nullable=False),
        Column("triage", BYTEWISE, nullable=False),
        Column("decision", Integer, nullable=False),
        Column("copy_of", BYTEWISE),
        Column("likeness", Text),
        PrimaryKeyConstraint("source", "number", name="pk_items"),
        ForeignKeyConstraint(["source"], ["sources.source"], name="fk_items_sources"),
    )
    op.create_index("ix_items_identity", "items", ["identity"], unique=True)
    op.create_index("ix_items_first_seen", "items", ["first_seen"])
    op.create_index("ix_items_triage", "items", ["triage"])
    op.create_index("ix_items_source_appeared", "items", ["source", "appeared"])
    op.create_table(
        "originals",
        Column("digest", BYTEWISE, nullable=False),
        Column("media_type", Text, nullable=False),
        Column("data", LargeBinary, nullable=False),
        PrimaryKeyConstraint("digest", name="pk_originals"),
    )
    op.create_table(
        "versions",
        Column("source", BYTEWISE, nullable=False),
        Column("number", Integer, nullable=False),
        Column("version", Integer, nullable=False),
        Column("seen", BYTEWISE, nullable=False),
        Column("entry", Text, nullable=False),
        Column("original", BYTEWISE),
        PrimaryKeyConstraint("source", "number", "version", name="pk_versions"),
        ForeignKeyConstraint(["source", "number"], ["items.source", "items.number"], name="fk_versions_items"),
        ForeignKeyConstraint(["original"], ["originals.digest"], name="fk_versions_originals"),
    )
    op.create_index("ix_versions_original", "versions", ["original"])
    op.create_table(
        "decisions",
        Column("source", BYTEWISE, nullable=False),
        Column("number", Integer, nullable=False),
        Column("decision", Integer, nullable=False),
        Column("state", BYTEWISE, nullable=False),
        Column("who", Text, nullable=False),
        Column("decided", BYTEWISE, nullable=False),
        Column("why", Text),
        PrimaryKeyConstraint("source", "number", "decision", name="pk_decisions"),
        ForeignKeyConstraint(["source", "number"], ["items.source", "items.number"], name="fk_decisions_items"),
    )
