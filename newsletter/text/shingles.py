"""Runs of words, folded and hashed: what two texts have in common, whatever their quotes, dashes and capitals.

A word is a run of letters and digits, its apostrophes included; hyphens part words, so that "ninety-day" is "ninety
day". A Chinese or Japanese character is a word. What nobody sees, such as a soft hyphen, is not there. The hashes are
the same on every machine and every day.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator
from typing import NamedTuple

_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+(?:'[^\W\d_]+)?"
)
_APOSTROPHES = str.maketrans("’‘ʼ＇`´", "''''''")
# Soft hyphen, joiners, marks of direction and of variants: they show nothing, and would part a word in two.
_UNSEEN = re.compile("[\u00ad\u034f\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_LONGEST_CLUSTER = 32  # characters that are folded together; a letter has three or four marks at most
_BASE, _PRIME = 1_000_003, (1 << 61) - 1


def words(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: compatibility forms folded (NFKC), small letters, straight quotes.

    A number keeps no separators: "2,300" is two words on both sides of a comparison.
    """
    return tuple(_WORD.findall(_folded(text)))


class PlacedWord(NamedTuple):
    """A word as it is compared, and where in the text its characters stand."""

    word: str
    start: int
    end: int


def placed_words(text: str) -> Iterator[PlacedWord]:
    """The same words as `words` gives, in the same order, each with its place. Slower, so only for what is shown."""
    if text.isascii():
        yield from (PlacedWord(match[0], *match.span()) for match in _WORD.finditer(_folded(text)))
        return
    folded: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end in _clusters(text):
        cluster = _folded(text[start:end])
        folded.append(cluster)
        places += [(start, end)] * len(cluster)
    for match in _WORD.finditer("".join(folded)):
        yield PlacedWord(match[0], places[match.start()][0], places[match.end() - 1][1])


def _folded(text: str) -> str:
    if text.isascii():
        return text.replace("`", "'").casefold()
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).translate(_APOSTROPHES).casefold()


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """The text in the smallest parts that can be folded one by one: a letter with the marks that combine with it."""
    start, cluster = 0, ""
    for at, character in enumerate(text):
        if _UNSEEN.match(character):
            continue
        if cluster and (character.isascii() or len(cluster) >= _LONGEST_CLUSTER or _are_apart(cluster, character)):
            yield start, at
            start, cluster = at, ""
        cluster += character
    if cluster:
        yield start, len(text)


def _are_apart(cluster: str, character: str) -> bool:
    apart = unicodedata.normalize("NFKC", cluster) + unicodedata.normalize("NFKC", character)
    return unicodedata.normalize("NFKC", cluster + character) == apart


def shingles(text: str, n: int) -> frozenset[int]:
    """The hashes of all runs of `n` words; of a shorter text the one hash of the whole, of an empty one none."""
    return frozenset(hashes(words(text), n))


def hashes(run: tuple[str, ...], n: int) -> tuple[int, ...]:
    """The hash of each run of `n` words, in order: the hash at place i is of the words from i on."""
    if not run:
        return ()
    return tuple(zlib.crc32(" ".join(run[at : at + n]).encode()) for at in range(max(1, len(run) - n + 1)))


def shared_words(text: tuple[str, ...], other: frozenset[int], n: int) -> int:
    """How many words of a text stand in a run of `n` that the other text has too, given as its shingles."""
    count = upto = 0
    for at, mark in enumerate(hashes(text, n)):
        if mark in other:
            end = min(at + n, len(text))
            count += end - max(at, upto)
            upto = end
    return count


def longest_shared_run(a: str, b: str) -> int:
    """The length, in words, of the longest run of words that stands in both texts; 0 where no word is shared."""
    first, second = _prefixes(words(a)), _prefixes(words(b))
    low, high = 0, min(len(first), len(second)) - 1
    while low < high:  # if a run of n is shared, so is one of n - 1
        middle = (low + high + 1) // 2
        if _runs(first, middle).isdisjoint(_runs(second, middle)):
            high = middle - 1
        else:
            low = middle
    return low


def _prefixes(run: tuple[str, ...]) -> list[int]:
    """Rolling hashes (Rabin and Karp) of the first 0, 1, 2 ... words."""
    sums = [0]
    for word in run:
        # Two checksums of a word make one number of 64 bits: a collision is not to be expected in any library of ours.
        mark = zlib.crc32(word.encode()) << 32 | zlib.adler32(word.encode())
        sums.append((sums[-1] * _BASE + mark) % _PRIME)
    return sums


def _runs(prefixes: list[int], n: int) -> set[int]:
    power = pow(_BASE, n, _PRIME)
    return {(end - start * power) % _PRIME for start, end in zip(prefixes, prefixes[n:], strict=False)}
