"""newsletter inbox"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import click
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from newsletter.actions.read_inbox import Card, Inbox, read_inbox
from newsletter.cli.arguments import opened
from newsletter.cli.terminal import console
from newsletter.gather.health import span
from newsletter.model.item import Item, Stamp, Triage
from newsletter.model.source import RightsPolicy

BADGES = {
    RightsPolicy.OURS: ("ours", "green"),
    RightsPolicy.QUOTE: ("may quote", "green"),
    RightsPolicy.SUMMARISE: ("link only", "yellow"),
    RightsPolicy.DO_NOT_USE: ("DO NOT USE", "bold red"),
}


@click.command("inbox")
@click.option("--limit", type=click.IntRange(1), default=30, show_default=True, help="How many stories to show.")
@click.option("--figures", is_flag=True, help="Show the candidates for the number of the week instead.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_obj
def command(folder: str, limit: int, figures: bool, as_json: bool) -> int:
    """Show what was gathered since the last issue: stories of several outlets first, then what came last.

    Each item has a name to type: `keep`, `hold`, `reject` and `attach` take it. Copies of rejected items are counted,
    not shown.

    \b
    Example:
      newsletter inbox
    """
    inbox = read_inbox(opened(folder))
    if as_json:
        click.echo(json.dumps(_as_json(inbox), ensure_ascii=False, indent=2))
    elif figures:
        console().print(_figures(inbox, limit))
    else:
        console().print(_shown(inbox, limit))
    return 0


def _shown(inbox: Inbox, limit: int) -> Group:
    parts = [_card(card, inbox) for card in inbox.cards[:limit]]
    if inbox.held:
        parts.append(Group(Text("Held from earlier", style="bold"), _table(inbox.held, inbox), Text()))
    return Group(*parts, Text(_summary(inbox, limit)))


def _summary(inbox: Inbox, limit: int) -> str:
    new = sum(item.state is Triage.NEW for card in inbox.cards for item in card.items)
    several = sum(len(card.items) > 1 for card in inbox.cards)
    more = f" {len(inbox.cards) - limit} more stories: --limit {len(inbox.cards)}." if len(inbox.cards) > limit else ""
    older = f" {inbox.older} that came out long before are left aside." if inbox.older else ""
    folded = f" {inbox.folded} copies of rejected items are folded away." if inbox.folded else ""
    return (
        f"{new} new items since {inbox.since:%d %b %H:%M} UTC in {len(inbox.cards)} stories, {several} of several "
        f"items; {len(inbox.kept)} kept, {len(inbox.held)} held, {inbox.rejected} rejected.{older}{folded}{more}"
    )


def _card(card: Card, inbox: Inbox) -> Group:
    parts: list[Text | Table | Padding] = []
    if card.story.why:
        parts.append(Text(card.story.why[:1].upper() + card.story.why[1:], style="bold"))
        if card.story.shared:
            parts.append(Text(f"  in all: {', '.join(card.story.shared[:6])}", style="dim"))
        parts += [Text(f"  they differ: {one}", style="yellow") for one in card.story.differing]
    parts.append(_table(card.items, inbox))
    parts += [
        Text(f"  No. {use.number} used it in {use.section}: {use.why}", style="cyan")
        for use in sorted(card.uses, key=lambda use: use.number, reverse=True)[:3]
    ]
    return Group(*parts, Text())


def _table(items: tuple[Item, ...], inbox: Inbox) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), expand=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for item in items:
        table.add_row(Text(item.id), Text.assemble(item.entry.title, "\n", *_badges(item, inbox)))
    return table


def _badges(item: Item, inbox: Inbox) -> list[tuple[str, str]]:
    """What an editor must know of an item at a glance."""
    entry = item.entry
    source = inbox.sources.get(entry.source)
    words, colour = BADGES[entry.rights.policy]
    badges = [(source.name if source else str(entry.source), "dim"), (words, colour)]
    if entry.rights.notice:
        badges.append(("has a rights notice", "yellow"))
    badges.append(_age(entry.published, inbox.now))
    if entry.updated is not None and entry.updated != entry.published:
        badges.append(("updated since", "dim"))
    if item.versions > 1:
        badges.append((f"changed {item.versions - 1}x", "yellow"))
    if item.state is not Triage.NEW:
        badges.append((item.state.value, "green"))
    spaced: list[tuple[str, str]] = []
    for badge in badges:
        spaced += [(" · ", "dim")] * bool(spaced) + [badge]
    return spaced


def _age(published: Stamp | None, now: datetime) -> tuple[str, str]:
    if published is None or published.wall is None:
        return "UNDATED", "bold yellow"
    if published.instant is None:
        return f"{published.wall:%d %b %Y}, zone unknown", "dim"
    age = now - published.instant
    if age < timedelta(0):
        return f"dated {span(-age)} ahead", "yellow"
    return f"{span(age)} old", "yellow" if age > timedelta(days=8) else "dim"


def _figures(inbox: Inbox, limit: int) -> Group:
    parts: list[Text] = []
    for figure in inbox.figures[:limit]:
        head = f"{figure.value} {figure.unit or ''}".strip()
        parts += [Text.assemble((head, "bold"), f"   {figure.why}"), Text(f"  {figure.sentence}")]
        parts += [Text(f"  {', '.join(figure.items)}", style="dim"), Text()]
    return Group(*parts, Text(f"{len(inbox.figures)} figures found in this week's items."))


def _as_json(inbox: Inbox) -> dict[str, object]:
    return {
        "now": inbox.now.isoformat(),
        "since": inbox.since.isoformat(),
        "stories": [
            {
                "why": card.story.why,
                "shared": card.story.shared,
                "differing": card.story.differing,
                "items": [_item(item) for item in card.items],
                "used": [
                    {"issue": use.issue, "number": use.number, "section": use.section, "why": use.why}
                    for use in card.uses
                ],
            }
            for card in inbox.cards
        ],
        "kept": [_item(item) for item in inbox.kept],
        "held": [_item(item) for item in inbox.held],
        "older": inbox.older,
        "folded": inbox.folded,
        "rejected": inbox.rejected,
        "figures": [
            {"value": one.value, "unit": one.unit, "sentence": one.sentence, "items": one.items, "why": one.why}
            for one in inbox.figures
        ],
    }


def _item(item: Item) -> dict[str, object]:
    entry = item.entry
    return {
        "id": item.id,
        "source": entry.source,
        "title": entry.title,
        "deck": entry.deck,
        "link": entry.link,
        "published": _stamp(entry.published),
        "updated": _stamp(entry.updated),
        "authors": [author.name for author in entry.authors],
        "rights": entry.rights.policy.value,
        "rights_notice": entry.rights.notice,
        "language": entry.language,
        "state": item.state.value,
        "why": item.decision.why if item.decision else item.likeness,
        "first_seen": item.first_seen.isoformat(),
        "versions": item.versions,
        "warnings": entry.warnings,
    }


def _stamp(stamp: Stamp | None) -> dict[str, str | None] | None:
    if stamp is None:
        return None
    return {
        "written": stamp.written,
        "wall": stamp.wall.isoformat() if stamp.wall else None,
        "zone": stamp.zone,
        "instant": stamp.instant.isoformat() if stamp.instant else None,
    }
