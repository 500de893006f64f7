"""The plan of the site: every file there is to be, what each is made of, and how it is made. Pure: nothing is read,
made or written before somebody asks for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from newsletter.archive.addresses import absolute, file_of
from newsletter.archive.frame import Assets, Nav, frame_values
from newsletter.archive.listing import Listed, by_person, by_topic, by_year
from newsletter.archive.records import Record
from newsletter.archive.rows import Row, row_of
from newsletter.model.archive import Page, Redirect, Site
from newsletter.model.frame import Frame
from newsletter.model.issue import IssueId


@dataclass(frozen=True, slots=True)
class Output:
    """One file below public/."""

    path: str
    key: str  # another one as soon as its bytes could be others
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A folder below public/ whose files are known only when they are made."""

    folder: str
    key: str
    make: Callable[[], Mapping[str, bytes]]  # by path below the folder, what is led to before what leads there


@dataclass(frozen=True, slots=True)
class Group:
    """Files that are planned together, and not at all while what they are made of stays the same."""

    name: str
    key: str
    plan: Callable[[], Iterable[Output]]


Step = Output | Bundle | Group


class Render(Protocol):
    """Makes a page of a template. `html` are values that are HTML already."""

    def __call__(self, template: str, values: Mapping[str, object], html: Mapping[str, str]) -> bytes: ...


class Files(Protocol):
    """Reads what went out."""

    def article(self, record: Record, edition: int) -> str:
        """page.html of an edition, from 1, with its pictures at their addresses on the site."""

    def picture(self, path: str, name: str) -> bytes:
        """A picture or card from a file below the publication's folder; `name`, as it is served, begins with its
        digest."""


@dataclass(frozen=True)
class Archive:
    """Everything that the site says, as values."""

    site: Site
    frame: Frame
    assets: Assets
    pages: tuple[Page, ...]  # about, privacy, then the others by title
    redirects: tuple[Redirect, ...]
    records: tuple[Record, ...]  # every issue that has a page, the oldest first
    unlisted: frozenset[IssueId]  # those whose first mail has not left
    design: str  # a digest of the program, its templates and its standing texts
    files: Files = field(repr=False)
    render: Render = field(repr=False)

    @cached_property
    def base(self) -> str:
        return self.site.base

    @cached_property
    def listed(self) -> tuple[Record, ...]:
        """The issues that lists show, the newest first."""
        unlisted = {str(issue) for issue in self.unlisted}
        return tuple(one for one in reversed(self.records) if one.name not in unlisted)

    @cached_property
    def years(self) -> dict[int, tuple[Record, ...]]:
        """The listed issues of each year, both the newest first."""
        return by_year(self.listed)

    @cached_property
    def topics(self) -> tuple[Listed, ...]:
        return by_topic(self.listed)

    @cached_property
    def people(self) -> tuple[Listed, ...]:
        return by_person(self.listed)

    @cached_property
    def numbered(self) -> dict[int, tuple[Record, ...]]:
        """The listed issues that have a number, by year, both the newest first."""
        return by_year(one for one in self.listed if one.has_number)

    @cached_property
    def nav(self) -> Nav:
        return Nav(
            topics=bool(self.topics),
            people=bool(self.people),
            numbers=bool(self.numbered),
            pages=self.pages,
        )

    @cached_property
    def around(self) -> str:
        """A digest of what stands on every page."""
        named = tuple((page.name, page.title) for page in self.pages)
        nav = self.nav
        return key_of(self.design, self.site, self.assets, nav.topics, nav.people, nav.numbers, named)

    @cached_property
    def _shared(self) -> dict[str, object]:
        return frame_values(self.site, self.frame, self.assets, self.nav)

    def row(self, record: Record) -> Row:
        return row_of(record.issue, self.base)

    def absolute(self, address: str) -> str:
        """A root-relative address as the world writes it."""
        return absolute(self.site.site, self.base, address)

    def page(
        self,
        address: str,
        template: str,
        of: str,
        values: Callable[[], Mapping[str, object]],
        html: Callable[[], Mapping[str, str]] = dict,
    ) -> Output:
        """A page at a root-relative address. `of` is another text whenever what it is made of is another, beside what
        stands on every page."""

        def make() -> bytes:
            usual = {"description": None, "card": None, "indexed": True, "address": self.absolute(address)}
            return self.render(template, {**self._shared, **usual, **values()}, html())

        key = hashlib.sha256(f"{self.around}\0{template}\0{of}".encode()).hexdigest()[:20]
        return Output(file_of(address, self.base), key, make)


def key_of(*parts: object) -> str:
    """One short text for many values: another one where any of them is another."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]


def keys_of(records: tuple[Record, ...]) -> str:
    """What a list of issues is made of."""
    return " ".join([record.key for record in records])
