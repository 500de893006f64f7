"""newsletter demo"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from newsletter.actions.demo import Demo, run_demo
from newsletter.cli.arguments import in_words, program
from newsletter.cli.findings import counted


@click.command("demo")
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), required=False)
def command(folder: Path | None) -> None:
    """Run the main job on the sample publication, in a folder of its own. Nothing is sent and nothing is fetched.

    \b
    Example:
      newsletter demo /tmp/demo
    """
    target = folder or Path(tempfile.mkdtemp(prefix="newsletter-demo-"))
    for line in _shown(run_demo(target)):
        click.echo(line)


def _shown(demo: Demo) -> list[str]:
    desk, edition = demo.built.desk, demo.built.edition
    cities = desk.publication.schedule.cities

    new = sum(outcome.new for outcome in demo.gathered.outcomes)
    failed = sum(outcome.failure is not None for outcome in demo.gathered.outcomes)
    several = sum(len({item.entry.source for item in card.items}) > 1 for card in demo.inbox.cards)
    size = len(edition.letter.canonical()) / 1000
    return [
        f"The clock of this demo stands at {in_words(demo.now, cities)}, 48 hours before the issue is due.",
        f"Sample publication   {demo.root}",
        f"Gathered             {new} items from {len(demo.gathered.outcomes)} sources; {failed} could not be read",
        f"Inbox                {len(demo.inbox.cards)} stories, {several} of several outlets",
        f"Issue                No. {desk.draft.number}, “{edition.subject}”, {len(desk.draft.blurbs)} sections",
        f"Due                  {in_words(desk.draft.week.due, cities)}",
        f"Checked              {counted(demo.checked.report.findings)}",
        f"Mail                 {size:.0f} kB, digest {edition.digest[:16]}",
        *(f"  for {reader.stem.partition('-')[2]:<18} {reader}" for reader in demo.letters),
        f"Archive page         {demo.page}",
        "",
        "Open an .eml in your mail program and the page in your browser. What the week's sources brought, and what the",
        "checks say of the issue, is told by",
        f"  {program()} -C {demo.root} inbox",
        f"  {program()} -C {demo.root} check",
        f"Edit {demo.root}/content/issues/{edition.issue}/issue.md and run",
        f"  {program()} -C {demo.root} build --out {demo.root}/var/build",
        f"or begin a publication of your own with {program()} init my-weekly",
    ]
