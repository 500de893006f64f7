"""DKIM: what is signed, and that two strangers find it good as it stands and bad once anything of it was changed."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.mail.dkim import DkimKey, KeyRefused, Signer, dns_record
from newsletter.mail.mime import splice
from newsletter.mail.notice import Sheet, compose
from newsletter.model.errors import HeaderRefused
from newsletter.model.letter import Slot
from tests.conftest import SOAK
from tests.delivering import edition
from tests.dkim_verifiers import a_key, a_signer, by_dkimpy, passed, record
from tests.test_mime import VALUES

SIGNED = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Feedback-ID",
    "MIME-Version",
    "Content-Type",
)
TWICE = ("From", "To", "Subject", "List-Unsubscribe", "List-Unsubscribe-Post")
MESSAGE = splice(edition().letter, VALUES)
SHEET = Sheet(
    sender_name="Focus This Week",
    sender_address="weekly@focus.example.org",
    reply_to="editor@focus.example.org",
    address="mei@focus.example.org",
    subject="The issue is late",
    text="It waits for you.\n\n.\n  two  spaces \n\n\n",
    date=datetime(2026, 11, 27, 13, tzinfo=UTC),
    message_id="<notice.1@focus.example.org>",
)


def signature(message: bytes) -> dict[str, str]:
    """The tags of the signature in front, unfolded."""
    field = re.match(rb"DKIM-Signature:(.*?)\r\n(?! )", message, re.DOTALL)
    assert field
    tags = re.sub(r"\s", "", field[1].decode("ascii")).split(";")
    return {name: value for name, _, value in (tag.partition("=") for tag in tags)}


def fields(message: bytes) -> list[tuple[str, int, int]]:
    """Name, begin and end of each field of the head."""
    head = message.partition(b"\r\n\r\n")[0] + b"\r\n"
    found = re.finditer(rb"([^:\r\n]+):(?:[^\r\n]|\r\n )*\r\n", head)
    return [(one[1].decode("ascii"), one.start(), one.end()) for one in found]


def put(message: bytes, name: str, value: str, *, last: bool) -> bytes:
    """The message with one more field, below all others or above."""
    field = f"{name}: {value}\r\n".encode("ascii")
    return message.replace(b"\r\n\r\n", b"\r\n" + field + b"\r\n", 1) if last else field + message


def test_the_tags_of_a_signature() -> None:
    """Relaxed twice, RSA with SHA-256; neither a time, so that the same message is signed alike, nor a length."""
    tags = signature(a_signer().sign(MESSAGE))
    assert list(tags) == ["v", "a", "c", "d", "s", "h", "bh", "b"]
    assert (tags["a"], tags["c"]) == ("rsa-sha256", "relaxed/relaxed")
    assert (tags["d"], tags["s"]) == (a_key().domain, a_key().selector)


def test_what_a_signature_covers() -> None:
    """All that shows whose a message is and how to leave (RFC 8058 4); what must not come twice is named once more."""
    listed = signature(a_signer().sign(MESSAGE))["h"].split(":")
    assert sorted(listed) == sorted(name.lower() for name in (*SIGNED, *TWICE))
    assert {name for name, _, _ in fields(MESSAGE)} == set(SIGNED)


def test_a_signature_keeps_to_its_lines() -> None:
    """It comes first, ASCII, no line of it over 76 columns; the message follows as it was."""
    signed = a_signer().sign(MESSAGE)
    assert signed.endswith(MESSAGE)
    lines = signed.removesuffix(MESSAGE).decode("ascii").split("\r\n")
    assert max(map(len, lines)) <= 76
    assert lines[0].startswith("DKIM-Signature: v=1; ")
    assert all(line.startswith(" ") for line in lines[1:-1])


def test_the_same_message_is_signed_alike() -> None:
    """Whoever signs, whenever."""
    assert Signer(a_key()).sign(MESSAGE) == a_signer().sign(MESSAGE)


def test_mailings_and_notices_pass() -> None:
    """A notice has no List-* fields: that there is none is signed with it."""
    signed = [a_signer().sign(MESSAGE), a_signer().sign(compose(SHEET))]
    assert passed(signed) == [True, True]
    assert passed([put(signed[1], name, "x", last=True) for name in TWICE]) == [False] * len(TWICE)


def test_a_changed_byte_in_any_signed_header_fails() -> None:
    """Every byte of every signed field, its name and its folding included, and of what the signature says of itself."""
    signed = a_signer().sign(MESSAGE)
    own = range(signed.index(b" bh="))
    places = [at for name, begin, end in fields(signed) if name in SIGNED for at in range(begin, end)]
    changed = [
        signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :]
        for at in (*own, *places)
        if signed[at : at + 1] not in b"\r\n"
    ]
    assert len(changed) > 700
    assert not any(passed(changed))


def test_a_changed_byte_in_the_body_fails() -> None:
    """At its begin, in its middle, at its end."""
    signed = a_signer().sign(MESSAGE)
    begin = signed.index(b"\r\n\r\n") + 4
    places = [begin, (begin + len(signed)) // 2, len(signed) - 3]
    assert not any(passed([signed[:at] + bytes([signed[at] ^ 1]) + signed[at + 1 :] for at in places]))


@pytest.mark.parametrize("last", [True, False], ids=["below", "above"])
def test_a_field_that_is_added_fails(last: bool) -> None:
    """A second From, To, Subject or way to leave, above what was signed or below; what servers add is no matter."""
    signed = a_signer().sign(MESSAGE)
    assert passed([put(signed, name, "<x@example.com>", last=last) for name in TWICE]) == [False] * len(TWICE)
    assert passed([put(signed, "Received", "by mx.example.test", last=last)]) == [True]


def test_a_field_that_is_taken_away_fails() -> None:
    """Whichever of those that are signed."""
    signed = a_signer().sign(MESSAGE)
    less = [signed[:begin] + signed[end:] for name, begin, end in fields(signed) if name in SIGNED]
    assert len(less) == len(SIGNED)
    assert not any(passed(less))


def test_what_relays_may_do_passes() -> None:
    """Another folding, more white space, other capitals in names, empty lines at the end (RFC 6376 3.4)."""
    signed = a_signer().sign(MESSAGE)
    relayed = signed.replace(b"To: ana", b"TO:\r\n\t ana").replace(b"Subject: ", b"subject:  ") + b"\r\n\r\n"
    assert relayed.count(b"\t") == 1
    assert passed([relayed]) == [True]


@pytest.mark.parametrize("field", ["Message-ID", "Date"])
def test_a_field_that_is_left_out_may_be_replaced(field: str) -> None:
    """As some providers do with theirs; it is not named at all."""
    signed = a_signer((field.lower(),)).sign(MESSAGE)
    assert field.lower() not in signature(signed)["h"].split(":")
    begin, end = next((begin, end) for name, begin, end in fields(signed) if name == field)
    replaced = signed[:begin] + f"{field}: <another@provider.example.com>\r\n".encode() + signed[end:]
    assert passed([signed, replaced, put(signed, field, "another", last=False)]) == [True] * 3


lines = st.lists(
    st.sampled_from([b"", b" ", b"\t", b"a", b"a  b", b" a", b"a \t", b"..", b"=20", b"x" * 998]), max_size=12
)


@settings(max_examples=2_000 if SOAK else 150)
@given(lines=lines, subject=st.text(st.sampled_from("ab \t"), max_size=20))
@example([], "")
@example([b"", b""], " ")
@example([b" \t"], "\t a\t\t b ")
def test_any_message_passes(lines: list[bytes], subject: str) -> None:
    """White space anywhere, empty lines anywhere, no body at all, a field that stands twice."""
    body = b"".join(line + b"\r\n" for line in lines)
    head = f"From: a@example.org\r\nSubject:{subject}\r\nTo: \r\n b@example.org\r\nSubject: a\r\n"
    assert by_dkimpy(a_signer().sign(head.encode("ascii") + b"\r\n" + body))


def test_a_message_without_from_is_refused() -> None:
    """Nobody could tell whose it is (RFC 6376 5.4)."""
    with pytest.raises(HeaderRefused, match="From"):
        a_signer().sign(b"To: ana@example.org\r\n\r\nbody\r\n")


def test_the_dns_record_holds_the_public_half() -> None:
    """Under SELECTOR._domainkey.DOMAIN, in strings of at most 255 octets; no test flag, which makes receivers shrug."""
    found = record()
    assert found.name == "w2026._domainkey.focus.example.org"
    assert all(0 < len(string) <= 255 for string in found.strings)
    version, kind, public = found.value.split("; ")
    assert (version, kind) == ("v=DKIM1", "k=rsa")
    private = load_pem_private_key(a_key().pem, None)
    der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert base64.b64decode(public.removeprefix("p="), validate=True) == der
    first, second = found.strings
    assert found.line == f'w2026._domainkey.focus.example.org. IN TXT ( "{first}" "{second}" )'


def written(private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, *, traditional: bool = False) -> bytes:
    kind = PrivateFormat.TraditionalOpenSSL if traditional else PrivateFormat.PKCS8
    return private.private_bytes(Encoding.PEM, kind, NoEncryption())


def test_longer_and_older_keys_sign_as_well() -> None:
    """3,072 bits, PKCS #1: as another program may have written it. Its lines are folded like any."""
    pem = written(rsa.generate_private_key(65537, 3072), traditional=True)
    assert pem.startswith(b"-----BEGIN RSA PRIVATE KEY")
    key = DkimKey(domain="example.org", selector="old", pem=pem)
    signed = Signer(key).sign(MESSAGE)
    assert len(base64.b64decode(signature(signed)["b"])) == 384
    assert max(map(len, signed.removesuffix(MESSAGE).split(b"\r\n"))) <= 76
    assert by_dkimpy(signed, dns_record(key))


