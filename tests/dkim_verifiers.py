"""Two strangers who check our signatures: dkimpy and mailauth. Neither asks any DNS."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from functools import cache

import dkim as dkimpy  # type: ignore[import-untyped]  # it has no types

from newsletter.mail.dkim import DkimKey, Record, Signer, dns_record, new_key
from tests.independent import run_node

DOMAIN, SELECTOR = "focus.example.org", "w2026"


@cache
def a_key(left_out: tuple[str, ...] = ()) -> DkimKey:
    """A key of the tests, made when it is first asked for; the same for all that leave nothing out."""
    return DkimKey(domain=DOMAIN, selector=SELECTOR, pem=_pem(), left_out=left_out)


@cache
def a_signer(left_out: tuple[str, ...] = ()) -> Signer:
    """What signs with it."""
    return Signer(a_key(left_out))


@cache
def record() -> Record:
    """What DNS says of it."""
    return dns_record(a_key())


def by_dkimpy(message: bytes, published: Record | None = None) -> bool:
    """Whether dkimpy finds the signature good."""
    known = published or record()

    def answer(name: bytes, timeout: int) -> bytes | None:
        return known.value.encode("ascii") if name == f"{known.name}.".encode("ascii") else None

    try:
        return bool(dkimpy.verify(message, dnsfunc=answer))
    except dkimpy.MessageFormatError:  # a line of the head that is no field
        return False


def by_mailauth(messages: Sequence[bytes]) -> list[str]:
    """What mailauth says of each, where the signature is the only one: "pass", or another word and why."""
    told = {
        "record": {"name": record().name, "strings": record().strings},
        "messages": [base64.b64encode(message).decode("ascii") for message in messages],
    }
    return [_words(results) for results in json.loads(run_node("verify-dkim.mjs", json.dumps(told)))]


def passed(messages: Sequence[bytes]) -> list[bool]:
    """Whether both find the signature good. Raises `AssertionError` where they do not agree."""
    theirs = [verdict == "pass" for verdict in by_mailauth(messages)]
    assert [by_dkimpy(message) for message in messages] == theirs
    return theirs


def _words(results: list[dict[str, object]]) -> str:
    (only,) = results
    said = " ".join(str(only[key]) for key in ("comment", "warnings") if key in only)
    return f"{only['result']} {said}".rstrip()


@cache
def _pem() -> bytes:
    return new_key()
