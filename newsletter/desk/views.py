"""The mail as different readers' programs show it: the same HTML, changed as little as each view asks for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from html import escape

_STYLE = re.compile(r"(<style\b[^>]*>)(.*?)(</style>)", re.DOTALL | re.IGNORECASE)
_MEDIA = re.compile(r"""(<(?:source|link|style|meta)\b[^>]*?\bmedia=")([^"]*)(")""", re.IGNORECASE)
_SCHEME_META = re.compile(
    r"""(<meta\b[^>]*?\bname="(?:supported-)?color-schemes?"[^>]*?\bcontent=")([^"]*)(")""", re.IGNORECASE
)
_SCHEME_RULE = re.compile(r"(?<![\w-])((?:supported-)?color-schemes?\s*:\s*)[^;}]+", re.IGNORECASE)
_PREFERS = re.compile(r"\(\s*prefers-color-scheme\s*(?::\s*(dark|light)\s*)?\)", re.IGNORECASE)
_PICTURE = re.compile(r"<(?:img|source)\b[^>]*>", re.IGNORECASE)
_SOURCE = re.compile(r"""\s(?:src|srcset)=(?:"[^"]*"|'[^']*'|[^\s>]+)""", re.IGNORECASE)
_BACKGROUND = re.compile(r"""\sbackground=(?:"[^"]*"|'[^']*'|[^\s>]+)(?=[^<]*>)""", re.IGNORECASE)
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)

ALWAYS, NEVER = "(min-width:0)", "(max-width:0)"  # media queries that every frame answers alike


class Scheme(Enum):
    """The colours a reader's system asks for."""

    LIGHT = "light"
    DARK = "dark"


def in_scheme(document: str, scheme: Scheme) -> str:
    """The document as a system with this colour scheme shows it, whatever the scheme of the one it is looked at on."""

    def answered(match: re.Match[str]) -> str:
        asked = (match[1] or scheme.value).lower()
        return ALWAYS if asked == scheme.value else NEVER

    def style(match: re.Match[str]) -> str:
        rules = _SCHEME_RULE.sub(rf"\g<1>{scheme.value}", match[2])
        return match[1] + _PREFERS.sub(answered, rules) + match[3]

    document = _STYLE.sub(style, document)
    document = _MEDIA.sub(lambda match: match[1] + _PREFERS.sub(answered, match[2]) + match[3], document)
    return _SCHEME_META.sub(rf"\g<1>{scheme.value}\g<3>", document)


def without_pictures(document: str) -> str:
    """The document as a program shows it that loads no pictures: their places stay, with what they are called."""
    document = _PICTURE.sub(lambda match: _SOURCE.sub("", match[0]), document)
    return _BACKGROUND.sub("", document)


def with_pictures_here(document: str, here: Mapping[str, str]) -> str:
    """The document with each picture's public address replaced by the one it is served from here."""
    for public, local in here.items():
        document = document.replace(escape(public), local)
    return document


def for_frame(document: str) -> str:
    """The document with its links opening elsewhere, and with scroll bars that take no room, as on a phone."""
    own = '<base target="_blank"><style>html { scrollbar-width: none; }</style>'
    return _HEAD.sub(lambda match: match[0] + own, document, count=1)


def with_script(document: str, script: str) -> str:
    """The document with one script at its head, none of whose characters may close it."""
    return _HEAD.sub(lambda match: f"{match[0]}<script>{script}</script>", document, count=1)
