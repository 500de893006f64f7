"""DKIM signatures, relaxed in headers and body, by RSA and SHA-256. Source: RFC 6376, RFC 8301."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from newsletter.mail.headers import FOLD
from newsletter.model.errors import HeaderRefused, NewsletterError

BITS = 2048  # of a key: less is no proof (RFC 8301 3.2), more is not taken by every DNS and costs sixfold
_STRING = 255  # octets that one string of a TXT record holds at most, RFC 1035 3.3

# In this order they are hashed: what is the same for every reader first, so that it is hashed once for a mailing.
SIGNED = (
    "from",
    "reply-to",
    "subject",
    "list-id",
    "list-unsubscribe-post",
    "feedback-id",
    "mime-version",
    "content-type",
    "to",
    "date",
    "message-id",
    "list-unsubscribe",
)
# Named once more than they stand: one that is added on the way breaks the signature (RFC 6376 8.15).
_OVERSIGNED = ("from", "to", "subject", "list-unsubscribe", "list-unsubscribe-post")

_RUN = re.compile(rb"[ \t]+")
_FIELD = re.compile(rb"([^:\r\n]+):((?:[^\r\n]++|\r\n[ \t])*)\r\n")
_PADDING = padding.PKCS1v15()
_DIGEST = utils.Prehashed(hashes.SHA256())


class KeyRefused(NewsletterError):
    """A private key that cannot sign mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimKey:
    """A private key, and where its public half is published: SELECTOR._domainkey.DOMAIN."""

    domain: str
    selector: str
    pem: bytes = field(repr=False)  # PKCS #8 or PKCS #1, RSA of 2048 bits or more (RFC 8301 3.2)
    left_out: tuple[str, ...] = ()  # header fields that are not signed, since the provider writes them anew


@dataclass(frozen=True, slots=True)
class Record:
    """The DNS record that lets everybody check what a key has signed."""

    name: str
    strings: tuple[str, ...]  # of one TXT record, in this order, to be read without anything between them

    @property
    def value(self) -> str:
        """The whole value, for a form that splits it by itself."""
        return "".join(self.strings)

    @property
    def line(self) -> str:
        """The record as a line of a zone file (RFC 1035 5.1)."""
        return f"{self.name}. IN TXT ( {' '.join(map(_quoted, self.strings))} )"


@dataclass(frozen=True, slots=True)
class Blank:
    """A signature field but for its two hashes, for all messages with the same fields."""

    wire: bytes  # up to where the hash of the body begins
    canonical: bytes  # the same in its relaxed form


class Signer:
    """Signs messages with one key, which is read once. Any thread may use it. Raises `KeyRefused`."""

    def __init__(self, key: DkimKey) -> None:
        self._key = key
        self._private = _loaded(key.pem)
        self._names = tuple(name for name in SIGNED if name not in {one.lower() for one in key.left_out})

    def sign(self, message: bytes) -> bytes:
        """The message with its signature in front, which is folded within 76 columns. The same message, the same bytes.

        `message` is fit for the wire: `newsletter.mail.dot.unfit` finds nothing in it. Raises `HeaderRefused` for one
        without From (RFC 6376 5.4).
        """
        head, _, body = message.partition(b"\r\n\r\n")
        names, fields = self.chosen(canonical_fields(head + b"\r\n"))
        blank = self.blank(names)
        body_hash = base64_of(hashlib.sha256(canonical_body(body)).digest())
        hashed = hashlib.sha256(b"".join((*fields, blank.canonical, body_hash, AFTER_BODY_HASH)))
        return self.written(blank, body_hash, hashed.digest()) + message

    def chosen(self, fields: Iterable[tuple[str, bytes]]) -> tuple[list[str], list[bytes]]:
        """The names to be listed as signed, and the fields that they mean, both in the order of hashing.

        Of several fields of one name the last comes first (RFC 6376 5.4.2); a name without a field left stands for
        nothing. Raises `HeaderRefused`.
        """
        of: dict[str, list[bytes]] = {}
        for name, canonical in fields:
            of.setdefault(name, []).insert(0, canonical)
        if "from" not in of:
            raise HeaderRefused("From", "a message without it cannot be signed; it is a fault of this program")
        names = [name for name in self._names for _ in of.get(name, ())]
        names += [name for name in _OVERSIGNED if name in self._names]
        return names, [one for name in self._names for one in of.get(name, ())]

    def blank(self, names: Iterable[str]) -> Blank:
        """The field that says that these names are signed."""
        tags = ("DKIM-Signature: v=1;", "a=rsa-sha256;", "c=relaxed/relaxed;", f"d={self._key.domain};")
        listed = [f"{name}:" for name in names]
        listed[0], listed[-1] = f"h={listed[0]}", f"{listed[-1][:-1]};"
        wire = _folded([*tags, f"s={self._key.selector};"], " ") + _folded([" " + listed[0], *listed[1:]], "") + b" bh="
        ((_, canonical),) = canonical_fields(wire + b"\r\n")
        return Blank(wire, canonical.removesuffix(b"\r\n"))

    def written(self, blank: Blank, body_hash: bytes, digest: bytes) -> bytes:
        """The whole field, signed. `digest`: SHA-256 of all that it covers, itself with nothing behind "b="."""
        value = base64_of(self._private.sign(digest, _PADDING, _DIGEST))
        lines = [value[at : at + _VALUE] for at in range(0, len(value), _VALUE)]
        return b"%b%b;\r\n b=%b\r\n" % (blank.wire, body_hash, b"\r\n ".join(lines))


