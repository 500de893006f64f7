"""Dates in the words of a language."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from newsletter.templating.dating import dated

SIGNS = st.sampled_from(["E", "EEE", "EEEE", "M", "MM", "MMM", "MMMM", "d", "dd", "y", "yyyy"])
BETWEEN = st.sampled_from([" ", ". ", ", ", "年", "月", "日", "/", "-"])
LANGUAGES = st.sampled_from(["en", "en-GB", "zh-Hans", "zh-Hant", "cs", "de", "ar", "fr"])
QUOTED = st.sampled_from(["", "'of'", " 'o''clock'", " QQQ", " w", " D", " yy", " G"])


@given(st.dates(), st.lists(st.tuples(SIGNS, BETWEEN), min_size=1, max_size=5), QUOTED, LANGUAGES)
def test_a_date_is_written_as_babel_writes_it(
    day: date, pieces: list[tuple[str, str]], rest: str, language: str
) -> None:
    """Every pattern gives what Babel's own function gives for it, in every language, whether we or it wrote it."""
    pattern = "".join(sign + between for sign, between in pieces) + rest
    assert dated(day, pattern, language) == format_date(day, pattern, locale=language.replace("-", "_"))


def test_an_unknown_language_gets_english_dates() -> None:
    """A language that CLDR does not know has its dates in English, rather than none."""
    assert dated(date(2026, 11, 27), "EEEE d MMMM y", "xx-unheard-of") == "Friday 27 November 2026"
