"""How Alembic reaches the database: over the connection that `upgrade` hands it, in the transaction it stands in."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
