"""What an item says in figures, and whether that makes a figure of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from newsletter.check.cited import Said
from newsletter.check.counted import is_all_but_one, is_listed, is_multiple, is_part_of
from newsletter.check.dates_agree import meant_spans
from newsletter.check.derived import Passage, Reach, is_derived
from newsletter.check.laid_open import is_laid_open
from newsletter.check.reckoning import reckoning
from newsletter.check.rounding import Claimed, is_said_by
from newsletter.check.time_between import is_age, is_age_of_old, is_between_hours, is_time_between
from newsletter.model.draft import Draft
from newsletter.text import units
from newsletter.text.datings import Span, find_datings
from newsletter.text.durations import fractions, implied, joined
from newsletter.text.figures import Figure, FigureKind, find_figures
from newsletter.text.numberwords import find_ordinals
from newsletter.text.quotations import quoted_spans
from newsletter.text.shares import find_shares


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, month or year that an item names, as it most likely means it."""

    span: Span
    words: str
    sentence: str
    start: int  # where the words stand in the sentence
    end: int
    place: tuple[int, int]  # paragraph and sentence


@dataclass(frozen=True, slots=True)
class Facts:
    """The figures of one item, sentence by sentence, and the days it names."""

    said: Said
    paragraphs: tuple[tuple[tuple[str, tuple[Figure, ...]], ...], ...]
    sentences: tuple[tuple[str, tuple[Figure, ...]], ...]  # the same without paragraphs
    passages: tuple[Passage, ...]  # the same, as far as they may be reckoned with together
    places: tuple[int, ...]  # ordinals: "for the fifth time" says five
    words: str  # all it says, without marks and capitals
    moments: tuple[Moment, ...]

    @property
    def named(self) -> tuple[Span, ...]:
        """The days, months and years alone."""
        return tuple(one.span for one in self.moments)

    @property
    def language(self) -> str:
        """What it is written in, without script and country."""
        return primary(self.said.entry.language)


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a figure of ours."""

    text: str
    sentence: str
    figures: tuple[Figure, ...]  # of the whole text

    @property
    def span(self) -> tuple[int, int]:
        """Where the sentence begins and ends."""
        begins = self.text.index(self.sentence)
        return begins, begins + len(self.sentence)

    @property
    def beside(self) -> tuple[Figure, ...]:
        """The figures of the sentence."""
        begins, ends = self.span
        return tuple(one for one in self.figures if begins <= one.start < ends)


def figures_of(text: str, language: str) -> tuple[Figure, ...]:
    """The figures of a text, the shares it names in words as percents among them.

    What is told in two steps is one figure: "2 hours 40 minutes" are 160 minutes.
    """
    shares = tuple(
        Figure(share.value, text[share.start : share.end], "%", share.start, share.end, FigureKind.PERCENT)
        for share in find_shares(text)
    )
    parts = tuple(fractions(text))
    shares = (*_apart(shares, parts), *parts)
    plain = _apart(find_figures(text, language), shares)
    whole = joined(plain, text)
    plain = _apart(plain, whole)
    return tuple(sorted((*plain, *whole, *shares), key=lambda one: one.start))


def figures_in(sentence: str, language: str) -> tuple[Figure, ...]:
    """The figures of a source's sentence, and what it says without one: "a fortnight", each part of what has two."""
    figures = figures_of(sentence, language)
    starts, whole = {one.start for one in figures}, set(figures)
    shares = [one for one in figures if one.kind is FigureKind.PERCENT]
    every = find_figures(sentence, language)
    lone = set(_apart(every, figures))
    parts = (one for one in _apart(every, shares) if one not in lone and one not in whole)
    return (*figures, *parts, *(one for one in implied(sentence) if one.start not in starts))


def _apart(figures: Iterable[Figure], others: Iterable[Figure]) -> list[Figure]:
    """Those that share no character with any of the others."""
    taken = {at for one in others for at in range(one.start, one.end)}
    return [one for one in figures if taken.isdisjoint(range(one.start, one.end))]


def is_in_words(figure: Figure) -> bool:
    """Whether it is written without a digit."""
    return not any(sign.isdigit() for sign in figure.shown)


def facts_of(said: Said) -> Facts:
    """What an item says in figures and days."""
    language = said.entry.language
    read = [[(sentence, figures_in(sentence, language)) for sentence in paragraph] for paragraph in said.sentences]
    day = said.evidence.cited.published
    moments = (
        one
        for number, paragraph in enumerate(said.sentences)
        for line, sentence in enumerate(paragraph)
        for one in _meant(sentence, day, (number, line))
    )
    return Facts(
        said=said,
        paragraphs=tuple(tuple(paragraph) for paragraph in read),
        sentences=tuple(pair for paragraph in read for pair in paragraph),
        passages=_passages(read),
        places=tuple(place for text in said.paragraphs for place in find_ordinals(text)),
        words=f" {' '.join(_plain(' '.join(said.paragraphs)))} ",
        moments=tuple(moments),
    )


