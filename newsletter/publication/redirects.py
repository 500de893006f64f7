"""content/redirects.yaml: addresses of the site that have become other ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from newsletter.model.archive import Redirect
from newsletter.model.errors import Mistake
from newsletter.model.shape import shown
from newsletter.model.urls import NotAnAddress, parse_url
from newsletter.publication import yamlfile
from newsletter.publication.folder import Folder

REDIRECTS = "content/redirects.yaml"
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()+,;=:@%-]+)+/?")  # RFC 3986 3.3, with one slash at a time
_DOTS = re.compile(r"/\.{1,2}(?:/|$)")


def read(folder: Folder) -> tuple[tuple[Redirect, ...], list[Mistake]]:
    """The redirects in the order of the file, and every mistake in it; a publication need not have any."""
    if not folder.exists(REDIRECTS):
        return (), []
    noted = len(folder.mistakes)
    text = folder.read_text(REDIRECTS)
    mistakes = folder.mistakes[noted:]
    if text is None:
        return (), mistakes
    written = yamlfile.read(text)
    mistakes += [Mistake(REDIRECTS, *mistake) for mistake in written.mistakes]
    if mistakes or written.value is None:
        return (), mistakes
    if not isinstance(written.value, list):
        return (), [Mistake(REDIRECTS, 1, "the file is no list", 'begin each entry with "- from:"')]
    found: list[tuple[int, Redirect]] = []
    for at, entry in enumerate(written.value):
        line = written.line((at,))
        if fault := _shape_fault(entry):
            mistakes.append(Mistake(REDIRECTS, line, *fault))
        elif isinstance(entry, dict):
            one = Redirect(old=str(entry["from"]), new=str(entry["to"]))
            mistakes += [Mistake(REDIRECTS, line, *fault) for fault in _faults(one)]
            found.append((line, one))
    mistakes += _together(found)
    return tuple(one for _, one in found), mistakes


def _shape_fault(entry: object) -> tuple[str, str] | None:
    if not isinstance(entry, dict) or set(entry) != {"from", "to"}:
        return "the entry does not say just `from` and `to`", "write - from: /old/ and, below it, to: /new/"
    strange = next((key for key in ("from", "to") if not isinstance(entry[key], str)), None)
    return (f"`{strange}` is no address", "write one, as /issues/2026-10-30/") if strange else None


def _faults(one: Redirect) -> Iterator[tuple[str, str]]:
    if not _is_path(one.old):
        what = f"'{shown(one.old)}' is no address below the site's"
        yield what, "begin it with one slash, without host, ? and #, as /news/23.html"
    if not _is_path(one.new.partition("#")[0]) and one.new != "/":
        try:
            parse_url(one.new)
        except NotAnAddress:
            what = f"'{shown(one.new)}' is neither an address of the site nor a whole one"
            yield what, "write it as /issues/2026-10-30/ or https://example.org/page"


def _is_path(address: str) -> bool:
    """Whether a path stays below the site and means the same to every host, written plainly or percent-encoded."""
    plain = unquote(address)
    hidden = plain.count("/") != address.count("/") or "\\" in plain or not plain.isprintable()
    return bool(_PATH.fullmatch(address)) and not hidden and not _DOTS.search(plain)


def _together(found: list[tuple[int, Redirect]]) -> Iterator[Mistake]:
    """Addresses that are given twice, and those that lead back to themselves."""
    targets: dict[str, str] = {}
    for line, one in found:
        if place(one.old) in targets:
            what = f"the address {shown(one.old)} is given twice"
            yield Mistake(REDIRECTS, line, what, "keep the entry that is right")
        targets.setdefault(place(one.old), place(one.new.partition("#")[0]))
    for line, one in found:
        if _leads_back(place(one.old), targets):
            what = f"the address {shown(one.old)} leads back to itself"
            yield Mistake(REDIRECTS, line, what, "let it lead to a page that is there")


def place(address: str) -> str:
    """What two writings of one address have in common: a slash at the end makes no difference."""
    return address.rstrip("/") or "/"


def _leads_back(start: str, targets: Mapping[str, str]) -> bool:
    at, seen = targets.get(start), {start}
    while at is not None and at not in seen:
        seen.add(at)
        at = targets.get(at)
    return at == start
