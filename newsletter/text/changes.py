"""What has changed between two texts, word by word, wherever their lines break."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"  # a character is a word; see words.py
_WORD = re.compile(rf"\n\n|[{_CJK}] ?|[^\s{_CJK}]+ ?")


class Kind(Enum):
    """Whether words stand in both texts."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Run:
    """Words that follow each other and are all of one kind."""

    kind: Kind
    words: str  # with the space behind the last one, where there is one


def word_changes(before: str, after: str) -> tuple[tuple[Run, ...], ...]:
    """Each paragraph that differs, as runs of words; empty for texts that differ in spaces and line breaks only."""
    old, new = _paragraphs(before), _paragraphs(after)
    found = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if j - i == m - k:  # as many as before: each is held against its successor
            found += [_runs(old[i + at], new[k + at]) for at in range(j - i)]
        else:
            found.append(_runs("\n\n".join(old[i:j]), "\n\n".join(new[k:m])))
    return tuple(found)


def _paragraphs(text: str) -> list[str]:
    folded = (" ".join(one.split()) for one in re.split(r"\n[ \t]*\n", text))
    return [one for one in folded if one]


def _runs(before: str, after: str) -> tuple[Run, ...]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    runs: list[Run] = []
    matcher = SequenceMatcher(None, [one.rstrip(" ") for one in old], [one.rstrip(" ") for one in new], autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            pairs = zip(old[i:j], new[k:m], strict=True)  # a word that ends one text has a space behind it in the other
            runs.append(_run(Kind.SAME, [max(pair, key=len) for pair in pairs]))
            continue
        runs += [_run(Kind.GONE, old[i:j])] if j > i else []
        runs += [_run(Kind.NEW, new[k:m])] if m > k else []
    return tuple(runs)


def _run(kind: Kind, words: Sequence[str]) -> Run:
    return Run(kind, "".join(words))
