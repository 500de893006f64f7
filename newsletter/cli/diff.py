"""newsletter diff"""

from __future__ import annotations

import json

import click

from newsletter.actions.diff_issue import Since, diff_issue
from newsletter.actions.way_out import read_schedule
from newsletter.cli.arguments import AS, IssueArgument, named_or_coming, opened
from newsletter.cli.differences import as_json, shown
from newsletter.cli.terminal import console
from newsletter.model.issue import IssueId


class SinceArgument(click.ParamType[Since | IssueId]):
    """look, approval, or the name of an issue's folder."""

    name = "since"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Since | IssueId:
        if isinstance(value, Since | IssueId):
            return value
        issue = IssueId.parse(str(value))
        if issue is None and str(value) not in {one.value for one in Since}:
            self.fail(
                f"'{value}' is none of these; write look, approval, or an issue's date, as 2026-11-20", param, ctx
            )
        return issue or Since(str(value))


@click.command("diff")
@click.argument("issue", metavar="[DATE]", type=IssueArgument(), required=False)
@click.option(
    "--since",
    metavar="look|approval|DATE",
    type=SinceArgument(),
    help="Your last look (the default), what was signed last, or another issue.",
)
@AS
@click.option("--json", "in_json", is_flag=True, help="Print everything as JSON.")
@click.pass_obj
def command(folder: str, issue: IssueId | None, since: Since | IssueId | None, who: str, in_json: bool) -> None:
    """Show what is new in an issue: words, sections, pictures, files.

    DATE is the name of the issue's folder; without it, the issue in preparation. What you have seen is remembered, so
    the next look shows only what came after it. Words that went stand in [- -], new ones in {+ +}.

    \b
    Example:
      newsletter diff --as mei --since approval
    """
    app = opened(folder)
    name = named_or_coming(app, issue)
    looked = diff_issue(app, name, who, since)
    if in_json:
        found = as_json(looked.difference) if looked.difference else None
        document = {"issue": str(name), "digest": looked.edition.digest, "difference": found}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    click.echo(f"No. {looked.edition.number}, {name}, edition {looked.edition.digest[:16]}: {looked.edition.subject}")
    if looked.difference is None:
        click.echo(
            f"This is the first look of {who}, and nobody has signed it: the next diff shows what is new since now."
        )
    else:
        console().print(shown(looked.difference, read_schedule(app).cities))
