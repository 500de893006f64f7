"""newsletter gather"""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from newsletter.actions.app import read_publication
from newsletter.actions.gather_sources import Gathered, gather_sources
from newsletter.cli.arguments import in_words, opened
from newsletter.gather.outcome import SourceOutcome
from newsletter.model.source import SourceId
from newsletter.publication.folder import Folder
from newsletter.publication.schedule import City
from newsletter.store.errors import AlreadyHeld


@click.command("gather")
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@click.option("--all", "regardless", is_flag=True, help="Ask every source, also those whose time has not come.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome of each source as JSON.")
@click.pass_obj
def command(folder: str, sources: tuple[str, ...], regardless: bool, as_json: bool) -> int:
    """Ask every source that is due and keep what is new. A source that fails is shown and stops no other.

    SOURCE names some of them; they are asked whether they are due or not. While another round is running, this one
    says so and leaves. Exit status: 0, also when sources failed; `newsletter sources` shows how each is doing.

    \b
    Example:
      newsletter gather
    """
    app = opened(folder)
    try:
        gathered = gather_sources(app, tuple(SourceId(source) for source in sources), regardless=regardless)
    except AlreadyHeld as error:
        click.echo(f"{error}. Nothing to do here.")
        return 0
    if as_json:
        click.echo(json.dumps(_as_json(gathered), ensure_ascii=False, indent=2))
        return 0
    cities = read_publication(app, Folder(app.root)).schedule.cities
    for line in shown(gathered, cities):
        click.echo(line)
    return 0


def shown(gathered: Gathered, cities: tuple[City, ...]) -> Iterator[str]:
    """The round in a few lines: what came, what failed and why, what to know."""
    width = max((len(outcome.source) for outcome in gathered.outcomes), default=0)
    for outcome in gathered.outcomes:
        if words := _words(outcome, cities):
            yield f"  {outcome.source:<{width}}  {words}"
    failed = sum(outcome.failure is not None for outcome in gathered.outcomes)
    new, changed = sum(one.new for one in gathered.outcomes), sum(one.changed for one in gathered.outcomes)
    asked = len(gathered.outcomes)
    resting = f"; {counted(gathered.resting, 'source')} not due yet" if gathered.resting else ""
    yield f"{counted(new, 'new item')}, {changed} changed, from {counted(asked, 'source')}; {failed} failed{resting}."
    if gathered.forgotten:
        yield f"{counted(gathered.forgotten, 'old item')} that no issue cites forgotten."


def _words(outcome: SourceOutcome, cities: tuple[City, ...]) -> str:
    """What there is to say of one source; "" when it had nothing new."""
    if outcome.failure is not None:
        again = f" Next try: {in_words(outcome.next_try, cities)}." if outcome.next_try and not outcome.retired else ""
        return f"FAILED  {outcome.failure.rstrip('.')}.{again}"
    parts = [f"{outcome.new} new"] if outcome.new else []
    parts += [f"{outcome.folded} of them folded as copies of rejected ones"] if outcome.folded else []
    parts += [f"{outcome.changed} changed"] if outcome.changed else []
    parts += [f"note: {outcome.note}"] if outcome.note else []
    return ", ".join(parts)


def _as_json(gathered: Gathered) -> dict[str, object]:
    return {
        "started": gathered.started.isoformat(),
        "resting": gathered.resting,
        "forgotten": gathered.forgotten,
        "sources": [
            {
                "source": outcome.source,
                "new": outcome.new,
                "folded": outcome.folded,
                "changed": outcome.changed,
                "failure": outcome.failure,
                "note": outcome.note,
                "retired": outcome.retired,
                "next_try": outcome.next_try.isoformat() if outcome.next_try else None,
            }
            for outcome in gathered.outcomes
        ],
    }


def counted(count: int, thing: str) -> str:
    """ "1 item", "2 items"."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
