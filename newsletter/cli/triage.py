"""What keep, hold and reject share."""

from __future__ import annotations

import click

from newsletter.actions.app import App
from newsletter.actions.triage_items import decide
from newsletter.model.item import ItemId, Triage

ITEMS = click.argument("items", metavar="ITEM...", nargs=-1, required=True)


def decided(app: App, items: tuple[str, ...], state: Triage, who: str, why: str | None = None) -> int:
    """Notes the decision and says it."""
    for item in decide(app, tuple(ItemId(item) for item in items), state, who, why):
        click.echo(f"{item.id} {state.value}: {item.entry.title}")
    return 0
