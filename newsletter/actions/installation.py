"""The installation: the one folder on one machine that may send. A copy of folder and database is another."""

from __future__ import annotations

import hashlib
import os
import socket
import uuid
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from newsletter.actions.app import App
from newsletter.model.errors import NewsletterError
from newsletter.store import installation
from newsletter.store.engine import Store
from newsletter.store.installation import Installation

_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))  # machine-id(5); the second is older
_MULTICAST = 1 << 40  # the bit by which uuid.getnode marks a number that it has made up
ITSELF = "newsletter"  # who claims where nobody has claimed before


class NotThisInstallation(NewsletterError):
    """Another installation of this publication sends; this one is a copy of it, or it was moved."""

    def __init__(self, holder: Installation, here: Here) -> None:
        self.holder = holder
        super().__init__(_put_back(holder, here) if holder.is_nobody else _sent_elsewhere(holder, here))


@dataclass(frozen=True, slots=True)
class Here:
    """This installation."""

    identity: str  # SHA-256, hex
    words: str  # the machine and the folder, for people


def here(app: App, machine: str | None = None) -> Here:
    """Who we are: machine, folder and database together. Whoever copies two of them is somebody else.

    `machine` is what tells this machine from all others; None: as the machine itself says. Nothing of it lies in the
    publication's folder, so that no copy can carry it along.
    """
    root = app.root.resolve()
    parts = (machine_id() if machine is None else machine, str(root), without_password(app.database))
    digest = hashlib.sha256()
    for part in parts:
        data = os.fsencode(part)
        digest.update(b"%d:%s" % (len(data), data))
    return Here(digest.hexdigest(), f"{socket.gethostname()}, folder {root}")


def machine_id() -> str:
    """What tells this machine from others: its machine-id, else its name with the address of its network card.

    A container often has neither: then the name alone, which a new container may not share; it claims once more.
    """
    for path in _MACHINE_IDS:
        try:
            if found := path.read_text("ascii").strip():
                return found
        except (OSError, UnicodeDecodeError):
            continue
    node = uuid.getnode()
    return socket.gethostname() if node & _MULTICAST else f"{socket.gethostname()} {node:012x}"


def without_password(address: str) -> str:
    """The address of the database without what may be changed every month, wherever in it that stands."""
    parts = urlsplit(address)
    login, at, host = parts.netloc.rpartition("@")
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name != "password"])
    # Put together here: versions of Python differ in how they write an empty host, and would be other installations.
    return f"{parts.scheme}://{login.partition(':')[0]}{at}{host}{parts.path}{'?' if query else ''}{query}"


def may_send(app: App, store: Store, *, machine: str | None = None) -> Here:
    """Lets this installation send, or raises `NotThisInstallation`: every action that sends mail asks first.

    Where none has ever claimed, this one does so by itself, and the audit log says so. Of two that share a database and
    do so at once, the later one sends from then on; the ledger and its lock, which they share as well, keep them apart.
    """
    ours = here(app, machine)
    holder = installation.holder(store)
    if holder is None:
        holder = installation.claim(store, ours.identity, ours.words, ITSELF, app.clock())
    if holder.identity != ours.identity:
        raise NotThisInstallation(holder, ours)
    return ours


def _sent_elsewhere(holder: Installation, here: Here) -> str:
    return (
        f"this publication is sent from {holder.words}, as {holder.who} said on {holder.claimed:%Y-%m-%d %H:%M} "
        f"UTC, and this is {here.words}; nothing is sent from here. If the other one sends no more, because you "
        "have moved or restored it, run `newsletter claim` here; if it still does, both would write to the same "
        "readers"
    )


def _put_back(holder: Installation, here: Here) -> str:
    return (
        f"this publication was put back from the backup of {holder.restored:%Y-%m-%d %H:%M} UTC, and nothing is sent "
        f"from here, {here.words}, until somebody says that it may be. The backup was made when it was sent from "
        f"{holder.words}: if that one sends no more, run `newsletter claim` here; if it still does, both would write "
        "to the same readers"
    )
