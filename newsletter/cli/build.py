"""newsletter build"""

from __future__ import annotations

from pathlib import Path

import click

from newsletter.actions.build_issue import build_issue
from newsletter.cli.arguments import IssueArgument, named_or_coming, opened
from newsletter.model.issue import IssueId


@click.command("build")
@click.argument("issue", metavar="[DATE]", type=IssueArgument(), required=False)
@click.option("--out", metavar="DIR", type=click.Path(path_type=Path), required=True, help="Where to write.")
@click.pass_obj
def command(folder: str, issue: IssueId | None, out: Path) -> None:
    """Write an issue's mail and page into a folder.

    DATE is the name of the issue's folder; without it, the issue in preparation is built. Writes email.html, email.txt,
    email.eml, page.html, images/ and manifest.json: the mail as one sample reader would get it.

    \b
    Example:
      newsletter build 2026-11-27 --out /tmp/issue
    """
    app = opened(folder)
    built = build_issue(app, named_or_coming(app, issue), out)
    edition = built.edition
    sizes = {path.name: path.stat().st_size for path in built.written}
    click.echo(f"No. {built.desk.draft.number}, {edition.issue}: {edition.subject}")
    click.echo(f"  HTML {sizes['email.html'] / 1000:.1f} kB, whole mail {sizes['email.eml'] / 1000:.1f} kB")
    click.echo(f"  digest {edition.digest[:16]}, written to {out}")
    for trouble in built.troubles:
        click.echo(f"  note: {trouble}", err=True)
