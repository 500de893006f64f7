"""A command as a process of its own that outlives the one which began it: what it prints are lines of its log.

`python -m newsletter.cli.detached NAME CITY ZONE ROOT WORDS...`
"""

from __future__ import annotations

import logging
import sys

from newsletter.cli import main as command_line
from newsletter.publication.schedule import City


def main(arguments: list[str]) -> None:
    """Runs the command that the words name."""
    from newsletter.schedule.logs import Style, begin_log, log_what_is_printed

    name, city, zone, root, *words = arguments
    begin_log(Style.PEOPLE, name, City(name=city, zone=zone))
    log_what_is_printed()
    sys.argv = ["newsletter", "-C", root, *words]
    try:
        command_line()
    except Exception:  # a bug of ours: its traceback is one entry of the log
        logging.getLogger(__name__).exception("a fault of the program")
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
