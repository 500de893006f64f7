"""Where our own templates and the sample publication lie: in the installed package, or in the checkout beside it."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_INSTALLED = _PACKAGE / "_packaged"

SAMPLE_PARTS = ("schedule.yaml", "seeds", "content")


def root() -> Path:
    """The folder that holds templates/."""
    return _INSTALLED if (_INSTALLED / "templates").is_dir() else _PACKAGE.parent


def sample() -> Path:
    """The folder of the sample publication; only `SAMPLE_PARTS` of it belong to the sample."""
    installed = _INSTALLED / "sample"
    return installed if (installed / "schedule.yaml").is_file() else _PACKAGE.parent
