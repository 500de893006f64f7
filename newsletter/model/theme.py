"""The look as data: colours, font stacks and the width of the mail. Every value is safe to stand in a style."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from newsletter.model.shape import Line, Words, file_shape, refuse


def _colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", value):
        raise refuse(f"'{value}' is not a colour", 'write six hexadecimal digits in quotes, as "#a3231f"')
    return value.lower()


def _fonts(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9 ,'-]+", value):
        raise refuse(
            f"'{value}' is not a list of fonts", "write names and commas, as Georgia, 'Times New Roman', serif"
        )
    return value


Colour = Annotated[str, AfterValidator(_colour)]
FontStack = Annotated[str, AfterValidator(_fonts)]


@file_shape
class Palette:
    """The colours of one scheme, by what they paint."""

    paper: Colour  # around the letter
    card: Colour  # the letter
    ink: Colour
    muted: Colour  # meta lines; at least 4.5:1 on card and on paper
    hairline: Colour
    accent: Colour
    on_accent: Colour  # text on a button
    button: Colour
    tint: Colour  # behind the question


@file_shape
class Logo:
    """The name as a picture, instead of in letters."""

    light: Words  # path below the publication's folder
    dark: Words | None = None  # the variant for dark mode; else the same
    alt: Line
    width: int = 240  # CSS pixels


@file_shape
class Theme:
    """What a publication may set of its look."""

    light: Palette = Palette(
        paper="#f4f1ea",
        card="#ffffff",
        ink="#1c1a17",
        muted="#6b655c",
        hairline="#ded8cc",
        accent="#a3231f",
        on_accent="#ffffff",
        button="#a3231f",
        tint="#fbf0eb",
    )
    dark: Palette = Palette(
        paper="#171512",
        card="#1f1c18",
        ink="#ede8df",
        muted="#a79f92",
        hairline="#3a352e",
        accent="#f08a7c",
        on_accent="#ffffff",
        button="#a3231f",
        tint="#2a211d",
    )
    serif: FontStack = "Georgia, Gelasio, 'Times New Roman', 'Songti SC', 'Noto Serif CJK SC', serif"
    sans: FontStack = "Helvetica, Arial, 'PingFang SC', 'Noto Sans CJK SC', sans-serif"
    width: Annotated[int, Field(ge=480, le=800)] = 640  # CSS pixels of the letter
    logo: Logo | None = None
