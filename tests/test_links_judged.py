"""Links judged without a wire: by where an answer came from, by a page's title, by the words of an address."""

from __future__ import annotations

import pytest

from newsletter.check.linkanswers import Try, found
from newsletter.check.linkplaces import is_sample
from newsletter.check.links import is_personal
from newsletter.check.pagetitles import have_nothing_in_common, is_wall, says_missing, title_of
from newsletter.fetch.answer import Answer
from newsletter.model.evidence import LinkSeen, LinkState
from tests.checking import NOW


@pytest.mark.parametrize("host", ["contest.org", "example.org.internal", "latest.com", "myexample.com"])
def test_a_name_that_only_looks_like_a_sample_is_none(host: str) -> None:
    """Names are compared label by label."""
    assert not is_sample(f"https://{host}/")


@pytest.mark.parametrize("piece", ["<!--", "<title>", "<svg", "<meta ", "<title x", '<meta content="', "<script>"])
def test_a_hostile_page_is_read_in_no_time(piece: str) -> None:
    """What never ends is looked at once."""
    assert len(title_of(piece * (500_000 // len(piece))) or "") <= 300


def answered(url: str, final: str, moved_to: str | None = None, title: str | None = None) -> LinkSeen:
    answer = Answer(
        key=url,
        url=final,
        status=200,
        body=b"",
        media_type="text/html",
        charset=None,
        etag=None,
        last_modified=None,
        moved_to=moved_to,
        retry_after=None,
        max_age=None,
    )
    return found(url, [Try(answer, title)], NOW)


def test_a_page_that_is_at_the_same_address_with_https_has_moved_there() -> None:
    """That is what `--fix` goes by."""
    seen = answered("http://a.internal/x", "https://a.internal/x", "https://a.internal/x")
    assert (seen.state, seen.final) == (LinkState.MOVED, "https://a.internal/x")


@pytest.mark.parametrize("url", ["https://doi.org/10.1000/182", "https://purl.org/net/x", "https://www.w3id.org/x"])
def test_a_lasting_address_may_lead_on(url: str) -> None:
    """It stays when the page moves; where it leads today would not."""
    assert answered(url, "https://journal.internal/x", "https://journal.internal/x").state is LinkState.ANSWERS


@pytest.mark.parametrize(
    ("title", "is_missing"),
    [
        ("404 Not Found", True),
        ("Error 404", True),
        ("Sorry, this page isn’t available.", True),
        ("The requested page could not be found - Harbour Wire", True),
        ("Seite nicht gefunden | Zeitung", True),
        ("抱歉，找不到该页面", True),
        ("404 Days in the Desert", False),
        ("Lost and not found: a diary", False),
        ("The page that could not be turned", False),
        ("Nothing was found in the wreck", False),
    ],
)
def test_a_title_that_says_a_page_is_missing(title: str, is_missing: bool) -> None:
    """Not one that only uses the words."""
    assert says_missing(title) is is_missing


@pytest.mark.parametrize(
    "title", ["A security check on the border", "Just a moment in time", "Login: how passwords die"]
)
def test_a_story_about_walls_is_none(title: str) -> None:
    """It has more to say than they have."""
    assert not is_wall(title)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("The Last Night Train", "Ten recipes for autumn"),
        ("Who keeps the telescope time?", "Kitchen gardens in November | Campus Ledger"),
        ("贸易谈判重启", "二十道秋季菜谱"),
        ("Ночной поезд", "Осенние рецепты"),
    ],
)
def test_titles_of_two_pages_are_told_apart(ours: str, theirs: str) -> None:
    """Not a word of meaning in common."""
    assert have_nothing_in_common(ours, theirs, ["Campus Ledger"])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("The Pause as a Policy", "the pause as a POLICY – Focus"),
        ("Joint laboratories sign fewer agreements", "A laboratory agreement, and no more"),
        ("Café culture", "Cafe Culture Explained"),
        ("AI and trade", "What the EU AI Act means"),
        ("贸易谈判重启", "中美恢复贸易磋商"),
        ("The Last Night Train", "Der letzte Nachtzug"),
        ("The Last Night Train", "Последний ночной поезд"),
        ("The Last Night Train", "Meridian Quarterly"),
        ("The Last Night Train", "2026-11-27"),
        ("90", "Ten recipes"),
    ],
)
def test_titles_that_may_be_of_one_page_are_let_be(ours: str, theirs: str) -> None:
    """A form of one word, another script or language, a title that says only whose page it is."""
    assert not have_nothing_in_common(ours, theirs, ["Meridian Quarterly"])


@pytest.mark.parametrize(
    "url",
    [
        "https://news.internal/unsubscribe?u=3",
        "https://paper.us1.list-manage.com/profile?u=1",
        "https://paper.internal/a?email=ada%40paper.internal",
        "https://paper.internal/newsletter/preferences/3",
        "https://paper.internal/story?token=abcdefgh12",
        "https://click.paper.internal/f/a/" + "A1" * 30,
    ],
)
def test_a_link_out_of_somebodys_mail_is_personal(url: str) -> None:
    """It acts for whoever got it."""
    assert is_personal(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://social.internal/@ada@other.internal",
        "https://maps.internal/@40.1,-74.2,15z",
        "https://video.internal/watch?v=dQw4w9WgXcQ",
        "https://open.music.internal/track/4uLU6hMCjMI75M1A2tKUQC",
        "https://git.internal/a/b/commit/" + "a1" * 20,
        "https://paper.internal/how-to-opt-out-of-it",
        "https://paper.internal/voter-preferences-2026",
        "https://paper.internal/second-round-of-talks-ends-without-a-text-but-with-a-calendar",
    ],
)
def test_a_link_that_anybody_may_follow_is_not(url: str) -> None:
    """However long or odd it is."""
    assert not is_personal(url)
