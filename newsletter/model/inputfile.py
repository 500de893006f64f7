"""A file that something was made of. What is light imports nothing heavier for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file as it was read, or made."""

    path: str  # below the publication's folder, with slashes
    digest: str  # SHA-256 of its bytes, hex
