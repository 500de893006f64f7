"""What the three feeds have in common: their newest issues, each as an entry with its full text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from urllib.parse import urljoin

from newsletter.archive.addresses import image_address, issue_address
from newsletter.archive.outputs import Archive, key_of, keys_of
from newsletter.archive.records import Record
from newsletter.model.archive import ArchivedIssue

NEWEST = 20  # issues in a feed
TEMPLATE = "site/entry.html"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when a feed without an issue was last updated

_TAG = re.compile(r"<[a-z][^>]*>")
_ADDRESSES = re.compile(r' (href|src|srcset)="([^"]*)"')
# Characters that XML 1.0, section 2.2, has no place for, whether written as they are or as a reference.
_NOT_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An issue in a feed."""

    address: str  # absolute: the permalink, and its id for ever
    title: str
    summary: str
    language: str
    published: datetime  # UTC
    updated: datetime
    topics: tuple[str, ...]
    card: str | None  # absolute
    html: str  # the full text; every address in it is absolute


class Issues:
    """The newest issues of an archive, as feeds give them. What is asked for twice is made once."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.records = archive.listed[:NEWEST]

    @property
    def key(self) -> str:
        """What a feed is made of."""
        notes = [record.issue.note for record in self.records]
        return key_of(self.archive.design, self.archive.site, keys_of(self.records), notes)

    @property
    def updated(self) -> datetime:
        """When the last of them changed."""
        return max((updated(record.issue) for record in self.records), default=NEVER)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The newest first. Raises `ContentError` where a part of what went out cannot be read."""
        return tuple(self._entry(record) for record in self.records)

    def _entry(self, record: Record) -> Entry:
        archive, issue = self.archive, record.issue
        address = archive.absolute(issue_address(archive.base, issue.issue))
        article = archive.files.article(record, issue.editions)
        values: Mapping[str, object] = {"t": archive.frame, "issue": issue}
        html = archive.render(TEMPLATE, values, {"article": article}).decode()
        return Entry(
            address=address,
            title=xml_text(issue.subject),
            summary=xml_text(issue.preheader),
            language=issue.language,
            published=issue.due.astimezone(UTC),
            updated=updated(issue),
            topics=tuple(xml_text(topic) for topic in issue.topics),
            card=archive.absolute(image_address(archive.base, issue.card.name)) if issue.card else None,
            html=xml_text(absolutely(html, address)),
        )


def updated(issue: ArchivedIssue) -> datetime:
    """When the page of an issue last changed for its readers, UTC.

    A correction has a day and no time: each one moves the time on by a second, as each mended edition does, so that
    two on one day are two, and one on the day of the issue is seen.
    """
    days = [datetime.combine(one.date, time(), UTC) for one in issue.amendments]
    changes = len(issue.amendments) + issue.editions - 1
    return max(issue.due.astimezone(UTC), *days, NEVER) + timedelta(seconds=changes)


def absolutely(html: str, address: str) -> str:
    """The article with each address in it absolute, as RFC 3986 section 5 resolves it from the page at `address`."""

    def resolved(found: re.Match[str]) -> str:
        name, value = found.groups()
        if name != "srcset" and value.startswith(("https://", "http://")):
            return found[0]  # most are so already
        if name == "srcset":
            candidates = (one.split(None, 1) for one in value.split(","))
            value = ", ".join(" ".join((urljoin(address, one[0]), *one[1:])) for one in candidates if one)
        else:
            value = urljoin(address, value)
        return f' {name}="{value}"'

    return _TAG.sub(lambda tag: _ADDRESSES.sub(resolved, tag[0]), html)


def xml_text(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NOT_XML.sub("", text)
