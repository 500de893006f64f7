"""Public addresses: the page and the pictures of an issue are asked for where its readers will ask for them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter import __version__
from newsletter.archive.addresses import image_address, issue_address
from newsletter.archive.article import pictures_at
from newsletter.check.linkplaces import is_sample
from newsletter.fetch.answer import Answer, Failure, FailureKind, Limits, Outcome, Request
from newsletter.fetch.guard import Guard
from newsletter.model.edition import Edition
from newsletter.model.errors import NewsletterError
from newsletter.model.issue import IssueId
from newsletter.publication.schedule import Schedule

if TYPE_CHECKING:  # a sample site is asked for nothing, and pays for no client
    from newsletter.fetch.wire import Lookup

Wait = Callable[[float], object]  # lets about so many seconds pass, or fewer
Tell = Callable[[str], object]  # takes a line for whoever looks on

_STEPS = (2.0, 3.0, 5.0, 8.0, 12.0)  # seconds to the next asking, then always the last: a cancel is obeyed within it
_LONGEST = 60.0  # seconds that a server may ask us to stay away
_LIMITS = Limits(bytes=30_000_000, seconds=20, connect=8, per_host=2)
_NAMED = 3  # addresses that an error names one by one


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """One public address and what has to come from it."""

    url: str
    data: bytes
    whole: bool  # the body is `data` and nothing else; False: it holds `data` in one piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the last asking of all addresses came to."""

    wrong: Mapping[str, str]  # address: what came instead, as a clause; empty where all are right
    rounds: int  # how often was asked
    hopeless: bool = False  # asking again would change nothing
    left_off: bool = False  # somebody wanted something else meanwhile


class NotLive(NewsletterError):
    """An issue whose page or pictures the world does not see as they were approved; none of its mails leaves before."""

    def __init__(self, issue: IssueId, asked: Asked, since: datetime, until: datetime) -> None:
        self.issue = issue
        self.asked = asked
        count = len(asked.wrong)
        listed = [f"  {url} {what}" for url, what in list(asked.wrong.items())[:_NAMED]]
        more = [f"  and {count - _NAMED} more"] if count > _NAMED else []
        whole = round((until - since).total_seconds() / 60)
        often = (
            "once" if asked.rounds == 1 else f"{asked.rounds} times in {whole} {'minute' if whole == 1 else 'minutes'}"
        )
        head = f"no mail of {issue} leaves: its page and pictures are not on the web as they were approved."
        todo = "See that the site serves what is in public/ (docs/hosting.md); the same command goes on then"
        super().__init__(
            "\n".join((f"{head} Asked {often}, the last time at {until:%H:%M} UTC:", *listed, *more, todo))
        )


def awaited(site: str, edition: Edition) -> tuple[Awaited, ...]:
    """What has to be seen from outside before the first mail leaves: the article in the issue's page, whatever a host
    puts around it, and every picture, octet by octet. `site` is the archive's address, without a slash at the end."""
    article = pictures_at(image_address(urlsplit(site).path, ""), edition.page).strip().encode()
    page = Awaited(url=site + issue_address("", edition.issue), data=article, whole=False)
    pictures = (Awaited(url=site + image_address("", one.name), data=one.data, whole=True) for one in edition.assets)
    return (page, *pictures)


def is_checked(schedule: Schedule) -> bool:
    """Whether the site can be asked for anything: a name that is reserved for examples (RFC 2606) leads nowhere."""
    return not is_sample(schedule.site)


def wrong(one: Awaited, outcome: Outcome) -> str | None:
    """What came instead of what was awaited, as a clause that goes on behind the address; None where it is right."""
    if isinstance(outcome, Failure):
        return f"gave no answer: {outcome.what.rstrip('.')}"
    if outcome.status != 200:
        return f"answered {outcome.status}"
    if not one.whole:
        return None if one.data in outcome.body else "answered with a page that does not hold the approved article"
    if hashlib.sha256(outcome.body).digest() == hashlib.sha256(one.data).digest():
        return None
    sizes = f"{len(outcome.body):,} octets, approved are {len(one.data):,}"
    return f"answered with another picture than the approved one ({sizes}); does the host change pictures?"


def ask_until_right(
    addresses: Sequence[Awaited],
    schedule: Schedule,
    clock: Callable[[], datetime],
    *,
    wait: Wait,
    still: Callable[[], bool],
    tell: Tell,
    lookup: Lookup | None = None,
) -> Asked:
    """Asks for every address until each has given what is awaited, `publish.wait_minutes` are over, `still` says no
    more, or asking again is hopeless. An address that was right once is not asked again.

    A private host is asked only where `gather.allow_hosts` names it. What is wrong is told whenever it has changed.
    """
    began, waited, rounds = clock(), 0.0, 0
    limit = 60.0 * schedule.publish.wait_minutes
    left, told = tuple(addresses), ""
    while True:
        outcomes = _ask(left, schedule, clock(), lookup)
        rounds += 1
        words = {one.url: what for one in left if (what := wrong(one, outcomes[one.url])) is not None}
        left = tuple(one for one in left if one.url in words)
        # Both, as a clock may be set back: patience has an end.
        passed = max((clock() - began).total_seconds(), waited)
        hopeless = any(_is_hopeless(outcomes[one.url]) for one in left)
        if not left or hopeless or passed >= limit:
            return Asked(wrong=words, rounds=rounds, hopeless=hopeless)
        if (now := _in_short(words)) != told:
            tell(told := now)
        pause = max(_STEPS[min(rounds, len(_STEPS)) - 1], *(_asks_for(outcomes[one.url]) for one in left))
        wait(min(pause, limit - passed))
        waited += min(pause, limit - passed)
        if not still():
            return Asked(wrong=words, rounds=rounds, left_off=True)


def _ask(addresses: Iterable[Awaited], schedule: Schedule, now: datetime, lookup: Lookup | None) -> dict[str, Outcome]:
    from newsletter.fetch.client import Fetcher
    from newsletter.fetch.wire import system_lookup

    guard, agent = Guard(schedule.gather.allow_hosts), f"newsletter/{__version__} (+{schedule.site})"
    with Fetcher(guard, _LIMITS, agent, now, lookup=lookup or system_lookup) as fetcher:
        for one in addresses:
            fetcher.submit(Request(key=one.url, url=one.url))
        return {outcome.key: outcome for outcome in fetcher.outcomes()}


def _is_hopeless(outcome: Outcome) -> bool:
    return isinstance(outcome, Failure) and outcome.kind is FailureKind.REFUSED


def _asks_for(outcome: Outcome) -> float:
    """The seconds that a server wants to be left alone for, as far as we obey."""
    return min(float(outcome.retry_after or 0), _LONGEST) if isinstance(outcome, Answer) else 0.0


def _in_short(words: Mapping[str, str]) -> str:
    (url, what), *others = words.items()
    behind = f", and {len(others)} more are not right yet" if others else ""
    return f"Waiting for the web: {url} {what}{behind}."
