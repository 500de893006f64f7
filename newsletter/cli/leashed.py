"""A command as a child of `newsletter run`: it ends when its parent is gone, and what it prints are lines of the log.

`python -m newsletter.cli.leashed END GRACE NAME LOG CITY ZONE ROOT WORDS...`
"""

from __future__ import annotations

import sys

from newsletter.cli.logged import run_logged
from newsletter.publication.schedule import City


def main(arguments: list[str]) -> None:
    """Runs the command that the words name."""
    from newsletter.schedule.leash import hold_on

    end, grace, name, style, city, zone, root, *words = arguments
    hold_on(int(end), float(grace))
    run_logged(name, style, City(name=city, zone=zone), root, words)


if __name__ == "__main__":
    main(sys.argv[1:])
