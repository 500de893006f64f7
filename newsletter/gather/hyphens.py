"""Hyphens: those that end a line, and en dashes that stand for one.

A hyphen at the end of a line is kept unless the document itself writes the word closed: dropping a real one ("twenty-
nine") makes a word that nobody wrote, keeping a false one is seen by everybody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

from newsletter.gather.vocabulary import FIRSTS, FUNCTION, LEADING, PREFIXES, SECONDS, TENS, UNITS

HYPHENS = "-\u2010\u2011"
_LONGEST = 60  # characters of a word; a longer one is none
_END = re.compile(rf"([^\W\d_]+)[{HYPHENS}]$")
_SOFT_END = re.compile(r"(?<=\w)\u00ad$")
_WORD = re.compile(rf"[^\W\d_]+(?:[{HYPHENS}][^\W\d_]+)*")
_WIDE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")  # written without spaces between


class Lines:
    """Joins the lines of one document, and remembers which hyphens it could not be sure of."""

    def __init__(self, lines: Iterable[str], known: Collection[str] = ()) -> None:
        """`known` is a list of words in small letters, closed and hyphenated ones."""
        self._words = {word.lower() for line in lines for word in _WORD.findall(_without_end(line.rstrip()))}
        self._known = known
        self._asked: dict[str, None] = {}

    def join(self, lines: Sequence[str]) -> str:
        """Hard-wrapped lines as one. No space behind a hyphen, nor between Chinese characters."""
        stripped = [line.strip() for line in lines]
        pieces = stripped[:1]
        for above, line in pairwise(stripped):
            kept, between = self._between(above[-_LONGEST:], line[:_LONGEST])
            if not kept:
                pieces[-1] = pieces[-1][:-1]
            pieces += [between, line]
        return "".join(pieces)

    def warnings(self) -> tuple[str, ...]:
        """One that names the words whose hyphen was kept without proof; none when there is no such word."""
        if not self._asked:
            return ()
        return (f"kept with the hyphen that ended their line: {', '.join(self._asked)}; compare with the original",)

    def _between(self, above: str, line: str) -> tuple[bool, str]:
        """Whether the last character above stays, and what stands between it and the next line."""
        if _SOFT_END.search(above):
            return False, ""
        end, begin = _END.search(above), _WORD.match(line)
        if end and begin and line[0].islower():
            return not self._closed(end[1], begin[0]), ""
        if above[-1:] in HYPHENS and above[-2:-1].isalnum() and line[:1].isalnum():
            return True, ""  # "2024-" and "25", "Sino-" and "Pacific"
        return True, "" if _WIDE.match(above[-1:]) and _WIDE.match(line[:1]) else " "

    def _closed(self, first: str, second: str) -> bool:
        """Whether a word cut into two is written without a hyphen elsewhere; asks where nothing tells."""
        closed, compound = f"{first}{second}".lower(), f"{first}-{second}".lower()
        if compound in self._words:
            return False
        if closed in self._words:
            return True
        if closed in self._known and compound not in self._known:
            return True
        if compound not in self._known:
            self._asked[f"{first}-{second}"] = None
        return False


def _without_end(line: str) -> str:
    """The line without the half word at its end."""
    return line[:-_LONGEST] + _END.sub("", line[-_LONGEST:])


_SPACED = re.compile(
    r"(?<![^\W\d_])(?:(?P<before>[^\W\d_]++) )?(?P<left>[^\W\d_]++) – (?P<right>[^\W\d_]++)(?= (?P<after>[^\W\d_]++))?"
)


def mend_dashes(paragraphs: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Texts in which an en dash between spaces that stands for a hyphen is one, and warnings that name the doubtful.

    Sure are numbers ("Forty – four"), halves that make compounds ("mid – term", "a cross – party text"), and words that
    the text writes with a hyphen elsewhere. Where a text has two sure ones its habit is known, and a lone dash between
    two words of meaning is taken for a hyphen too, and named. Every other dash stays a dash.
    """
    words = {word.lower() for text in paragraphs for word in _WORD.findall(text)}
    sure = [match for text in paragraphs for match in _SPACED.finditer(text) if _is_sure(match, words)]
    doubtful: dict[str, None] = {}

    def mended(match: re.Match[str]) -> str:
        compound = f"{match['left']}-{match['right']}"
        if not _is_sure(match, words):
            if len(sure) < 2 or not _is_likely(match):
                return match[0]
            doubtful[compound] = None
        return f"{match['before']} {compound}" if match["before"] else compound

    texts = tuple(_SPACED.sub(mended, text) if " – " in text else text for text in paragraphs)
    named = f"a spaced dash was read as a hyphen: {', '.join(doubtful)}; compare with the original"
    return texts, (named,) if doubtful else ()


def _is_sure(match: re.Match[str], words: Collection[str]) -> bool:
    left, right = match["left"].lower(), match["right"].lower()
    if left in TENS:
        return right in UNITS
    if right in FUNCTION or not match["right"].islower():
        return False
    if left in PREFIXES or f"{left}-{right}" in words:
        return True
    halves = left in FIRSTS or (right in SECONDS and left not in FUNCTION)
    return halves and (match["before"] or "").lower() in LEADING and _has_noun(match) and _is_alone(match)


def _is_likely(match: re.Match[str]) -> bool:
    """Two words of meaning and a third behind them, with no other dash in the sentence."""
    left, right = match["left"], match["right"]
    meaning = left.islower() and right.islower() and not {left, right} & FUNCTION
    return meaning and _has_noun(match) and _is_alone(match)


def _has_noun(match: re.Match[str]) -> bool:
    after = match["after"] or ""
    return after.islower() and after not in FUNCTION


def _is_alone(match: re.Match[str]) -> bool:
    """Whether no second dash stands in the sentence: two of them put something between them."""
    begin = max(match.string.rfind(stop, 0, match.start()) for stop in ".?!")
    ends = [at for stop in ".?!" if (at := match.string.find(stop, match.end())) >= 0]
    return match.string[begin + 1 : min(ends, default=len(match.string))].count(" – ") == 1
