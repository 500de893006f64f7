"""Databases as an older version of the program left them: the newest steps undone, one by one.

with open_store(address) as store, store.writing_alone() as connection:
    step_back(connection, "0005")
"""

from __future__ import annotations

from sqlalchemy import Connection

from newsletter.store.schema import HEAD

# What undoes each step, the newest first.
_UNDOING = {
    "0009": tuple(f"ALTER TABLE {name} DROP COLUMN address" for name in ("passwords", "sign_in_links", "sessions")),
    "0008": (
        *(f"DROP TABLE {name}" for name in ("passwords", "sign_in_links", "sessions", "drafts", "kept_texts")),
        "ALTER TABLE notices DROP COLUMN until",
    ),
    "0007": ("DROP TABLE runs", "DROP TABLE alarms", "ALTER TABLE installation DROP COLUMN restored"),
    "0006": ("DROP TABLE newcomers", "DROP INDEX ix_subscribers_paused", "DROP INDEX ix_deliveries_closed"),
}
assert max(_UNDOING) == HEAD, "say here what undoes the newest step"


def step_back(connection: Connection, step: str) -> None:
    """Takes a database of today to an earlier step."""
    for newer, statements in _UNDOING.items():
        if newer > step:
            for statement in statements:
                connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{step}'")
