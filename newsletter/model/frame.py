"""The standing texts of mail, page and notices: headings, buttons, footers, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.model.inputfile import InputFile


@dataclass(frozen=True, slots=True)
class Frame:
    """The texts of one language by name; templates reach them as `t.name`. A pattern such as {date} is filled there."""

    language: str  # BCP 47
    direction: str  # "ltr" or "rtl"
    texts: Mapping[str, str]
    files: tuple[InputFile, ...]  # that hold them

    def __getitem__(self, name: str) -> str:
        return self.texts[name]
