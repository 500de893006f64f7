"""newsletter answers"""

from __future__ import annotations

from collections.abc import Iterator

import click

from newsletter.actions.list_answers import Answered, list_answers
from newsletter.actions.way_out import read_schedule
from newsletter.cli.arguments import IssueArgument, opened
from newsletter.edit.replies import replies_md
from newsletter.model.issue import IssueId
from newsletter.model.reader_answer import ReaderAnswer


@click.command("answers")
@click.argument("issue", metavar="[DATE]", type=IssueArgument(), required=False)
@click.option("--yaml", "as_yaml", is_flag=True, help="As replies.md of the next issue has them, to choose from.")
@click.pass_obj
def command(folder: str, issue: IssueId | None, as_yaml: bool) -> int:
    """Show what readers answered to the question of an issue, on the web.

    DATE is the issue that asked; without it, the newest that asked something. Everybody shown has agreed to be printed
    with name and place; no address is kept. With --yaml it is written for the file that brings answers to readers:
    choose some, and shorten them.

    \b
    Example:
      newsletter answers 2026-11-20 --yaml > content/issues/2026-11-27/replies.md
    """
    app = opened(folder)
    found = list_answers(app, read_schedule(app), issue)
    if as_yaml:
        click.echo(replies_md(found.asking.question.text, found.answers), nl=False)
        return 0
    for line in _lines(found):
        click.echo(line)
    return 0


def _lines(found: Answered) -> Iterator[str]:
    asking, count = found.asking, len(found.answers)
    yield f"{asking.issue} asks: {asking.question.text}"
    many = "1 answer" if count == 1 else f"{count or 'no'} answers"
    until = asking.question.until
    yield f"{many} so far, taken until {until}" if asking.is_open else f"{many}; they were taken until {until}"
    for one in found.answers:
        yield ""
        yield from _answer(one)


def _answer(one: ReaderAnswer) -> Iterator[str]:
    yield f"{one.number}. {one.name}{f', {one.place}' if one.place else ''}  ({one.at:%Y-%m-%d %H:%M} UTC)"
    yield from (f"   {line}".rstrip() for line in one.text.split("\n"))
