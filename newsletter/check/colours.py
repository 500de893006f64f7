"""Colours as CSS writes them, as eyes take them, and as mail programs do that turn light into dark by force."""

from __future__ import annotations

import colorsys
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

_NAMES = {
    "black": "#000000",
    "silver": "#c0c0c0",
    "gray": "#808080",
    "grey": "#808080",
    "white": "#ffffff",
    "maroon": "#800000",
    "red": "#ff0000",
    "purple": "#800080",
    "fuchsia": "#ff00ff",
    "green": "#008000",
    "lime": "#00ff00",
    "olive": "#808000",
    "yellow": "#ffff00",
    "navy": "#000080",
    "blue": "#0000ff",
    "teal": "#008080",
    "aqua": "#00ffff",
    "orange": "#ffa500",
    "lightgray": "#d3d3d3",
    "lightgrey": "#d3d3d3",
    "darkgray": "#a9a9a9",
    "darkgrey": "#a9a9a9",
    "dimgray": "#696969",
    "whitesmoke": "#f5f5f5",
    "transparent": "#00000000",
}
_FUNCTION = re.compile(r"rgba?\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green and blue from 0 to 255; alpha from 0 (nothing of it is seen) to 1."""

    red: float
    green: float
    blue: float
    alpha: float = 1

    def __str__(self) -> str:
        return f"#{round(self.red):02x}{round(self.green):02x}{round(self.blue):02x}"

    @property
    def is_light(self) -> bool:
        parts = (self.red, self.green, self.blue)
        return max(parts) + min(parts) > 255


@lru_cache(maxsize=256)
def colour(value: str) -> Colour | None:
    """A colour as CSS or an attribute writes it; None for what is none, or is not known here."""
    text = value.strip().lower()
    text = _NAMES.get(text, text)
    if re.fullmatch(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", text):
        digits = text[1:] if len(text) > 5 else "".join(digit * 2 for digit in text[1:])
        red, green, blue, seen = (int(digits[at : at + 2] or "ff", 16) for at in (0, 2, 4, 6))
        return Colour(red, green, blue, seen / 255)
    if match := _FUNCTION.fullmatch(text):
        parts = re.split(r"[\s,/]+", match[1].strip())
        try:
            numbers = [float(part.rstrip("%")) * (255 if part.endswith("%") else 100) / 100 for part in parts[:3]]
            alpha = [float(part.rstrip("%")) / (100.0 if part.endswith("%") else 1.0) for part in parts[3:4]]
        except ValueError:
            return None
        return Colour(*numbers, *alpha) if len(numbers) == 3 else None
    return None


def over(front: Colour, back: Colour) -> Colour:
    """What is seen of a colour through which another one shines."""

    def mixed(one: float, other: float) -> float:
        return one * front.alpha + other * (1 - front.alpha)

    return Colour(mixed(front.red, back.red), mixed(front.green, back.green), mixed(front.blue, back.blue))


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio" and "relative luminance")."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(one: Colour) -> float:
    return 0.2126 * _linear(one.red) + 0.7152 * _linear(one.green) + 0.0722 * _linear(one.blue)


def _linear(part: float) -> float:
    part = min(max(part / 255, 0), 1)
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def fully_inverted(text: Colour, ground: Colour) -> tuple[Colour, Colour]:
    """What a program shows that turns every colour round, as Gmail does on iOS."""
    return _turned(text), _turned(ground)


def partly_inverted(text: Colour, ground: Colour) -> tuple[Colour, Colour]:
    """What a program shows that darkens light grounds, lightens dark text on them and leaves dark grounds alone.

    So do Gmail on Android and Outlook on the web.
    """
    if not ground.is_light:
        return text, ground
    return (text if text.is_light else _turned(text)), _turned(ground)


def fitting(text: Colour, grounds: Collection[Colour], needed: float) -> Colour | None:
    """The colour nearest to `text`, of its hue, that stands out enough from every ground; None where none does."""
    hue, lightness, saturation = _hls(text)
    towards = 0.0 if min(map(_luminance, grounds)) > 0.18 else 1.0  # as far from black as from white
    for step in range(1, 101):
        found = _from_hls(hue, lightness + (towards - lightness) * step / 100, saturation)
        rounded = colour(str(found))
        if rounded and all(contrast(rounded, ground) >= needed for ground in grounds):
            return rounded
    return None


def _turned(one: Colour) -> Colour:
    """The colour with its lightness turned round, hue and saturation kept (HSL)."""
    hue, lightness, saturation = _hls(one)
    return _from_hls(hue, 1 - lightness, saturation)


def _hls(one: Colour) -> tuple[float, float, float]:
    return colorsys.rgb_to_hls(one.red / 255, one.green / 255, one.blue / 255)


def _from_hls(hue: float, lightness: float, saturation: float) -> Colour:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return Colour(red * 255, green * 255, blue * 255)
