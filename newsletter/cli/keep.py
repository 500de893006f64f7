"""newsletter keep"""

from __future__ import annotations

import click

from newsletter.cli.arguments import AS, opened
from newsletter.cli.triage import ITEMS, decided
from newsletter.model.item import Triage


@click.command("keep")
@ITEMS
@AS
@click.pass_obj
def command(folder: str, items: tuple[str, ...], who: str) -> int:
    """Keep items for the coming issue.

    \b
    Example:
      newsletter keep gazette-17 ministry-4
    """
    return decided(opened(folder), items, Triage.KEPT, who)
