"""Which runs of words an issue has from its sources, and how grave each of them is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from newsletter.check.allowed import forbids_copying
from newsletter.check.runs import LEAST, Shared, Stretch, Told, told_by
from newsletter.check.stock import LITTLE, places_of, readout_words, stock_words
from newsletter.model.finding import Severity
from newsletter.model.item import Entry
from newsletter.model.source import RightsPolicy
from newsletter.text.names import find_names
from newsletter.text.quotations import quoted_spans

_BLOCKS, _WARNS = 12, 8  # words
_BLOCKS_FORBIDDEN, _WARNS_FORBIDDEN = 8, 7  # where the source forbids copying
_PLAIN = 4  # words that are no name and no stock phrase; with fewer a run of any length proves nothing
_PLAIN_PHRASE, _SAYING = 5, 2  # the same for a short run, and how many of them say more than "of" and "would"
_LONGEST_NAME = 6  # words; what is taken for a longer name is a line in capitals


@dataclass(frozen=True)
class SourceText:
    """An item whose text is here."""

    name: str  # as items.yaml or the inbox calls it
    outlet: str
    entry: Entry
    policy: RightsPolicy
    cited: bool

    @cached_property
    def told(self) -> Told:
        """Its text."""
        return Told(told_by(self.entry))

    @property
    def forbids(self) -> bool:
        """Whether it says itself that it must not be copied."""
        return forbids_copying(self.policy, self.entry.rights)

    @property
    def title(self) -> str:
        """What it is called; "" where that is only the beginning of its text, as with notes that have no title."""
        title, text = self.entry.title.rstrip(". …"), self.told.text
        return "" if text.startswith(title) and not text.startswith(f"{self.entry.title}\n") else title


@dataclass(frozen=True)
class Run:
    """Words of the issue that a source has too."""

    source: SourceText
    shared: Shared
    words: int  # whole words that are ours to answer for
    severity: Severity  # BLOCK or WARN
    others: int = 0  # items more that have most of it

    @property
    def rank(self) -> tuple[bool, int, bool, int, bool]:
        """The gravest first, then the longest, then the one whose source is strictest."""
        strict = list(RightsPolicy).index(self.source.policy)
        return self.severity is Severity.BLOCK, self.words, self.source.forbids, strict, self.source.cited


@dataclass(frozen=True)
class Judge:
    """Says of runs of one stretch how grave they are."""

    stretch: Stretch
    free: frozenset[int]  # places of the words that cannot be copied: quotations, titles, what we published ourselves
    names: tuple[Sequence[str], ...]  # what the publication knows as names and offices, as it is compared

    def runs(self, sources: Iterable[SourceText]) -> Iterator[Run]:
        """Each run once: the gravest first, and of what is left the next."""
        keys, marks = self.stretch.keys, self.stretch.marks
        everywhere = [(one, shared) for one in sources for shared in one.told.shared(keys, marks)]
        waiting = everywhere
        while runs := [run for source, shared in waiting if (run := self._judged(source, shared))]:
            first = max(runs, key=lambda run: (run.rank, -run.shared.start))
            alike = {one.name for one, shared in everywhere if _overlap(shared, first.shared) >= LEAST}
            others = len(alike - {first.source.name})
            yield Run(first.source, first.shared, first.words, first.severity, others)
            waiting = [(one, part) for one, shared in waiting for part in _without(shared, first.shared)]

    def _judged(self, source: SourceText, shared: Shared) -> Run | None:
        """The run, without free words at its ends; None where it is none."""
        start, end = self._trimmed(shared.start, shared.end)
        own = [at for at in range(start, end) if at not in self.free]
        count = sum(self.stretch.pieces[at].begins for at in own)
        blocks, warns = (_BLOCKS_FORBIDDEN, _WARNS_FORBIDDEN) if source.forbids else (_BLOCKS, _WARNS)
        if count < warns:
            return None
        trimmed = Shared(start, end, shared.at + start - shared.start)
        named = self._named(source, trimmed)
        own = [at for at in own if at not in self._stock and at not in named]
        if count >= blocks and len(own) >= _PLAIN:
            return Run(source, trimmed, count, Severity.BLOCK)
        plain = [self.stretch.keys[at] for at in own if at not in self._readout]
        saying = [key for key in plain if key not in LITTLE and not key.isdigit()]
        if len(plain) >= _PLAIN_PHRASE and len(saying) >= _SAYING:
            return Run(source, trimmed, count, Severity.WARN)
        return None

    @cached_property
    def _stock(self) -> frozenset[int]:
        return stock_words(self.stretch.keys) | places_of(self.names, self.stretch.keys)

    @cached_property
    def _readout(self) -> frozenset[int]:
        return readout_words(self.stretch.keys)

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        pieces = self.stretch.pieces
        while end > start and end < len(pieces) and not pieces[end].begins:  # their "country" is not our "country's"
            end -= 1
        while start < end and (start in self.free or not pieces[start].begins):
            start += 1
        while end > start and end - 1 in self.free:
            end -= 1
        return start, end

    def _named(self, source: SourceText, shared: Shared) -> frozenset[int]:
        """The places of the words that are names where the source writes them."""
        length = shared.end - shared.start
        passage, _, _ = source.told.passage(shared.at, shared.at + length)
        if 2 * sum(map(str.isupper, passage)) > len(passage):  # all of it in capitals, which tell nothing then
            return frozenset()
        names = (Told(name).keys for name in find_names(passage, source.entry.language))
        keys = source.told.keys[shared.at : shared.at + length]
        short = places_of((name for name in names if len(name) <= _LONGEST_NAME), keys)
        return frozenset(shared.start + at for at in short)


def free_words(stretch: Stretch, ours: Iterable[SourceText], titles: Iterable[Sequence[str]]) -> frozenset[int]:
    """The places of the words that cannot be copied: marked quotations, titles, and what we have published ourselves,
    but for the quotations in that."""
    quoted = {at for at, piece in enumerate(stretch.pieces) if piece.quoted}
    published = {
        at
        for source in ours
        for text in _unquoted(source.told.text)
        for shared in Told(text).shared(stretch.keys, stretch.marks)
        for at in range(shared.start, shared.end)
    }
    return frozenset(quoted | published | places_of(titles, stretch.keys))


def _unquoted(text: str) -> Iterator[str]:
    at = 0
    for start, end in quoted_spans(text):
        yield text[at:start]
        at = end
    yield text[at:]


def _overlap(one: Shared, other: Shared) -> int:
    return min(one.end, other.end) - max(one.start, other.start)


def _without(shared: Shared, told: Shared) -> Iterator[Shared]:
    """What is left of a run where a part of it has been told."""
    for start, end in ((shared.start, min(shared.end, told.start)), (max(shared.start, told.end), shared.end)):
        if end - start >= LEAST:
            yield Shared(start, end, shared.at + start - shared.start)
