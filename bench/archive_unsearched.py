"""`newsletter archive` without its search: `python -P bench/archive_unsearched.py FOLDER`. Search is told apart."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from newsletter import cli
from newsletter.archive import plan
from newsletter.archive.outputs import Archive, Bundle


def main() -> None:
    assert "indexes" in vars(plan), "the plan of the site has its search from elsewhere"
    vars(plan)["indexes"] = _none
    sys.argv = ["newsletter", "-C", sys.argv[1], "archive"]
    cli.main()


def _none(_archive: Archive) -> Iterator[Bundle]:
    return iter(())


if __name__ == "__main__":
    main()
