"""What an item says in figures, and whether that makes a figure of ours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.check.cited import Said
from newsletter.check.derived import is_all_but_one, is_derived, is_laid_open, is_multiple, is_time_between
from newsletter.check.rounding import Claimed, is_said_by
from newsletter.model.draft import Draft
from newsletter.text import units
from newsletter.text.datings import Span, find_datings
from newsletter.text.figures import Figure, FigureKind, find_figures
from newsletter.text.numberwords import find_ordinals
from newsletter.text.quotations import quoted_spans
from newsletter.text.shares import find_shares


@dataclass(frozen=True, slots=True)
class Facts:
    """The figures of one item, sentence by sentence, and the days it names."""

    said: Said
    sentences: tuple[tuple[str, tuple[Figure, ...]], ...]
    paragraphs: tuple[tuple[Figure, ...], ...]
    places: tuple[int, ...]  # ordinals: "for the fifth time" says five
    words: str  # all it says, without marks and capitals
    named: tuple[Span, ...]

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
    def beside(self) -> tuple[Figure, ...]:
        """The figures of the sentence."""
        begins = self.text.index(self.sentence)
        return tuple(one for one in self.figures if begins <= one.start < begins + len(self.sentence))


def figures_of(text: str, language: str) -> tuple[Figure, ...]:
    """The figures of a text, the shares it names in words as percents among them."""
    shares = tuple(
        Figure(share.value, text[share.start : share.end], "%", share.start, share.end, FigureKind.PERCENT)
        for share in find_shares(text)
    )
    plain = [one for one in find_figures(text, language) if not any(_overlap(one, share) for share in shares)]
    return tuple(sorted((*plain, *shares), key=lambda one: one.start))


def _overlap(one: Figure, other: Figure) -> bool:
    return one.start < other.end and other.start < one.end


def is_in_words(figure: Figure) -> bool:
    """Whether it is written without a digit."""
    return not any(sign.isdigit() for sign in figure.shown)


def facts_of(said: Said) -> Facts:
    """What an item says in figures and days."""
    language = said.entry.language
    read = [[(sentence, figures_of(sentence, language)) for sentence in paragraph] for paragraph in said.sentences]
    day = said.evidence.cited.published
    named = (one.nearest(day) for text in said.paragraphs for one in find_datings(text))
    return Facts(
        said=said,
        sentences=tuple(pair for paragraph in read for pair in paragraph),
        paragraphs=tuple(tuple(figure for _, figures in paragraph for figure in figures) for paragraph in read),
        places=tuple(place for text in said.paragraphs for place in find_ordinals(text)),
        words=f" {' '.join(_plain(' '.join(said.paragraphs)))} ",
        named=tuple(span for span in named if span),
    )


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
    if any(is_derived(claim, around.sentence, figures, same) for _, figures in facts.sentences):
        return True
    if any(is_derived(claim, around.sentence, figures, same) for figures in facts.paragraphs if len(figures) <= _SHORT):
        return True
    if _is_reckoned(facts, claim, around, same) or _is_part_of(facts, claim.figure, around):
        return True
    if claim.figure.value in facts.places and not _is_firm(claim.figure):
        return True
    if claim.figure.unit in _LINES and claim.figure.value == len(facts.said.entry.paragraphs):
        return True
    days = [day for day in (facts.said.evidence.cited.published, draft.issue.date) if day]
    return is_time_between(claim, facts.named, days)


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
    """Whether our own text shows how the figure follows from those of the item."""
    ours = [one for one in around.figures if one != claim.figure]
    beside = [one for one in around.beside if one != claim.figure]
    every = [figure for _, figures in facts.sentences for figure in figures]
    return (
        is_laid_open(claim, around.sentence, ours, every, same)
        or is_all_but_one(claim, around.text, every)
        or any(is_multiple(claim, beside, figures, text, same) for text, figures in facts.sentences)
    )


_OF_THE = re.compile(r"\sof\s(?:the\s|its\s|their\s|these\s|those\s|all\s)?", re.IGNORECASE)
_FINGERS = 10


def _is_part_of(facts: Facts, figure: Figure, around: Around) -> bool:
    """Whether it counts some of what the item counts whole, as anybody may: "five of the eleven words".

    Not where the item, in the same sentence, says another number of them.
    """
    if not is_in_words(figure) or figure.value > _FINGERS or figure.kind is not FigureKind.BARE:
        return False
    of = _OF_THE.match(around.text, figure.end)
    whole = next((one for one in around.figures if of and one.start == of.end()), None)
    if whole is None or whole.value <= figure.value:
        return False
    counted = [figures for _, figures in facts.sentences if any(one.value == whole.value for one in figures)]
    return bool(counted) and not any(1 < one.value < whole.value for figures in counted for one in figures)


def _is_firm(figure: Figure) -> bool:
    """Whether an ordinal says nothing of it: "the fifth time" are five times, and no five ships."""
    if figure.kind in (FigureKind.PERCENT, FigureKind.MONEY):
        return True
    return figure.unit not in (None, "times", "years") and units.is_known(figure.unit)


_LINES = ("lines", "paragraphs", "items", "points", "entries")  # an agenda "nine lines long"


_SHORT = 4  # figures of a paragraph that are reckoned with across its sentences


def primary(language: str) -> str:
    """A language without script and country: "zh" of "zh-Hant"."""
    return language.lower().split("-")[0]
