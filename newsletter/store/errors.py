"""What can go wrong with the database, by what the caller would do about it."""

from __future__ import annotations

from newsletter.model.errors import NewsletterError
from newsletter.model.item import ItemId


class StoreError(NewsletterError):
    """The database cannot be used; a person must mend something first."""


class StoreBusy(StoreError):
    """Another process holds the database; the same call may succeed later."""


class StoreUnreachable(StoreError):
    """The database server does not answer or refuses us; the same call may succeed later."""


class StoreFull(StoreError):
    """There is no room to write; what was recorded before is safe, and the same call succeeds once there is room."""


class UnknownItem(NewsletterError):
    """No item has this name, or its text was purged."""

    def __init__(self, item: ItemId) -> None:
        self.item = item
        super().__init__(f"there is no item '{item}'; `newsletter inbox` shows those there are, old ones are forgotten")


class AlreadyHeld(NewsletterError):
    """Another process does this work at the moment."""

    def __init__(self, name: str, holder: str) -> None:
        self.name = name
        self.holder = holder  # in words: "process 4711 since 2026-11-25 13:00 UTC"
        super().__init__(f"{name} is running already, by {holder}; wait until it is done, or stop it first")
