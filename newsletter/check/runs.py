"""Runs of words that stand the same in two texts, and where.

Compared are words without their apostrophes, "country's" as "country" and "s", so that no swapped mark hides a run. How
long a run is counts in whole words.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from newsletter.check.wording import Wording
from newsletter.model.finding import Spot
from newsletter.model.item import Entry
from newsletter.model.kinds import Voice
from newsletter.text import shingles
from newsletter.text.sentences import sentences

LEAST = 7  # pieces of words: what is shorter is no run
_OFTEN = 50  # a run that stands in a text more often is compared at the first of these places only
_SHOWN = 420  # characters of a source that are shown beside a finding


class Piece(NamedTuple):
    """A word of an issue, or what an apostrophe parts off it."""

    key: str  # as it is compared
    wording: Wording
    start: int  # where its word stands in the wording's text
    end: int
    begins: bool  # whether its word begins here
    quoted: bool  # stands in a marked quotation


@dataclass(frozen=True)
class Stretch:
    """Words of an issue that are read one after another."""

    pieces: tuple[Piece, ...]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(piece.key for piece in self.pieces)

    @cached_property
    def marks(self) -> tuple[int, ...]:
        """The hash of each run of `LEAST` keys, in order."""
        return tuple(_hashes(self.keys))

    def is_han(self, start: int, end: int) -> bool:
        """Whether some pieces are mostly Chinese or Japanese characters."""
        return sum("\u3040" <= key <= "\u9fff" for key in self.keys[start:end]) > (end - start) / 2

    def words(self, start: int, end: int) -> str:
        """The words of some pieces as they stand, on one line."""
        return " ".join(" ".join(one.text[begin:upto].split()) for one, begin, upto in self._parts(start, end))

    def spot(self, start: int, end: int) -> Spot:
        """Where some pieces stand in the file."""
        parts = list(self._parts(start, end))
        first, last = parts[0][0].spot(*parts[0][1:]), parts[-1][0].spot(*parts[-1][1:])
        return Spot(first.path, first.line, first.column, last.end_line, last.end_column)

    def _parts(self, start: int, end: int) -> Iterator[tuple[Wording, int, int]]:
        for _, group in groupby(self.pieces[start:end], key=lambda piece: id(piece.wording)):
            pieces = tuple(group)
            yield pieces[0].wording, pieces[0].start, pieces[-1].end


class Shared(NamedTuple):
    """A run of pieces that stands in a source too."""

    start: int  # in the stretch
    end: int
    at: int  # where it begins in the source


@dataclass(frozen=True)
class Told:
    """A text of a source, ready to be compared."""

    text: str

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for word in shingles.words(self.text) for key in word.split("'"))

    @cached_property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Where the word of each key stands in the text."""
        placed = shingles.placed_words(self.text)
        return tuple((start, end) for word, start, end in placed for _ in word.split("'"))

    @cached_property
    def _marks(self) -> dict[int, list[int]]:
        places: defaultdict[int, list[int]] = defaultdict(list)
        for at, mark in enumerate(_hashes(self.keys)):
            if len(places[mark]) < _OFTEN:
                places[mark].append(at)
        return places

    @cached_property
    def _at(self) -> dict[str, list[int]]:
        places: defaultdict[str, list[int]] = defaultdict(list)
        for at, key in enumerate(self.keys):
            places[key].append(at)
        return places

    def shared(self, keys: Sequence[str], marks: Iterable[int]) -> Iterator[Shared]:
        """The runs of `LEAST` keys or more that stand here too, in order: at each place the longest one, if it goes on
        behind all before it. `marks` are the hashes of the keys' runs."""
        told: dict[int, int] = {}  # how far the two texts, laid beside each other at an offset, have been compared
        reached = 0
        for start, mark in enumerate(marks):
            best = Shared(start, start, 0)
            for at in self._marks.get(mark, ()):
                if told.get(at - start, 0) <= start:
                    end = self._end(keys, start, at)
                    told[at - start] = end
                    best = max(best, Shared(start, end, at), key=lambda one: one.end)
            if best.end - start >= LEAST and best.end > reached:
                reached = best.end
                yield best

    def longest(self, keys: Sequence[str]) -> Shared:
        """The longest run of keys, however short, that stands here too; an empty one where no key does."""
        best, lengths = Shared(0, 0, 0), dict[int, int]()
        for end, key in enumerate(keys, 1):
            lengths = {at: lengths.get(at - 1, 0) + 1 for at in self._at.get(key, ())}
            for at, length in lengths.items():
                if length > best.end - best.start:
                    best = Shared(end - length, end, at + 1 - length)
        return best

    def passage(self, at: int, end: int) -> tuple[str, int, int]:
        """The sentences that some keys stand in, on one line, and where in them the keys' words begin and end."""
        first, last = self.places[at][0], self.places[end - 1][1]
        begin = self.text.rfind("\n", 0, first) + 1
        close = self.text.find("\n", last)
        block = self.text[begin : close if close >= 0 else None]
        start, stop = len(block), 0
        for left, right in _sentences(block):
            if right > first - begin and left < last - begin:
                start, stop = min(start, left), max(stop, right)
        return _shortened(block[start:stop].replace("\n", " "), first - begin - start, last - begin - start)

    def _end(self, keys: Sequence[str], start: int, at: int) -> int:
        """Behind the last key of the run that begins here, in `keys`."""
        ours, most = self.keys, min(len(keys) - start, len(self.keys) - at)
        return start + next((length for length in range(most) if keys[start + length] != ours[at + length]), most)


