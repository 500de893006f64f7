"""Home: the one installation of a publication that has its database, and so its approvals."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.model.errors import ConfigError
from newsletter.store.engine import Store, open_store


class NotAtHome(ConfigError):
    """This folder is a copy of the publication without its database."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "home",
            f"{what} where the database is, and this copy of the publication has none (var/newsletter.db, or another "
            "named by DATABASE_URL); do it there. If this is to be that place, run `newsletter gather` once first",
        )


def home_store(app: App, what: str) -> Store:
    """The database, opened; none is made. Raises `NotAtHome`, which begins with `what`: "approving happens"."""
    if not app.is_home:
        raise NotAtHome(what)
    return open_store(app.database)
