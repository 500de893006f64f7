"""How tables are printed: in colour on a terminal, in plain lines into a file or a pipe."""

from __future__ import annotations

import sys

from rich.console import Console

PIPE_WIDTH = 160  # columns where there is no terminal to ask


def console() -> Console:
    """The standard output. Titles of strangers are never read as markup."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(width=width, markup=False, highlight=False, emoji=False)
