"""What came of asking for a link, in an editor's terms. Pure: the asking is done by `look_at_links`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from newsletter.check.pagetitles import is_wall, says_missing
from newsletter.fetch.answer import Answer, FailureKind, Outcome
from newsletter.model.evidence import LinkSeen, LinkState
from newsletter.model.links import canonical, clean, is_front_page

# What `LinkSeen.said` says, where it is no status.
NO_HOST = "no such host"
NO_ANSWER = "no answer in time"
NO_NETWORK = "the network could not be reached"
INSIDE = "inside a private network"
SIGN_IN = "a page that asks to sign in or to consent"
ROBOTS = "a wall against robots"
CIRCLE = "redirects without end, as walls make them"
FOR_GOOD = "moved for good"
FOR_NOW = "leads to another address"
FRONT_PAGE = "leads to the front page of a site"
MISSING = "a page that says of itself that it is not there"
SAMPLE = "a sample address"

_GONE = (404, 410)
_WALLS = re.compile(
    r"(?i)/(?:log-?in|sign-?in|sign-?up|sso|oauth2?|auth|authenticate|consent|paywall|subscribe|captcha|challenge)(?:[/._-]|$)"
)
_WALL_HOSTS = re.compile(r"(?i)(?:login|signin|accounts?|auth|sso|idp|consent|cmp|myprivacy)\.")
# They lead on by design, and stay when the page moves: what stands in the letter is the lasting address.
_LASTING = ("doi.org", "dx.doi.org", "hdl.handle.net", "purl.org", "w3id.org", "n2t.net", "perma.cc")


@dataclass(frozen=True, slots=True)
class Try:
    """One time that an address was asked for."""

    outcome: Outcome
    title: str | None = None  # of the page that answered
    host: str | None = None  # a host on the way that there is not
    is_inside: bool = False  # the guard let nobody through


def wants_another(one: Try) -> bool:
    """Whether a second try may find otherwise: what is gone is believed twice, what failed may have been busy."""
    match one.outcome:
        case Answer(status=status):
            return status in _GONE or status >= 500
        case failure:
            return failure.kind in (FailureKind.UNREACHABLE, FailureKind.TOO_SLOW, FailureKind.BROKEN)


def was_reached(one: Try) -> bool:
    """Whether somebody answered, in whatever way, so that the network is there."""
    if isinstance(one.outcome, Answer):
        return True
    return one.outcome.kind in (FailureKind.BROKEN, FailureKind.TOO_LARGE, FailureKind.LOOP)


def found(url: str, tries: Sequence[Try], now: datetime) -> LinkSeen:
    """The link as its tries found it, the last one counting most. No try: there was no time."""
    if not tries:
        return LinkSeen(url=url, state=LinkState.UNREACHABLE, said=NO_ANSWER, seen=now)
    last = tries[-1]
    if _is_gone(last):
        state = LinkState.GONE if len(tries) > 1 and all(map(_is_gone, tries)) else LinkState.UNREACHABLE
        said = _no_host(url, last.host) if last.host else _status(last.outcome)
        once = "" if state is LinkState.GONE else ", though not on both tries"
        return LinkSeen(url=url, state=state, said=said + once, seen=now)
    state, said, final = _answered(url, last) if isinstance(last.outcome, Answer) else _failed(last)
    read = last.title if state in (LinkState.ANSWERS, LinkState.MOVED) else None
    return LinkSeen(url=url, state=state, said=said, final=final, title=read, seen=now)


def sample(url: str, now: datetime) -> LinkSeen:
    """A link that is never asked for."""
    return LinkSeen(url=url, state=LinkState.SAMPLE, said=SAMPLE, seen=now)


def _is_gone(one: Try) -> bool:
    return one.host is not None or (isinstance(one.outcome, Answer) and one.outcome.status in _GONE)


def _no_host(url: str, missing: str) -> str:
    """Which host there is not, where it is another one than that of the link."""
    return NO_HOST if missing == urlsplit(url).hostname else f"{NO_HOST}: {missing}"


def _status(outcome: Outcome) -> str:
    """A status as people know it: "404 Not Found"."""
    status = outcome.status if isinstance(outcome, Answer) else 0
    known = {one.value: one.phrase for one in HTTPStatus}
    return f"{status} {known.get(status, '')}".strip()


def _answered(url: str, one: Try) -> tuple[LinkState, str, str | None]:
    answer = one.outcome
    assert isinstance(answer, Answer)
    if answer.status >= 500:
        return LinkState.UNREACHABLE, _status(answer), None
    if answer.status >= 300:
        return LinkState.BLOCKED, _status(answer), None
    if _leads_to_wall(url, answer.url):
        return LinkState.BLOCKED, SIGN_IN, None
    if one.title and is_wall(one.title):
        return LinkState.BLOCKED, ROBOTS, None
    if one.title and says_missing(one.title):
        return LinkState.MOVED, MISSING, None
    return _moved(url, answer)


def _moved(url: str, answer: Answer) -> tuple[LinkState, str, str | None]:
    """Whether a page answered at another address than the one asked for, as far as a reader would care."""
    final = _with_fragment(clean(answer.url), url)
    if _host(url) in _LASTING or answer.url == url:
        return LinkState.ANSWERS, _status(answer), None
    if canonical(final) == canonical(url):
        to_https = url.startswith("http://") and final.startswith("https://")
        return (LinkState.MOVED, FOR_GOOD, final) if to_https else (LinkState.ANSWERS, _status(answer), None)
    if is_front_page(canonical(final)) and not is_front_page(canonical(url)):
        return LinkState.MOVED, FRONT_PAGE, final
    if answer.moved_to == answer.url:
        return LinkState.MOVED, FOR_GOOD, final
    # For now only: a page in the reader's language, a cookie tried out. The address that was written is the better one.
    if _host(final) == _host(url) and (is_front_page(canonical(url)) or _path(final) == _path(url)):
        return LinkState.ANSWERS, _status(answer), None
    return LinkState.MOVED, FOR_NOW, final


def _failed(one: Try) -> tuple[LinkState, str, str | None]:
    assert not isinstance(one.outcome, Answer)
    match one.outcome.kind:
        case FailureKind.REFUSED:
            said = INSIDE if one.is_inside else "leads to what is not asked for"
            return LinkState.BLOCKED, said, None
        case FailureKind.LOOP:
            return LinkState.BLOCKED, CIRCLE, None
        case FailureKind.TOO_LARGE:
            return LinkState.ANSWERS, "more than is read of a page", None
        case FailureKind.TOO_SLOW:
            return LinkState.UNREACHABLE, NO_ANSWER, None
        case FailureKind.BROKEN | FailureKind.UNREACHABLE:
            return LinkState.UNREACHABLE, _reason(one.outcome.what), None


def _reason(what: str) -> str:
    """What happened, out of a failure's words, without the host and without what an operator might do."""
    happened = what.split(". ")[0].removesuffix(".")
    host, _, rest = happened.partition(" ")
    return f"the server {rest}" if "." in host else "its host was not found"


def _leads_to_wall(url: str, final: str) -> bool:
    """Whether a link that asks for nothing itself ended where a reader is asked for something."""
    if canonical(url) == canonical(final) or _WALLS.search(urlsplit(url).path) or _WALL_HOSTS.match(_host(url)):
        return False
    return bool(_WALLS.search(urlsplit(final).path) or _WALL_HOSTS.match(_host(final)))


def _with_fragment(final: str, url: str) -> str:
    """A redirect keeps the place in the page that the link names (RFC 9110 section 10.2.2)."""
    fragment = url.partition("#")[2]
    return f"{final}#{fragment}" if fragment and "#" not in final else final


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _path(url: str) -> str:
    return urlsplit(url).path.rstrip("/")
