"""Tokens: good for one purpose, by one of our keys, and for nothing else."""

from __future__ import annotations

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.base32 import base32
from newsletter.model.errors import ConfigError, ForgedToken
from newsletter.tokens import SAMPLE_RING, Key, KeyRing, Purpose

OLD, NEW = Key("k1", b"an old secret of some length"), Key("k2", b"a new secret of some length")
RING = KeyRing((NEW, OLD))
payloads = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789-."), min_size=1, max_size=60)


@given(payload=payloads, purpose=st.sampled_from(Purpose))
def test_what_is_signed_is_verified(payload: str, purpose: Purpose) -> None:
    """The payload comes back; the token is URL-safe."""
    token = RING.sign(purpose, payload)
    assert RING.verify(purpose, token) == payload
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")


@given(payload=payloads, at=st.integers(0, 200), character=st.sampled_from("abcxyz019-."))
def test_one_changed_character_is_refused(payload: str, at: int, character: str) -> None:
    """Wherever it stands: in the payload, the key's name or the MAC."""
    token = RING.sign(Purpose.UNSUBSCRIBE, payload)
    at %= len(token)
    changed = token[:at] + character + token[at + 1 :]
    if changed != token:
        with pytest.raises(ForgedToken):
            RING.verify(Purpose.UNSUBSCRIBE, changed)


@pytest.mark.parametrize("other", [one for one in Purpose if one is not Purpose.UNSUBSCRIBE])
def test_a_token_is_good_for_its_purpose_only(other: Purpose) -> None:
    """A link that unsubscribes opens no preferences, and the other way round."""
    with pytest.raises(ForgedToken):
        RING.verify(other, RING.sign(Purpose.UNSUBSCRIBE, "17"))


def test_the_newest_key_signs_and_old_ones_still_verify() -> None:
    """A key can be changed without breaking links in mails already sent."""
    before = KeyRing((OLD,)).sign(Purpose.UNSUBSCRIBE, "17")
    assert RING.verify(Purpose.UNSUBSCRIBE, before) == "17"
    assert ".k2." in RING.sign(Purpose.UNSUBSCRIBE, "17")
    with pytest.raises(ForgedToken):
        KeyRing((NEW,)).verify(Purpose.UNSUBSCRIBE, before)


def test_a_sample_token_opens_nothing_live() -> None:
    """What `build` and `demo` write is signed with a published key, for a purpose no live page accepts."""
    token = SAMPLE_RING.sign(Purpose.SAMPLE, "sample-1")
    for purpose in Purpose:
        with pytest.raises(ForgedToken):
            RING.verify(purpose, token)
    with pytest.raises(ForgedToken):
        SAMPLE_RING.verify(Purpose.UNSUBSCRIBE, token)


@pytest.mark.parametrize("token", ["", ".", "..", "a", "a.b", "a.k2.", "ü.k2.x", "a.k2.\ud800"])
def test_nonsense_is_refused(token: str) -> None:
    """Whatever a link holds, it is refused with words, not with a crash."""
    with pytest.raises(ForgedToken):
        RING.verify(Purpose.UNSUBSCRIBE, token)


def test_a_key_is_never_shown() -> None:
    """Not in a repr, and so in no log."""
    assert "secret" not in repr(NEW)


@pytest.mark.parametrize("keys", [(), (Key("k", b"short"),), (Key("k.1", b"a secret of some length"),)])
def test_a_ring_refuses_what_is_no_key(keys: tuple[Key, ...]) -> None:
    """No key, a short one, a name that would break a token."""
    with pytest.raises(ConfigError):
        KeyRing(keys)


@given(st.text(max_size=100), st.binary(min_size=16, max_size=100))
def test_a_mark_is_the_hmac_of_the_address_in_small_letters(address: str, secret: bytes) -> None:
    """As `hmac` reckons it, under a key derived for this one purpose."""
    derived = hmac.digest(secret, b"newsletter.address", "sha256")
    expected = hmac.digest(derived, address.lower().encode("utf-8", "surrogatepass"), "sha256")[:16]
    assert KeyRing((Key("k1", secret),)).marks(address) == (("k1", expected),)


@given(st.binary(max_size=40))
def test_base32_is_that_of_the_standard(data: bytes) -> None:
    """RFC 4648 6, in small letters and without padding, for any number of octets."""
    assert base32(data) == base64.b32encode(data).decode("ascii").rstrip("=").lower()
