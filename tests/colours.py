"""Colours as eyes take them, and as mail programs do that turn light into dark by force."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

Colour = Sequence[float]  # red, green, blue, 0 to 255


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio" and "relative luminance")."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def inverted(colour: Colour) -> tuple[float, ...]:
    """The colour with its lightness turned round, hue and saturation kept (HSL): white is black, dark red light red."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour[:3]))
    return tuple(part * 255 for part in colorsys.hls_to_rgb(hue, 1 - lightness, saturation))


def is_light(colour: Colour) -> bool:
    return max(colour[:3]) + min(colour[:3]) > 255


def fully_inverted(text: Colour, ground: Colour) -> tuple[Colour, Colour]:
    """What a program shows that turns every colour round, whether it was light or dark, as Gmail does on iOS."""
    return inverted(text), inverted(ground)


def partly_inverted(text: Colour, ground: Colour) -> tuple[Colour, Colour]:
    """What a program shows that darkens light grounds, lightens dark text on them and leaves dark grounds alone.

    So do Gmail on Android and Outlook on the web.
    """
    if not is_light(ground):
        return text, ground
    return text if is_light(text) else inverted(text), inverted(ground)
