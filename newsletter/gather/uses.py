"""Which past issues used an item, or another item of its story: what readers have been told already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from newsletter.model import links
from newsletter.model.item import CitedItem, Entry
from newsletter.model.story import PastUse
from newsletter.text.shingles import words

OPENING = "opening"  # where an issue leans on what it cites, when none of its sections links to it
TITLE_WORDS = 3  # a shorter title ("Letters") is that of many items


@dataclass(frozen=True, slots=True)
class PastIssue:
    """What a sent issue linked to and leaned on."""

    issue: str  # the folder's name
    number: int
    links: tuple[tuple[str, str], ...]  # the section's name and an address it links to
    cited: tuple[CitedItem, ...]


def past_uses(item: Entry, story_items: tuple[Entry, ...], past: tuple[PastIssue, ...]) -> tuple[PastUse, ...]:
    """Where past issues used this item or its story, the newest issue first; once for each issue and section.

    `story_items` are the entries of its story; the item may be among them. The nearest reason is given: the same link,
    else the same text, else the same title, else another item of the story, which is named.
    """
    ours = _Marks(item)
    others = [(_Marks(other), other) for other in story_items if other != item]
    found: list[PastUse] = []
    for issue in sorted(past, key=lambda one: (-one.number, one.issue)):
        reasons: dict[str, str] = {}
        for section, why in ours.uses(issue):
            reasons.setdefault(section, why)
        for marks, other in others:
            for section, _ in marks.uses(issue):
                reasons.setdefault(section, f"the same story: “{other.title}” ({other.source})")
        found += [PastUse(issue.issue, issue.number, section, why) for section, why in reasons.items()]
    return tuple(found)


class _Marks:
    """By what an entry is recognised in a past issue."""

    def __init__(self, entry: Entry) -> None:
        link = links.canonical(entry.link) if entry.link else None
        self.link = None if link is None or links.is_front_page(link) else link
        self.digest = entry.digest
        title = words(entry.title)
        self.title = title if len(title) >= TITLE_WORDS else None

    def uses(self, issue: PastIssue) -> Iterator[tuple[str, str]]:
        """The sections that used it and why, the surest reasons first."""
        linked = [(section, links.canonical(url)) for section, url in issue.links]
        if self.link is not None:
            yield from ((section, "the same link") for section, url in linked if url == self.link)
        for why, cited in self._cited(issue.cited):
            address = links.canonical(cited.url)
            sections = [section for section, url in linked if url == address]
            yield from ((section, why) for section in sections or (OPENING,))

    def _cited(self, cited: Iterable[CitedItem]) -> Iterator[tuple[str, CitedItem]]:
        """Why each of the cited items is this one, where it is."""
        reasons = [(self._reason(one), one) for one in cited]
        for why in ("the same link", "the same text", "the same title"):
            yield from ((why, one) for reason, one in reasons if reason == why)

    def _reason(self, cited: CitedItem) -> str | None:
        if self.link is not None and links.canonical(cited.url) == self.link:
            return "the same link"
        if cited.text_digest and cited.text_digest == self.digest:
            return "the same text"
        return "the same title" if self.title is not None and words(cited.title) == self.title else None
