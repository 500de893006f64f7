"""newsletter status"""

from __future__ import annotations

from datetime import datetime, timedelta

import click
from rich.table import Table
from rich.text import Text

from newsletter.actions.issue_status import SectionStatus, Status, issue_status
from newsletter.cli.arguments import IssueArgument, in_words, named_or_coming, opened
from newsletter.cli.findings import STYLES, counted
from newsletter.cli.receipts import line, state_words
from newsletter.cli.terminal import console
from newsletter.gather.health import span
from newsletter.model.finding import Severity
from newsletter.model.issue import IssueId
from newsletter.model.mailing import MailingState, Receipt


@click.command("status")
@click.argument("issue", metavar="[DATE]", type=IssueArgument(), required=False)
@click.pass_obj
def command(folder: str, issue: IssueId | None) -> None:
    """Show how far an issue has come: who owns which section, how long it is, what is found in it, and whom the issue
    waits for; with the time left to cut-off, approval and send in every city.

    \b
    Example:
      newsletter status
    """
    app = opened(folder)
    _print(issue_status(app, named_or_coming(app, issue)))


def _print(status: Status) -> None:
    draft, week = status.checked.desk.draft, status.week
    click.echo(f"No. {draft.number}, {draft.issue}: {draft.subject}")
    for what, moment in (("cut-off", week.cut_off), ("approve by", week.approve_by), ("send", week.due)):
        click.echo(f"  {what:<11} {in_words(moment, status.cities)}  ({_left(moment, status.now)})")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("section", "owner", "words", "state", "findings"):
        table.add_column(name, justify="right" if name == "words" else "left", no_wrap=name != "findings")
    for section in status.sections:
        table.add_row(
            section.length.planned.name, section.owner or "-", _words(section), _state(section), _found(section)
        )
    console().print(table)
    click.echo(f"Checks: {counted(status.checked.report.findings)}.")
    if status.delivery is not None:
        _print_delivery(status.delivery, status.now)
    elif status.sent:
        click.echo("It has been sent.")
    elif status.waits_for:
        click.echo("It waits for")
        for who, what in status.waits_for:
            click.echo(f"  {who}: {what}")
    elif status.standing is None:
        click.echo("Approvals are kept at home, where the database is.")
    else:
        click.echo("It is approved and waits for its time.")


def _print_delivery(receipt: Receipt, now: datetime) -> None:
    """How far the sending is, and what whoever looks can do about it."""
    issue, state = receipt.mailing.issue, receipt.mailing.state
    click.echo(f"Delivery: {state_words(receipt.mailing)}")
    click.echo(f"  {line(receipt)}")
    if receipt.mailing.pace and not state.over:
        click.echo(f"  pace: {receipt.mailing.pace}")
    if receipt.next_try:
        click.echo(f"  the next try of a deferred copy {_left(receipt.next_try, now)}")
    if state in _TODO:
        click.echo(f"  {_TODO[state].format(issue=issue)}")


_TODO = {
    MailingState.PAUSED: "`newsletter resume {issue}` goes on, `newsletter cancel {issue}` ends it",
    MailingState.MISSED: "`newsletter send {issue} --now` sends it, `newsletter cancel {issue}` ends it",
    MailingState.UNRESOLVED: "`newsletter receipt {issue} --show unknown` names those to decide on",
    MailingState.SENDING: "`newsletter send {issue}` goes on where a sender was stopped",
}


def _left(moment: datetime, now: datetime) -> str:
    return f"in {span(moment - now)}" if moment - now > timedelta(0) else f"{span(now - moment)} ago"


def _words(section: SectionStatus) -> str:
    least, most = section.length.planned.least, section.length.planned.most
    asked = f"{least}-{most}" if least and most else f"up to {most}" if most else "any"
    return f"{section.length.words} of {asked}"


def _state(section: SectionStatus) -> Text:
    planned = section.length.planned
    if planned.written:
        return Text("written", style="" if section.length.trouble is None else "yellow")
    return Text("missing", style="bold red") if planned.required else Text("not there", style="dim")


def _found(section: SectionStatus) -> Text:
    kinds = zip((Severity.BLOCK, Severity.WARN, Severity.NOTE), section.findings, strict=True)
    told = [(f"{count} {severity.value}", STYLES[severity]) for severity, count in kinds if count]
    return Text(", ").join(Text(words, style=style) for words, style in told) if told else Text("-", style="dim")
