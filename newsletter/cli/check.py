"""newsletter check"""

from __future__ import annotations

import getpass
import json

import click

from newsletter.actions.check_issue import CheckedIssue, check_issue
from newsletter.cli.arguments import AS, IssueArgument, agreed, named_or_coming, opened
from newsletter.cli.findings import annotation, as_json, counted, shown
from newsletter.cli.terminal import console
from newsletter.model.audit import claimed
from newsletter.model.finding import Severity
from newsletter.model.issue import IssueId


@click.command("check")
@click.argument("issue", metavar="[DATE]", type=IssueArgument(), required=False)
@click.option("--only", metavar="CHECK", multiple=True, help="Run this check alone; may be given several times.")
@click.option("--links", is_flag=True, help="Ask for every link as well.")
@click.option("--fix", is_flag=True, help="Mend what changes no meaning: spaces, dashes, tracking parameters.")
@click.option("--quiet", is_flag=True, help="Tell blocks and warnings only.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="For people, for programs, or as notes of a GitHub Action.",
)
@click.option("--json", "as_json_too", is_flag=True, help="The same as --format json.")
@click.option("--explain", metavar="CHECK", help="Say what a check, or one of its rules, looks for, and why.")
@AS
@click.pass_obj
def command(
    folder: str,
    issue: IssueId | None,
    only: tuple[str, ...],
    links: bool,
    fix: bool,
    quiet: bool,
    form: str,
    as_json_too: bool,
    explain: str | None,
    who: str,
) -> int:
    """Tell what an issue has wrong, copied or unsourced, with the way out. Exit status 1 where something blocks.

    DATE is the name of the issue's folder; without it, the issue in preparation is checked. Texts of items are held
    against the issue where they are here; in a clone without them the rest is checked.

    \b
    Example:
      newsletter check 2026-11-27 --links
    """
    if explain is not None:
        from newsletter.check.explain import explained

        click.echo(explained(explain))
        return 0
    app = opened(folder)
    name = named_or_coming(app, issue)
    if fix:
        from newsletter.actions.fix_issue import fix_issue

        before = check_issue(app, name, only, links=links)
        if any(finding.fix for finding in before.report.findings) and not agreed(app, name):
            return 1
        by, files = claimed(who, getpass.getuser()), before.desk.draft.files
        for line in fix_issue(app, name, before.report.findings, files, by=by).lines:
            click.echo(line, err=True)
    checked = check_issue(app, name, only, links=links)
    if form == "json" or as_json_too:
        click.echo(json.dumps(_as_json(checked), ensure_ascii=False, indent=2))
    elif form == "github":
        for finding in checked.report.findings:
            click.echo(annotation(finding))
    else:
        _print(checked, quiet)
    return 1 if checked.report.blocks else 0


def _print(checked: CheckedIssue, quiet: bool) -> None:
    report, draft = checked.report, checked.desk.draft
    told = [one for one in report.findings if not quiet or one.severity in (Severity.BLOCK, Severity.WARN)]
    by_section = {section: at for at, section in enumerate(dict.fromkeys(one.section for one in told))}
    told.sort(key=lambda one: by_section[one.section])
    if told:
        console().print(shown(told, dict(draft.texts)))
    waived = f"; {len(report.waived)} waived" if report.waived else ""
    click.echo(f"No. {draft.number}, {draft.issue}: {counted(report.findings)}{waived}.")
    if report.blocks:
        click.echo("What blocks must be mended, or waived in waivers.yaml, before the issue can be approved.", err=True)


def _as_json(checked: CheckedIssue) -> dict[str, object]:
    report = checked.report
    return {
        "issue": str(checked.desk.draft.issue),
        "number": checked.desk.draft.number,
        "digest": checked.edition.digest,
        "findings": [as_json(finding) for finding in report.findings],
        "waived": [{**as_json(one.finding), "by": one.waiver.who, "why": one.waiver.why} for one in report.waived],
    }
