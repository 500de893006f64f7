"""Readers and their consent, mailings and the ledger of who got what, notices, and which installation may send."""

from __future__ import annotations

from alembic import op
from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    text,
)

revision = "0003"
down_revision = "0002"

BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Nine tables."""
    op.create_table(
        "imports",
        Column("number", Integer, nullable=False, autoincrement=False),
        Column("file", Text, nullable=False),
        Column("digest", BYTEWISE, nullable=False),
        Column("at", BYTEWISE, nullable=False),
        Column("who", Text, nullable=False),
        Column("basis", Text, nullable=False),
        Column("added", Integer, nullable=False),
        Column("changed", Integer, nullable=False),
        PrimaryKeyConstraint("number", name="pk_imports"),
    )
    op.create_table(
        "mark_keys",
        Column("key", BYTEWISE, nullable=False),
        PrimaryKeyConstraint("key", name="pk_mark_keys"),
    )
    op.create_table(
        "subscribers",
        Column("mark", LargeBinary, nullable=False),
        Column("address", Text, nullable=False),
        Column("name", Text),
        Column("language", BYTEWISE),
        Column("zone", BYTEWISE),
        Column("tags", Text),
        Column("state", BYTEWISE, nullable=False),
        Column("until", BYTEWISE),
        Column("asked", BYTEWISE),
        Column("confirmed", BYTEWISE),
        Column("page", Text),
        Column("words", Text),
        Column("mail", Text),
        Column("imported", Integer),
        Column("added", BYTEWISE, nullable=False),
        PrimaryKeyConstraint("mark", name="pk_subscribers"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "suppressions",
        Column("mark", LargeBinary, nullable=False),
        Column("number", Integer, nullable=False),
        Column("reason", BYTEWISE, nullable=False),
        Column("since", BYTEWISE, nullable=False),
        Column("note", Text),
        Column("lifted", BYTEWISE),
        Column("lifted_by", Text),
        PrimaryKeyConstraint("mark", "number", name="pk_suppressions"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "happenings",
        Column("mark", LargeBinary, nullable=False),
        Column("number", Integer, nullable=False),
        Column("at", BYTEWISE, nullable=False),
        Column("act", BYTEWISE, nullable=False),
        Column("who", Text, nullable=False),
        Column("note", Text),
        PrimaryKeyConstraint("mark", "number", name="pk_happenings"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mailings",
        Column("id", Integer, nullable=False, autoincrement=False),
        Column("issue", BYTEWISE, nullable=False),
        Column("kind", BYTEWISE, nullable=False),
        Column("number", Integer, nullable=False),
        Column("digest", BYTEWISE, nullable=False),
        Column("key", BYTEWISE, nullable=False),
        Column("state", BYTEWISE, nullable=False),
        Column("due", BYTEWISE, nullable=False),
        Column("expires", BYTEWISE, nullable=False),
        Column("total", Integer, nullable=False),
        Column("team", Integer, nullable=False),
        Column("rest_from", BYTEWISE),
        Column("began", BYTEWISE),
        Column("ended", BYTEWISE),
        Column("pause", BYTEWISE),
        Column("words", Text),
        PrimaryKeyConstraint("id", name="pk_mailings"),
        ForeignKeyConstraint(["digest"], ["editions.digest"], name="fk_mailings_editions"),
    )
    op.create_index("ix_mailings_issue_kind_number", "mailings", ["issue", "kind", "number"], unique=True)
    op.create_table(
        "deliveries",
        Column("mailing", Integer, nullable=False),
        Column("seq", Integer, nullable=False),
        Column("mark", LargeBinary, nullable=False),
        Column("address", Text),
        Column("name", Text),
        Column("state", BYTEWISE, nullable=False),
        Column("attempt", Integer, nullable=False),
        Column("tries", Integer, nullable=False),
        Column("first_try", BYTEWISE),
        Column("next_try", BYTEWISE),
        Column("digest", BYTEWISE),
        Column("pinned", Integer, nullable=False, server_default="0"),
        Column("phase", BYTEWISE),
        Column("code", Integer),
        Column("status", BYTEWISE),
        Column("said", Text),
        Column("changed", BYTEWISE),
        PrimaryKeyConstraint("mailing", "seq", name="pk_deliveries"),
        ForeignKeyConstraint(["mailing"], ["mailings.id"], name="fk_deliveries_mailings"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_deliveries_mailing_mark", "deliveries", ["mailing", "mark"], unique=True)
    for name, columns, condition in (
        ("planned", ["mailing", "seq"], "state = 'planned'"),
        ("deferred", ["mailing", "next_try", "seq"], "state = 'deferred'"),
        ("handing_over", ["mailing", "seq"], "state = 'handing_over'"),
        ("unknown", ["mailing", "seq"], "state = 'unknown'"),
    ):
        where = text(condition)
        op.create_index(f"ix_deliveries_{name}", "deliveries", columns, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "installation",
        Column("number", Integer, nullable=False, autoincrement=False),
        Column("identity", BYTEWISE, nullable=False),
        Column("claimed", BYTEWISE, nullable=False),
        Column("who", Text, nullable=False),
        Column("words", Text, nullable=False),
        PrimaryKeyConstraint("number", name="pk_installation"),
    )
    op.create_table(
        "notices",
        Column("number", Integer, nullable=False, autoincrement=False),
        Column("kind", BYTEWISE, nullable=False),
        Column("mark", LargeBinary),
        Column("address", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("text", Text, nullable=False),
        Column("asked", BYTEWISE, nullable=False),
        Column("state", BYTEWISE, nullable=False),
        Column("tries", Integer, nullable=False),
        Column("next_try", BYTEWISE, nullable=False),
        Column("said", Text),
        PrimaryKeyConstraint("number", name="pk_notices"),
    )
    op.create_index("ix_notices_mark_kind_asked", "notices", ["mark", "kind", "asked"])
    op.create_index("ix_notices_state_next_try", "notices", ["state", "next_try"])
