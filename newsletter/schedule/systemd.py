"""What systemd is told of us, where it is what started us (sd_notify(3)): that we are ready, alive, and ending."""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping

_LOG = logging.getLogger(__name__)


def tell(environment: Mapping[str, str], *words: str) -> bool:
    """Sends these words, such as "READY=1", to the socket that NOTIFY_SOCKET names; whether there was one to take them.

    A name that begins with "@" is one of Linux's abstract sockets. Nothing is ever held up by it.
    """
    name = environment.get("NOTIFY_SOCKET")
    if not name:
        return False
    address = f"\0{name[1:]}" if name.startswith("@") else name
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mouth:
            mouth.setblocking(False)
            mouth.sendto("\n".join(words).encode(), address)
    except OSError as error:
        _LOG.warning("systemd cannot be told %s: %s", " ".join(words), error.strerror)
        return False
    return True


def watchdog_seconds(environment: Mapping[str, str], pid: int) -> float | None:
    """How often systemd wants to hear from us: half of the time after which it would end us. None: it does not."""
    if environment.get("WATCHDOG_PID", str(pid)) != str(pid):
        return None
    try:
        return int(environment["WATCHDOG_USEC"]) / 2_000_000
    except (KeyError, ValueError):
        return None
