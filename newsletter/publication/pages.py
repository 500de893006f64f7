"""content/pages/<name>.md: the pages beside the issues, such as about and privacy."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from newsletter.model.errors import Mistake
from newsletter.model.shape import Line, about, file_shape
from newsletter.publication import frontmatter, yamlfile
from newsletter.publication.folder import Folder

PAGES = "content/pages"

# What stands first in other addresses of the site.
_TAKEN = (
    "issues topics people numbers search images assets pagefind feed atom sitemap robots 404 "
    "subscribe confirm u p preferences me answer health index"
)
TAKEN = frozenset(_TAKEN.split(" "))


@file_shape
class PageMatter:
    """The front matter of a page."""

    title: Line = field(metadata=about("the page's title", "About us"))
    description: Line = field(metadata=about("what it tells, in a sentence", "Who makes this letter, and why."))


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFile:
    """A page as its file says it."""

    path: str  # below the publication's folder
    name: str  # stands in its address
    matter: PageMatter
    body: str  # Markdown
    body_line: int


def read(folder: Folder) -> tuple[tuple[PageFile, ...], list[Mistake]]:
    """The pages of a publication, by name, and every mistake in their files but for their Markdown."""
    found, mistakes = [], []
    for file in folder.names(PAGES, ".md"):
        path = f"{PAGES}/{file}"
        name = file.removesuffix(".md")
        mistakes += [Mistake(path, 0, *fault) for fault in _misnamed(name)]
        noted = len(folder.mistakes)
        text = folder.read_text(path)
        mistakes += folder.mistakes[noted:]
        if text is None:
            continue
        page, misfits = frontmatter.split(text, path)
        mistakes += misfits
        if misfits:
            continue
        matter, misfits = yamlfile.build(PageMatter, page.matter.value or {}, page.matter, path)
        mistakes += misfits
        if matter is not None:
            found.append(PageFile(path=path, name=name, matter=matter, body=page.body, body_line=page.body_line))
    return tuple(found), mistakes


def _misnamed(name: str) -> list[tuple[str, str]]:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        return [("the name of a page stands in its address", "name it in small letters, digits and hyphens")]
    if name in TAKEN:
        return [(f"the address /{name}/ is taken by the site itself", "give the page another name")]
    return []
