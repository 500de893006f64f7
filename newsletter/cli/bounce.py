"""newsletter bounce"""

from __future__ import annotations

import sys
import traceback
from typing import BinaryIO

import click

from newsletter.actions.take_returns import take_one
from newsletter.cli import returns
from newsletter.cli.arguments import opened
from newsletter.mail.arrived import MAX_MAIL
from newsletter.model.errors import NewsletterError

EX_TEMPFAIL = 75  # of sysexits.h: the mail server keeps the mail and tries again
_PIECE = 65_536  # octets


@click.command("bounce")
@click.pass_obj
def command(folder: str) -> int:
    """Take one returned mail from standard input, as a mail server hands it over: a bounce, a complaint, an automatic
    answer.

    For an alias, such as bounces: "|newsletter -C /srv/weekly bounce". Exit status 0 once the mail is kept; 75 where it
    cannot be kept now, so that the mail server tries again later and nothing is lost.

    \b
    Example:
      newsletter bounce < returned.eml
    """
    try:
        for line in returns.told(take_one(opened(folder), _whole(sys.stdin.buffer))):
            click.echo(line)
    except (NewsletterError, OSError) as error:
        click.echo(str(error), err=True)
        return EX_TEMPFAIL
    except Exception:  # a fault of ours, and no reason to lose a mail: it waits in the queue until we have mended it
        traceback.print_exc()
        return EX_TEMPFAIL
    return 0


def _whole(stream: BinaryIO) -> bytes:
    """What there is to read, of which only the first 10 MB are looked at; a writer is never cut off."""
    mail = stream.read(MAX_MAIL)
    while stream.read(_PIECE):
        pass
    return mail
