"""What several commands take."""

from __future__ import annotations

import getpass
import shutil
import sys
from datetime import datetime
from pathlib import Path

import click

from newsletter.actions.app import App, coming_issue, open_app
from newsletter.model.issue import IssueId
from newsletter.publication.calendar import in_cities
from newsletter.publication.folder import find_root, issue_ids
from newsletter.publication.schedule import City


class IssueArgument(click.ParamType[IssueId]):
    """The name of an issue's folder."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> IssueId:
        if isinstance(value, IssueId):
            return value
        issue = IssueId.parse(str(value))
        if issue is None:
            self.fail(f"'{value}' is not the name of an issue; write its date, as 2026-11-27", param, ctx)
        return issue


# Who does it. On the command line this is a claim; only the desk proves it.
AS = click.option(
    "--as", "who", metavar="NAME", default=getpass.getuser, show_default="your login", help="Who decides, for the log."
)


def program() -> str:
    """How this program was called, so that a hint can be typed as it stands."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return "python -m newsletter"
    return called.name if shutil.which(called.name) == shutil.which(sys.argv[0]) else sys.argv[0]


def opened(folder: str) -> App:
    """The publication that -C names, or the one around the working directory."""
    return open_app(find_root(Path(folder)))


def in_words(moment: datetime, cities: tuple[City, ...]) -> str:
    """A moment on the clock of each city: Fri 27 Nov 21:00 Hong Kong = Fri 27 Nov 08:00 New York."""
    return " = ".join(f"{local:%a} {local.day} {local:%b %H:%M} {name}" for name, local in in_cities(moment, cities))


def named_or_coming(app: App, issue: IssueId | None) -> IssueId:
    """The issue that was named, else the one in preparation."""
    return issue or coming_issue(app.root)


def agreed(app: App, issue: IssueId) -> bool:
    """Whether whoever is about to change an issue wants to, although signatures on it may not outlive that.

    Nobody is asked where nobody has signed, or where no person sits at the terminal; the latter is told.
    """
    if not app.is_home or issue not in issue_ids(app.root):
        return True
    from newsletter.actions.approved_edition import voids

    signed = voids(app, issue)
    if not signed:
        return True
    names = " and ".join(dict.fromkeys(one.who for one in signed))
    what = f"{names} approved {issue}; a change that readers would see voids that."
    if not sys.stdin.isatty():
        click.echo(what, err=True)
        return True
    return click.confirm(f"{what} Go on?", err=True)
