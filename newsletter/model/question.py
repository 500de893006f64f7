"""The question that an issue asks its readers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """The question an issue asks its readers, who may answer it on the web."""

    text: str
    until: date  # the last day for answers, local date in the sending zone
