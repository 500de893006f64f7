"""The archive: what it knows of each issue that went out, and of the site all of them stand on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from newsletter.model.issue import IssueId, IssueNumber
from newsletter.model.question import AskedQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A dated correction of an issue that went out, as corrections.yaml has it. The mail stays as it was."""

    date: date  # when it was put right
    was: str  # what was wrong, plain words
    now: str  # what is right


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The picture that stands for an issue where somebody shares its address."""

    name: str  # as it is served, below images/: the SHA-256 of its bytes, 20 hex digits, and .png
    width: int  # pixels
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedIssue:
    """An issue that has gone out: what the newest edition in its sent/ says of itself. Its text is in page.html."""

    issue: IssueId
    number: IssueNumber
    language: str  # BCP 47
    subject: str
    preheader: str
    due: datetime  # aware, UTC
    digest: str  # of the edition, hex
    topics: tuple[str, ...]  # as issue.md names them
    people: tuple[tuple[str, str], ...]  # id and name
    numbers: tuple[tuple[str, str], ...]  # figure and caption, in the order of the issue
    question: AskedQuestion | None
    editions: int  # how many went out: 1, or more where a mended one followed; the page shows the newest
    amendments: tuple[Amendment, ...]  # the oldest first
    card: Card | None
    note: str | None = None  # what the page has to say of how it was sent, as that sending was ended in the middle

    @property
    def year(self) -> int:
        return self.issue.date.year

    @property
    def updated(self) -> date:
        """The day its page last changed for a reader: when it went out, or its newest correction."""
        return max((self.issue.date, *(one.date for one in self.amendments)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page beside the issues, such as about and privacy: content/pages/<name>.md."""

    name: str  # stands in its address
    title: str
    description: str
    html: str  # safe: made by our Markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """An address of the site that has become another one."""

    old: str  # a path below the site, beginning with a slash
    new: str  # such a path, or a whole address


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What every page of the archive needs to know of the publication, and nothing else of it."""

    name: str
    tagline: str | None
    language: str  # of what stands around the issues
    site: str  # the address of the archive, without a slash at the end
    live: str  # where the pages answer that take something in: `site`, or another host
    about: str
    postal_address: str
    reply_to: str

    @property
    def base(self) -> str:
        """The path that every address of the site begins with: "" or "/newsletter"."""
        _, slash, path = self.site.partition("://")[2].partition("/")
        return slash + path
