"""The key that messages are signed with: from the environment, else from a file that `newsletter dkim new` makes."""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
from pathlib import Path

from newsletter.actions.app import App
from newsletter.actions.way_out import domain_of, read_schedule
from newsletter.mail.dkim import DkimKey, KeyRefused, Signer, new_key
from newsletter.model import secrets
from newsletter.model.errors import ConfigError
from newsletter.publication.schedule import Schedule

NAME = secrets.DKIM_KEY


def dkim_key(app: App, schedule: Schedule) -> DkimKey | None:
    """The key that schedule.yaml asks for; None where it asks for none. It is sound.

    DKIM_KEY in the environment or .env, PEM as it is or its base64 on one line; where that is not set,
    var/dkim/SELECTOR.pem. Raises `ConfigError` where no key is there, one that cannot sign, or two.
    """
    dkim = schedule.sending.dkim
    if dkim is None:
        return None
    path = _path(app, dkim.selector)
    written = app.secrets.get(NAME)
    pem = _unwrapped(written) if written else _read(app, dkim.selector)
    if written and path.exists() and path.read_bytes().split() != pem.split():
        what = f"{NAME} holds one key and {_shown(app, path)} another"
        todo = f"keep the one whose public half is in the DNS under '{dkim.selector}'"
        raise ConfigError("dkim", f"{what}; {todo}")
    left_out = tuple(one.value for one in dkim.leave_out)
    key = DkimKey(domain=_domain(schedule), selector=dkim.selector, pem=pem, left_out=left_out)
    return _sound(key, NAME if written else _shown(app, path))


def signer_of(app: App, schedule: Schedule) -> Signer | None:
    """What signs messages with that key; None where schedule.yaml asks for no signature. Raises `ConfigError`."""
    key = dkim_key(app, schedule)
    return Signer(key) if key else None


def kept_key(app: App, selector: str | None = None) -> DkimKey:
    """The key of this selector, whether messages are signed with it yet or not; without one, that of schedule.yaml.

    Raises `ConfigError` where no key is there, or none is named.
    """
    schedule = read_schedule(app)
    dkim = schedule.sending.dkim
    if selector is None or (dkim is not None and dkim.selector == selector):
        key = dkim_key(app, schedule)
        if key is None:
            what = "schedule.yaml names no key under `sending: dkim:`, so messages are not signed"
            todo = "name the selector of a key you have, or make one with `newsletter dkim new`"
            raise ConfigError("dkim", f"{what}; {todo}")
        return key
    key = DkimKey(domain=_domain(schedule), selector=selector, pem=_read(app, selector))
    return _sound(key, _shown(app, _path(app, selector)))


def new_dkim_key(app: App, selector: str) -> tuple[DkimKey, Path]:
    """A new key, and the file it was written to, for its owner's eyes only. Messages are not signed with it yet.

    Raises `ConfigError` where there is a key of this selector: what it has signed must stay good.
    """
    schedule = read_schedule(app)
    pem, path = new_key(), _path(app, selector)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".key.")  # readable by its owner alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(temporary)
    except FileExistsError as error:
        what = f"{_shown(app, path)} is there already"
        todo = f"take another selector, or look at that key with `newsletter dkim show {selector}`"
        raise ConfigError("dkim", f"{what}; {todo}") from error
    finally:
        Path(temporary).unlink()
    return DkimKey(domain=_domain(schedule), selector=selector, pem=pem), path


def _read(app: App, selector: str) -> bytes:
    path = _path(app, selector)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        what = f"messages are to be signed with the key '{selector}', and there is none"
        todo = f"put it back into {_shown(app, path)} or {NAME}, or make one with `newsletter dkim new {selector}`"
        raise ConfigError("dkim", f"{what}; {todo}") from error


def _sound(key: DkimKey, where: str) -> DkimKey:
    try:
        Signer(key)
    except KeyRefused as error:
        what = f"{where} holds no key that can sign: {error}"
        todo = "put back a backup of it, or make another with `newsletter dkim new`"
        raise ConfigError("dkim", f"{what}; {todo}") from error
    return key


def _unwrapped(written: str) -> bytes:
    if "-----" in written:
        return written.encode("utf-8")
    try:
        return base64.b64decode(written, validate=True)
    except binascii.Error:
        return b""  # which is refused as no key


def _domain(schedule: Schedule) -> str:
    """The domain that vouches for the mail: the sender's own where schedule.yaml names none above it."""
    dkim = schedule.sending.dkim
    return dkim.domain if dkim and dkim.domain else domain_of(schedule).lower()


def _path(app: App, selector: str) -> Path:
    return app.root / "var" / "dkim" / f"{selector}.pem"


def _shown(app: App, path: Path) -> str:
    return str(path.relative_to(app.root))
