"""Addresses that stand inside the address of a guard or a counter: Google's, Outlook's, those of networks and chats.

Whoever copies out of a mail or a document copies the guard's address, and it names the one who received it. Nothing is
asked of the network: only an address that is written out in the other is taken.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from newsletter.model.links import clean
from newsletter.model.urls import NotAnAddress, parse_email, parse_url

# Host, path and the parameter that holds the address. Each was seen in a paste.
_WRAPPERS = (
    (r"(?:www\.)?google\.[a-z.]{2,6}", r"/url", ("q", "url")),
    (r".+\.safelinks\.protection\.outlook\.(?:com|cn)", r"/.*", ("url",)),
    (r"statics\.teams\.(?:microsoft\.com|cdn\.office\.net)", r"/.*safelink.*", ("url",)),
    (r"(?:l|lm)\.facebook\.com", r"/l\.php", ("u",)),
    (r"l\.(?:instagram|threads)\.(?:com|net)", r"/.*", ("u",)),
    (r"(?:www\.)?linkedin\.com", r"/(?:redir/redirect|safety/go)/?", ("url",)),
    (r"(?:www\.)?youtube\.com", r"/redirect", ("q",)),
    (r"out\.reddit\.com", r"/.*", ("url",)),
    (r"slack-redir\.net", r"/link", ("url",)),
    (r"(?:html\.)?duckduckgo\.com", r"/l/?", ("uddg",)),
    (r"t\.umblr\.com", r"/redirect", ("z",)),
    (r"link\.zhihu\.com", r"/?", ("target",)),
)
_WRAPPER = tuple((re.compile(host), re.compile(path), names) for host, path, names in _WRAPPERS)
_PROOFPOINT = re.compile(r"/v3/__(.+?)__(?:;|$)")
_WRAPPED_AT_MOST = 4  # a guard around a guard, and one more


def unwrapped(url: str) -> str:
    """The address that a link leads to in the end, as far as it can be read off it; else the address as it is."""
    for _ in range(_WRAPPED_AT_MOST):
        held = _held(url)
        if held is None:
            break
        url = held
    return url


def _held(url: str) -> str | None:
    if len(url) > 8_000:
        return None
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
        if host in ("urldefense.com", "urldefense.proofpoint.com"):
            return _address(_proofpoint(parts.path, parts.query))
        for of_host, of_path, names in _WRAPPER:
            if of_host.fullmatch(host) and of_path.fullmatch(parts.path):
                query = parse_qs(parts.query, max_num_fields=100)
                return next((found for name in names if (found := _address(query.get(name, [""])[0]))), None)
    except ValueError:
        return None
    return None


def _proofpoint(path: str, query: str) -> str:
    """Proofpoint's second kind writes - for % and _ for /; its third leaves the address alone but for odd signs."""
    if path.startswith("/v2/"):
        return unquote(parse_qs(query, max_num_fields=100).get("u", [""])[0].translate({0x2D: "%", 0x5F: "/"}))
    found = _PROOFPOINT.match(path + (f"?{query}" if query else ""))
    # A star stands for a sign that is kept elsewhere in coded form; such an address is left as it came.
    return found[1] if found and "*" not in found[1] else ""


def _address(text: str) -> str | None:
    return text if re.match(r"https?://", text) else None


def address_of(href: str) -> str:
    """The address of a pasted link as it may stand in a blurb: past guards, without tracking; "" for none."""
    href = re.sub(r"[\t\r\n]", "", href.strip())[:20_000]
    try:
        if href[:7].lower() == "mailto:":
            return f"mailto:{parse_email(unquote(href[7:].partition('?')[0]))}"
        written = href.replace(" ", "%20")
        return clean(parse_url(unwrapped(f"https:{written}" if written.startswith("//") else written)))
    except (NotAnAddress, ValueError):
        return ""
