"""Addresses compared and cleaned: which two links lead to the same page, and what an editor need not see of one.

Neither function asks the network. What is certain is folded, what is not stays: two addresses that are taken for one
would lose an entry, two that are taken for different ones only show it twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote_to_bytes, urlsplit, urlunsplit

# Parameters that say how a reader came, never what is shown. Each was seen in the links of feeds or newsletters.
_TRACKING = re.compile(
    r"""(?xi)
      utm_.* | pk_.* | mtm_.* | piwik_.* | matomo_.* | hsa_.* | _hs.* | vero_.* | trk_.* | ns_.* | wt[._]mc.* | wt_z.*
    | at_(?:medium|campaign|format|link.*|ptr.*|bbc.*) | fbclid | gclid | gclsrc | dclid | gbraid | wbraid | msclkid
    | yclid | twclid | ttclid | igshid | igsh | li_fat_id | mc_[ce]id | mkt_tok | oly_(?:enc|anon)_id | _bta_.* | __s
    | ck_subscriber_id | s_cid | ss_email_id | sc_cid | ncid | cmpid | cmp | ito | icid | xtor | smid | smtyp | spm
    | scm | sr_share | share_token | feature=share | _ga | _gl | guccounter | guce_referrer(?:_sig)?
    | ref_(?:src|url|source) | referrer | referer
    """
)
# Parameters that are tracking for one site and the very content for the next: only when they name a channel.
_MAYBE = {"ref", "source", "src", "from", "via", "origin", "medium", "share", "rss", "feed"}
_CHANNEL = re.compile(
    r"(?i)(?:rss|atom|feeds?|rss-?feed|newsletters?|e?-?mail|mailing|twitter|x|facebook|fb|linkedin|weibo|wechat|weixin"
    r"|whatsapp|telegram|social|share|shared|sharing|home|homepage|app|mobile|push|widget|1|true|)"
)
_SESSION = {"phpsessid", "jsessionid", "aspsessionid", "sessionid", "session_id"}
_AMP_PARAMETERS = {"amp": {"", "1", "true"}, "outputtype": {"amp"}}
_UNRESERVED = "-._~"  # RFC 3986 section 2.3, beside letters and digits
_PATH_SAFE = "-._~!$&'()*+,;=:@"  # what a segment may hold as it is, section 3.3
_GOOGLE_VIEWER = re.compile(r"^/amp/(s/)?(?=[^/]+\.[^/]+)(.+)$")
_AMP_CACHE = re.compile(r"^/(?:[civ]|wp)/(s/)?(?=[^/]+\.[^/]+)(.+)$")


def canonical(url: str) -> str:
    """The address that stands for a page when two are compared; never shown, never fetched.

    https, the host in small letters without "www.", no default port, no fragment (but "#!" and "#/", which are the
    pages of some sites), no tracking parameter, no session, the other parameters sorted, no slash at the end, percent
    encoding as RFC 3986 section 6.2.2 has it, AMP editions as the page itself. Applied twice it changes nothing more.
    What is no http(s) address comes back as it is, stripped.
    """
    text = url.strip()
    for _ in range(5):  # a viewer's address may hold another one
        folded = _canonical(text).strip()
        if folded == text:
            break
        text = folded
    return text


def _canonical(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return text
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not host:
        return text
    host = host.rstrip(".")
    if held := _held_by_viewer(host, parts.path):
        return f"https://{held}" + (f"?{parts.query}" if parts.query else "")
    host = f"[{host}]" if ":" in host else _ascii(host)
    host = host.removeprefix("www.") if host.count(".") > 1 else host
    netloc = host if port in (None, 80 if scheme == "http" else 443) else f"{host}:{port}"
    fragment = parts.fragment if parts.fragment[:1] in ("!", "/") else ""
    return urlunsplit(("https", netloc, _path(parts.path), _query(parts.query), fragment))


def is_front_page(url: str) -> bool:
    """Whether a canonical address is a site's front page: it identifies the site and none of its entries."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query and not parts.fragment


def clean(url: str) -> str:
    """The address as an editor sees it and a reader gets it: tracking parameters gone, all else as it was written."""
    head, mark, fragment = url.partition("#")
    if mark and fragment and all(_is_tracking(piece) for piece in fragment.split("&")):
        mark = fragment = ""
    address, question, query = head.partition("?")
    if question:
        kept = [piece for piece in query.split("&") if not _is_tracking(piece)]
        if len(kept) != query.count("&") + 1:
            query = "&".join(kept)
            question = "?" if query else ""
    return f"{address}{question}{query}{mark}{fragment}"


def _is_tracking(piece: str) -> bool:
    name, _, value = piece.partition("=")
    if name.lower() in _MAYBE:
        return bool(_CHANNEL.fullmatch(value)) and "=" in piece
    return bool(_TRACKING.fullmatch(name) or _TRACKING.fullmatch(piece))


def _held_by_viewer(host: str, path: str) -> str | None:
    """The address inside the address of an AMP viewer or cache."""
    if re.fullmatch(r"(?:www\.)?google\.[a-z.]{2,6}", host):
        found = _GOOGLE_VIEWER.match(path)
    elif host.endswith(".cdn.ampproject.org"):
        found = _AMP_CACHE.match(path)
    else:
        return None
    return found[2] if found else None


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return host.lower()


def _path(path: str) -> str:
    segments: list[str] = []
    for written in re.sub(r"(?i);jsessionid=[^/?#]*", "", path).split("/"):
        segment = _percent(written, _PATH_SAFE)
        if segment == "..":
            segments = segments[:-1]
        elif segment != ".":
            segments.append(segment)
    folded = "/" + "/".join(_without_amp([segment for segment in segments if segment]))
    return "" if folded == "/" else folded


def _without_amp(segments: list[str]) -> list[str]:
    """The segments of the page itself.

    QUIRK: AMP editions stand at /amp/story-17, /news/amp/story-17, /story-17/amp or /story-17.amp.html. A piece about
    amps stands at /amp or /music/amp; so "amp" goes only where what remains ends in what looks like an article's name.
    """
    kept = [segment for segment in segments if segment != "amp"]
    if not kept:
        return segments
    last = re.sub(r"\.amp(?=\.html?$|$)", "", kept[-1])
    if not re.search(r"[0-9-]", last):
        return segments
    return [*kept[:-1], last]


def _query(query: str) -> str:
    kept = (piece for piece in query.split("&") if piece and not _is_tracking(piece) and not _is_session(piece))
    return "&".join(sorted(_parameters(kept)))


def _is_session(piece: str) -> bool:
    name, _, value = piece.partition("=")
    return name.lower() in _SESSION or value.lower() in _AMP_PARAMETERS.get(name.lower(), ())


def _parameters(pieces: Iterable[str]) -> Iterable[str]:
    for piece in pieces:
        name, equals, value = piece.partition("=")
        yield _percent(name.replace("+", " "), _UNRESERVED) + equals + _percent(value.replace("+", " "), _UNRESERVED)


def _percent(text: str, safe: str) -> str:
    """Escapes only what must be escaped, in capital letters: "%7e" is "~", "%c3%a9" is "%C3%A9"."""
    raw = unquote_to_bytes(text.encode("utf-8", "replace"))
    # What was escaped because it would otherwise separate (a "/" in a segment, a "%") stays escaped: quote() does that.
    return quote(raw, safe=safe)
