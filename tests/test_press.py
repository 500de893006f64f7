"""The press: the slow way's messages, octet for octet, signed or not, whatever a reader's name or a letter may hold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.mail.dot import fit
from newsletter.mail.mime import Heading, compile_letter, splice
from newsletter.mail.press import Press
from newsletter.model.errors import HeaderRefused
from newsletter.model.letter import Letter, Slot, Slotted
from tests.conftest import SOAK
from tests.dkim_verifiers import a_signer, passed
from tests.test_mime import HEADING, LETTER, VALUES

# What may stand in a form, with much of what the wire and the signature look at: dots, white space.
odd = st.text(st.sampled_from(". \t=<&\"'aé") | st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]))
value = odd | odd.map(lambda text: text * 30)
ascii_value = st.text(st.sampled_from(" .=") | st.characters(min_codepoint=32, max_codepoint=126), max_size=300)
words = st.sampled_from(["\n.a", "\n..", ".", "a  b", " \n", "\ta\t\n", "\n\n", "=", "a" * 80, "é"]) | st.text(
    st.characters(exclude_characters="\r", exclude_categories=["Cs"])
)
body = st.lists(st.sampled_from([Slot.GREETING, Slot.UNSUBSCRIBE_URL, Slot.PREFERENCES_URL]) | words, max_size=12).map(
    lambda pieces: Slotted(tuple(pieces))
)
values = st.fixed_dictionaries(
    {
        Slot.GREETING: value,
        Slot.UNSUBSCRIBE_URL: value,
        Slot.PREFERENCES_URL: value,
        **dict.fromkeys((Slot.TO, Slot.DATE, Slot.MESSAGE_ID, Slot.LIST_UNSUBSCRIBE), ascii_value),
    }
)
PRESS, SIGNING = Press(LETTER), Press(LETTER, a_signer())


@settings(max_examples=100_000 if SOAK else 600)
@given(given=values)
@example({**VALUES, Slot.GREETING: "."})
@example({**VALUES, Slot.GREETING: "x" * 75 + "." * 80, Slot.UNSUBSCRIBE_URL: " a\t b "})
@example({**VALUES, Slot.GREETING: "", Slot.TO: "", Slot.DATE: " a  b "})
def test_a_message_is_the_one_that_is_spliced(given: dict[Slot, str]) -> None:
    """Without a signer: the same octets, fit for the wire in the same way, and as many of them."""
    assert PRESS.message(given) == fit(splice(LETTER, given))


@settings(max_examples=5_000 if SOAK else 200)
@given(given=values)
@example({**VALUES, Slot.GREETING: "."})
@example({**VALUES, Slot.GREETING: "x" * 75 + "." * 80, Slot.UNSUBSCRIBE_URL: " a\t b "})
@example({**VALUES, Slot.GREETING: "", Slot.TO: "", Slot.DATE: " a  b "})
def test_a_signed_message_is_the_one_that_is_signed_as_a_whole(given: dict[Slot, str]) -> None:
    """With a signer: what signing the spliced message gives, to the octet."""
    assert SIGNING.message(given) == fit(a_signer().sign(splice(LETTER, given)))


@settings(max_examples=2_000 if SOAK else 100)
@given(text=body, html=body, given=values, left_out=st.sampled_from([(), ("message-id", "date")]))
@example(Slotted(("\n.a\n..\n", Slot.GREETING)), Slotted(("a  b\t\n.c", Slot.GREETING, Slot.GREETING)), VALUES, ())
def test_any_letter_is_signed_as_a_whole(
    text: Slotted, html: Slotted, given: dict[Slot, str], left_out: tuple[str, ...]
) -> None:
    """Places anywhere in a body, first, last or side by side, and static text of any kind."""
    letter = compile_letter(heading("  much   white space  "), text, html)
    signer = a_signer(left_out)
    whole = splice(letter, given)
    assert Press(letter, signer).message(given) == fit(signer.sign(whole))
    assert Press(letter).message(given) == fit(whole)


def test_two_strangers_find_the_signature_good() -> None:
    """dkimpy and mailauth, over messages with names that are written in every odd way."""
    names = ["Ana", "", ".", ".. a", " a \t b ", "\t", "李薇", "👩‍💻 " * 300, "a  b  " * 60, "." * 400, "é" * 1000, "="]
    odd_head = {Slot.TO: " <ana@example.org>  (a  b) ", Slot.DATE: ""}
    given = [{**VALUES, Slot.GREETING: name} for name in names] + [{**VALUES, **odd_head}]
    assert passed([SIGNING.message(one).message for one in given]) == [True] * len(given)


def test_the_same_values_give_the_same_bytes() -> None:
    """A message that is handed over again is the one that was handed over before."""
    assert SIGNING.message(VALUES) == Press(LETTER, a_signer()).message(VALUES)


@pytest.mark.parametrize("press", [PRESS, SIGNING], ids=["unsigned", "signed"])
@pytest.mark.parametrize("slot", list(Slot), ids=lambda slot: slot.value)
@pytest.mark.parametrize("bad", ["a\nb", "a\r\nb", "a\rb", "a\0b"], ids=["lf", "crlf", "cr", "nul"])
def test_a_line_break_in_any_value_is_refused(press: Press, slot: Slot, bad: str) -> None:
    """One bad value refuses one message; the next recipient's is made as ever."""
    with pytest.raises(HeaderRefused):
        press.message({**VALUES, slot: bad})
    assert press.message(VALUES).message.endswith(splice(LETTER, VALUES))


@pytest.mark.parametrize(
    "bad", [b"a\nb\r\n", b"x" * 999 + b"\r\n", b"a\0b\r\n", b"\0001\0\r\n", b"no end", b"\xe9\r\n"]
)
def test_a_letter_that_no_server_would_take_is_refused_at_once(bad: bytes) -> None:
    """Before the first message is made: it is no one recipient's fault."""
    with pytest.raises(HeaderRefused, match="message"):
        Press(Letter((*LETTER.pieces, bad)))


def heading(subject: str) -> Heading:
    return replace(HEADING, subject=subject)
