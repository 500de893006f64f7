"""Sources: what is gathered, and what may be done with it."""

from __future__ import annotations

from enum import Enum
from typing import NewType

from newsletter.model.shape import Language, Line, Slug, ZoneName, file_shape

SourceId = NewType("SourceId", str)


class RightsPolicy(Enum):
    """What the publication may do with a source's words, the freest first."""

    OURS = "ours"
    QUOTE = "free to quote"
    SUMMARISE = "summarise and link only"
    DO_NOT_USE = "do not use"


class SourceKind(Enum):
    """How a source is read."""

    FEED = "feed"  # RSS, Atom, RDF
    FOLDER = "folder"  # documents that editors drop in


@file_shape
class Source:
    """One source, as seeds/sources.yaml declares it."""

    id: Slug
    name: Line
    kind: SourceKind
    path: str  # file or folder, below the publication's folder
    rights: RightsPolicy
    quote_limit: int = 0  # words of one quotation; 0: the policy's own limit
    language: Language = "en"  # where an item does not say
    zone: ZoneName | None = None  # a guess for stamps without a zone; never applied by itself
