"""Search and cards, which no peer brings along: Pagefind over what each tool made, and our own drawing of a card."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from bench.archive_sides import Ours, Tool, run, used_by
from bench.archive_weeks import Week, Weeks, edition_of
from bench.timing import Figure, by_turns, clocked
from newsletter.actions.app import open_app
from newsletter.actions.card_of import card_of

SEARCH_ROUNDS, CARD_ROUNDS = 3, 9


class Site(Protocol):
    """An archive that stands."""

    size: int
    tool: Tool

    def grow(self) -> Week: ...


def searchable(sites: Sequence[Site]) -> Iterator[Figure]:
    """Search made for all issues, and made anew after one more; a peer's is made whole each time."""
    for ours in sites:
        if not isinstance(ours.tool, Ours):
            continue
        peers = [site for site in sites if site.size == ours.size and site is not ours]
        sides = [_all_of(ours.tool), _one_more(ours, ours.tool), *(_pagefind(site.tool) for site in peers)]
        whole, one, *others = by_turns(sides, SEARCH_ROUNDS)
        for site, theirs in zip(peers, others, strict=True):
            yield Figure(f"search of all, {ours.size:,} issues", whole, f"Pagefind after {site.tool.name}", theirs)
            yield Figure(
                "  one new issue with its page, lists and search", one, f"Pagefind after {site.tool.name}", theirs
            )


def drawn_cards(weeks: Weeks) -> Iterator[Figure]:
    """One card. It is drawn when its issue goes out; after that the archive copies a file, as a peer would."""
    app = open_app(weeks.root, clock=lambda: datetime(2026, 11, 27, tzinfo=UTC))
    edition = edition_of(weeks.week(1), weeks.edition)
    (drawn,) = by_turns([lambda: clocked(lambda: card_of(app, weeks.desk, edition))], CARD_ROUNDS)
    yield Figure("one card drawn (no peer draws any)", drawn, "", None)


def _all_of(tool: Ours) -> Callable[[], float]:
    """Our command after one without search, which took its files away. What it finds unchanged counts as search."""

    def side() -> float:
        run(tool)
        return used_by(tool.with_search(), tool.output.parent).seconds

    return side


def _one_more(site: Site, tool: Ours) -> Callable[[], float]:
    """Our whole command for a new issue; its search is a part of it."""

    def side() -> float:
        site.grow()
        return used_by(tool.with_search(), tool.output.parent).seconds

    return side


def _pagefind(tool: Tool) -> Callable[[], float]:
    found = find_spec("pagefind_bin")
    assert found is not None, "pagefind-bin is one of our requirements"
    assert found.origin is not None
    program = str(Path(found.origin).with_name("pagefind"))

    def side() -> float:
        with tempfile.TemporaryDirectory(prefix="bench-") as out:
            command = (program, "--site", str(tool.output), "--output-path", out, "--silent")
            return used_by(command, tool.output.parent).seconds

    return side
