"""The processes that parse: what one of them brings along."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.gathering import rss, rss_item

# What a feed is read with, and nothing else that is not Python's own or ours.
READERS = {"feedparser", "feedparser_sgmllib", "nh3"}

PROGRAM = """
import sys
before = {name.partition(".")[0] for name in sys.modules}  # what an interpreter of this machine starts with
from newsletter.gather.parsing import Job, Shape, parse
from newsletter.model.source import RightsPolicy, Source, SourceKind
wire = Source(id="wire", name="Wire", kind=SourceKind.FEED, url="http://wire.test/feed", rights=RightsPolicy.QUOTE)
found = parse(Job(key="wire", shape=Shape.FEED, source=wire, data=sys.stdin.buffer.read()))
assert len(found.readings) == 1, found
after = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names) - before
print(*sorted(name for name in after if not name.startswith("_")))
"""

RSS = rss(rss_item("Talks close", "/talks", "w-1", "Tue, 24 Nov 2026 21:40:00 +0800", "<p>With <b>dates</b>.</p>"))
JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "Wire",
"items": [{"id": "w-1", "url": "/talks", "title": "Talks close", "content_html": "<p>With <b>dates</b>.</p>"}]}"""


@pytest.mark.parametrize("feed", [RSS, JSON], ids=["rss", "json"])
def test_who_parses_a_feed_imports_what_feeds_are_read_with(feed: bytes) -> None:
    """Feeds are most of what is parsed, in several processes at a time: none of them pays, in memory or in time, for
    what reads pages, YAML or the database."""
    command = (sys.executable, "-c", PROGRAM)
    done = subprocess.run(command, input=feed, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    assert set(done.stdout.decode().split()) - {"newsletter"} <= READERS
