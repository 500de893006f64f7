"""A Markdown file with YAML on top, divided at its fences."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.model.errors import Mistake
from newsletter.publication import yamlfile
from newsletter.publication.yamlfile import Written


@dataclass(frozen=True, slots=True)
class Page:
    """One such file: what its front matter says, and its body with the line it begins on."""

    path: str
    matter: Written
    body: str
    body_line: int
    text: str  # of the whole file

    @property
    def name(self) -> str:
        """The file's stem."""
        return self.path.rpartition("/")[2].removesuffix(".md")


def split(text: str, path: str) -> tuple[Page, list[Mistake]]:
    """The file in its two parts. The first line must be `---`; the first `---` after it closes the front matter."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        what, todo = "the first line is not ---", "begin the file with ---, its keys, and --- again"
        return Page(path, Written(None), "", 1, text), [Mistake(path, 1, what, todo)]
    close = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if close is None:
        what, todo = "the front matter opens here and is not closed", "put a line --- between the keys and the text"
        return Page(path, Written(None), "", 1, text), [Mistake(path, 1, what, todo)]
    matter = yamlfile.read("\n".join(lines[1:close]), first_line=2)
    page = Page(path, matter, "\n".join(lines[close + 1 :]), close + 2, text)
    return page, [Mistake(path, *mistake) for mistake in matter.mistakes]
