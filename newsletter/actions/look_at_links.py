"""Look at links: ask for every page that an issue leads to, as a reader who follows each link once."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from newsletter import __version__
from newsletter.check import linkanswers
from newsletter.check.linkanswers import Try
from newsletter.check.linkplaces import is_sample, is_sample_host
from newsletter.check.pagetitles import title_of
from newsletter.fetch.answer import Answer, FailureKind, Limits, Outcome, Request
from newsletter.fetch.guard import Guard
from newsletter.gather.charsets import decoded
from newsletter.model.evidence import LinkSeen, LinkState
from newsletter.publication.schedule import Schedule
from newsletter.store import links
from newsletter.store.engine import Store

if TYPE_CHECKING:  # whoever checks without asking the web does not pay for its client
    from newsletter.fetch.client import Fetcher
    from newsletter.fetch.wire import Lookup

GOOD_FOR = timedelta(hours=24)  # a page that was there is there
BAD_FOR = timedelta(minutes=15)  # one that was not may have been put back
SECONDS = 30.0  # for all links together; an editor waits for it
LIMITS = Limits(bytes=2_000_000, seconds=10, connect=6, redirects=8, per_host=2, connections=24)

_WITNESSES = 3  # links known to answer that are asked again when no other does, so that a network is told from a host
_ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"
_PAGES = ("text/html", "application/xhtml+xml", "")
_NO_SUCH_HOST = {socket.EAI_NONAME, socket.EAI_NODATA} if hasattr(socket, "EAI_NODATA") else {socket.EAI_NONAME}


def look_at_links(
    urls: Iterable[str],
    schedule: Schedule,
    now: datetime,
    store: Store | None = None,
    *,
    limits: Limits = LIMITS,
    seconds: float = SECONDS,
    lookup: Lookup | None = None,
) -> tuple[LinkSeen, ...]:
    """How each link was found, in the order given; those found lately are not asked for again where there is a store.

    Reserved names are never looked up, private hosts only where schedule.yaml names them. What has not answered in
    `seconds` is unreachable; nothing here raises for what the web does. Raises `StoreError`.
    """
    wanted = tuple(dict.fromkeys(urls))
    known = {url: linkanswers.sample(url, now) for url in wanted if is_sample(url)}
    if store is not None:
        known |= _remembered(store, [url for url in wanted if url not in known], now)
    new = [url for url in wanted if url not in known]
    if not new:
        return tuple(known[url] for url in wanted)
    ask = partial(_asked, schedule=schedule, now=now, limits=limits, lookup=lookup)
    tries = ask(dict.fromkeys(urldefrag(url).url for url in new), seconds=seconds)
    witnesses = [url for url, one in known.items() if one.state is LinkState.ANSWERS][:_WITNESSES]
    is_there = _is_anybody_there(tries) or _is_anybody_there(ask(witnesses, seconds=seconds / 3))
    found = {url: _found(url, tries[urldefrag(url).url], now, is_there) for url in new}
    if store is not None and is_there:
        links.keep(store, [one for one in found.values() if one.said != linkanswers.INSIDE])
    return tuple((known | found)[url] for url in wanted)


def _remembered(store: Store, urls: list[str], now: datetime) -> dict[str, LinkSeen]:
    """What is known and still good. What a clock that was set back has seen in the future is not."""
    there = links.seen(store, urls, now - GOOD_FOR)
    good = (LinkState.ANSWERS, LinkState.MOVED)
    return {one.url: one for one in there if now - (GOOD_FOR if one.state in good else BAD_FOR) <= one.seen <= now}


def _found(url: str, tries: Sequence[Try], now: datetime, is_there: bool) -> LinkSeen:
    """The link as its tries found it. Where nobody answered at all, nothing is known of any link: a network that is
    down, or lets nobody out, knows no host."""
    seen = linkanswers.found(url, tries, now)
    if is_there or seen.state is LinkState.BLOCKED:
        return seen
    return LinkSeen(url=url, state=LinkState.UNREACHABLE, said=linkanswers.NO_NETWORK, seen=now)


def _is_anybody_there(tries: Mapping[str, Sequence[Try]]) -> bool:
    return any(linkanswers.was_reached(one) for same in tries.values() for one in same)


def _asked(
    urls: Iterable[str],
    *,
    schedule: Schedule,
    now: datetime,
    limits: Limits,
    seconds: float,
    lookup: Lookup | None,
) -> dict[str, list[Try]]:
    """The tries of each address, made in `seconds` altogether."""
    from newsletter.fetch.client import Fetcher
    from newsletter.fetch.wire import system_lookup

    guard = Guard(frozenset(schedule.gather.allow_hosts))
    names = _Names(lookup or system_lookup, guard)
    tries: dict[str, list[Try]] = {url: [] for url in urls}
    agent = f"newsletter/{__version__} (+{schedule.site})"
    fetching = Fetcher(guard, limits, agent, now, lookup=names.lookup)
    # Leaving the fetcher drops what is under way and ends the reading, with an error that says no more than that.
    with ThreadPoolExecutor(1, "links") as readers, fetching as fetcher:
        reading = readers.submit(_read, fetcher, names, tries)
        wait([reading], seconds)
        in_time = reading.done()
    if in_time:
        reading.result()
    return tries


def _read(fetcher: Fetcher, names: _Names, tries: dict[str, list[Try]]) -> None:
    """Asks for every address once; then again for those that may be found otherwise."""
    again = list(tries)
    for _ in range(2):
        for url in again:
            fetcher.submit(Request(key=url, url=url, accept=_ACCEPT))
        for outcome in fetcher.outcomes():
            tries[outcome.key].append(names.told(outcome))
        again = [url for url in again if linkanswers.wants_another(tries[url][-1])]


@dataclass(slots=True)
class _Names:
    """Looks hosts up, and remembers which there are not and which lie inside our own network."""

    system: Lookup
    guard: Guard
    missing: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)

    async def lookup(self, host: str, port: int, family: int) -> Sequence[str]:
        if is_sample_host(host):  # where a redirect leads; nobody asks a name server for one
            raise socket.gaierror(socket.EAI_AGAIN, "a reserved name")
        self.missing.discard(host)
        try:
            found = await self.system(host, port, family)
        except socket.gaierror as error:
            if error.errno in _NO_SUCH_HOST:
                self.missing.add(host)
            raise
        if found and all(self.guard.refusal_of_address(host, address) for address in found):
            self.inside.add(host)
        return found

    def told(self, outcome: Outcome) -> Try:
        """The outcome with what the look-ups on its way say of it."""
        if isinstance(outcome, Answer):
            return Try(outcome, title=_title(outcome))
        if outcome.kind is FailureKind.UNREACHABLE:
            words = outcome.what.split()
            return Try(outcome, host=next((host for host in sorted(self.missing) if host in words), None))
        if outcome.kind is FailureKind.REFUSED:
            words = outcome.what.split()
            literal = any(self.guard.refusal_of_host(word) for word in words[:1])
            return Try(outcome, is_inside=literal or any(host in words for host in self.inside))
        return Try(outcome)


def _title(answer: Answer) -> str | None:
    if not 200 <= answer.status < 300 or answer.media_type not in _PAGES or b"\0\0" in answer.body[:1000]:
        return None
    return title_of(decoded(answer.body, answer.charset))
