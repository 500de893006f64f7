"""What mail programs show, as caniemail's testers found: the data that lie in caniemail/, read once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any


class Support(Enum):
    """What a program makes of a feature."""

    YES = "y"
    PARTLY = "a"
    NO = "n"
    UNKNOWN = "u"


@dataclass(frozen=True, slots=True)
class Platform:
    """One program of a family, as of the newest version that was tested."""

    family: str  # "outlook"
    platform: str  # "windows"
    support: Support

    @property
    def is_word(self) -> bool:
        """Whether Word draws the mail there, which alone reads what stands in conditional comments."""
        return self.family == "outlook" and self.platform in ("windows", "windows-mail")


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing of HTML, CSS or of pictures, and who shows it."""

    slug: str  # "css-border-radius"
    title: str  # "border-radius"
    category: str  # "html", "css", "image" or "others"
    keywords: tuple[str, ...]
    platforms: tuple[Platform, ...]

    def of(self, family: str) -> tuple[Platform, ...]:
        """The programs of one family."""
        return tuple(one for one in self.platforms if one.family == family)


@dataclass(frozen=True, slots=True)
class Tested:
    """All that was tested."""

    features: Mapping[str, Feature]  # by slug
    families: Mapping[str, str]  # "apple-mail" to "Apple Mail"
    platforms: Mapping[str, str]  # "desktop-webmail" to "Desktop Webmail"
    updated: str  # the day of the data, "2026-05-13"


@cache
def as_tested() -> Tested:
    """The data as they were vendored (docs/vendored.md)."""
    data = json.loads(files("newsletter.check").joinpath("caniemail", "caniemail.json").read_text("utf-8"))
    return Tested(
        features={one["slug"]: _feature(one) for one in data["data"]},
        families=data["nicenames"]["family"],
        platforms=data["nicenames"]["platform"],
        updated=data["last_update_date"][:10],
    )


def _feature(one: Mapping[str, Any]) -> Feature:
    words = one.get("keywords") or ""
    keywords = tuple(word.strip() for word in words.split(",") if word.strip())
    return Feature(one["slug"], one["title"].strip(), one["category"], keywords, tuple(_platforms(one["stats"])))


def _platforms(stats: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Iterator[Platform]:
    for family, platforms in stats.items():
        for platform, versions in platforms.items():
            newest = [*versions.values()][-1] if versions else "u"  # versions stand in the order they were tested
            yield Platform(family, platform, Support(newest[:1]))
