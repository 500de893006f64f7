"""newsletter hold"""

from __future__ import annotations

import click

from newsletter.cli.arguments import AS, opened
from newsletter.cli.triage import ITEMS, decided
from newsletter.model.item import Triage


@click.command("hold")
@ITEMS
@AS
@click.pass_obj
def command(folder: str, items: tuple[str, ...], who: str) -> int:
    """Hold items for a later issue; they stay in the inbox, however old they get.

    \b
    Example:
      newsletter hold gazette-17
    """
    return decided(opened(folder), items, Triage.HELD, who)
