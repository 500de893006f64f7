"""The sample feeds and documents as items, read in the simplest way: the parsers have tests of their own."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
from pypdfium2 import PdfDocument  # type: ignore[import-untyped]  # it publishes no types

from newsletter.model.item import Entry, Item, ItemId, Passage, Rights, Stamp, text_digest
from newsletter.model.source import RightsPolicy, SourceId
from newsletter.text import sanitise
from tests.conftest import ROOT

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)


def entry(title: str = "Talks end", *paragraphs: str, **changes: object) -> Entry:
    """An entry of the Gazette with this title and text; what else it should say is named."""
    usual: dict[str, object] = {
        "source": SourceId("gazette"),
        "guid": None,
        "link": None,
        "title": title,
        "passages": (Passage(None, paragraphs),) if paragraphs else (),
        "language": "en",
        "rights": Rights(RightsPolicy.QUOTE),
        "method": "feed",
        "digest": text_digest(title, paragraphs),
    }
    return Entry(**{**usual, **changes})  # type: ignore[arg-type]


def item(name: str, given: Entry) -> Item:
    """An item, new and unchanged, first seen on the evening of the sample issue."""
    return Item(id=ItemId(name), entry=given, first_seen=NOW, changed=NOW, versions=1, decision=None)


def stamp(written: str) -> Stamp | None:
    """The stamps the sample feeds write, and ISO 8601; None for what is neither."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        try:
            moment = parsedate_to_datetime(written)
        except ValueError:
            return None
    aware = moment.astimezone(UTC) if moment.tzinfo else None
    return Stamp(written=written, wall=moment.replace(tzinfo=None), zone="given" if aware else None, instant=aware)


@cache
def sample_items() -> tuple[Item, ...]:
    """Every entry of seeds/feeds and every document of seeds/documents; the items are named by source and link."""
    found = []
    for path in sorted((ROOT / "seeds" / "feeds").iterdir()):
        data = path.read_bytes()
        language = "zh-Hans" if path.stem == "gangwan" else "en"
        raw = json.loads(data)["items"] if path.suffix == ".json" else feedparser.parse(data).entries
        found += [_item(path.stem, each, language) for each in raw]
    for path in sorted((ROOT / "seeds" / "documents").iterdir()):
        blocks = [block for block in _blocks(path) if block not in ("Skip to content", "Brief")]
        given = entry(blocks[0], *blocks[1:], source=SourceId("desk-documents"), guid=path.name)
        found.append(item(path.stem, given))
    return tuple(found)


def _blocks(path: Path) -> list[str]:
    if path.suffix == ".pdf":
        text = "".join(page.get_textpage().get_text_bounded() for page in PdfDocument(path))
    else:
        text = path.read_text("utf-8")
    if path.suffix == ".html":
        body = text[text.index("<h1>") :]
        return [block for block in sanitise.paragraphs(body) if block]
    return [" ".join(block.split()) for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]


def _item(source: str, raw: dict[str, object], language: str) -> Item:
    link = str(raw.get("link") or raw.get("url") or "")
    texts = [str(raw.get(key) or "") for key in ("content_html", "content_text", "summary")]
    contents = raw.get("content") or ()
    texts += [str(each["value"]) for each in contents]  # type: ignore[attr-defined]
    paragraphs = sanitise.paragraphs(max(texts, key=len))
    title = sanitise.plain(str(raw.get("title") or "")) or (paragraphs[0][:80] if paragraphs else link)
    written = str(raw.get("published") or raw.get("date_published") or raw.get("updated") or "")
    guid = str(raw.get("id") or "") or None
    given = entry(
        title, *paragraphs, source=SourceId(source), link=link, guid=guid, published=stamp(written), language=language
    )
    return item(f"{source}:{urlsplit(link).path.strip('/')}", given)
