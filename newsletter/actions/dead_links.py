"""Dead links: those of an issue that lead nowhere now, and were not known to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from newsletter.actions.app import App, read_issue
from newsletter.actions.home import home_store
from newsletter.actions.look_at_links import look_at_links
from newsletter.check import linkanswers
from newsletter.check.linkplaces import LinkPlace, addresses_of, links_of
from newsletter.check.wording import wordings_of
from newsletter.model.errors import NewsletterError
from newsletter.model.evidence import LinkSeen, LinkState
from newsletter.model.issue import IssueId
from newsletter.store import links

if TYPE_CHECKING:
    from newsletter.fetch.wire import Lookup

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_AS_GOOD_AS = (linkanswers.MISSING, linkanswers.FRONT_PAGE)  # as good as gone


class NobodyAnswers(NewsletterError):
    """No host of any link could be reached: then nothing is known of the links, but something of our network."""

    def __init__(self, issue: IssueId) -> None:
        super().__init__(f"no host that {issue} links to could be reached; look whether this machine has a network")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLink:
    """A link that died."""

    seen: LinkSeen
    places: tuple[LinkPlace, ...]  # where the issue has it, one at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """All links of an issue, asked for just now. `keep_looked` has to follow."""

    found: tuple[LinkSeen, ...]
    died: tuple[DeadLink, ...]
    silent: int  # gave no answer, which may be over by the time the issue goes out


def look_for_dead_links(app: App, issue: IssueId, lookup: Lookup | None = None) -> Looked:
    """Asks for every link of an issue, however lately somebody has; which of them have died since.

    One that was found dead before, and let pass by whoever signed, has not. Writes nothing. Raises `NobodyAnswers`,
    `ContentError`, `NotAtHome`, `StoreError`.
    """
    desk = read_issue(app, issue)
    places = links_of(wordings_of(desk.draft), desk.draft)
    urls = addresses_of(places, desk.draft, desk.publication)
    found = look_at_links(urls, desk.publication.schedule, app.clock(), lookup=lookup)
    silent = [one for one in found if one.state is LinkState.UNREACHABLE]
    if any(one.said == linkanswers.NO_NETWORK for one in silent):
        raise NobodyAnswers(issue)
    with home_store(app, "links are looked at") as store:
        before = {one.url: one for one in links.seen(store, urls, _EVER)}
    died = [one for one in found if _is_dead(one) and not (one.url in before and _is_dead(before[one.url]))]
    return Looked(
        found=found,
        died=tuple(DeadLink(seen=one, places=tuple(it for it in places if it.url == one.url)) for one in died),
        silent=len(silent),
    )


def keep_looked(app: App, looked: Looked) -> None:
    """Remembers how the links were found, so that nobody is told twice. Raises `NotAtHome`, `StoreError`."""
    asked = [one for one in looked.found if one.state is not LinkState.SAMPLE and one.said != linkanswers.INSIDE]
    with home_store(app, "links are looked at") as store:
        links.keep(store, asked)


def _is_dead(one: LinkSeen) -> bool:
    return one.state is LinkState.GONE or (one.state is LinkState.MOVED and one.said in _AS_GOOD_AS)
