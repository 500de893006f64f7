"""Past-links: where the issues before this one led to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from newsletter.actions.app import App
from newsletter.model.evidence import PastLink
from newsletter.model.issue import IssueId, IssueNumber
from newsletter.model.links import canonical
from newsletter.model.prose import (
    Block,
    Code,
    Emphasis,
    Heading,
    Inline,
    Link,
    Listing,
    Paragraph,
    Quotation,
    Strong,
    Text,
)
from newsletter.publication import frontmatter
from newsletter.publication.folder import Folder, issue_ids
from newsletter.publication.frontmatter import Page
from newsletter.publication.publication import Publication
from newsletter.publication.yamlfile import Value
from newsletter.text import markdown

_CARRIERS = ("title", "text", "speaker", "name")  # the words of a group that its address belongs to


def past_links(app: App, publication: Publication, issue: IssueId) -> tuple[PastLink, ...]:
    """The links of the last issues before this one, as many issues as schedule.yaml says; the newest issue first.

    They are read from the issues' own files, in whatever state these are: a mistake in an old issue hides that one
    place and nothing else. A link that stands in an issue twice is given once.
    """
    earlier = [one for one in issue_ids(app.root) if one < issue]
    most = max(0, publication.schedule.checks.past_issues)
    found: list[PastLink] = []
    for one in reversed(earlier[-most:] if most else []):
        links: dict[str, str] = {}
        number = 0
        for name, text in _texts(Folder(app.root), one):
            page_number, page_links = _read(name, text)
            number = page_number or number
            for url, words in page_links:
                links.setdefault(url, words)
        found += [
            PastLink(url=url, issue=str(one), number=IssueNumber(number), date=one.date, title=words)
            for url, words in links.items()
        ]
    return tuple(found)


def _texts(folder: Folder, issue: IssueId) -> Iterator[tuple[str, str]]:
    """The name and the text of each Markdown file of an issue, issue.md first."""
    path = f"content/issues/{issue}"
    names = folder.names(path, ".md")
    for name in sorted(names, key=lambda one: one != "issue.md"):
        if (text := folder.read_text(f"{path}/{name}")) is not None:
            yield name, text


@lru_cache(maxsize=1024)
def _read(name: str, text: str) -> tuple[int | None, tuple[tuple[str, str], ...]]:
    """The number that issue.md gives, and the links of a file: canonical address, words."""
    page, _ = frontmatter.split(text, name)
    prose, _ = markdown.parse(page.body)
    links = (*_of_fields(page.matter.value), *_of_blocks(prose.blocks))
    number = _number(page) if name == "issue.md" else None
    return number, tuple((canonical(url), words) for url, words in links if url.startswith(("http://", "https://")))


def _number(page: Page) -> int | None:
    value = page.matter.value
    written = value.get("number") if isinstance(value, dict) else None
    return int(written) if isinstance(written, str) and re.fullmatch(r"[1-9]\d{0,6}", written) else None


def _of_fields(value: Value) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        url = value.get("url")
        if isinstance(url, str):
            words = (inner for key in _CARRIERS if isinstance(inner := value.get(key), str))
            yield url.strip(), " ".join(next(words, "").split())
        for inner in value.values():
            yield from _of_fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _of_fields(inner)


def _of_blocks(nodes: tuple[Block | Inline, ...]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        match node:
            case Link():
                yield node.url, " ".join(_words(node.children).split())
            case Paragraph() | Heading() | Emphasis() | Strong():
                yield from _of_blocks(node.children)
            case Quotation():
                yield from _of_blocks(node.blocks)
            case Listing():
                for entry in node.entries:
                    yield from _of_blocks(entry)


def _words(nodes: tuple[Inline, ...]) -> str:
    return "".join(
        _words(node.children) if isinstance(node, Emphasis | Strong) else getattr(node, "text", "")
        for node in nodes
        if isinstance(node, Text | Code | Emphasis | Strong)
    )
