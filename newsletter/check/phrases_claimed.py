"""Whether marked quotations stand in the items a text leans on, word for word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from newsletter.check.cited import Cited, Resting, Said, cite, cited, not_looked_up
from newsletter.check.inspected import Check, Inspected
from newsletter.check.telling import shortened, told
from newsletter.check.unread import unread
from newsletter.check.wording import Wording
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Beside, Finding, Rule, Severity
from newsletter.model.kinds import Voice
from newsletter.text.quotations import quoted_spans
from newsletter.text.shingles import words

_RULE = Rule(
    name="phrase-not-found",
    severity=Severity.WARN,
    looks="A quotation of three words or more that stands in none of the items behind it, word for word.",
    why="Quotation marks promise the speaker's own words.",
    out="Give the words exactly, with “...” where some are left out and [brackets] around what is yours, or take the "
    "quotation marks off and say it in your own words.",
)
_LEAST, _LEAST_HAN = 3, 5  # words, or Chinese characters; fewer are a name for something, held at arm's length
_LEFT_OUT = re.compile(r"\.\s?\.\s?\.|…+|\[[^\[\]]*\]|\((?:(?!\.{3})[^()])*+\.{3}[^()]*+\)")
_INITIAL = re.compile(r"(?<![^\W_])\[([^\W\d_])\](?=[^\W\d_])")  # "[A]nchors": only its capital is ours
_MARKS = "“”„«»「」『』‘’《》‹›\"'"
_HAN = re.compile("[\u3400-\u9fff]")
# “It holds,” she said. “It will not break.” is one saying: what stands between is short and begins behind a stop.
_AMID, _AMID_HAN = 10, 14  # words, or Chinese characters
_STOPS = tuple(",.;:?!…—–，。；：？！、")


@dataclass(frozen=True, slots=True)
class _Quotation:
    """Words given as somebody else's, and where they stand in the text."""

    start: int
    end: int
    parts: tuple[tuple[str, ...], ...]  # folded; between them something is left out or put in


def _find(inspected: Inspected) -> Iterator[Finding]:
    everything = cited(inspected)
    passages = {said.id: _passages(said) for said in everything.said}
    titles = _titles(inspected, everything)
    missed: list[tuple[Evidence, ...]] = []
    for resting in everything.resting:
        for quotation in _quotations(resting.wording, titles):
            if any(_says(passages[said.id], quotation) for said in resting.said):
                continue
            if any(_is_translated(quotation, said) for said in resting.said):
                continue  # a translation is not found word for word; nothing can be said
            if resting.missing:
                missed.append(resting.missing)
                continue
            elsewhere = [one for one in everything.elsewhere(resting) if _says(passages[one.id], quotation)]
            yield _finding(resting, quotation, elsewhere)
    if what := not_looked_up(missed, "quotation was", "quotations were"):
        yield unread(_RULE, inspected, what)


def _titles(inspected: Inspected, everything: Cited) -> frozenset[tuple[str, ...]]:
    """What pieces are called, in folded words: in quotation marks they are no quotations."""
    names = [item.title for item in inspected.draft.items]
    names += [one.text for one in inspected.wordings if one.voice in (Voice.TITLE, Voice.NAME)]
    names += [link.title for link in inspected.past]
    names += [one.title for said in everything.said for one in said.entry.related]
    return frozenset(words(name) for name in names)


def _quotations(wording: Wording, titles: frozenset[tuple[str, ...]]) -> Iterator[_Quotation]:
    for start, end in wording.quoted:
        text = wording.text[start:end]
        inner = _INITIAL.sub(r"\1", text.strip(_MARKS) if wording.voice is not Voice.QUOTED else text)
        spoken = tuple(part for piece in _LEFT_OUT.split(inner) if (part := words(piece)))
        least = _LEAST_HAN if _HAN.search(inner) else _LEAST
        whole = wording.kind == "quote" and wording.voice is Voice.QUOTED
        is_title = words(inner) in titles or (_is_title(inner) and not whole)
        if spoken and not is_title and (whole or sum(map(len, spoken)) >= least):
            yield _Quotation(start, end, spoken)


def _is_title(text: str) -> bool:
    """Whether it is Written Like This: the name of a piece that nobody has told us of."""
    longer = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3]
    return len(longer) >= 2 and all(word[0].isupper() for word in longer) and not text.rstrip().endswith((".", "!"))


