"""Claim: from now on mail is sent from here, and from nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.installation import Here, here
from newsletter.model.audit import claimed
from newsletter.store import installation
from newsletter.store.installation import Installation


@dataclass(frozen=True, slots=True)
class Claiming:
    """This installation, and the one that sends."""

    here: Here
    holder: Installation | None  # None: none has sent or claimed yet

    @property
    def ours(self) -> bool:
        """Whether this one sends already."""
        return self.holder is not None and self.holder.identity == self.here.identity


def look_at_claim(app: App, *, machine: str | None = None) -> Claiming:
    """Who sends now. Changes nothing. Raises `NotAtHome`."""
    with home_store(app, "sending happens") as store:
        return Claiming(here(app, machine), installation.holder(store))


def claim(app: App, who: str, *, login: str, machine: str | None = None) -> Claiming:
    """Makes this installation the one that sends, with a line in the audit log; returns how it was before.

    The other one sends nothing from its next start on; what it is handing over at the moment, it may still bring to an
    end where it has a database of its own. Where it is ours already, nothing is written. Raises `NotAtHome`.
    """
    with home_store(app, "sending happens") as store:
        before = Claiming(here(app, machine), installation.holder(store))
        installation.claim(store, before.here.identity, before.here.words, claimed(who, login), app.clock())
    return before
