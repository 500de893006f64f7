"""What has changed between two readings of the same files, and between what came of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from newsletter.model.inputfile import InputFile


class How(Enum):
    """What happened to a file."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One file that is not as it was."""

    path: str  # below the publication's folder, with slashes
    how: How

    def __str__(self) -> str:
        return f"{self.path} was {self.how.value}"


def changes(before: Iterable[InputFile], after: Iterable[InputFile]) -> tuple[Change, ...]:
    """The files that differ, by path."""
    old, new = ({file.path: file.digest for file in files} for files in (before, after))
    found = []
    for path in sorted({*old, *new}):
        if old.get(path) != new.get(path):
            how = How.ADDED if path not in old else How.REMOVED if path not in new else How.CHANGED
            found.append(Change(path, how))
    return tuple(found)


# What readers see of each output, in the order in which a person would look.
_OUTPUTS = {
    "subject": "the subject",
    "preheader": "the preheader",
    "greeting": "the greeting",
    "email.txt": "the mail's text",
    "email.html": "the mail's HTML",
    "page.html": "the page",
    "number": "the number",
    "language": "the language",
    "terms": "what the archive lists it under",
    "email.eml": "the mail's headers",
}
_OF_THE_LETTER = frozenset({"subject", "email.txt", "email.html"})  # they stand in email.eml as well


def differing(before: Iterable[InputFile], after: Iterable[InputFile]) -> tuple[str, ...]:
    """The outputs of two editions that differ, by name, in the order in which a person would look.

    The letter is left out where what stands in it differs anyhow.
    """
    names = [change.path for change in changes(before, after)]
    if _OF_THE_LETTER & set(names):
        names = [name for name in names if name != "email.eml"]
    order = list(_OUTPUTS)
    return tuple(sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name)))


def output_words(names: Iterable[str]) -> str:
    """Outputs as a sentence lists them: "the subject and the mail's text"; a picture only by how many."""
    found = list(names)
    pictures = sum(name.startswith("images/") for name in found)
    words = [_OUTPUTS.get(name, name) for name in found if not name.startswith("images/")]
    words += [f"{pictures} pictures" if pictures > 1 else "a picture"] if pictures else []
    return listed(words)


def listed(words: Iterable[str], most: int = 12) -> str:
    """Words as a sentence lists them: "a, b and c"; beyond so many, how many more there are."""
    found = list(words)
    if len(found) > most:
        found = [*found[: most - 1], f"{len(found) - most + 1} more"]
    return f"{', '.join(found[:-1])} and {found[-1]}" if len(found) > 1 else "".join(found)
