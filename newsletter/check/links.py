"""Links: whether each leads a reader to the page that we say it does, and says nothing of whoever wrote it down.

What was found on the web comes in `Inspected.links`; without it only what an address shows by itself is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import unquote, urlsplit

from newsletter.check import linkanswers
from newsletter.check.inspected import Check, Inspected
from newsletter.check.linkplaces import LinkPlace, addresses_of, links_of
from newsletter.check.pagetitles import have_nothing_in_common
from newsletter.model.evidence import LinkSeen, LinkState
from newsletter.model.finding import Beside, Finding, Fix, Rule, Severity, Spot
from newsletter.model.links import canonical, clean, is_front_page

__all__ = ["CHECK", "addresses_of", "links_of"]

_GONE = Rule(
    name="link-gone",
    severity=Severity.BLOCK,
    looks="A link to a page that is not there: 404, 410 or no such host, on two tries.",
    why="Every reader who follows it ends in front of a closed door, and a letter cannot be mended.",
    out="Find where the page is now, or take the link out.",
)
_MOVED = Rule(
    name="link-moved",
    severity=Severity.WARN,
    looks="A link that leads on to another address, to a site's front page, or to a page that says it is not there.",
    why="Redirects are taken away one day, and a front page in place of an article mostly means that it is gone.",
    out="Write the address it leads to, or find where the page is now.",
)
_NOT_HTTPS = Rule(
    name="link-not-https",
    severity=Severity.WARN,
    looks="A link that begins with http:// instead of https://.",
    why="Anybody on the way can read and change what the reader is shown, and some programs warn of it.",
    out="Write https:// where the page can be had that way; where it was seen to lead there, --fix does it.",
)
_TRACKS = Rule(
    name="link-tracks",
    severity=Severity.WARN,
    looks="A link with parameters that say how a reader came: utm_source, fbclid and their like.",
    why="They say to the site where we found the page, they count our readers as somebody else's, and they are long.",
    out="Write the address without them, which leads to the same page; --fix does it.",
)
_PERSONAL = Rule(
    name="link-personal",
    severity=Severity.WARN,
    looks="A link that seems to be one person's own: with a mail address, a key or an unsubscribe command in it.",
    why="Copied out of a mailed letter, it lets every reader act as the one who got that letter.",
    out="Open it, and write the address at which the page itself stands.",
)
_TITLE = Rule(
    name="link-title",
    severity=Severity.WARN,
    looks="A page whose title shares no word of meaning with what we call it.",
    why="Two addresses that changed places, or the last week's that stayed, look right to whoever does not click.",
    out="Open the link; mend the address or our title, whichever is the wrong one.",
)
_UNCHECKED = Rule(
    name="link-could-not-check",
    severity=Severity.UNCHECKED,
    looks="A link of which nothing can be said: a sample address, a wall against robots, no answer.",
    why="It may be as it should or not; a program cannot see it.",
    out="Open the link in a browser.",
)

# Commands of mailing programs, and the addresses through which they count who clicked.
_COMMANDS = re.compile(
    r"(?i)/(?:[\w.]*unsubscribe(?:[._]\w+)?|opt-?out(?:\.\w+)?|退订|abmelden|desabonnement)/?(?:[?#]|$)|list-manage\d*\.com|"
    r"[/?&](?:manage|update|email|mail|newsletter|subscription)[-_/]?(?:preferences|subscriptions?|profile)\b"
)
_COUNTED = re.compile(
    r"(?i)/(?:(?:ls|wf|track|e)/(?:click|c|open)|click|track|CL0|c/eJ)[/?]|//(?:click|clicks|links?|email|e|trk)\d*\."
)
_TOKEN = re.compile(r"[A-Za-z0-9_=%+-]{40,}")
_KEYS = re.compile(
    r"(?i)[?&](?:(?:access|auth|login|session|user|reader|subscriber|member|recipient|gift|share)?[-_]?token|api[-_]?key"
    r"|e?mail(?:[-_]?address)?|subscriber(?:[-_]?id)?|recipient(?:[-_]?id)?|x-amz-signature|signature|sig)=[^&]{6,}"
)
_MAILBOX = re.compile(r"(?i)(?<![/@\w.+-])[a-z0-9][\w.+-]*@(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w.-])")


def _find(inspected: Inspected) -> Iterator[Finding]:
    places = links_of(inspected.wordings, inspected.draft)
    seen = {one.url: one for one in inspected.links or ()}
    for place in places:
        yield from _of_address(place, seen.get(place.url))
    schedule = inspected.publication.schedule
    for url, same in _by_url(places).items():
        if one := seen.get(url):
            yield from _of_page(same, one, schedule.name, f"{schedule.site}/issues/")
    yield from _unchecked(_by_url(places), seen, Spot(f"content/issues/{inspected.draft.issue}/issue.md", 0))


# What an address shows by itself


def _of_address(place: LinkPlace, seen: LinkSeen | None) -> Iterator[Finding]:
    plain = clean(place.url)
    if plain != place.url:
        what = f"the link carries what counts readers: {_taken(place.url, plain)}"
        yield _finding(_TRACKS, place, what, f"write {plain}", _fix(place, clean))
    elif is_personal(place.url):
        what = "the link seems to be one person's own, as links in mailed letters are"
        yield _finding(_PERSONAL, place, what, "open it, and write the address at which the page itself stands")
    if place.url.startswith("http://") and not (seen and _leads_on(seen)):
        twin = seen.final if seen and seen.state is LinkState.MOVED else None
        todo = f"write {twin}" if twin else f"write {_secure(place.url)}, if the page can be had there"
        fix = _fix(place, lambda _: twin) if twin else None
        yield _finding(_NOT_HTTPS, place, "the link is not https", todo, fix)


def is_personal(url: str) -> bool:
    """Whether an address looks as if it were made for one reader of a mailed letter, or held a key."""
    if _COMMANDS.search(url) or _KEYS.search(url) or _MAILBOX.search(unquote(url)):
        return True
    return bool(_COUNTED.search(url) and _TOKEN.search(url.partition("//")[2].partition("/")[2]))


def _taken(url: str, plain: str) -> str:
    """The names of the parameters that `clean` takes away."""
    kept = plain.replace("#", "&").replace("?", "&").split("&")
    gone = [piece for piece in url.replace("#", "&").replace("?", "&").split("&")[1:] if piece not in kept]
    return ", ".join(dict.fromkeys(piece.partition("=")[0] for piece in gone))


def _secure(url: str) -> str:
    return re.sub(r"^http://", "https://", url, flags=re.IGNORECASE)


def _fix(place: LinkPlace, mend: Callable[[str], str]) -> Fix | None:
    """The change that `--fix` makes; None where the address was not found in a file."""
    old = place.written
    if old is None or mend(old) == old:
        return None
    return Fix(place.spot.path, place.spot.line, place.spot.column, old, mend(old))


# What was found there


def _of_page(places: list[LinkPlace], seen: LinkSeen, ours: str, issues: str) -> Iterator[Finding]:
    place, also = places[0], _also(places)
    if seen.state is LinkState.GONE:
        yield _finding(_GONE, place, *_gone(seen, also))
    elif seen.state is LinkState.MOVED and seen.said == linkanswers.MISSING:
        what = f"the link opens a page that says it is not there: “{seen.title}”{also}"
        yield _finding(_MOVED, place, what, "find where the page is now, or take the link out")
    elif _leads_on(seen) and seen.final and is_front_page(canonical(seen.final)):
        what = f"the link leads to the front page of {_host(seen.final)}, so the page itself is probably gone{also}"
        yield _finding(_MOVED, place, what, "find where the page is now, or take the link out")
    elif _leads_on(seen):
        what = f"the page {'has moved for good' if seen.said == linkanswers.FOR_GOOD else 'is at another address'}"
        yield _finding(_MOVED, place, what + also, f"write {seen.final}")
        yield from _titles(places, seen, ours, issues)
    elif seen.state in (LinkState.ANSWERS, LinkState.MOVED):
        yield from _titles(places, seen, ours, issues)


def _leads_on(seen: LinkSeen) -> bool:
    """Whether the page is elsewhere; at the same address with https it is not."""
    return seen.state is LinkState.MOVED and seen.final is not None and canonical(seen.final) != canonical(seen.url)


def _gone(seen: LinkSeen, also: str) -> tuple[str, str]:
    if seen.said == linkanswers.NO_HOST:
        return f"the link leads nowhere: there is no host {_host(seen.url)}{also}", "correct the address"
    if seen.said.startswith(linkanswers.NO_HOST):
        what = f"the link leads on to {seen.said.rpartition(' ')[2]}, and there is no such host{also}"
        return what, "find where the page is now, or take the link out"
    return f"the page is gone ({seen.said}){also}", "find where it is now, or take the link out"


def _titles(places: Iterable[LinkPlace], seen: LinkSeen, ours: str, issues: str) -> Iterator[Finding]:
    if not seen.title or seen.url.startswith(issues):  # of our own issues we say what was in them, not their subject
        return
    told: set[str] = set()
    for place in places:
        hosts = _host(seen.url).removeprefix("www.").split(".")
        names = (ours, place.outlet, *hosts[:-1], "".join(hosts[-2:-1]))
        if place.ours not in told and have_nothing_in_common(place.around, seen.title, names):
            told.add(place.ours)
            yield Finding(
                rule=_TITLE.name,
                severity=_TITLE.severity,
                section=place.section,
                spot=place.said_at,
                words=place.ours,
                what=f"the page behind “{place.ours}” has quite another title",
                todo="open the link; mend the address or our words, whichever is wrong",
                beside=(Beside(text=seen.title, item=None, outlet=_host(seen.url)),),
            )


# What could not be looked at


def _unchecked(places: Mapping[str, list[LinkPlace]], seen: Mapping[str, LinkSeen], issue: Spot) -> Iterator[Finding]:
    """One finding for each reason."""
    reasons: dict[tuple[LinkState, str], list[LinkSeen]] = {}
    for one in (seen[url] for url in places if url in seen):
        if one.state in (LinkState.BLOCKED, LinkState.UNREACHABLE, LinkState.SAMPLE):
            reasons.setdefault((one.state, one.said), []).append(one)
    for (state, said), same in reasons.items():
        place = places[same[0].url][0] if len(same) == 1 else None
        what, todo = _in_words(state, said, same)
        yield Finding(
            rule=_UNCHECKED.name,
            severity=_UNCHECKED.severity,
            section=place.section if place else None,
            spot=place.spot if place else issue,
            words="",
            what=what,
            todo=todo,
        )


def _in_words(state: LinkState, said: str, same: list[LinkSeen]) -> tuple[str, str]:
    hosts = list(dict.fromkeys(_host(one.url) for one in same))
    named = ", ".join(hosts[:3]) + (f" and {len(hosts) - 3} more" if len(hosts) > 3 else "")
    one = len(same) == 1
    links = "one link" if one else f"{len(same)} links"
    open_it = "open it in a browser" if one else "open them in a browser"
    if said == linkanswers.NO_NETWORK and one:
        return f"could not check {links} ({named}): neither its server nor any other answered", open_it
    if said == linkanswers.NO_NETWORK:
        return f"could not check {links}: {said}", "ask again with --links when it can be reached"
    if state is LinkState.SAMPLE:
        kind = "a sample address" if one else "sample addresses"
        return f"could not check {links} to {kind} ({named})", "put the real address in before it goes out"
    if said == linkanswers.INSIDE:
        todo = "see that readers can open it from anywhere; for a host of ours, name it in schedule.yaml, allow_hosts"
        return f"could not check {links} {said} ({named})", todo
    return f"could not check {links} ({named}): {said}", open_it


def _finding(rule: Rule, place: LinkPlace, what: str, todo: str, fix: Fix | None = None) -> Finding:
    return Finding(
        rule=rule.name,
        severity=rule.severity,
        section=place.section,
        spot=place.spot,
        words=place.written or place.url,
        what=what,
        todo=todo,
        fix=fix,
    )


def _by_url(places: Iterable[LinkPlace]) -> dict[str, list[LinkPlace]]:
    found: dict[str, list[LinkPlace]] = {}
    for place in places:
        found.setdefault(place.url, []).append(place)
    return found


def _also(places: list[LinkPlace]) -> str:
    """Where else the same link stands."""
    others = dict.fromkeys(
        "items.yaml" if place.spot.line == 0 else str(place.section)
        for place in places[1:]
        if place.spot != places[0].spot
    )
    return f"; it stands in {', '.join(others)} as well" if others else ""


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


CHECK = Check(
    name="links",
    about="Whether each link leads to the page that we say it does; asked for with --links.",
    rules=(_GONE, _MOVED, _NOT_HTTPS, _TRACKS, _PERSONAL, _TITLE, _UNCHECKED),
    find=_find,
)
