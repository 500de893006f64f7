"""newsletter dkim"""

from __future__ import annotations

import re

import click

from newsletter.actions.dkim_key import kept_key, new_dkim_key
from newsletter.cli.arguments import opened, program
from newsletter.mail.dkim import DkimKey, dns_record


class SelectorArgument(click.ParamType[str]):
    """The name of a key: a label in the DNS, and the name of its file."""

    name = "selector"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        selector = str(value)
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", selector) or len(selector) > 63:
            self.fail(f"'{selector}' cannot name a key; use small letters, digits and single hyphens", param, ctx)
        return selector


@click.group("dkim")
def command() -> None:
    """Make and show the key that messages are signed with, so that mailbox providers know whose they are (DKIM).

    \b
    Example:
      newsletter dkim new w2026
    """


@command.command("new")
@click.argument("selector", type=SelectorArgument())
@click.pass_obj
def new(folder: str, selector: str) -> None:
    """Make a key, and tell what to write into the DNS.

    SELECTOR names the key; each key has a name of its own, such as w2026. The key goes into var/dkim, where only you
    can read it. Messages are signed with it once schedule.yaml names it.

    \b
    Example:
      newsletter dkim new w2026
    """
    key, path = new_dkim_key(opened(folder), selector)
    click.echo(f"The key is in {path}. Whoever has it can write in your name: keep a copy with your other secrets.\n")
    click.echo(_record(key))
    click.echo(
        f"\nOnce `dig TXT {dns_record(key).name}` shows it, write into schedule.yaml:\n\n"
        f"sending:\n  dkim:\n    selector: {selector}\n\n"
        f"and look with `{program()} test` how a message arrives. The record stays as long as mail may be on its way "
        "that the key has signed: a week at least after it was replaced."
    )


@command.command("show")
@click.argument("selector", type=SelectorArgument(), required=False)
@click.pass_obj
def show(folder: str, selector: str | None) -> None:
    """Show the DNS record of a key again: that of schedule.yaml, or the one you name.

    \b
    Example:
      newsletter dkim show w2026
    """
    click.echo(_record(kept_key(opened(folder), selector)))


def _record(key: DkimKey) -> str:
    record = dns_record(key)
    return (
        f"The record that belongs into the DNS of {key.domain}:\n\n"
        f"  name   {record.name}\n  type   TXT\n  value  {record.value}\n\n"
        f"The same as a line of a zone file, in strings that are not too long for it:\n\n{record.line}"
    )
