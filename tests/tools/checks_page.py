"""Writes docs/checks.md anew from the checks."""

from __future__ import annotations

from newsletter.check.explain import page
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "checks.md"


def main() -> None:
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
