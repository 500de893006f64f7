"""newsletter demo"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from newsletter.actions.demo import Demo, run_demo
from newsletter.cli.arguments import in_words, program
from newsletter.cli.findings import counted
from newsletter.cli.receipts import line


@click.command("demo")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False)
def command(folder: Path | None) -> None:
    """Run the main job on the sample publication, in a folder of its own. Nothing is fetched, and nobody is mailed.

    \b
    Example:
      newsletter demo /tmp/demo
    """
    target = folder or Path(tempfile.mkdtemp(prefix="newsletter-demo-"))
    for told in _shown(run_demo(target)):
        click.echo(told)


def _shown(demo: Demo) -> list[str]:
    desk, edition = demo.built.desk, demo.built.edition
    cities = desk.publication.schedule.cities

    new = sum(outcome.new for outcome in demo.gathered.outcomes)
    failed = sum(outcome.failure is not None for outcome in demo.gathered.outcomes)
    several = sum(len({item.entry.source for item in card.items}) > 1 for card in demo.inbox.cards)
    size = len(edition.letter.canonical()) / 1000
    following = demo.sent.opened.issue if demo.sent.opened else "none"
    return [
        f"The clock of this demo stands at {in_words(demo.now, cities)}, 48 hours before the issue is due.",
        f"Sample publication   {demo.root}",
        f"Gathered             {new} items from {len(demo.gathered.outcomes)} sources; {failed} could not be read",
        f"Inbox                {len(demo.inbox.cards)} stories, {several} of several outlets",
        f"Issue                No. {desk.draft.number}, “{edition.subject}”, {len(desk.draft.blurbs)} sections",
        f"Checked              {counted(demo.checked.report.findings)}",
        f"Approved             by {demo.approved.signature.who}: edition {edition.digest[:16]}, {size:.0f} kB a mail",
        f"Sent                 {in_words(desk.draft.week.due, cities)}, when it was due",
        f"Receipt              {line(demo.sent.receipt)}",
        f"Mails, as files      {demo.outbox}",
        f"Archive page         {demo.page}",
        f"Next issue, opened   {following}",
        "",
        "Open a mail in your mail program and the page in your browser. The week's stories, what the checks say of the",
        "issue, and who got it are told by",
        f"  {program()} -C {demo.root} inbox",
        f"  {program()} -C {demo.root} check {edition.issue}",
        f"  {program()} -C {demo.root} receipt --show all",
        f"Or begin a publication of your own with {program()} init my-weekly",
    ]
