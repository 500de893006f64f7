"""How triage says things: ages, rights, history; and what of somebody else's is let through to a page. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from newsletter.gather.health import span
from newsletter.model.item import Entry, Item, Stamp
from newsletter.model.source import RightsPolicy, Source

TITLE = 240  # characters of a title that are shown: feeds have sent ten thousand
LINE = 300  # of any other line of theirs
EXCERPT = 900  # of a text beside the list
PARAGRAPH = 4_000  # of one paragraph on the page of an item
TEXT = 60_000  # of a text there
_RIGHTS = {
    RightsPolicy.OURS: ("ok", "ours"),
    RightsPolicy.QUOTE: ("ok", "free to quote"),
    RightsPolicy.SUMMARISE: ("no", "summarise and link only"),
    RightsPolicy.DO_NOT_USE: ("no", "do not use"),
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A few words on a coloured ground; the words alone say it too."""

    look: str  # ok, no, warn, or ""
    words: str


def cut(text: str, most: int) -> str:
    """The beginning of a text, at most so many characters, with "…" where something is missing."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def followed(link: str | None) -> str | None:
    """An address that a page may lead to: http or https, with a host; None for any other, such as `javascript:`."""
    if link is None or any(character.isspace() or not character.isprintable() for character in link):
        return None
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    return link if parts.scheme.lower() in ("http", "https") and parts.hostname else None


def rights(policy: RightsPolicy, source: Source | None) -> Badge:
    """What may be done with a text, and how long a quotation may be."""
    look, words = _RIGHTS[policy]
    limit = source.quote_limit if source else 0
    return Badge(look, f"{words}, {limit} words" if policy is RightsPolicy.QUOTE and limit else words)


def age(now: datetime, when: datetime) -> str:
    """How long ago, short: "12 min", "2 h", "3 days"; "in 2 h" for what is dated ahead."""
    passed = now - when
    words = _short(abs(passed))
    return f"in {words}" if passed < timedelta(minutes=-1) else words


def _short(time: timedelta) -> str:
    minutes = int(time / timedelta(minutes=1))
    if minutes < 60:
        return f"{max(minutes, 1)} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def ago(now: datetime, when: datetime) -> str:
    """How long ago, in words: "2 hours ago"."""
    return (
        f"in {span(when - now)}" if when - now > timedelta(minutes=1) else f"{span(max(now - when, timedelta()))} ago"
    )


def published(stamp: Stamp | None, now: datetime) -> str:
    """When its source says it was published: "2 h", "23 Nov, zone unknown", "undated"."""
    if stamp is None or stamp.wall is None:
        return "undated"
    return age(now, stamp.instant) if stamp.instant else f"{_day(stamp.wall)}, zone unknown"


def local(when: datetime, zone: str, now: datetime) -> str:
    """A moment as the clocks of a zone show it: "Tue 14:05", and the date where that says too little."""
    there = when.astimezone(ZoneInfo(zone))
    far = abs(now - when) > timedelta(days=6)
    return f"{_day(there)} {there:%Y %H:%M}" if far else f"{there:%a %H:%M}"


def _day(when: datetime) -> str:
    return f"{when.day} {when:%b}"


def outlet(item: Item, source: Source | None) -> str:
    """Who published it, as editors know them."""
    return source.name if source else str(item.entry.source)


def authors(entry: Entry) -> str:
    """Who its source names as writers: "Lin Yue and Ada Brook"."""
    names = [cut(author.name, 80) for author in entry.authors[:6]]
    more = ["others"] if len(entry.authors) > 6 else []
    said = [*names, *more]
    return f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else "".join(said)


def history(item: Item) -> str:
    """What became of it since it came out: "updated once, 40 minutes after publication"; "" where nothing did."""
    out, times = item.entry.published, item.versions - 1
    since = out.instant if out else None
    if times:
        count = {1: "once", 2: "twice"}.get(times, f"{times} times")
        last = ", the last time " if times > 1 else ", "
        after = f"{last}{span(item.changed - since)} after publication" if since and item.changed > since else ""
        return f"updated {count}{after}"
    then = item.entry.updated.instant if item.entry.updated else None
    if since and then and then > since:
        return f"updated {span(then - since)} after publication, before it came here"
    return ""


def excerpt(entry: Entry, most: int = EXCERPT) -> tuple[str, ...]:
    """How a text begins: whole paragraphs as far as they go, the last one cut."""
    found: list[str] = []
    left = most
    for paragraph in entry.paragraphs:
        if left <= 0:
            break
        found.append(cut(paragraph, max(left, 2)))
        left -= len(paragraph)
    return tuple(found)


def several(count: int, one: str, many: str = "") -> str:
    """A count with its noun: "1 outlet", "4 outlets"."""
    return f"{count} {one if count == 1 else many or one + 's'}"
