"""newsletter preview"""

from __future__ import annotations

import threading
import webbrowser

import click

from newsletter.actions.app import known_issue
from newsletter.cli.arguments import IssueArgument, named_or_coming, opened
from newsletter.model.issue import IssueId


@click.command("preview")
@click.argument("issue", metavar="[DATE]", type=IssueArgument(), required=False)
@click.option(
    "--port", metavar="N", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0 takes any free one."
)
@click.option("--no-browser", is_flag=True, help="Print the address only.")
@click.pass_obj
def command(folder: str, issue: IssueId | None, port: int, no_browser: bool) -> None:
    """Show an issue in the browser as its readers will see it, and follow every file that is saved.

    DATE is the name of the issue's folder; without it, the issue in preparation is shown. The page is served on this
    machine alone. Ctrl-C ends it.

    \b
    Example:
      newsletter preview 2026-11-27 --port 0
    """
    from newsletter.desk.preview import application
    from newsletter.desk.server import serve
    from newsletter.serving.listening import LOOPBACK, listening, port_of

    app = opened(folder)
    issue = known_issue(app, named_or_coming(app, issue))
    listener = listening(LOOPBACK, port)
    address = f"http://{LOOPBACK}:{port_of(listener)}/"
    click.echo(f"Preview of {issue}: {address}")
    click.echo("  follows every file you save; Ctrl-C ends it")
    if not no_browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    serve(application(app, issue, port_of(listener)), listener)
