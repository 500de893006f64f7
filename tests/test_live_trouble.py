"""What visitors are shown when something went wrong here: words in the frame of the site, and what they had written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.living import Living, running
from tests.test_live_answers import GOOD, PATH, kept

WRITTEN = "No. </textarea><b>Never</b> & at all."


@pytest.fixture
def site(publication: Path) -> Iterator[Living]:
    """A running site whose database takes no answers."""
    with running(publication, pumping=False) as started:
        with closing(sqlite3.connect(publication / "var" / "newsletter.db")) as database:
            database.executescript(
                "CREATE TRIGGER full BEFORE INSERT ON answers BEGIN SELECT RAISE(ABORT, 'the secret'); END"
            )
        yield started


def test_an_answer_that_cannot_be_kept_is_given_back(site: Living, caplog: pytest.LogCaptureFixture) -> None:
    """As text, to be taken along; once it can be kept, the same form is taken."""
    answer = site.filled_in(PATH, {**GOOD, "text": WRITTEN})
    assert (answer.status, answer.headers["retry-after"]) == (503, "300")
    assert "<h1>This did not work</h1>" in answer.text
    assert "What you wrote, to take along" in answer.text
    assert "No. &lt;/textarea&gt;&lt;b&gt;Never&lt;/b&gt; &amp; at all." in answer.text
    assert "the secret" not in answer.text
    assert "the secret" in caplog.text
    assert (answer.headers["x-robots-tag"], answer.headers["cache-control"]) == ("noindex", "no-store")
    with closing(sqlite3.connect(site.app.root / "var" / "newsletter.db")) as database:
        database.executescript("DROP TRIGGER full")
    assert site.filled_in(PATH, {**GOOD, "text": WRITTEN}).status == 303
    assert [one.text for one in kept(site)] == [WRITTEN]


def test_where_the_frame_itself_is_broken_words_are_left(site: Living) -> None:
    """Without any template."""
    broken = site.app.root / "templates" / "site" / "frame.html"
    broken.parent.mkdir(parents=True)
    broken.write_text("{% if %}", "utf-8")
    site.seconds[0] += 5
    answer = site.get("/subscribe")
    assert (answer.status, answer.headers["retry-after"]) == (503, "300")
    assert answer.text == "This does not work at the moment. Try again later.\n"
