"""The keys of this installation: from the environment, else from a file that is made when it is first needed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from newsletter.actions.app import App
from newsletter.model import secrets
from newsletter.model.approval import Signature
from newsletter.model.errors import ConfigError
from newsletter.tokens import KeyRing, Purpose, ring_of

NAME = secrets.KEYS
_SECRET_OCTETS = 32


def key_ring(app: App) -> KeyRing | None:
    """The keys there are; None where there are none yet. Raises `ConfigError` for keys that are written wrong.

    NEWSLETTER_KEYS, "id:secret,id:secret" with the newest first, in the environment or .env; where it is not set,
    var/keys, which is written in the same way. The file is not looked at where the variable is set.
    """
    if written := app.secrets.get(NAME):
        return ring_of(written, NAME)
    path = _path(app)
    try:
        return ring_of(path.read_text("ascii"), str(path))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        what = f"{path} cannot be read"
        raise ConfigError("keys", f"{what}; look who owns it, or put back a backup of it") from error


def made_key_ring(app: App) -> KeyRing:
    """The same; where there are none, var/keys is written with a new key, for its owner's eyes only.

    Of several processes at once, one writes it and all get its key.
    """
    if (ring := key_ring(app)) is not None:
        return ring
    path = _path(app)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".keys.")  # readable by its owner alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(f"k1:{os.urandom(_SECRET_OCTETS).hex()}\n".encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was first
            path.hardlink_to(temporary)
    finally:
        Path(temporary).unlink()
    ring = key_ring(app)
    if ring is None:
        raise ConfigError("keys", f"{path} has gone while it was read; try again")
    return ring


def genuine(ring: KeyRing | None) -> Callable[[Signature], bool]:
    """Whether a signature was made with one of these keys; without any key, none was."""
    return lambda one: ring is not None and ring.is_seal(Purpose.APPROVAL, one.signed, one.mac)


def sealed(ring: KeyRing) -> Callable[[bytes], str]:
    """What puts the newest of these keys under a signature."""
    return lambda data: ring.seal(Purpose.APPROVAL, data)


def _path(app: App) -> Path:
    return app.root / "var" / "keys"
