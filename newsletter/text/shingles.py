"""Runs of words, folded and hashed: what two texts have in common, whatever their quotes, dashes and capitals.

A word is a run of letters and digits, its apostrophes included; hyphens part words, so that "ninety-day" is "ninety
day". A Chinese or Japanese character is a word. The hashes are the same on every machine and every day.
"""

from __future__ import annotations

import re
import unicodedata
import zlib

_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+(?:'[^\W\d_]+)?"
)
_APOSTROPHES = str.maketrans("’‘ʼ＇`´", "''''''")
_BASE, _PRIME = 1_000_003, (1 << 61) - 1


def words(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: compatibility forms folded (NFKC), small letters, straight quotes.

    A number keeps no separators: "2,300" is two words on both sides of a comparison.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    return tuple(_WORD.findall(text.casefold()))


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
