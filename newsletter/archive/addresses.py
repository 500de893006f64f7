"""Where things stand on the site: addresses with the base path, and the file below public/ behind each."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote, unquote

from newsletter.model.issue import IssueId


def issue_address(base: str, issue: IssueId | str) -> str:
    """The page of an issue, by its id or its name; root-relative. It never changes."""
    return f"{base}/issues/{issue}/"


def page_address(base: str, *parts: str) -> str:
    """The address of a page, root-relative, each part percent-encoded (RFC 3986 2.1), with a slash at the end."""
    return "/".join((base, *map(_quoted, parts), ""))


@lru_cache(maxsize=4_096)
def _quoted(part: str) -> str:
    return quote(part, safe="")


def image_address(base: str, name: str) -> str:
    """A picture, by its content-hash name."""
    return f"{base}/images/{name}"


def file_of(address: str, base: str) -> str:
    """The file below public/ that answers at a root-relative address of the site."""
    path = address[len(base) + 1 :]
    path = unquote(path) if "%" in path else path
    return f"{path}index.html" if path.endswith("/") or not path else path


def absolute(site: str, base: str, address: str) -> str:
    """A root-relative address as the world writes it. `site` is the archive's own address, which ends in `base`."""
    return site.removesuffix(base) + address