def told_by(entry: Entry) -> str:
    """What an entry says below its title, a paragraph a line."""
    return "\n".join(filter(None, (entry.deck, *entry.paragraphs)))


def marks_of(entry: Entry) -> frozenset[int]:
    """The hashes by which an entry is found when an issue has words of it; none for a text shorter than a run."""
    return frozenset(_hashes(Told(told_by(entry)).keys))


def marks_in(wordings: Iterable[Wording]) -> frozenset[int]:
    """The hashes of an issue's own words, and of the quotations inside them."""
    return frozenset(mark for stretch in stretches(wordings) for mark in stretch.marks)


def stretches(wordings: Iterable[Wording]) -> Iterator[Stretch]:
    """The texts in which an issue speaks itself: each line for itself, the paragraphs of a body together, so that no
    empty line parts a run. Titles, names and whole quotations are left out, but for a quotation inside a body."""
    parts = (one for one in wordings if one.voice is Voice.OURS or (one.voice is Voice.QUOTED and one.field == "body"))
    for _, group in groupby(parts, key=lambda one: (one.path, one.section, one.field)):
        if pieces := tuple(piece for wording in group for piece in _pieces(wording)):
            yield Stretch(pieces)


def _pieces(wording: Wording) -> Iterator[Piece]:
    for word, start, end in shingles.placed_words(wording.text):
        quoted = any(begin <= start and end <= close for begin, close in wording.quoted)
        for number, key in enumerate(word.split("'")):
            yield Piece(key, wording, start, end, number == 0, quoted)


def _hashes(keys: Sequence[str]) -> Iterator[int]:
    """The hash of each run of `LEAST` keys, in order; none of a shorter text."""
    for at in range(len(keys) - LEAST + 1):
        yield zlib.crc32(" ".join(keys[at : at + LEAST]).encode("utf-8", "surrogatepass"))


def _sentences(block: str) -> Iterator[tuple[int, int]]:
    at = 0
    for sentence in sentences(block):
        start = block.find(sentence, at)
        at = start + len(sentence)
        yield start, at


def _shortened(text: str, start: int, end: int) -> tuple[str, int, int]:
    """The text cut around its part that matters, so that it can be shown."""
    if len(text) <= _SHOWN:
        return text, start, end
    begin = 0 if start < _SHOWN // 4 else text.rfind(" ", 0, start - _SHOWN // 8) + 1 or start - _SHOWN // 8
    close = min(len(text), begin + _SHOWN)
    if close < len(text) and (space := text.rfind(" ", start, close)) > 0 and text[close].isascii():
        close = space
    cut = ("…" if begin else "") + text[begin:close] + ("…" if close < len(text) else "")
    shift = bool(begin) - begin
    return cut, start + shift, min(end, close) + shift
