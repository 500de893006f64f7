"""Spelling: English words as they are often misspelt. A list of mistakes, so a rare word is never taken for one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, files

from newsletter.check.inspected import Check, Inspected
from newsletter.check.telling import told
from newsletter.check.wording import Wording
from newsletter.check.written import without_code
from newsletter.model.finding import Finding, Fix, Rule, Severity, Spot
from newsletter.model.kinds import Voice

_MISSPELT = Rule(
    name="misspelt",
    severity=Severity.NOTE,
    looks="A word of our own that stands in a list of common English misspellings.",
    why="Readers who see one slip look for the next.",
    out="Write the word as it is told; `check --fix` does it where only one is meant. A name goes into names.yaml.",
)

_WORD = re.compile(r"(?<![\w@/.'’-])[A-Za-z]+(?:['’][A-Za-z]+)?(?![\w@/'’-]|\.\w)")
_SHORTEST = 5  # letters: shorter ones of the list are names, units and words of other languages as well
_SHORT = frozenset(re.findall(r"\S+", "teh hte adn nad taht thta thsi tihs wiht jsut owrd wich"))
_BEGINS = re.compile(r"(?:^|[.!?:]['\"”’)]?\s+|\n|[“\"(]\s*)$")


def _find(inspected: Inspected) -> Iterable[Finding]:
    if not inspected.draft.language.lower().startswith("en"):
        return
    known = _misspellings()
    if known is None:
        yield _unchecked(inspected)
        return
    passing = _passing(inspected)
    for wording in inspected.wordings:
        if wording.voice is Voice.OURS:
            yield from _misspelt(wording, known, passing, inspected)


def _misspelt(
    wording: Wording, known: Mapping[str, str], passing: frozenset[str], inspected: Inspected
) -> Iterator[Finding]:
    text = without_code(wording, inspected)
    for match in _WORD.finditer(text):
        word = match[0].replace("’", "'")
        entry = known.get(word.lower())
        if entry is None or (len(word) < _SHORTEST and word.lower() not in _SHORT) or word.lower() in passing:
            continue
        if (word[0].isupper() and not _is_plain(text, match)) or any(_holds(span, match) for span in _kept(wording)):
            continue
        suggested, sure = _suggestions(entry)
        meant = tuple(_cased(one, word) for one in suggested)
        what = f"“{match[0]}” looks misspelt"
        todo = f"write {' or '.join(f'“{one}”' for one in meant[:3])}"
        yield told(_MISSPELT, wording, *match.span(), what, todo, fix=_fix(wording, match, meant[0]) if sure else None)


def _is_plain(text: str, match: re.Match[str]) -> bool:
    """Whether a capital only begins a sentence, before a small word: it is no name then."""
    after = re.match(r"\s+([A-Za-z])", text[match.end() :])
    alone = match[0][1:].islower() and not (after and after[1].isupper())
    return alone and _BEGINS.search(text[: match.start()]) is not None


def _kept(wording: Wording) -> tuple[tuple[int, int], ...]:
    """The parts that are not ours to spell: quotations, and addresses shown as the words of a link."""
    shown = ((link.start, link.end) for link in wording.links if "://" in wording.text[link.start : link.end])
    return (*wording.quoted, *shown)


def _holds(span: tuple[int, int], match: re.Match[str]) -> bool:
    return span[0] <= match.start() and match.end() <= span[1]


def _fix(wording: Wording, match: re.Match[str], meant: str) -> Fix | None:
    """The change, where the word stands in the file as it is read; an apostrophe might end a text in YAML."""
    spot = wording.spot(*match.span())
    if not spot.column or (wording.field != "body" and not meant.replace(" ", "").isalpha()):
        return None
    line = wording.source.split("\n")[spot.line - 1]
    if not line.startswith(match[0], spot.column - 1):
        return None
    return Fix(path=spot.path, line=spot.line, column=spot.column, old=match[0], new=meant)


def _passing(inspected: Inspected) -> frozenset[str]:
    """Words that stand in a name, or in a cited item: whoever wrote them there may have meant them."""
    publication, draft = inspected.publication, inspected.draft
    texts = [name.name for name in publication.names] + [person.credit for person in publication.people]
    texts += [publication.schedule.name, publication.schedule.about]
    texts += [part for item in draft.items for part in (item.title, item.outlet)]
    for one in inspected.evidence:
        if one.entry is not None:
            texts += [one.entry.title, *one.entry.paragraphs]
    return frozenset(word.replace("’", "'").lower() for text in texts for word in _WORD.findall(text))


def _suggestions(entry: str) -> tuple[tuple[str, ...], bool]:
    """What may be meant, and whether it is sure. An entry is "one", "one, two," or "one, why it is not"."""
    parts = [part.strip() for part in entry.split(",")]
    if len(parts) == 1:
        return (parts[0],), True
    return tuple(parts[:1] if parts[-1] else parts[:-1]), False


def _cased(word: str, like: str) -> str:
    return word[:1].upper() + word[1:] if like[0].isupper() else word


@lru_cache(maxsize=1)
def _misspellings() -> Mapping[str, str] | None:
    """Each misspelling and what is meant. None where the list is not installed.

    The list is codespell's dictionary.txt (a derivative of English Wikipedia, CC BY-SA 3.0). It is read as a file: the
    program it comes with is not loaded.
    """
    try:
        found = next((one for one in files("codespell") or () if one.name == "dictionary.txt"), None)
    except PackageNotFoundError:
        return None
    if found is None:
        return None
    lines = found.read_text("utf-8").splitlines()
    return {wrong: right for wrong, arrow, right in (line.partition("->") for line in lines) if arrow}


def _unchecked(inspected: Inspected) -> Finding:
    opening = next((blurb.path for blurb in inspected.draft.blurbs if blurb.kind == "opening"), "")
    return Finding(
        rule=_MISSPELT.name,
        severity=Severity.UNCHECKED,
        section=None,
        spot=Spot(opening, 0),
        words="",
        what="spelling was not checked: the list of misspellings is not installed here",
        todo="install the program with all that it needs",
    )


CHECK = Check(
    name="spelling",
    about="English words as they are often misspelt.",
    rules=(_MISSPELT,),
    find=_find,
)