def _passages(said: Said) -> tuple[tuple[str, ...], ...]:
    """The words of an item in their order; and apart from them each saying that it interrupts, as if it did not."""
    text = tuple(word for paragraph in said.paragraphs for word in words(paragraph))
    return (text, *(saying for paragraph in said.paragraphs for saying in _interrupted(paragraph)))


def _interrupted(paragraph: str) -> Iterator[tuple[str, ...]]:
    """What is said in two quotations or more, between which only a few words tell who speaks."""
    spans = quoted_spans(paragraph)
    said: list[str] = []
    for at, (start, end) in enumerate(spans):
        if at and not _goes_on(paragraph, spans[at - 1], start):
            if len(said) > 1:
                yield words(" ".join(said))
            said = []
        said.append(paragraph[start:end].strip(_MARKS))
    if len(said) > 1:
        yield words(" ".join(said))


def _goes_on(text: str, first: tuple[int, int], start: int) -> bool:
    """Whether the quotation that begins here goes on with the first one."""
    amid = text[first[1] : start]
    stops = text[: first[1]].rstrip(_MARKS + " ").endswith(_STOPS) or amid.lstrip().startswith(_STOPS)
    return stops and 0 < len(words(amid)) <= (_AMID_HAN if _HAN.search(amid) else _AMID)


def _says(passages: tuple[tuple[str, ...], ...], quotation: _Quotation) -> bool:
    """Whether the parts stand in the item, in their order; one paragraph may follow another."""
    return any(_stand(passage, quotation) for passage in passages)


def _stand(everything: tuple[str, ...], quotation: _Quotation) -> bool:
    at = 0
    for part in quotation.parts:
        found = _at(everything, part, at)
        if found is None:
            return False
        at = found + len(part)
    return True


def _at(everything: tuple[str, ...], part: tuple[str, ...], start: int) -> int | None:
    first, length = part[0], len(part)
    while True:
        try:
            start = everything.index(first, start)
        except ValueError:
            return None
        if everything[start : start + length] == part:
            return start
        start += 1


def _is_translated(quotation: _Quotation, said: Said) -> bool:
    return bool(_HAN.search("".join(map("".join, quotation.parts)))) is not said.is_han


def _finding(resting: Resting, quotation: _Quotation, elsewhere: list[Said]) -> Finding:
    wording = resting.wording
    text = shortened(wording.text[quotation.start : quotation.end].strip(_MARKS))
    what = f"“{text}” stands in no item cited here"
    todo = "give the words exactly as they were said, or take the quotation marks off"
    beside: tuple[Beside, ...] = ()
    if elsewhere:
        what += f", but {elsewhere[0].evidence.cited.outlet} has it"
        todo = f"{cite(resting, elsewhere[0])} if it comes from there"
    elif near := _nearest(quotation, resting.said):
        said, sentence, differing = near
        what += f"; the nearest passage differs in {differing} word{'' if differing == 1 else 's'}"
        beside = (said.beside(sentence, 0, len(sentence)),)
    return told(_RULE, wording, quotation.start, quotation.end, what, todo, beside=beside)


def _nearest(quotation: _Quotation, here: tuple[Said, ...]) -> tuple[Said, str, int] | None:
    """The sentence, or two that follow each other, with most of the words; None where not even half of them stand."""
    wanted = tuple(word for part in quotation.parts for word in part)
    found: tuple[int, int, tuple[Said, str, int]] | None = None
    for said in here:
        for paragraph in said.sentences:
            pairs = (f"{one} {other}" for one, other in pairwise(paragraph))
            for passage in (*paragraph, *pairs):
                blocks = difflib.SequenceMatcher(None, words(passage), wanted, autojunk=False).get_matching_blocks()
                same = sum(block.size for block in blocks)
                rank = (same, -len(passage))
                if 2 * same >= len(wanted) and (found is None or rank > found[:2]):
                    found = (*rank, (said, passage, max(len(wanted) - same, 1)))
    return found[2] if found else None


CHECK = Check(
    name="phrases",
    about="Whether marked quotations stand in the items that are cited, word for word.",
    rules=(_RULE,),
    find=_find,
)
