"""Words that were typed twice: "the the", also across a line break or the edge of a link."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from newsletter.check.inspected import Check, Inspected
from newsletter.check.telling import told
from newsletter.check.wording import Wording
from newsletter.model.finding import Finding, Rule, Severity

_REPEATED = Rule(
    name="repeated-word",
    severity=Severity.WARN,
    looks="The same word twice in a row, or the same two small words.",
    why="Nobody sees it while writing, and every reader does while reading.",
    out="Delete one, or say in a waiver that both are meant.",
)

# Letters of scripts that put spaces between words; in Chinese and Japanese a doubled sign is a word of its own.
_WORD = r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+(?:['’][^\W\d_]+)?"
_TWICE = re.compile(rf"(?<![\w'’-])({_WORD})\s+\1(?![\w'’-])", re.IGNORECASE)
_PAIR_TWICE = re.compile(rf"(?<![\w'’-])((?:{_WORD})\s+(?:{_WORD}))\s+\1(?![\w'’-])", re.IGNORECASE)
# What may stand twice: in English, in French (nous nous), in German (die die).
_MEANT = frozenset(
    re.findall(
        r"\S+",
        "had that is very so no yes bye ha he ho hush knock night there now tut well nous vous die das",
    )
)
_SMALL = frozenset(
    re.findall(
        r"\S+",
        "the a an and or but of to in on at by for from with as than is are was were be been it its this these those we"
        " you they he she which who will would can could not has have their his her our your",
    )
)


def _find(inspected: Inspected) -> Iterable[Finding]:
    names = {part for one in inspected.publication.names for part in _doubled(one.name)}
    names |= {part for one in inspected.publication.people for part in _doubled(one.name)}
    for wording in inspected.wordings:
        yield from _twice(wording, names)


def _twice(wording: Wording, names: set[str]) -> Iterator[Finding]:
    for match in _TWICE.finditer(wording.text):
        if not _is_meant(match[1], match[0].split()[1], names):
            what = f"“{match[1]}” stands there twice in a row"
            yield told(_REPEATED, wording, *match.span(), what, "delete one of the two")
    for match in _PAIR_TWICE.finditer(wording.text):
        if all(word in _SMALL for word in match[1].casefold().split()):
            what = f"“{match[1]}” stands there twice in a row"
            yield told(_REPEATED, wording, *match.span(), what, "delete one of the two")


def _is_meant(first: str, second: str, names: set[str]) -> bool:
    """Whether a doubling belongs to the language, or to a name: "had had", "Pago Pago"."""
    word = first.casefold()
    if word in _SMALL - _MEANT:
        return False
    return word in _MEANT or word in names or (first[0].isupper() and second[0].isupper())


def _doubled(name: str) -> Iterator[str]:
    yield from (match[1].casefold() for match in _TWICE.finditer(name))


CHECK = Check(
    name="repeated",
    about="Words that stand there twice in a row.",
    rules=(_REPEATED,),
    find=_find,
)
