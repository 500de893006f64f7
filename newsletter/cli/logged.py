"""A command in a process of its own, nobody at its terminal: what it prints are lines of the log."""

from __future__ import annotations

import logging
import sys

from newsletter.cli import main as command_line
from newsletter.publication.schedule import City


def run_logged(name: str, style: str, city: City, root: str, words: list[str]) -> None:
    """Runs the command that the words name, in the publication's folder `root`, and ends the process with its status.
    The lines are written as `style` says, on the clock of this city."""
    from newsletter.schedule.logs import Style, begin_log, log_what_is_printed

    begin_log(Style(style), name, city)
    log_what_is_printed()
    sys.argv = ["newsletter", "-C", root, *words]
    try:
        command_line()
    except Exception:  # a bug of ours: its traceback is one entry of the log
        logging.getLogger(__name__).exception("a fault of the program")
        sys.exit(1)
