"""newsletter reject"""

from __future__ import annotations

import click

from newsletter.cli.arguments import AS, opened
from newsletter.cli.triage import ITEMS, decided
from newsletter.model.item import Triage


@click.command("reject")
@ITEMS
@click.option("--why", required=True, help="The reason, for those who meet the item again: promotional, paywalled ...")
@AS
@click.pass_obj
def command(folder: str, items: tuple[str, ...], why: str, who: str) -> int:
    """Reject items. Copies of them that come later, under whatever address, arrive folded away.

    \b
    Example:
      newsletter reject city-desk-3 --why "reprints the Gazette"
    """
    return decided(opened(folder), items, Triage.REJECTED, who, why)
