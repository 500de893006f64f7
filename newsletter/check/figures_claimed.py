"""Whether every figure of a text stands in one of the items it leans on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from newsletter.check.cited import Cited, Resting, Said, cite, cited, not_looked_up
from newsletter.check.figures_reckoned import Offers, how_reckoned
from newsletter.check.figures_said import Around, Facts, facts_of, figures_of, is_in, is_in_words, primary
from newsletter.check.inspected import Check, Inspected
from newsletter.check.ordinals_claimed import Misplaced, misplaced
from newsletter.check.rounding import ABOUT, Claimed, Hedge, claimed, in_unit_of, is_said_by
from newsletter.check.telling import told
from newsletter.check.unread import unread
from newsletter.check.wording import Wording
from newsletter.model.draft import Draft
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Beside, Finding, Rule, Severity
from newsletter.text.figures import Figure, FigureKind
from newsletter.text.quotations import quoted_spans
from newsletter.text.sentences import sentences
from newsletter.text.words import count

_RULE = Rule(
    name="figure-not-found",
    severity=Severity.WARN,
    looks="A number, or a place in an order, that stands in none of the items that its paragraph or section leans on.",
    why="A wrong figure is the mistake readers write about, and nobody sees it in a finished sentence.",
    out="Correct the figure, or cite the item it comes from. What an item says in words or in another unit, and what "
    "is rounded behind a word such as “about”, is found too; so is what a simple reckoning gives, where the words "
    "beside it tell that reckoning (“in all”, “faster”, “a day”). What might be reckoned otherwise is a note only: "
    "figure-reckoned.",
)
_RECKONED = Rule(
    name="figure-reckoned",
    severity=Severity.NOTE,
    looks="A number that none of the items has, but that a simple reckoning of their figures gives: a sum, a "
    "difference, a product, a share, an average, the time between two days, the members of a list.",
    why="Most such figures are right; but nobody has looked at the reckoning, and some wrong figures hit on one too.",
    out="Read the reckoning that is shown. If it is what you mean, all is well; if not, look the figure up.",
)
_LOOK = "see whether that is what you mean"
_SHOWN = 3  # sentences shown beside a reckoning
_TRIVIAL = 3  # up to here, in words, a number claims nothing that a source must say
_ROUNDED_SHARE = (Decimal(4), Decimal(10))  # "a third" is exact to two percent, "nearly a third" to five


@dataclass(frozen=True, slots=True)
class _Text:
    """A text whose figures are looked up: one wording, or the number of the week with what stands around it."""

    text: str
    parts: tuple[tuple[int, Resting], ...]  # where each wording begins in it, in order

    def part(self, at: int) -> tuple[int, Resting]:
        """The wording a place lies in, and where it begins."""
        return next(part for part in reversed(self.parts) if part[0] <= at)

    def place(self, figure: Figure) -> tuple[Wording, int, int]:
        """Where the figure stands; of a number with its unit only the number."""
        begins, resting = self.part(figure.start)
        wording = resting.wording
        return wording, figure.start - begins, min(figure.end - begins, len(wording.text))


def _find(inspected: Inspected) -> Iterator[Finding]:
    everything = cited(inspected)
    facts = {said.id: facts_of(said) for said in everything.said}
    offers = Offers()
    missed: list[tuple[Evidence, ...]] = []
    for text in _texts(everything):
        ours = figures_of(text.text, inspected.draft.language)
        for claim in _claims(text.text, ours, inspected.draft):
            _, resting = text.part(claim.figure.start)
            around = Around(text.text, _sentence(text.text, claim.figure.start), ours)
            if any(is_in(facts[said.id], claim, around, inspected.draft) for said in resting.said):
                continue
            if resting.missing:
                missed.append(resting.missing)
            else:
                here = [facts[said.id] for said in resting.said]
                elsewhere = [facts[said.id] for said in everything.elsewhere(resting)]
                yield _finding(text, claim, around, here, elsewhere, inspected.draft, offers)
    for resting in everything.resting:
        if not resting.missing:
            yield from (_out_of_place(resting, one) for one in misplaced(resting.wording.text, resting.said))
    if what := not_looked_up(missed, "figure was", "figures were"):
        yield unread(_RULE, inspected, what)


def _texts(everything: Cited) -> Iterator[_Text]:
    numbers: dict[str, dict[str, Resting]] = {}
    for resting in everything.resting:
        wording = resting.wording
        if wording.kind == "number" and wording.field in ("value", "unit", "caption"):
            numbers.setdefault(wording.section, {})[wording.field] = resting
        else:
            yield _Text(wording.text, ((0, resting),))
    for parts in numbers.values():
        if "value" in parts:
            yield _joined([parts[name] for name in ("value", "unit", "caption") if name in parts])


def _joined(parts: list[Resting]) -> _Text:
    """The number of the week as it is read: "31 % fewer joint papers"."""
    text, places = "", []
    for resting in parts:
        text = f"{text} " if text else ""
        places.append((len(text), resting))
        text += resting.wording.text
    return _Text(text, tuple(places))


def _claims(text: str, ours: Iterable[Figure], draft: Draft) -> Iterator[Claimed]:
    """The figures of a text that a source must say, in its order."""
    quoted = {count(part) for part in _quotations(text)}
    for figure in ours:
        in_words = is_in_words(figure)
        small = in_words and figure.kind in (FigureKind.COUNT, FigureKind.BARE) and abs(figure.value) <= _TRIVIAL
        own = figure.kind is FigureKind.BARE and figure.value == draft.number
        counts_words = figure.unit == "words" and figure.value in quoted  # 'the same four words, "it has not rained"'
        if not (small or own or counts_words):
            claim = claimed(figure, text)
            if _is_share(figure):
                claim = replace(claim, last=_ROUNDED_SHARE[0], significant=_ROUNDED_SHARE[1])
            yield claim


def _quotations(text: str) -> Iterator[str]:
    for start, end in quoted_spans(text):
        yield text[start:end]


def _sentence(text: str, at: int) -> str:
    """The sentence that this place lies in."""
    upto = 0
    for sentence in sentences(text):
        upto = text.index(sentence, upto) + len(sentence)
        if at < upto:
            return sentence
    return text


def _is_share(figure: Figure) -> bool:
    """Whether a percent is told as a part of a whole: "a third"."""
    return figure.kind is FigureKind.PERCENT and "%" not in figure.shown and "cent" not in figure.shown.lower()


def _finding(
    text: _Text,
    claim: Claimed,
    around: Around,
    here: list[Facts],
    elsewhere: list[Facts],
    draft: Draft,
    offers: Offers,
) -> Finding:
    _, resting = text.part(claim.figure.start)
    wording, start, end = text.place(claim.figure)
    words = wording.text[start:end]
    what = f"no item cited here says “{words}”"
    other = next((found for facts in elsewhere if (found := _exact(claim, facts, draft))), None)
    if other is not None:
        what += f", but {other[0].evidence.cited.outlet} does"
        todo = f"{cite(resting, other[0])} if it comes from there, or correct the figure"
        return told(_RULE, wording, start, end, what, todo, beside=(_beside(*other),))
    if how := how_reckoned(claim, around, here, draft, offers):
        shown = tuple(one.beside for one in how.sources[:_SHOWN])
        return told(_RECKONED, wording, start, end, f"{what}; {how.words}", _LOOK, beside=shown)
    beside: tuple[Beside, ...] = ()
    if near := _nearest(claim, here, draft):
        what = _compared(what, words, claim, near[1], near[2])
        beside = (_beside(near[0], near[1], near[3]),)
    return told(_RULE, wording, start, end, what, "correct the figure, or cite the item it comes from", beside=beside)


def _out_of_place(resting: Resting, one: Misplaced) -> Finding:
    text, place, other = resting.wording.text, one.place, one.other
    return told(
        _RULE,
        resting.wording,
        place.start,
        place.end,
        f"no item cited here says “{text[place.start : place.until]}”; "
        f"the nearest is “{one.sentence[other.start : other.until]}”",
        "correct the figure, or cite the item it comes from",
        beside=(one.said.beside(one.sentence, other.start, other.until),),
    )


def _compared(what: str, words: str, claim: Claimed, near: Figure, value: Decimal) -> str:
    """The finding in words: a figure that is near, but on the wrong side of its "more than", is told as that."""
    written = abs(claim.figure.value)
    close = max(written, abs(value)) and abs(abs(value) - written) / max(written, abs(value)) <= ABOUT
    if close and claim.hedge in (Hedge.NEARLY, Hedge.ABOVE, Hedge.BELOW):
        return f"“{claim.hedge.value} {words}” does not fit the source, which says {near.shown}"
    return f"{what}; the nearest is {near.shown}"


def _beside(said: Said, figure: Figure, sentence: str) -> Beside:
    return said.beside(sentence, figure.start, figure.end)


def _exact(claim: Claimed, facts: Facts, draft: Draft) -> tuple[Said, Figure, str] | None:
    same = facts.language == primary(draft.language)
    for sentence, figures in facts.sentences:
        for figure in figures:
            if figure.unit is not None and is_said_by(claim, figure, sentence, same):
                return facts.said, figure, sentence
    return None


def _nearest(claim: Claimed, here: Iterable[Facts], draft: Draft) -> tuple[Said, Figure, Decimal, str] | None:
    """The figure of the items most like the claim: with its own unit if there is one, then by value."""
    found: tuple[tuple[bool, Decimal], tuple[Said, Figure, Decimal, str]] | None = None
    written = abs(claim.figure.value)
    for facts in here:
        same = facts.language == primary(draft.language)
        for sentence, figures in facts.sentences:
            for figure in figures:
                value = in_unit_of(claim.figure, figure, same)
                if value is None:
                    continue
                most = max(abs(value), written) or Decimal(1)
                rank = (figure.unit != claim.figure.unit, abs(abs(value) - written) / most)
                if found is None or rank < found[0]:
                    found = rank, (facts.said, figure, value, sentence)
    return found[1] if found else None


CHECK = Check(
    name="figures",
    about="Whether the numbers of a text stand in the items it cites, or can be reckoned from what they say.",
    rules=(_RULE, _RECKONED),
    find=_find,
)
