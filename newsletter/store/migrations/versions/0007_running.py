"""What became of jobs, and what people were told of; and from which backup an installation was put back.

Column types as they were when this was written; see 0001.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Integer, PrimaryKeyConstraint, Text

revision = "0007"
down_revision = "0006"

BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Two tables and a column."""
    op.create_table(
        "runs",
        Column("job", BYTEWISE, nullable=False),
        Column("key", BYTEWISE, nullable=False),
        Column("due", BYTEWISE, nullable=False),
        Column("state", BYTEWISE, nullable=False),
        Column("attempt", Integer, nullable=False),
        Column("failures", Integer, nullable=False),
        Column("began", BYTEWISE, nullable=False),
        Column("ended", BYTEWISE),
        Column("next_try", BYTEWISE),
        Column("words", Text, nullable=False),
        Column("who", Text, nullable=False),
        PrimaryKeyConstraint("job", "key", name="pk_runs"),
    )
    op.create_index("ix_runs_job_due", "runs", ["job", "due"])
    op.create_index("ix_runs_job_state", "runs", ["job", "state"])
    op.create_table(
        "alarms",
        Column("number", Integer, nullable=False, autoincrement=False),
        Column("key", BYTEWISE, nullable=False),
        Column("subject", Text, nullable=False),
        Column("text", Text, nullable=False),
        Column("since", BYTEWISE, nullable=False),
        Column("told", Text, nullable=False),
        Column("trouble", Text),
        Column("ended", BYTEWISE),
        Column("end_told", Integer, nullable=False),
        PrimaryKeyConstraint("number", name="pk_alarms"),
    )
    op.create_index("ix_alarms_ended", "alarms", ["ended"])
    op.add_column("installation", Column("restored", BYTEWISE))
