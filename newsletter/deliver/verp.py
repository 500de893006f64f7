"""An envelope sender for each delivery, so that a bounce names its reader. Source: D. J. Bernstein, 1997."""

from __future__ import annotations

import re
from collections.abc import Iterable

from newsletter.model.errors import ConfigError, NewsletterError
from newsletter.model.mailing import MailingId
from newsletter.tokens import KeyRing, Purpose

MAX_LOCAL = 64  # octets before the "@", RFC 5321 4.5.3.1.1
_MAC = 10  # base32 characters: 50 bits, which nobody guesses by mail
_TAG = re.compile(rf"([1-9][0-9]{{0,17}})-([1-9][0-9]{{0,17}})-([a-z2-7]{{{_MAC}}})")


class ForgedBounce(NewsletterError):
    """An address, an envelope id or a Message-ID in the form of ours that none of our keys has made."""


def tag(mailing: MailingId, seq: int, ring: KeyRing) -> str:
    """What names a delivery and cannot be guessed: "<mailing>-<seq>-<mac>", with a mac of 10 base32 characters.

    It stands in the envelope sender, and alone as the envelope id (ENVID, RFC 3461 4.4), where it needs no xtext.
    """
    name = f"{mailing}-{seq}"
    return f"{name}-{_mac(ring, name)}"


def verp(mailing: MailingId, seq: int, bounces: str, ring: KeyRing) -> str:
    """The envelope sender that makes a bounce name its delivery; the mac stops strangers from forging bounces."""
    return addressed(bounces, tag(mailing, seq, ring))


def addressed(bounces: str, named: str) -> str:
    """The same of the `tag` of a delivery.

    "<bounces>+<mailing>-<seq>-<mac>@<domain>", where `bounces` is the plain address: at most 64 octets before the "@"
    (RFC 5321 4.5.3.1.1), or `ConfigError`.
    """
    local, _, domain = bounces.rpartition("@")
    made = f"{local}+{named}"
    if len(made) > MAX_LOCAL:
        raise ConfigError("sending.bounces", f"'{bounces}' is too long for an address of each delivery; shorten it")
    return f"{made}@{domain}"


def read_verp(address: str, bounces: str, rings: Iterable[KeyRing]) -> tuple[MailingId, int] | None:
    """The mailing and the seq that an address names, or None where it is not of this form at all.

    Servers change capitals on the way back; they make no difference. `rings` are of one key each, the newest first: an
    address made before a key was changed is good as well. Raises `ForgedBounce` where no key has made the mac.
    """
    local, _, domain = bounces.lower().rpartition("@")
    there, _, their_domain = address.lower().rpartition("@")
    if their_domain != domain or not there.startswith(f"{local}+"):
        return None
    return read_tag(there.removeprefix(f"{local}+"), rings)


def read_tag(written: str, rings: Iterable[KeyRing]) -> tuple[MailingId, int] | None:
    """The same for what `tag` makes, alone: an envelope id that came back (Original-Envelope-Id, RFC 3464 2.2.1)."""
    match = _TAG.fullmatch(written.lower())
    if not match:
        return None
    name = f"{match[1]}-{match[2]}"
    # A comparison that tells its time tells nothing here: who could measure it by mail?
    if all(match[3] != _mac(ring, name) for ring in rings):
        raise ForgedBounce(f"a bounce to {match[1]}-{match[2]} carries a mac that is not ours; it is put aside")
    return MailingId(int(match[1])), int(match[2])


def _mac(ring: KeyRing, name: str) -> str:
    return ring.mac(Purpose.BOUNCE, name)[:_MAC]
