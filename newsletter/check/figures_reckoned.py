"""A figure that no item has and that their figures make: told as a note, with the reckoning in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from newsletter.check.arithmetic import NEVER, reckoned
from newsletter.check.cited import Said
from newsletter.check.figures_said import Around, Facts, primary
from newsletter.check.given_otherwise import counts, times_between
from newsletter.check.operands import MOST, Operand, Pool, Result, Scope, Target
from newsletter.check.reckoning import Reckoning, reckoning
from newsletter.check.rounding import ABOUT, BARELY, FARTHEST, Claimed, Hedge, in_days, in_unit_of, measured
from newsletter.check.time_between import clock_spans
from newsletter.model.draft import Draft
from newsletter.model.finding import Beside
from newsletter.text import units
from newsletter.text.figures import Figure, FigureKind
from newsletter.text.numberwords import display

_PLAINLY = Decimal("0.015")  # by how much a sum is rounded without a word for it
_OURS = 10**6  # where our own text stands behind all items
_COUNTED = frozenset(("times", "seconds", "minutes", "hours", "days", "nights", "weeks", "months", "years", "rounds"))
_SMALL = (1, 2, 3)  # what anybody and everything may count, and is not reckoned with
_POINTS = ("points", "percentage points")


@dataclass(frozen=True, slots=True)
class Source:
    """Where an operand stands: whose sentence, and the figure in it."""

    said: Said
    sentence: str
    figure: Figure | None  # None: it is no figure there
    stems: frozenset[str] = frozenset()  # of the words beside the figure

    @property
    def beside(self) -> Beside:
        """The sentence, as it is shown."""
        figure = self.figure
        return self.said.beside(self.sentence, figure.start, figure.end) if figure else self.said.beside(self.sentence)


@dataclass(frozen=True, slots=True)
class Found:
    """How a figure comes about, and where what it is reckoned from stands, each sentence once."""

    words: str  # '86,400 less 9,300 gives it'
    sources: tuple[Source, ...]


_Places = dict[tuple[int, ...], Source]


@dataclass(frozen=True, slots=True)
class _Offer:
    """A figure of an item that may be reckoned with."""

    figure: Figure
    words: str  # as it is shown
    unit: str  # "" where that is no measure
    stems: frozenset[str]  # of the words beside it


class Offers:
    """The figures of items that may be reckoned with: read once, since every claim asks for all of them."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, int], tuple[_Offer, ...]] = {}

    def of(self, facts: Facts, number: int, line: int) -> tuple[_Offer, ...]:
        """Those of one sentence of a paragraph."""
        key = facts.said.id, number, line
        if key not in self._known:
            self._known[key] = tuple(_offered(*facts.paragraphs[number][line]))
        return self._known[key]


def how_reckoned(claim: Claimed, around: Around, here: Sequence[Facts], draft: Draft, offers: Offers) -> Found | None:
    """The simplest reckoning of the items' figures, and of others of our own text, that makes the claim."""
    if not claim.figure.value:
        return None
    places: _Places = {}
    pools = [*_pools(claim.figure, here, draft, places, offers)]
    named = _named(claim.figure, around, pools, places)
    told = reckoning(around.text, around.span, claim.figure)
    given = (
        (0.5, tuple(times_between(claim.figure, here, draft.issue.date))),
        (1.0, tuple(counts(claim.figure, here))),
    )
    result = reckoned(_target(claim), [named, *pools], named, _likely(claim.figure, told), given)
    return None if result is None else _found(result, claim.figure, places, here)


def _found(result: Result, claim: Figure, places: _Places, here: Sequence[Facts]) -> Found:
    value, sign = abs(claim.value), " %" if claim.kind is FigureKind.PERCENT else ""
    gives = (
        "it"
        if result.value == value and result.words.endswith(("give", "gives"))
        else display(_short(result.value)) + sign
    )
    sources: dict[str, Source] = {}
    for operand in result.operands:
        origin = operand.origin or ()
        source = places.get(origin)
        if source is None and origin and origin[0] < len(here):  # a time, or what was counted
            source = Source(here[origin[0]].said, here[origin[0]].paragraphs[origin[1]][origin[2]][0], None)
        if source is not None:
            sources.setdefault(source.sentence, source)
    return Found(f"{result.words} {gives}", tuple(sources.values()))


def _short(value: Decimal) -> Decimal:
    """A result as one would say it: to four digits, or to the whole."""
    places = max(0, 3 - value.adjusted())
    return round(value, places).normalize() + 0 if places else value.to_integral_value()


def _target(claim: Claimed) -> Target:
    value = abs(claim.figure.value)
    digits = value.normalize()
    finest = Decimal(1).scaleb(min(int(digits.as_tuple().exponent), digits.adjusted() - 1))  # of 400 it is the tens
    round_to = max(claim.last, finest)
    least, most = _bounds(claim, value, round_to, BARELY)
    exact = _bounds(claim, value, round_to, _PLAINLY)
    share = claim.figure.kind is FigureKind.PERCENT
    unit = claim.figure.unit
    is_count = claim.figure.kind is not FigureKind.MONEY and (
        unit is None or unit in _COUNTED or not units.is_measure(unit)
    )
    return Target(value, least, most, exact, share, unit or "", is_count and not share)


