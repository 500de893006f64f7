"""An item's name, taken apart and put together."""

from __future__ import annotations

import re

from newsletter.model.item import ItemId
from newsletter.model.source import SourceId

Name = tuple[SourceId, int]  # the primary key of an item

_ITEM_ID = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*)-([1-9][0-9]{0,8})", re.ASCII)


def item_id(source: SourceId, number: int) -> ItemId:
    """The name that editors type: "gazette-17"."""
    return ItemId(f"{source}-{number}")


def name_of(item: ItemId) -> Name | None:
    """The source and the number in a name, or None where it is no name of an item."""
    found = _ITEM_ID.fullmatch(item)
    return (SourceId(found[1]), int(found[2])) if found else None
