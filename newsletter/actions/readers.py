"""Where readers are kept: the database of home, with the keys that find them in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.keys import NAME, key_ring, made_key_ring
from newsletter.mail.addresses import addr_spec
from newsletter.model.errors import ConfigError
from newsletter.model.marks import mark_text
from newsletter.model.subscriber import Mark
from newsletter.model.urls import NotAnAddress
from newsletter.store import marks
from newsletter.store.engine import Store
from newsletter.tokens import KeyRing

_PRINT = 8  # characters of what tells a key from another of the same name


class Readers(NamedTuple):
    """The database, opened, and a ring that has every key its marks were made with."""

    store: Store
    ring: KeyRing

    def marks(self, address: str) -> tuple[Mark, ...]:
        """The marks that an address may be found by, the newest key's first."""
        return tuple(Mark(mark) for _, mark in self.ring.marks(address))

    @property
    def key(self) -> str:
        """The newest key as `store.marks.record` is to note it when a mark is first made: its name and a print of it.

        The print tells a key from another that was given the same name, as when var/keys is lost and made anew.
        """
        return _prints(self.ring)[0]


@contextmanager
def readers_store(app: App, what: str = "readers are kept") -> Iterator[Readers]:
    """The readers of this installation, for the block.

    Raises `NotAtHome`, which begins with `what`; `ConfigError` where a key that marks were made with is not in the
    ring: who has left would be strangers then, and written to.
    """
    with home_store(app, what) as store:
        ring = key_ring(app)
        if lost := marks.missing(store, (*ring.ids, *_prints(ring)) if ring else ()):
            raise _lost(app, lost[0].partition(":")[0], ring)
        yield Readers(store, ring or made_key_ring(app))


def leavers_path(app: App) -> Path:
    """The log of who must not be written to, which outlives the database."""
    return app.root / "var" / "leavers.log"


def spelt(address: str) -> str:
    """An address that somebody typed, as mail can be sent to it and marks are made of it. Raises `ConfigError`."""
    try:
        return addr_spec(address)
    except NotAnAddress as error:
        raise ConfigError(
            "address", f"'{address}' is not a mail address: {error}; write it as ana@example.org"
        ) from error


def _prints(ring: KeyRing) -> tuple[str, ...]:
    return tuple(f"{key}:{mark_text(Mark(mark))[:_PRINT]}" for key, mark in ring.marks(""))


def _lost(app: App, key: str, ring: KeyRing | None) -> ConfigError:
    where = NAME if app.secrets.get(NAME) else str(app.root / "var" / "keys")
    there = "has another secret" if ring and key in ring.ids else "is missing"
    what = f"the key '{key}' that readers are found by {there} in {where}: without it, those who have left are unknown"
    return ConfigError("keys", f"{what}. Put it back into {NAME}, behind a newer one if there is one")
