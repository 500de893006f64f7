"""The command line. Each command is a module of its own, imported when it is called, so that --help is instant."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from newsletter import __version__

# command: what it does, as --help lists it. The module newsletter.cli.<command> defines `command`.
COMMANDS = {
    "alarms": "Show what needs a person now, and try the ways by which people are told.",
    "answers": "Show what readers answered to the question of an issue.",
    "approve": "Sign an issue: exactly these bytes may be sent.",
    "archive": "Bring the public archive up to date with what was sent.",
    "attach": "Put an item into an issue.",
    "audit": "Show who did what, and whether the log is whole.",
    "backup": "Make one file of everything that cannot be made again.",
    "bounce": "Take one returned mail from standard input, for a mail server.",
    "bounces": "Read what comes back, list it, show it, and undo what followed.",
    "build": "Write an issue's mail and page into a folder.",
    "calendar": "Show the coming issues, their deadlines in every city, and what to look out for.",
    "cancel": "End the sending of an issue: nobody else gets it.",
    "check": "Tell what an issue has wrong, copied or unsourced, with the way out.",
    "check-files": "Tell everything that is written wrong in the publication's files.",
    "claim": "Make this copy of the publication the one that sends.",
    "demo": "Run the main job on the sample publication, in a folder of its own.",
    "desk": "Serve the desk, where the team works together in a browser.",
    "diff": "Show what is new in an issue since your last look, its approval, or beside another.",
    "dkim": "Make the key that messages are signed with, and show its DNS record.",
    "doctor": "Check everything that sending depends on, each finding with its way out.",
    "gather": "Ask every source that is due and keep what is new.",
    "hold": "Hold items for a later issue.",
    "inbox": "Show what was gathered since the last issue, as stories.",
    "init": "Make a new publication.",
    "jobs": "Show what runs by itself: what came of it last, and when it is due next.",
    "keep": "Keep items for the coming issue.",
    "move": "Give an issue in preparation another date.",
    "open": "Make the next issue's folder, with a comment on each field.",
    "pause": "Stop sending an issue until somebody resumes it.",
    "preview": "Show an issue in the browser as its readers will see it, and follow every file that is saved.",
    "rebuild": "Hold an issue that was sent against what its files make of it today.",
    "receipt": "Show what became of every reader's copy of an issue.",
    "reject": "Reject items, and with them their later copies.",
    "report": "Print the week in figures, and what comes next.",
    "resolve": "Decide on copies of which nobody knows whether they arrived.",
    "restore": "Put a publication back from a backup; it sends nothing until you claim it.",
    "resume": "Go on sending an issue that is paused.",
    "run": "Keep the week: all that is due, when it is due, and site and desk beside it.",
    "run-job": "Run a job now that `newsletter run` would run when it is due.",
    "send": "Send an approved issue to every subscriber, once.",
    "serve": "Serve the archive, and the pages where readers sign up, answer, change and leave.",
    "skip": "Leave a week out of the calendar, or take it in again.",
    "status": "Show how far an issue has come, and whom it waits for.",
    "subscribers": "Import, export, list, show and erase readers, and tell anybody's story.",
    "test": "Send a marked copy of an issue to a few addresses.",
    "upgrade": "Bring the database to what this version of the program needs.",
    "sources": "Show how every source is doing; add, import and export them.",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"newsletter.cli.{cmd_name.replace('-', '_')}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"the commands are {', '.join(sorted(COMMANDS))}."
            raise click.UsageError(f"There is no command '{args[0]}'; {hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("-C", "folder", metavar="DIR", default=".", help="The publication's folder, or one inside it.")
@click.version_option(__version__, prog_name="newsletter")
@click.pass_context
def cli(ctx: click.Context, folder: str) -> None:
    """An editorial team's weekly newsletter: from the feeds they watch to the reader's inbox and the archive.

    \b
    Example:
      newsletter init weekly && newsletter -C weekly build --out /tmp/issue
    """
    ctx.obj = folder


def main() -> None:
    """Runs a command. Exit status: 0 done, 1 failed, 2 misused, 130 interrupted."""
    try:
        status = cli.main(prog_name="newsletter", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        status = 2
    except click.Abort:
        click.echo("Stopped.", err=True)
        status = 130
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    except Exception as error:
        status = _told(error)
    sys.exit(status if isinstance(status, int) else 0)


def _told(error: Exception) -> int:
    """Tells an error that a person can mend in words; any other is a bug of ours and keeps its traceback."""
    from newsletter.model.errors import NewsletterError

    if isinstance(error, NewsletterError):
        click.echo(str(error), err=True)
        return 1
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"{where}{error.strerror}; free space or mend the permissions, then try again", err=True)
        return 1
    raise error
