"""A command as a process of its own that outlives the one which began it: what it prints are lines of its log.

`python -m newsletter.cli.detached NAME CITY ZONE ROOT WORDS...`
"""

from __future__ import annotations

import sys

from newsletter.cli.logged import run_logged
from newsletter.publication.schedule import City


def main(arguments: list[str]) -> None:
    """Runs the command that the words name."""
    name, city, zone, root, *words = arguments
    run_logged(name, "people", City(name=city, zone=zone), root, words)


if __name__ == "__main__":
    main(sys.argv[1:])
