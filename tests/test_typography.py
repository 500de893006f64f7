"""Quotes to type: as each language prints them, and nothing else changed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.text.typography import typeset, typeset_prose
from tests.prose import prose_of, text_of


@pytest.mark.parametrize(
    ("language", "written", "printed"),
    [
        ("en", "\"a\" 'b' \"'c' d\" ('e') [\"f\"]", "“a” ‘b’ “‘c’ d” (‘e’) [“f”]"),
        ("en", "don't, readers', the '90s, O'Brien's \"it's\"", "don’t, readers’, the ’90s, O’Brien’s “it’s”"),
        ("en", 'she said--"no"--and a—"b"—c', "she said--“no”--and a—“b”—c"),
        ("en", "cafe\u0301's é's", "cafe\u0301’s é’s"),
        ("en", '"a\u00a0"b"', "“a\u00a0“b”"),
        ("en-GB", '"a"', "“a”"),
        ("de", "\"Das 'Wort' ist's\", Hans' '68er", "„Das ‚Wort‘ ist’s“, Hans’ ’68er"),
        ("fr", "\"l'eau\" 'dans'", "«\u00a0l’eau\u00a0» “dans”"),
        ("es", "¿\"a\" 'b'?", "¿«a» “b”?"),
        ("zh-Hans", '他说"你好"，\'再见\'。It\'s "OK"吗', "他说“你好”，‘再见’。It’s “OK”吗"),
        ("zh-Hant", "他說\"我說'好'吧\"，It's 'fine'吧", "他說「我說『好』吧」，It’s 『fine』吧"),
        ("ja", '"a"', "“a”"),
        ("pt-BR", '"a"', "“a”"),
    ],
)
def test_quotes_are_set_as_the_language_prints_them(language: str, written: str, printed: str) -> None:
    """Outer and inner quotes open and close; an apostrophe within or behind a word is one, and before a decade."""
    assert typeset(written, language) == printed


@given(st.text(), st.sampled_from(["en", "de", "fr", "zh-Hans", "zh-Hant", "xx"]))
def test_only_straight_quotes_are_set(written: str, language: str) -> None:
    """What is no straight quote comes through unchanged, no straight quote is left; setting twice changes nothing."""
    printed = typeset(written, language)
    assert not re.search("[\"']", printed)
    assert typeset(printed, language) == printed
    for kept in re.split("[\"']", written):
        assert kept in printed
    if not re.search("[\"']", written):
        assert printed == written


def test_quotes_are_set_across_inlines() -> None:
    """A quote may open in one inline and close in another; code stays as it is, and paragraphs begin anew."""
    prose = typeset_prose(prose_of('"a *b" \'c*\' `"d"` ["e"](https://e.example/)\\\n"f"\n\n> "g"\n\n- \'h\''), "en")
    assert text_of(prose.blocks) == '“a b” ‘c’ "d" “e”\n“f”“g”‘h’'