def _passages(read: list[list[tuple[str, tuple[Figure, ...]]]]) -> tuple[Passage, ...]:
    told = [[(sentence, tuple(_with_elided(figures))) for sentence, figures in paragraph] for paragraph in read]
    sentences = [[(one, sentence) for one in figures] for paragraph in told for sentence, figures in paragraph]
    paragraphs = [[(one, sentence) for sentence, figures in paragraph for one in figures] for paragraph in told]
    passages = [Passage(tuple(one), Reach.SENTENCE) for one in sentences if one]
    passages += [Passage(tuple(one), Reach.PARAGRAPH) for one in paragraphs if one and one not in sentences]
    alike: dict[str, dict[Decimal, tuple[Figure, str]]] = {}
    for one, sentence in (pair for paragraph in paragraphs for pair in paragraph):
        if one.unit is not None:
            alike.setdefault(one.unit, {}).setdefault(one.value, (one, sentence))
    passages += [Passage(tuple(pairs.values()), Reach.ITEM) for pairs in alike.values() if len(pairs) > 1]
    return tuple(passages)


def _meant(sentence: str, day: date | None, place: tuple[int, int]) -> Iterator[Moment]:
    """What the times of a sentence most likely mean: a weekday the last one, unless it speaks of what comes."""
    for dating in find_datings(sentence):
        spans = meant_spans(dating, sentence, day)
        span = spans[0] if len(spans) == 1 else dating.nearest(day)
        if span:
            yield Moment(span, sentence[dating.start : dating.end], sentence, dating.start, dating.end, place)


def _with_elided(figures: tuple[Figure, ...]) -> Iterator[Figure]:
    """The figures, and those without a unit also with the measure named before them: "16 days; a ship takes 38"."""
    last: Figure | None = None
    for one in sorted(figures, key=lambda each: each.start):
        yield one
        if one.kind is FigureKind.BARE and last is not None:
            yield replace(one, unit=last.unit, kind=last.kind)
        elif one.kind is FigureKind.MONEY or (one.unit and one.kind is FigureKind.COUNT and units.is_measure(one.unit)):
            last = one


_WORDS = re.compile(r"[\u3400-\u9fff]|[^\W_\u3400-\u9fff]+")
_CLAUSES = re.compile(r"[^.!?;:。！？；：]+")
_PHRASE = 3  # words that a source must have in a row to have said the figure among them


def _plain(text: str) -> list[str]:
    return _WORDS.findall(text.casefold())


def is_in(facts: Facts, claim: Claimed, around: Around, draft: Draft) -> bool:
    """Whether the item says it, or one simple step makes it of what the item says."""
    same = facts.language == primary(draft.language)
    if any(is_said_by(claim, figure, text, same) for text, figures in facts.sentences for figure in figures):
        return True
    if _is_quoted(facts, claim.figure, around.text):
        return True
    if _is_reckoned(facts, claim, around, same) or _is_counted(facts, claim, around):
        return True
    return _is_time(facts, claim, around, draft)


def _is_quoted(facts: Facts, figure: Figure, text: str) -> bool:
    """Whether it stands in a marked quotation that the item has word for word, at least the clause it stands in."""
    for start, end in quoted_spans(text):
        if start <= figure.start < end:
            clauses = (match for match in _CLAUSES.finditer(text, start, end) if match.end() > figure.start)
            clause = next(clauses, None)
            words = _plain(clause[0]) if clause else []
            return len(words) >= _PHRASE and f" {' '.join(words)} " in facts.words
    return False


def _is_reckoned(facts: Facts, claim: Claimed, around: Around, same: bool) -> bool:
    """Whether a step makes it of the item's figures, or our own text shows how it follows from them."""
    told = reckoning(around.text, around.span, claim.figure)
    if any(is_derived(claim, told, passage, same) for passage in facts.passages):
        return True
    ours = [one for one in around.figures if one != claim.figure]
    beside = [one for one in around.beside if one != claim.figure]
    every = [figure for _, figures in facts.sentences for figure in figures]
    return is_laid_open(claim, told, ours, beside, every, same) or any(
        is_multiple(claim, beside, figures, text, same) for text, figures in facts.sentences
    )


def _is_counted(facts: Facts, claim: Claimed, around: Around) -> bool:
    """Whether it counts what the item names or orders, or some of what it counts."""
    figure = claim.figure
    if is_all_but_one(claim, around.text, (one for _, figures in facts.sentences for one in figures), facts.places):
        return True
    if is_part_of(figure, around.text, around.figures, (figures for _, figures in facts.sentences)):
        return True
    if figure.value in facts.places and not _is_firm(figure):
        return True
    if figure.unit in _LINES and figure.value == len(facts.said.entry.paragraphs):
        return True
    return is_listed(claim, (sentence for sentence, _ in facts.sentences))


def _is_time(facts: Facts, claim: Claimed, around: Around, draft: Draft) -> bool:
    """Whether it is the time between two moments that the item names, or since one of them."""
    unit = claim.figure.unit or ("years" if is_age(around.text, claim.figure) else "")
    days = [day for day in (facts.said.evidence.cited.published, draft.issue.date) if day]
    sentences = [sentence for sentence, _ in facts.sentences]
    return (
        is_time_between(claim, unit, facts.named, days)
        or is_age_of_old(claim, sentences, draft.issue.date)
        or is_between_hours(claim, sentences)
    )


def _is_firm(figure: Figure) -> bool:
    """Whether an ordinal says nothing of it: "the fifth time" are five times, and no five ships."""
    if figure.kind in (FigureKind.PERCENT, FigureKind.MONEY):
        return True
    return figure.unit not in (None, "times", "years") and units.is_known(figure.unit)


_LINES = ("lines", "paragraphs", "items", "points", "entries")  # an agenda "nine lines long"


def primary(language: str) -> str:
    """A language without script and country: "zh" of "zh-Hant"."""
    return language.lower().split("-")[0]