def _bounds(claim: Claimed, value: Decimal, last: Decimal, most: Decimal) -> tuple[Decimal, Decimal]:
    """From where to where a value lies for which the claim may stand."""
    match claim.hedge:
        case Hedge.NONE:
            gap = max(min(last / 2, most * value), min(claim.last / 2, BARELY * value))
            return value - gap, value + gap
        case Hedge.ABOUT:
            gap = min(claim.significant / 2, ABOUT * value)
            return value - gap, value + gap
        case Hedge.NEARLY:
            return value - min(claim.significant / 2, ABOUT * value), value
        case Hedge.ABOVE:
            return value, value + _beside(claim, value)
        case Hedge.BELOW:
            return value - _beside(claim, value), value


def _beside(claim: Claimed, value: Decimal) -> Decimal:
    return max(min(3 * claim.significant, BARELY * value), min(2 * claim.significant, FARTHEST * value))


def _likely(claim: Figure, told: Reckoning) -> dict[str, float]:
    """How much the words of our sentence speak for each kind of reckoning."""
    change, part, each = told.differences, max(told.shares, told.rest), max(told.each, told.twofold)
    if claim.kind is FigureKind.PERCENT:
        is_part = not ("%" in claim.shown or "cent" in claim.shown.lower())
        return {
            "sum": told.sums,
            "difference": change,
            "rise": NEVER if is_part and not change else change,  # "two fifths are full"
            "rise by": NEVER if is_part and not change else change,
            "share": max(part, 0.5 if is_part else 0.2),
            "left": told.rest,
        }
    return {
        "sum": told.sums,
        "difference": max(change, told.rest),
        "grown": change / 2,
        "before a rise": change / 2,
        "before a fall": change / 2,
        "product": max(each, told.sums / 2),
        "quotient": told.each,
        "part": part,
        "rest": told.rest,
        "times": change / 2,
    }


def _pools(claim: Figure, here: Sequence[Facts], draft: Draft, places: _Places, offers: Offers) -> Iterator[Pool]:
    """The items' figures as they stand together: in a sentence, a paragraph, an item, and all of them."""
    everything: list[Operand] = []
    uses = _Uses(claim)
    for at, facts in enumerate(here):
        same = facts.language == primary(draft.language)
        item: list[Operand] = []
        for number, paragraph in enumerate(facts.paragraphs):
            beside: list[Operand] = []
            for line, (sentence, _) in enumerate(paragraph):
                some: list[Operand] = []
                for one in offers.of(facts, number, line):
                    origin = at, number, line, one.figure.start
                    places[origin] = Source(facts.said, sentence, one.figure, one.stems)
                    some.append(Operand(abs(one.figure.value), one.words, origin, unit=one.unit))
                    uses.note(one.figure, some[-1], same)
                if some:
                    yield uses.pool(Scope.SENTENCE, some)
                beside += some
            if beside:
                yield uses.pool(Scope.PARAGRAPH, beside)
            item += beside
        if item:
            yield uses.pool(Scope.ITEM, item)
        everything += item
    if len(here) > 1:
        yield uses.pool(Scope.ALL, everything)


def _offered(sentence: str, figures: Iterable[Figure]) -> Iterator[_Offer]:
    spans = (
        Figure(minutes, sentence[start:end], "minutes", start, end, FigureKind.COUNT)
        for minutes, start, end in clock_spans(sentence)
    )
    for figure in (*figures, *spans):
        if figure.value:
            unit = figure.unit if figure.unit and units.is_measure(figure.unit) else ""
            yield _Offer(figure, _shown(figure), unit, _stems(_clause(sentence, figure)))


def _shown(figure: Figure) -> str:
    """As the source has it; Chinese numerals as English readers read them."""
    if figure.shown.isascii() or not any("\u3400" <= sign <= "\u9fff" for sign in figure.shown):
        return " ".join(figure.shown.split())
    return display(abs(figure.value)) + ("%" if figure.unit == "%" else "")


