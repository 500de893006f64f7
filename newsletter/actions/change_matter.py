"""What issue.md says of the sections of its issue: their order and their owners, changed by the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from newsletter.actions.app import App
from newsletter.actions.section_files import OPENING, bytes_at, path_of
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.issue import IssueId
from newsletter.model.saving import FileText
from newsletter.publication import frontmatter
from newsletter.publication.blurbtext import with_values
from newsletter.publication.frontmatter import Page
from newsletter.publication.yamlwrite import Given


class Matter:
    """The front matter of an issue.md as it is at the moment."""

    def __init__(self, app: App, issue: IssueId) -> None:
        self.path = path_of(issue, OPENING)
        self.data = bytes_at(app, self.path)
        self._page = _page(FileText.of(self.path, self.data))
        value = self._page.matter.value
        self._says: Mapping[str, Any] = value if isinstance(value, dict) else {}

    @property
    def order(self) -> tuple[str, ...] | None:
        """The sections in issue.md's own order; None where it is schedule.yaml's."""
        entries = self._entries
        return None if entries is None else tuple(entries)

    @property
    def owners(self) -> dict[str, str]:
        """Who owns which section, by id."""
        owners = self._says.get("owners")
        return {str(one): str(owner) for one, owner in owners.items()} if isinstance(owners, dict) else {}

    @property
    def asks_more(self) -> bool:
        """Whether the order says more than names: how long a section is to be here, for one."""
        return any(isinstance(one, dict) for one in (self._entries or {}).values())

    def places(self, names: Iterable[str]) -> list[Given]:
        """These sections as the order has them, with what it says of each."""
        entries = self._entries or {}
        return [entries.get(one, one) for one in names]

    def having(self, **values: Given) -> bytes:
        """The file with these keys. Raises `ContentError` where it is written in a way that cannot be changed here."""
        text = (self.data or b"").decode("utf-8")
        after = with_values(text, values)
        if after is None:
            key = next(iter(values))
            what, todo = f"`{key}` is written in a way that cannot be changed here", "change it in the text of the file"
            raise ContentError([Mistake(self.path, self._page.matter.line((key,)), what, todo)])
        return after.encode("utf-8")

    @property
    def _entries(self) -> dict[str, Given] | None:
        """What stands in `sections`, by the names."""
        written = self._says.get("sections")
        if not isinstance(written, list):
            return None
        return {str(one["name"] if isinstance(one, dict) and "name" in one else one): one for one in written}


def _page(file: FileText) -> Page:
    page, mistakes = frontmatter.split(file.text, file.path)
    if mistakes:
        raise ContentError(mistakes)
    return page
