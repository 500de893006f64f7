"""Sources as their pages show them, in words. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from newsletter.actions.add_source import Found
from newsletter.actions.source_board import DAYS, Board, Doing, SourceCard, SourcePage, since_when
from newsletter.actions.team_mail import local_times
from newsletter.desk.rhythms import rhythm
from newsletter.model.item import Triage
from newsletter.model.source import RightsPolicy, SourceKind
from newsletter.publication.schedule import City

KINDS = (
    (SourceKind.FEED.value, "A feed: RSS, Atom or JSON Feed"),
    (SourceKind.PAGE.value, "One web page that is rewritten from time to time"),
    (SourceKind.LIST.value, "A web page that lists articles"),
    (SourceKind.FOLDER.value, "A folder of documents"),
    (SourceKind.MAILDIR.value, "Newsletters in a Maildir of this machine"),
    (SourceKind.IMAP.value, "Newsletters in a mailbox (IMAP)"),
)
RIGHTS = tuple((policy.value, policy.value.capitalize()) for policy in RightsPolicy)
_DOTS = {
    Doing.OK: "ok",
    Doing.QUIET: "warn",
    Doing.BACKING_OFF: "warn",
    Doing.FAILING: "bad",
    Doing.GONE: "bad",
    Doing.NEW: "none",
    Doing.PAUSED: "none",
}
_BADGES = {
    RightsPolicy.OURS: "ok",
    RightsPolicy.QUOTE: "ok",
    RightsPolicy.SUMMARISE: "",
    RightsPolicy.DO_NOT_USE: "no",
}
_ITEMS = {Triage.NEW: "none", Triage.KEPT: "ok", Triage.HELD: "warn", Triage.REJECTED: "bad"}
_EXAMPLES = 3  # titles that a found feed is told by


def row(card: SourceCard, zone: ZoneInfo, now: datetime) -> dict[str, object]:
    """A source in the list."""
    return {
        "id": card.source.id,
        "name": card.source.name,
        "kind": card.source.kind.value,
        "dot": _DOTS[card.doing],
        "doing": card.doing.value,
        "why": card.health.words.removeprefix(
            f"{card.doing.value} "
        ),  # "failing for 3 days" stands behind its own word
        "usual": card.health.rhythm,
        "gathered": since_when(card.gathered, now) if card.gathered else "never",
        "next": next_words(card, now),
        "week": card.week,
        "rights": card.source.rights.value,
        "badge": _BADGES[card.source.rights],
        **rhythm(card.arrived.since(now - timedelta(days=DAYS)), card.source.name, zone, now, DAYS),
    }


def facts(page: SourcePage, city: str, cities: tuple[City, ...], now: datetime) -> list[tuple[str, str]]:
    """How asking a source has gone, line by line."""
    card, state = page.card, page.card.state

    def at(moment: datetime | None) -> str:
        return f"{since_when(moment, now)}, {local_times(moment, city, cities)}" if moment else "never"

    told = [("Last answered well", at(card.gathered)), ("Last asked", at(state.tried if state else None))]
    told += [("Next", next_words(card, now)), ("Last brought something new", at(state.brought if state else None))]
    if state is None:
        return told
    if state.failures and state.failing_since:
        tries = "once" if state.failures == 1 else f"{state.failures} times in a row"
        told.append(("Has failed", f"{tries}, first {at(state.failing_since)}"))
    if state.retired:
        told.append(("Asked no more since", at(state.retired)))
    extra = (("What went wrong", state.error), ("Note", state.note), ("Has moved to", state.address))
    return told + [(name, words) for name, words in extra if words]


def items(page: SourcePage, now: datetime) -> list[dict[str, object]]:
    """The newest items of a source."""
    return [
        {
            "id": one.id,
            "title": one.title,
            "when": since_when(one.appeared, now),
            "dot": _ITEMS[one.state],
            "state": one.state.value,
        }
        for one in page.newest
    ]


def next_words(card: SourceCard, now: datetime) -> str:
    """When a source is asked next."""
    if card.doing is Doing.GONE:
        return "not again"
    if card.doing is Doing.PAUSED:
        return "not while it is paused"
    if card.at_hand or card.next is None or card.next <= now:
        return "with the next round"
    return f"in {since_when(now - (card.next - now), now).removesuffix(' ago')}"


def filters(board: Board, words: str, doing: Doing | None) -> list[dict[str, object]]:
    """What the list can be narrowed to."""
    every = {"words": "all", "count": sum(board.counts.values()), "path": path(words, None), "is_here": doing is None}
    return [every] + [
        {"words": one.value, "count": count, "path": path(words, one), "is_here": doing is one}
        for one, count in board.counts.items()
    ]


def pages(board: Board, words: str, doing: Doing | None) -> list[dict[str, object]]:
    """The pages that the list fills; none where it is one."""
    numbers = range(1, board.pages + 1) if board.pages > 1 else ()
    return [{"number": at, "path": path(words, doing, at), "is_here": at == board.page} for at in numbers]


def path(words: str, doing: Doing | None, page: int = 1) -> str:
    """The address of a list."""
    asked = {"q": words, "state": doing.value if doing else "", "page": str(page) if page > 1 else ""}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/sources?{query}" if query else "/sources"


def offer(number: int, found: Found) -> dict[str, object]:
    """Something that an address offers, and what a form has to say to take it."""
    titles = [reading.entry.title for reading in found.parsed.readings]
    return {
        "number": number,
        "format": found.format,
        "name": found.source.name,
        "url": found.source.url,
        "kind": found.source.kind.value,
        "language": "" if found.source.language == "en" else found.source.language,
        "failure": found.parsed.failure,
        "count": f"{len(titles)} item{'' if len(titles) == 1 else 's'}",
        "titles": titles[:_EXAMPLES],
    }


def zone_of(city: str, cities: tuple[City, ...]) -> ZoneInfo:
    """The clock of somebody's city."""
    return ZoneInfo(next((one.zone for one in cities if one.name == city), cities[0].zone))