class _Uses:
    """What each operand may be used for where this figure is asked for."""

    def __init__(self, claim: Figure) -> None:
        self._claim = claim
        self._alike: dict[tuple[int, ...], tuple[Decimal, str]] = {}
        self._factors: dict[tuple[int, ...], Decimal] = {}
        self._shares: dict[tuple[int, ...], Decimal] = {}
        self._wholes: dict[tuple[int, ...], tuple[Decimal, str]] = {}

    def note(self, figure: Figure, operand: Operand, same: bool) -> None:
        """Remembers what an operand may be used for."""
        origin, claim = operand.origin or (), self._claim
        if figure.kind is FigureKind.PERCENT:
            if operand.value <= 100 and figure.unit == "%":
                self._shares[origin] = operand.value
            if claim.unit in _POINTS or (claim.unit is None and claim.kind is not FigureKind.PERCENT):
                self._alike[origin] = operand.value, ""
            return
        value = in_unit_of(claim, figure, same) if claim.kind is not FigureKind.PERCENT else None
        value = in_days(claim, figure) if value is None else value
        is_small = operand.value in _SMALL and figure.kind is not FigureKind.MONEY
        if value and not is_small:
            self._alike[origin] = (
                abs(value),
                "" if figure.unit is None or units.is_measure(figure.unit) else figure.unit,
            )
        if figure.kind is not FigureKind.MONEY and operand.value > 1:
            self._factors[origin] = operand.value
        if not is_small or operand.unit:
            measure, size = measured(figure)
            self._wholes[origin] = abs(size), measure

    def pool(self, scope: Scope, operands: Sequence[Operand]) -> Pool:
        """The operands by what they are used for; of equal ones the first."""
        few = operands if len(operands) <= MOST[scope] else ()
        return Pool(
            scope,
            alike=_sorted((one, *self._alike.get(one.origin or (), (None, ""))) for one in few),
            factors=_sorted((one, self._factors.get(one.origin or ()), "") for one in few),
            shares=_sorted((one, self._shares.get(one.origin or ()), "") for one in few),
            wholes=_sorted((one, *self._wholes.get(one.origin or (), (None, ""))) for one in few),
        )


def _sorted(uses: Iterable[tuple[Operand, Decimal | None, str]]) -> tuple[Operand, ...]:
    found: dict[tuple[Decimal, str], Operand] = {}
    for one, value, measure in uses:
        if value:
            words = one.words if value == one.value or not one.unit else _with_unit(one)
            found.setdefault((value, measure), replace(one, value=value, words=words, like=measure))
    return tuple(sorted(found.values(), key=lambda each: (each.value, each.origin)))


def _with_unit(one: Operand) -> str:
    """What is reckoned with in another unit than it is given in: "5 days", where hours are asked for."""
    return one.words if one.unit in one.words or "$" in one.words else f"{one.words} {one.unit}"


def _named(claim: Figure, around: Around, pools: Sequence[Pool], places: _Places) -> Pool:
    """The figures that our own text has too, or whose words our sentence has; and those that it alone has."""
    ours = [one for one in around.figures if one != claim and abs(one.value) != abs(claim.value)]
    values, words = {abs(one.value) for one in ours}, _stems(around.sentence)
    shared = {origin: len(words & source.stems) for origin, source in places.items()}
    known = {one.origin for pool in pools for one in _every(pool) if one.value in values}
    named = sorted((origin for origin, count in shared.items() if count), key=lambda each: (-shared[each], each))
    picked = {*known, *named[: MOST[Scope.NAMED] - len(known)]} if len(known) < MOST[Scope.NAMED] else known
    theirs = {one.value for pool in pools for one in _every(pool)} & values
    uses, operands = _Uses(claim), []
    for one in ours:
        if abs(one.value) and abs(one.value) not in theirs:
            operands.append(Operand(abs(one.value), f"our own {_shown(one)}", (_OURS, 0, 0, one.start)))
            uses.note(one, operands[-1], True)
    own = uses.pool(Scope.NAMED, operands)

    def all_of(name: str) -> tuple[Operand, ...]:
        both = {one.value: one for one in getattr(own, name)}
        both |= {one.value: one for pool in reversed(pools) for one in getattr(pool, name) if one.origin in picked}
        return tuple(sorted(both.values(), key=lambda one: (one.value, one.origin)))

    return Pool(Scope.NAMED, all_of("alike"), all_of("factors"), all_of("shares"), all_of("wholes"))


def _every(pool: Pool) -> Iterator[Operand]:
    yield from (*pool.alike, *pool.factors, *pool.shares, *pool.wholes)


_WORD = re.compile(r"[^\W\d_]{3,}")
_LONGEST = 250  # characters of a clause before a figure, and behind it
_STEM = 4  # letters: "call" of "calls" and "called"
_COMMON = frozenset(
    re.findall(
        r"\S+",
        """
        the and for are was were has have had its his her our their they them that this these those with
        from into than then who whom which what when where while will would can could may more most less
        some all each every both about almost nearly only just over under out not but also one two three
        four five six seven eight nine ten there here after before between among
        """,
    )
)
_CLAUSE = re.compile(r"[,;:](?!\d)|[.!?](?=\s|$)|\s[–—]\s")


@lru_cache(maxsize=256)  # in a table the same words stand beside every figure
def _stems(text: str) -> frozenset[str]:
    """The words of a text by their beginnings, without those that stand in every text."""
    words = (word.casefold() for word in _WORD.findall(text))
    return frozenset(word.removesuffix("s")[:_STEM] for word in words if word not in _COMMON)


def _clause(sentence: str, figure: Figure) -> str:
    """What stands about a figure in its sentence, up to the next comma on both sides."""
    before = sentence[max(0, figure.start - _LONGEST) : figure.start]
    behind = sentence[figure.end : figure.end + _LONGEST]
    return f"{_CLAUSE.split(before)[-1]} {_CLAUSE.split(behind)[0]}"