AFTER_BODY_HASH = b"; b="  # in the relaxed form
_VALUE = FOLD - len(" b=")  # base64 characters of the signature on a line


def canonical_fields(head: bytes) -> Iterator[tuple[str, bytes]]:
    """Each field of a head, in order: its name in lower case, and its relaxed form (RFC 6376 3.4.2)."""
    for found in _FIELD.finditer(head):
        name = found[1].rstrip(b" \t").lower()
        value = _RUN.sub(b" ", found[2].replace(b"\r\n", b"")).strip(b" ")
        yield name.decode("ascii"), b"%b:%b\r\n" % (name, value)


def canonical_body(body: bytes) -> bytes:
    """The relaxed form of a body (RFC 6376 3.4.4): white space is one space and ends no line; no empty line is last.

    Every line ends in CRLF, and no CR or LF stands alone.
    """
    lines = collapsed(body).replace(b" \r\n", b"\r\n").rstrip(b"\r\n")
    return lines + b"\r\n" if lines else b""


def collapsed(data: bytes) -> bytes:
    """The octets with every run of spaces and tabs made one space."""
    return _RUN.sub(b" ", data)


def base64_of(data: bytes) -> bytes:
    """Base64, on one line."""
    return binascii.b2a_base64(data, newline=False)


def new_key() -> bytes:
    """A new private key, PEM of PKCS #8."""
    private = rsa.generate_private_key(65537, BITS)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def dns_record(key: DkimKey) -> Record:
    """What is to be published so that receivers can check the signatures of this key (RFC 6376 3.6.1).

    Raises `KeyRefused`.
    """
    public = _loaded(key.pem).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    value = f"v=DKIM1; k=rsa; p={base64.b64encode(der).decode('ascii')}"
    strings = tuple(value[at : at + _STRING] for at in range(0, len(value), _STRING))
    return Record(f"{key.selector}._domainkey.{key.domain}", strings)


def _loaded(pem: bytes) -> rsa.RSAPrivateKey:
    """The key, sound: what it signs is checked once, since a proof of its primes would take a hundred times as long."""
    try:
        private = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:  # TypeError: it is locked with a password
        raise KeyRefused("it is not a private key in PEM that is free of a password") from error
    if not isinstance(private, rsa.RSAPrivateKey):
        raise KeyRefused("it is not an RSA key, which is the only kind that every receiver can check")
    if private.key_size < BITS:
        raise KeyRefused(f"it has {private.key_size} bits; receivers ask for {BITS} or more")
    digest = bytes(32)
    try:
        private.public_key().verify(private.sign(digest, _PADDING, _DIGEST), digest, _PADDING, _DIGEST)
    except (ValueError, InvalidSignature) as error:
        raise KeyRefused("its numbers do not belong together, so it was damaged") from error
    return private


def _folded(words: list[str], between: str) -> bytes:
    """The words on lines of at most 76 columns, if need be one word a line; each line but the first begins with " "."""
    lines = [words[0]]
    for word in words[1:]:
        joined = f"{lines[-1]}{between}{word}"
        if len(joined) <= FOLD:
            lines[-1] = joined
        else:
            lines.append(f" {word}")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _quoted(string: str) -> str:
    return f'"{string}"'
