"""Readers who may have come since a mailing was planned that has not begun; indexes of who is away, and of copies that
were closed before they were handed over.

Column types as they were when this was written; see 0001.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, LargeBinary, PrimaryKeyConstraint, text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """One table and two indexes. A mailing that waits at this very moment is to look at all readers once more."""
    op.create_table(
        "newcomers",
        Column("mark", LargeBinary, nullable=False),
        PrimaryKeyConstraint("mark", name="pk_newcomers"),
        sqlite_with_rowid=False,
    )
    away = text("state = 'paused'")
    op.create_index("ix_subscribers_paused", "subscribers", ["until"], sqlite_where=away, postgresql_where=away)
    closed = text("state IN ('refused', 'expired', 'suppressed')")
    columns = ["mailing", "seq"]
    op.create_index("ix_deliveries_closed", "deliveries", columns, sqlite_where=closed, postgresql_where=closed)
    waits = "SELECT 1 FROM mailings WHERE began IS NULL AND state IN ('planning', 'ready', 'sending', 'paused')"
    op.execute(f"INSERT INTO newcomers SELECT mark FROM subscribers WHERE EXISTS ({waits})")  # noqa: S608
