"""Keys: signed tokens in links and message ids. A token is good for one purpose only.

The MAC is HMAC-SHA-256 (RFC 2104) under a key derived for the purpose, cut to 16 octets. A ring holds several keys:
the newest signs, all of them verify, so a key can be changed without breaking links in mails already sent.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from newsletter.model.base32 import base32
from newsletter.model.errors import ConfigError, ForgedToken

_MAC_OCTETS = 16


class Purpose(Enum):
    """What a token may be used for. SAMPLE is for builds that go to nobody; no live page accepts it."""

    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    MESSAGE_ID = "message-id"
    APPROVAL = "approval"
    ADDRESS = "address"  # the marks that readers are found by
    CONFIRM = "confirm"  # a subscription, from the mail that asks for it
    ACCESS = "access"  # a reader's own page, from a mail that was just asked for
    FORM = "form"  # when a form of a live page was shown
    DESK_FORM = "desk-form"  # that a form of the desk was shown in this very session
    BOUNCE = "bounce"  # envelope senders that name a delivery
    TEST = "test"  # links of test mails, which only show what they would do
    SAMPLE = "sample"

    __hash__ = object.__hash__  # by identity: Enum's own runs in Python at every look-up


@dataclass(frozen=True, slots=True)
class Key:
    """One secret with its name in tokens."""

    id: str  # small letters and digits
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id!r}, ...)"


class KeyRing:
    """Keys, the newest first."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        if not keys:
            raise ConfigError("keys", "no key to sign links with; set NEWSLETTER_KEYS in .env")
        for key in keys:
            if not key.id.isalnum() or len(key.secret) < 16:
                what = f"the key '{key.id}' is too short or oddly named; give it 16 octets or more and a plain name"
                raise ConfigError("keys", what)
        self.keys = keys
        self._newest = keys[0].id
        self._keys = {key.id: key.secret for key in keys}
        self._hashers: dict[tuple[str, Purpose], Callable[[bytes], bytes]] = {}

    def sign(self, purpose: Purpose, payload: str) -> str:
        """The token `<payload>.<key id>.<mac>`: URL-safe when the payload is. The payload can be read by anyone."""
        return f"{payload}.{self._newest}.{self._mac(self._newest, purpose, payload)}"

    def verify(self, purpose: Purpose, token: str) -> str:
        """The payload of a token signed for this purpose. Raises `ForgedToken`."""
        payload, _, mac = token.rpartition(".")
        payload, _, key_id = payload.rpartition(".")
        known = token.isascii() and key_id in self._keys
        if not known or not hmac.compare_digest(mac, self._mac(key_id, purpose, payload)):
            raise ForgedToken("this link is not one of ours, or it was cut short; use the link in the newest mail")
        return payload

    def mac(self, purpose: Purpose, payload: str) -> str:
        """The MAC alone, 26 characters of small letters and digits, by the newest key."""
        return self._mac(self._newest, purpose, payload)

    def marks(self, address: str) -> tuple[tuple[str, bytes], ...]:
        """The keyed hash of an address under every key, with the key's id, the newest first; 16 octets each.

        Capitals make no difference. What new rows are marked with is the first; an address is looked for by all.
        """
        folded = address.lower().encode()
        return tuple([(key_id, hasher(folded)) for key_id, hasher in self._markers])

    @cached_property
    def _markers(self) -> tuple[tuple[str, Callable[[bytes], bytes]], ...]:
        return tuple((key_id, _hasher(self._derive(key_id, Purpose.ADDRESS))) for key_id in self._keys)

    def led_by(self, key_id: str) -> KeyRing:
        """The same keys with this one as the newest: what was signed by it can be signed so again.

        Raises `ConfigError` where it is not in the ring.
        """
        if key_id not in self._keys:
            raise ConfigError("keys", f"the key '{key_id}' is missing; put it back into NEWSLETTER_KEYS")
        return KeyRing(tuple(sorted(self.keys, key=lambda key: key.id != key_id)))

    @property
    def ids(self) -> tuple[str, ...]:
        """The names of all keys, the newest first."""
        return tuple(self._keys)

    def seal(self, purpose: Purpose, data: bytes) -> str:
        """`<key id>.<mac>` over any bytes, by the newest key: what stands beside the data, not around it."""
        digest = hashlib.sha256(data).hexdigest()
        return self.sign(purpose, digest).removeprefix(f"{digest}.")

    def is_seal(self, purpose: Purpose, data: bytes, seal: str) -> bool:
        """Whether one of our keys has made this seal, for this purpose and these bytes."""
        try:
            self.verify(purpose, f"{hashlib.sha256(data).hexdigest()}.{seal}")
        except ForgedToken:
            return False
        return True

    def _mac(self, key_id: str, purpose: Purpose, payload: str) -> str:
        hasher = self._hashers.get((key_id, purpose))
        if hasher is None:
            hasher = self._hashers[key_id, purpose] = _hasher(self._derive(key_id, purpose))
        return base32(hasher(payload.encode()))

    def _derive(self, key_id: str, purpose: Purpose) -> bytes:
        return hmac.digest(self._keys[key_id], b"newsletter." + purpose.value.encode(), "sha256")


def _hasher(key: bytes) -> Callable[[bytes], bytes]:
    """HMAC-SHA-256 cut to 16 octets, for many short texts: RFC 2104 2 with both halves begun once, which takes a third
    of the time of `hmac.digest`."""
    inner = hashlib.sha256(bytes(octet ^ 0x36 for octet in key.ljust(64, b"\0")))
    outer = hashlib.sha256(bytes(octet ^ 0x5C for octet in key.ljust(64, b"\0")))

    def hashed(text: bytes) -> bytes:
        one, two = inner.copy(), outer.copy()
        one.update(text)
        two.update(one.digest())
        return two.digest()[:_MAC_OCTETS]

    return hashed


def ring_of(written: str, where: str) -> KeyRing:
    """The ring that a text describes: `id:secret`, the newest first, with commas or line ends between them.

    An id is of small letters and digits, a secret of 16 octets or more without commas and spaces. Raises `ConfigError`,
    which names the place, `where`, and never a secret.
    """
    keys = []
    for at, one in enumerate(filter(None, re.split(r"[,\s]+", written)), 1):
        name, colon, secret = one.partition(":")
        if not colon or not re.fullmatch("[a-z0-9]{1,20}", name):
            what = f"key number {at} in {where} is not written as id:secret"
            raise ConfigError("keys", f"{what}; write small letters and digits, a colon, and the secret")
        keys.append(Key(name, secret.encode()))
    if len({key.id for key in keys}) < len(keys):
        raise ConfigError("keys", f"two keys in {where} have the same id; give each its own")
    return KeyRing(tuple(keys))


# Published on purpose: it signs what `build` and `demo` write, so that the same files give the same bytes everywhere.
# A live page verifies with the installation's own ring, and never for this purpose.
SAMPLE_RING = KeyRing((Key("sample", b"a published key that signs only samples"),))
