"""Probes of the secrets: whether they are there, strong enough, and nobody else's to read. None is ever shown."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from newsletter.actions.app import App
from newsletter.actions.dkim_key import dkim_key
from newsletter.actions.keys import key_ring
from newsletter.actions.probing import ok, told
from newsletter.model import secrets
from newsletter.model.errors import ConfigError
from newsletter.model.symptom import Check, Level, Symptom
from newsletter.publication.schedule import Schedule
from newsletter.tokens import SAMPLE_RING, Key

STRONG = 32  # characters of a key that links are signed with: 128 bits where they are hexadecimal
VARIED = 8  # different ones among them
_PASSWORD = 8  # characters
_GUESSED = frozenset({"password", "changeme", "change-me", "secret", "geheim", "swordfish", "12345678", "test"})
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def look_at_secrets(app: App, schedule: Schedule) -> Iterator[Symptom]:
    """Every secret that schedule.yaml asks for, and each file that holds some."""
    found = [*_files(app), *_keys(app), *_passwords(app.secrets, schedule), *_signing(app, schedule)]
    yield from found
    if all(one.level is Level.OK for one in found):
        yield ok(Check.SECRETS, "all that schedule.yaml asks for are there, and only their owner can read them")


def _files(app: App) -> Iterator[Symptom]:
    holding = [app.root / ".env", app.root / "var" / "keys", *sorted((app.root / "var" / "dkim").glob("*.pem"))]
    for path in holding:
        if path.exists() and path.stat().st_mode & _OTHERS:
            what = f"{path.relative_to(app.root)} holds secrets, and others on this machine may read it"
            yield told(Check.SECRETS, Level.FAIL, what, f"chmod 600 {path.relative_to(app.root)}")
    database = app.root / "var" / "newsletter.db"
    if database.exists() and database.stat().st_mode & stat.S_IROTH and _is_open(database.parent):
        what = "var/newsletter.db holds the readers' addresses, and others on this machine may read it"
        yield told(Check.SECRETS, Level.WARN, what, "chmod 700 var")


def _is_open(folder: Path) -> bool:
    """Whether somebody else can get to what lies in a folder."""
    return all(one.stat().st_mode & stat.S_IXOTH for one in (folder, *folder.parents))


def _keys(app: App) -> Iterator[Symptom]:
    try:
        ring = key_ring(app)
    except ConfigError as error:
        yield told(
            Check.SECRETS, Level.FAIL, str(error), "put a backup of the keys back: links in sent mails need them"
        )
        return
    if ring is None:
        what = "there are no keys yet to sign links with"
        yield told(Check.SECRETS, Level.NOTE, what, "nothing: they are made when they are first needed, in var/keys")
        return
    for key in ring.keys:
        if (weakness := _weakness(key)) is not None:
            what = f"the key '{key.id}', which links and approvals are signed with, {weakness}"
            todo = f"put a new one in front of it in {secrets.KEYS}; keep this one behind it, for links in old mails"
            yield told(Check.SECRETS, Level.FAIL if key in SAMPLE_RING.keys else Level.WARN, what, todo)


def _weakness(key: Key) -> str | None:
    if key.secret in {one.secret for one in SAMPLE_RING.keys}:
        return "is the one that this program publishes for samples"
    if len(key.secret) < STRONG:
        return f"is {len(key.secret)} characters long; {STRONG} or more cannot be guessed"
    if len(set(key.secret)) < VARIED:
        return "repeats a few characters, so it can be guessed"
    return None


def _passwords(known: Mapping[str, str], schedule: Schedule) -> Iterator[Symptom]:
    """What each user that schedule.yaml names logs in with."""
    sending, alarm = schedule.sending, schedule.alarms.mail
    asked = {secrets.SMTP_PASSWORD: ("sending", sending.user)}
    if sending.returns.mailbox is not None:
        asked[secrets.RETURNS_PASSWORD] = ("sending: returns", sending.returns.mailbox.user)
    if alarm is not None:
        asked[secrets.ALARM_SMTP_PASSWORD] = ("alarms: mail", alarm.user)
    for name, (key, user) in asked.items():
        password = known.get(name)
        if user is not None and not password:
            what = f"{user} is to log in as `{key}:` says, and there is no password"
            yield told(Check.SECRETS, Level.FAIL, what, f"set {name} in the environment or in .env")
        elif user is not None and password and (len(password) < _PASSWORD or password.lower() in _GUESSED):
            what = f"{name} is short or well known, and whoever guesses it mails in your name"
            yield told(Check.SECRETS, Level.WARN, what, "change it with the provider, then in .env")


def _signing(app: App, schedule: Schedule) -> Iterator[Symptom]:
    try:
        dkim_key(app, schedule)
    except ConfigError as error:
        what, _, todo = str(error).rpartition("; ")
        yield told(Check.SECRETS, Level.FAIL, what or todo, todo)
