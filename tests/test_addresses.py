"""Addresses of readers: the quick pattern takes nothing that the library refuses; refusals are told in words."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.mail.addresses import PLAIN, addr_spec
from newsletter.model.urls import NotAnAddress, parse_email

near = st.text(st.sampled_from("aZ9._+-@x"), max_size=12)
tops = st.sampled_from(["org", "com", "test", "arpa", "invalid", "local", "LOCALHOST", "onion", "x", "c0m", "example"])
words = st.lists(st.text(st.sampled_from("aZ9_x"), min_size=1, max_size=20), min_size=1, max_size=4)
locals_ = st.builds(str.join, st.sampled_from([".", "-", "+", "_", "..", ".-"]), words)
hosts = st.builds(str.join, st.sampled_from([".", "-", "--", "n--"]), words.map(lambda some: [*some, "b"]))
shaped = st.builds("{}@{}.{}".format, locals_ | near, hosts | near | st.just("xn--a"), tops)


def library_takes(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError:
        return False
    return True


@given(shaped | near)
@example("a@b.local")
@example("a@xn--a.org")
@example("a@ab--c.org")
@example(f"{'a' * 65}@example.org")
@example(f"a@{'b' * 60}.org")
def test_the_pattern_accepts_nothing_that_the_library_refuses(text: str) -> None:
    """Nor anything that a second parser refuses, that of schedule.yaml; and what it accepts stays as it is."""
    if PLAIN.fullmatch(text):
        assert library_takes(text)
        assert parse_email(text) == text
        assert addr_spec(text) == text


@given(shaped | near | st.text(max_size=20))
def test_whatever_is_accepted_is_plain_ascii_of_the_right_size(text: str) -> None:
    """Whichever way it was judged: it can stand in an envelope as it is."""
    try:
        address = addr_spec(text)
    except NotAnAddress:
        return
    assert address.isascii()
    assert address.isprintable()
    assert " " not in address
    assert len(address) <= 254
    assert addr_spec(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "ana@example.org",
        "Ana.Rivera+news@Mail.Example.COM",
        "o'brien@example.org",
        "a@b-c.test",
        "x_y-z@example.museum",
        "a/b=c@example.org",
        "me@xn--bcher-kva.example",
    ],
)
def test_usual_addresses_stay_as_they_were_written(address: str) -> None:
    """Capitals too: they are the reader's. The names reserved for samples pass."""
    assert addr_spec(f"  {address} ") == address


def test_an_international_domain_becomes_a_labels() -> None:
    """RFC 5891 4.4; the part before the @ is left alone."""
    assert addr_spec("Jos@Bücher.example") == "Jos@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("ana", "it has no @"),
        ("@example.org", "nothing before the @"),
        ("ana@", "nothing behind the @"),
        ("josé@example.org", r"holds 'é', and mail to such an address reaches few servers yet \(RFC 6531\)"),
        ("a\u200bb@example.org", r"holds U\+200B"),
        (f"{'a' * 65}@example.org", "has 65 characters, and 64 are allowed"),
        ("ana@localhost", "should have a period"),
        ("ana@intern.local", "reserved name"),
        ("ana@[192.0.2.1]", "bracketed IP address"),
        ('"ana b"@example.org', "quoting"),
        ("Ana <ana@example.org>", "display name and angle brackets"),
        ("ana@example..org", "two periods"),
        ("ana@example.org\nbcc@example.org", "invalid characters|not allowed"),
        ("ana@example.o\0rg", "invalid characters"),
    ],
)
def test_what_is_no_address_is_told_as_a_clause(address: str, why: str) -> None:
    """It begins small and ends without a full stop, to stand within a sentence."""
    with pytest.raises(NotAnAddress, match=f"(?i){why}") as told:
        addr_spec(address)
    assert str(told.value)[0].islower()
    assert not str(told.value).endswith(".")