def locked() -> bytes:
    private = load_pem_private_key(a_key().pem, None)
    password: KeySerializationEncryption = BestAvailableEncryption(b"a password")
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, password)


def damaged() -> bytes:
    """With the public half of another key."""
    private = load_pem_private_key(a_key().pem, None)
    assert isinstance(private, rsa.RSAPrivateKey)
    good = private.private_numbers()
    bad = rsa.RSAPrivateNumbers(
        p=good.p,
        q=good.q,
        d=good.d,
        dmp1=good.dmp1,
        dmq1=good.dmq1,
        iqmp=good.iqmp,
        public_numbers=rsa.RSAPublicNumbers(3, good.public_numbers.n),
    )
    return written(bad.private_key(unsafe_skip_rsa_key_validation=True))


def public() -> bytes:
    key = load_pem_private_key(a_key().pem, None).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    ("pem", "why"),
    [
        (lambda: b"", "not a private key in PEM"),
        (lambda: b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "not a private key in PEM"),
        (public, "not a private key in PEM"),
        (locked, "free of a password"),
        (lambda: written(ec.generate_private_key(ec.SECP256R1())), "not an RSA key"),
        (lambda: written(rsa.generate_private_key(65537, 1024)), "1024 bits; receivers ask for 2048"),
        (damaged, "damaged"),
    ],
    ids=["nothing", "garbage", "public", "locked", "elliptic", "short", "damaged"],
)
def test_a_key_that_cannot_sign_is_refused(pem: object, why: str) -> None:
    """In words, when it comes in and before anything is signed with it."""
    assert callable(pem)
    key = DkimKey(domain="example.org", selector="a", pem=pem())
    with pytest.raises(KeyRefused, match=why):
        Signer(key)
    with pytest.raises(KeyRefused, match=why):
        dns_record(key)


def test_a_key_is_not_shown() -> None:
    """Neither in a log line nor in a traceback."""
    assert "PRIVATE" not in repr(a_key())
    assert "BEGIN" not in repr(a_signer())


def test_every_value_a_place_may_hold_is_covered() -> None:
    """A changed value of any slot breaks the signature: none stands where it is not signed."""
    signer, letter = a_signer(), edition().letter
    good = signer.sign(splice(letter, VALUES))
    head = good.removesuffix(splice(letter, VALUES))
    swapped = [head + splice(letter, {**VALUES, slot: VALUES[slot] + "x"}) for slot in Slot]
    assert not any(passed(swapped))
