"""What can go wrong, by what the caller would do about it. The subject is an attribute, the cause is chained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing in one file that a person can mend."""

    path: str  # with slashes, below the publication's folder; "packaged:" before it when the file is ours
    line: int  # from 1; 0 when the mistake is about the file as a whole
    what: str  # what is wrong, one clause, no full stop
    todo: str  # what to do next, an imperative clause, no full stop

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        return f"{where}: {self.what}; {self.todo}"


class NewsletterError(Exception):
    """Any error that is told to a person in words, without a traceback."""


class ContentError(NewsletterError):
    """Files an editor can mend; every mistake found is told at once."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))

    @property
    def path(self) -> str:
        return self.mistakes[0].path

    @property
    def line(self) -> int:
        return self.mistakes[0].line


class SourceError(NewsletterError):
    """One source could not be read; the others go on."""

    def __init__(self, source: str, what: str) -> None:
        self.source = source
        self.what = what
        super().__init__(f"{source}: {what}")


class ConfigError(NewsletterError):
    """The environment, the command line or a folder is not as the program needs it."""

    def __init__(self, key: str, what: str) -> None:
        self.key = key
        super().__init__(what)


class HeaderRefused(NewsletterError):
    """A value that may not stand in a mail header: it holds a line break or a NUL, is too long, or not ASCII."""

    def __init__(self, name: str, what: str) -> None:
        self.name = name
        super().__init__(f"{name}: {what}")


class ForgedToken(NewsletterError):
    """A token that none of our keys has signed for this purpose."""
