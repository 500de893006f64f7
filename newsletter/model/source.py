"""Sources: what is gathered, what may be done with it, and how asking for it has gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NewType

from newsletter.model.shape import EmailAddress, Language, Line, Slug, Url, Words, ZoneName, file_shape

SourceId = NewType("SourceId", str)


class RightsPolicy(Enum):
    """What the publication may do with a source's words, the freest first."""

    OURS = "ours"
    QUOTE = "free to quote"
    SUMMARISE = "summarise and link only"
    DO_NOT_USE = "do not use"

    def stricter(self, other: RightsPolicy) -> RightsPolicy:
        """Whichever of two allows less."""
        order = list(RightsPolicy)
        return max(self, other, key=order.index)


class SourceKind(Enum):
    """How a source is read."""

    FEED = "feed"  # RSS, Atom, RDF or JSON Feed, at a url or in a file
    PAGE = "page"  # one web page that is rewritten from time to time
    LIST = "list"  # a web page that lists articles; each article is an item
    FOLDER = "folder"  # documents that editors drop in
    MAILDIR = "maildir"  # newsletters that arrive by mail, in a folder of this machine
    IMAP = "imap"  # the same, on a mail server


@file_shape
class Mailbox:
    """Where mailed newsletters arrive. The password stands in the environment, never in a file."""

    host: Words
    user: EmailAddress | Words
    folder: Words = "INBOX"
    port: int = 993
    tls: bool = True  # a mailbox without it is for this machine alone

    @property
    def is_local(self) -> bool:
        """Whether it lies on this machine, the only place that may be spoken to in the clear."""
        return self.host.lower() in ("localhost", "127.0.0.1", "::1")


@file_shape
class Source:
    """One source, as seeds/sources.yaml declares it."""

    id: Slug
    name: Line
    kind: SourceKind
    url: Url | None = None  # of a feed, a page or a list
    path: Words | None = None  # of a feed's file, a folder or a Maildir, below the publication's folder
    links: Words | None = None  # of a list: the CSS selector of the links to its articles
    mailbox: Mailbox | None = None  # of an imap source
    rights: RightsPolicy
    quote_limit: int = 0  # words of one quotation; 0: the policy's own limit
    language: Language = "en"  # where an item does not say
    zone: ZoneName | None = None  # a guess for stamps without a zone; never applied by itself
    fills: tuple[Slug, ...] = ()  # the sections that our own new pieces go into when an issue is opened
    paused: bool = False  # not asked until somebody takes this away; what it brought stays


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How asking a source has gone so far. All times by our clock, UTC."""

    source: SourceId
    declared: str | None = None  # the url that sources.yaml named when this was written; another one starts afresh
    address: str | None = None  # where the source has moved for good (301, 308); None: where it is declared
    etag: str | None = None  # as the server sent them, for the next conditional GET
    last_modified: str | None = None
    body: str | None = None  # SHA-256 of the last body that was read, hex
    cursor: str | None = None  # of a mailbox: UIDVALIDITY and the last UID read, "17:204"
    tried: datetime | None = None
    succeeded: datetime | None = None
    brought: datetime | None = None  # when it last brought a new item
    failures: int = 0  # in a row
    failing_since: datetime | None = None
    missing_since: datetime | None = None  # 404 since then, without a break
    error: str | None = None  # why the last try failed, in words
    note: str | None = None  # what an operator should know of a try that succeeded, in words
    next_try: datetime | None = None  # not before; None: at once
    retired: datetime | None = None  # 410: gone for good, asked no more
