"""docs/security.md names the test of each attack: the table is held to the tests there are."""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import pairwise

from tests.conftest import ROOT

_NAMED = re.compile(r"`(tests/\w+\.py)::(test_\w+)`")


@cache
def named_in(path: str) -> frozenset[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def rows() -> list[str]:
    """The rows of all tables on the page, without their heads."""
    lines = (ROOT / "docs" / "security.md").read_text("utf-8").splitlines()
    return [
        line
        for before, line in pairwise(lines)
        if line.startswith("|") and before.startswith("|") and not line.startswith("| ---")
    ]


def test_every_row_names_a_test_and_every_test_is_there() -> None:
    """No attack without its test, no test that was renamed or taken away."""
    assert len(rows()) > 20
    for row in rows():
        named = _NAMED.findall(row)
        assert named, row
        for path, test in named:
            assert test in named_in(path), row
