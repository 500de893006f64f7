"""A blurb's file as forms see it: its body, and the keys of its front matter, changed without touching another byte."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ruamel.yaml.error import YAMLError

from newsletter.model.saving import with_line_feeds
from newsletter.publication import frontmatter
from newsletter.publication.lineends import fitted
from newsletter.publication.yamledit import CannotChange, changed, plain
from newsletter.publication.yamlfile import Value, nodes
from newsletter.publication.yamlwrite import Given

_MATTER = re.compile(r"---[^\S\n]*\n((?:.*\n)*?)---[^\S\n]*(?:\n|\Z)")  # as `frontmatter.split` finds it


def body_of(text: str) -> str:
    """What stands below the front matter, its lines ended by LF; all of a text that has none."""
    text = with_line_feeds(text)
    found = _MATTER.match(text)
    return text[found.end() :] if found else text


def with_body(text: str, body: str) -> str:
    """The file with another body; its front matter, its line ends and its byte order mark stay.

    With the body that it has, it is the very same: `with_body(text, body_of(text)) == text`.
    """
    before = with_line_feeds(text)
    found = _MATTER.match(before)
    head = before[: found.end()] if found else ""
    between = "\n" if head and body and not head.endswith("\n") else ""
    return fitted(text, head + between + with_line_feeds(body))


def with_values(text: str, values: Mapping[str, Given]) -> str | None:
    """The file with these keys of its front matter set, those that are None without a value.

    A list may hold texts, or groups of keys; a group may stand below a key as well. Comments, order, the way of
    quoting, line ends and every value that stays are kept byte by byte; a key whose line bears a comment, or follows
    one, stays there empty when its value goes. What is written is read back: None where the file does not say then
    what was asked for, or is written in a way that this cannot change. It is never made to say anything else.
    """
    before = with_line_feeds(text)
    found = _MATTER.match(before)
    if found is None:
        return None
    try:
        root = nodes(found[1])
        said = _said(before)
        matter = changed(found[1], root, said, values)
    except (YAMLError, CannotChange):
        return None
    after = before[: found.start(1)] + matter + before[found.end(1) :]
    wanted = {key: plain(value) for key, value in values.items()}
    return fitted(text, after) if _says(before, after, said, wanted) else None


def _said(text: str) -> dict[str, Value]:
    """The keys of a front matter. Raises `CannotChange` for one with mistakes, or that holds no keys."""
    page, mistakes = frontmatter.split(text, "")
    if mistakes or not isinstance(page.matter.value, dict | None):
        raise CannotChange
    return page.matter.value or {}


def _says(before: str, after: str, said: Mapping[str, Value], wanted: Mapping[str, Value]) -> bool:
    """Whether the changed file says the same as before but for these keys, which say just what was wanted."""
    page, mistakes = frontmatter.split(after, "")
    now = page.matter.value if isinstance(page.matter.value, dict) else {}
    others = {key: value for key, value in said.items() if key not in wanted}
    if mistakes or {key: value for key, value in now.items() if key not in wanted} != others:
        return False
    same = all(plain(now.get(key)) == value for key, value in wanted.items())
    return same and page.body == frontmatter.split(before, "")[0].body
