"""Content over the wire, octet by octet: what is stuffed is read back, and no line of it ends the message early."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.dot import LAST, fit, stuffed, unfit
from newsletter.model.errors import HeaderRefused

# What stuffing turns on, more often than chance would have it; bare CR and LF too, which are no line ends.
ANYTHING = st.lists(st.sampled_from([b".", b"..", b"\r\n", b"\r", b"\n", b"\r\n.", b"a", b"\x00", b"\xff"])).map(
    b"".join
)
LINES = st.lists(st.lists(st.sampled_from([b".", b"a", b" ", b"=", b"\t"]), max_size=6).map(b"".join), min_size=1)


def by_the_book(message: bytes) -> bytes:
    """RFC 5321 4.5.2 as it stands: look at the first octet of each line; if it is a period, put one more before it."""
    out, at_start = bytearray(), True
    for at, octet in enumerate(message):
        if at_start and octet == ord("."):
            out += b"."
        out.append(octet)
        at_start = message[at - 1 : at + 1] == b"\r\n" if at else False
    return bytes(out)


def received(wire: bytes) -> tuple[bytes, bytes]:
    """What a server makes of the octets, line by line: the content, and what it would take for the next command."""
    content = b""
    while not wire.startswith(b".\r\n"):
        line, end, wire = wire.partition(b"\r\n")
        content += (line[1:] if line.startswith(b".") else line) + end
    return content, wire[3:]


@given(ANYTHING)
def test_stuffing_is_that_of_the_standard_for_any_octets(message: bytes) -> None:
    """One dot more before each line that begins with one, and not one octet else is changed."""
    assert stuffed(message) == by_the_book(message)


@given(LINES)
def test_a_server_reads_back_what_was_sent_and_then_the_next_command(lines: list[bytes]) -> None:
    """The message ends at our last dot and at no other."""
    message = b"".join(line + b"\r\n" for line in lines)
    assert received(stuffed(message) + LAST + b"RSET\r\n") == (message, b"RSET\r\n")


@given(ANYTHING)
def test_a_bare_cr_or_lf_is_always_found(message: bytes) -> None:
    """A message that is fit has line ends of one kind only, and ends in one."""
    rest = message.replace(b"\r\n", b"")
    whole = b"\r" not in rest and b"\n" not in rest and message.endswith(b"\r\n")
    assert (unfit(message) is None) == whole


@given(LINES)
def test_a_message_that_is_fit_is_still_to_be_had(lines: list[bytes]) -> None:
    """As a reader gets it, octet by octet, with its size before any dot was stuffed."""
    message = b"".join(line + b"\r\n" for line in lines)
    assert (fit(message).message, fit(message).size) == (message, len(message))
    assert fit(message).octets == stuffed(message)


@pytest.mark.parametrize(
    "unfit_message",
    [b"a\n.\nMAIL FROM:<x@example.org>\r\n", b"a\r.\r\n", b"a", b"a" * 999 + b"\r\n", b"\xc3\xa9\r\n", b""],
    ids=["a bare LF", "a bare CR", "no line end", "a long line", "more than ASCII", "nothing"],
)
def test_a_message_that_no_server_should_see_goes_nowhere(unfit_message: bytes) -> None:
    """It cannot be made fit, so there is nothing that could be handed over."""
    with pytest.raises(HeaderRefused):
        fit(unfit_message)


@pytest.mark.parametrize(
    "smuggled", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r\n\x00.\n"]
)
def test_what_some_server_takes_for_the_end_never_leaves(smuggled: bytes) -> None:
    """The endings that servers were fooled by in 2023 (CVE-2023-51764 and others of that year)."""
    assert unfit(b"a" + smuggled + b"MAIL FROM:<x@example.org>\r\n") == "it holds a bare CR or LF"


@pytest.mark.parametrize(("octets", "fits"), [(998, True), (999, False)])
def test_a_line_has_at_most_998_octets(octets: int, fits: bool) -> None:
    """Without its CRLF, and before a dot is put before it (RFC 5321 4.5.3.1.6)."""
    assert (unfit(b"a\r\n" + b"." * octets + b"\r\n") is None) == fits
