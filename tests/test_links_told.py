"""Links as editors are told of them: once each, at their place, in plain words, and no graver than it is."""

from __future__ import annotations

import pytest

from newsletter.actions.app import App
from newsletter.actions.look_at_links import look_at_links
from newsletter.check.inspected import Inspected
from newsletter.check.linkplaces import addresses_of
from newsletter.check.links import CHECK, links_of
from newsletter.model.evidence import LinkSeen, LinkState
from newsletter.model.finding import Finding, Fix, Severity, Spot
from tests.checking import NOW, inspected, issue_with

BEYOND = """---
title: The Last Night Train
url: {url}
outlet: Meridian Quarterly
---
A farewell to a sleeping car.
"""


def told(inspected: Inspected, rule: str | None = None) -> list[Finding]:
    return [finding for finding in CHECK.find(inspected) if rule in (None, finding.rule)]


def with_beyond(app: App, url: str, *links: LinkSeen, body: str = "") -> Inspected:
    issue_with(app.root, {"beyond-2.md": BEYOND.format(url=url) + body})
    return inspected(app, links=links)


def seen(url: str, state: LinkState = LinkState.ANSWERS, said: str = "200 OK", **more: str | None) -> LinkSeen:
    return LinkSeen(url=url, state=state, said=said, seen=NOW, **more)


URL = "https://meridian.internal/night-train"
PATH = "content/issues/2026-11-27/beyond-2.md"


def test_the_sample_has_nothing_wrong_with_its_links(app: App) -> None:
    """Asked for or not; where they are asked for, one finding says that they are samples."""
    assert told(inspected(app)) == []
    everything = inspected(app)
    places = links_of(everything.wordings, everything.draft)
    urls = addresses_of(places, everything.draft, everything.publication)
    links = look_at_links(urls, everything.publication.schedule, NOW)
    (finding,) = told(inspected(app, links=links))
    assert (finding.severity, finding.words, finding.section) == (Severity.UNCHECKED, "", None)
    assert finding.what.startswith(f"could not check {len(urls)} links to sample addresses (focus.example.org, ")


def test_every_place_of_a_link_is_known(app: App) -> None:
    """Front matter, texts, definitions at the end of a file, cited items; written in capitals or not; never a mail."""
    body = (
        "\nWe read [one](https://a.internal/x_(y)), <https://b.internal/> and https://c.internal/z. Write to"
        " <ada@paper.internal>, or see\n[two][2], [one](https://a.internal/x_(y)) again.\n\n[2]: https://d.internal/q\n"
    )
    everything = with_beyond(app, '"https://Meridian.internal/é"', body=body)
    places = links_of(everything.wordings, everything.draft)
    here = [(one.url, one.spot.line, one.spot.column, one.ours) for one in places if one.section == "beyond-2"]
    assert here == [
        ("https://meridian.internal/%C3%A9", 3, 7, "The Last Night Train"),
        ("https://a.internal/x_(y)", 8, 15, "one"),
        ("https://b.internal/", 8, 43, "https://b.internal/"),
        ("https://c.internal/z", 8, 68, "https://c.internal/z"),
        ("https://d.internal/q", 11, 6, "two"),
        ("https://a.internal/x_(y)", 9, 17, "one"),
    ]
    assert [one.url for one in places if one.spot.line == 0][:1] == [
        "https://ministry.example.org/readouts/third-round"
    ]
    assert next(one for one in places if one.section == "catchup").ours == "ports and the price of waiting"


def test_our_own_page_is_not_asked_for_before_it_is_there(app: App) -> None:
    """Nor are the issue's pictures; our other pages are."""
    own = "https://focus.example.org/issues/2026-11-27"
    body = f"\n[page]({own}/), [part]({own}#number), [old](https://focus.example.org/issues/2026-11-20/)\n"
    body += "[picture](https://focus.example.org/images/a.png)\n"
    everything = with_beyond(app, URL, body=body)
    places = links_of(everything.wordings, everything.draft)
    urls = addresses_of(places, everything.draft, everything.publication)
    assert not [url for url in urls if url.startswith((own, "https://focus.example.org/images/"))]
    assert "https://focus.example.org/issues/2026-11-20/" in urls


def test_an_item_that_is_shown_to_nobody_is_left_out(app: App) -> None:
    """Readers meet only what a blurb cites."""
    issue_with(
        app.root,
        {
            "number.md": (app.root / "content/issues/2026-11-27/number.md")
            .read_text()
            .replace("items: [pacific-pause]\n", "")
        },
    )
    everything = inspected(app)
    assert not [one for one in links_of(everything.wordings, everything.draft) if "pacificledger" in one.url]


def test_a_link_that_is_gone_blocks(app: App) -> None:
    """Where it is written, once, with the other places where it stands."""
    gone = seen(URL, LinkState.GONE, "404 Not Found")
    (finding,) = told(with_beyond(app, URL, gone, body=f"\n[Again]({URL}).\n"))
    assert (finding.rule, finding.severity, finding.words) == ("link-gone", Severity.BLOCK, URL)
    assert finding.spot == Spot(PATH, 3, 6, 3, 6 + len(URL))
    assert finding.what == "the page is gone (404 Not Found); it stands in beyond-2 as well"


def test_a_host_that_there_is_not_blocks(app: App) -> None:
    """By its name, which may be misspelt."""
    (finding,) = told(with_beyond(app, URL, seen(URL, LinkState.GONE, "no such host")))
    assert finding.what == "the link leads nowhere: there is no host meridian.internal"


def test_a_link_that_leads_on_to_a_missing_host_blocks(app: App) -> None:
    """By the name of that one."""
    (finding,) = told(with_beyond(app, URL, seen(URL, LinkState.GONE, "no such host: lost.internal")))
    assert finding.what == "the link leads on to lost.internal, and there is no such host"


def test_a_link_that_has_moved_warns_with_the_new_address(app: App) -> None:
    """To be written instead."""
    moved = seen(URL, LinkState.MOVED, "moved for good", final="https://meridian.internal/essays/night-train")
    (finding,) = told(with_beyond(app, URL, moved))
    assert (finding.rule, finding.severity, finding.fix) == ("link-moved", Severity.WARN, None)
    assert finding.todo == "write https://meridian.internal/essays/night-train"


@pytest.mark.parametrize(
    "moved",
    [
        seen(URL, LinkState.MOVED, "leads to the front page of a site", final="https://meridian.internal/", title="M"),
        seen(URL, LinkState.MOVED, "a page that says of itself that it is not there", title="Page not found"),
    ],
    ids=["front page", "title"],
)
def test_a_page_that_is_probably_gone_warns_and_its_title_is_held_against_nothing(app: App, moved: LinkSeen) -> None:
    """It is not certain, so it does not block."""
    (finding,) = told(with_beyond(app, URL, moved))
    assert (finding.rule, finding.severity) == ("link-moved", Severity.WARN)
    assert finding.todo == "find where the page is now, or take the link out"


def test_a_link_without_https_warns(app: App) -> None:
    """What to write is said; it is written by --fix where the page was seen there."""
    plain = "http://meridian.internal/night-train"
    (finding,) = told(with_beyond(app, plain))
    assert (finding.rule, finding.fix) == ("link-not-https", None)
    (finding,) = told(with_beyond(app, plain, seen(plain, LinkState.MOVED, "moved for good", final=URL)))
    assert finding.fix == Fix(PATH, 3, 6, plain, URL)
    with_www = "https://www.meridian.internal/night-train/"
    (finding,) = told(with_beyond(app, plain, seen(plain, LinkState.MOVED, "moved for good", final=with_www)))
    assert (finding.rule, finding.todo) == ("link-not-https", f"write {with_www}")


def test_a_link_that_tracks_warns_with_the_clean_address(app: App) -> None:
    """Each place is mended by --fix; what the page needs stays."""
    tracking = f"{URL}?id=7&utm_source=letter&fbclid=abc"
    found = told(with_beyond(app, tracking, body=f"\n[Again]({tracking}).\n"), "link-tracks")
    assert [finding.fix for finding in found] == [
        Fix(PATH, 3, 6, tracking, f"{URL}?id=7"),
        Fix(PATH, 8, 9, tracking, f"{URL}?id=7"),
    ]
    assert found[0].what == "the link carries what counts readers: utm_source, fbclid"


def test_a_personal_link_warns(app: App) -> None:
    """Before every reader acts as the one who got it."""
    (finding,) = told(with_beyond(app, "https://meridian.internal/unsubscribe?u=7"))
    assert (finding.rule, finding.severity) == ("link-personal", Severity.WARN)


def test_a_page_with_quite_another_title_warns(app: App) -> None:
    """With that title beside ours, at the place of ours."""
    (finding,) = told(with_beyond(app, URL, seen(URL, title="Ten recipes for autumn | Meridian Quarterly")))
    assert (finding.rule, finding.severity, finding.words) == ("link-title", Severity.WARN, "The Last Night Train")
    assert finding.spot.line == 2
    assert finding.beside[0].text == "Ten recipes for autumn | Meridian Quarterly"


def test_the_words_of_a_link_are_read_with_those_around_it(app: App) -> None:
    """ "Here" is no title; the paragraph says what it leads to."""
    body = "\nA diary of a harbour pilot is [here](https://h.internal/1), recipes [there](https://h.internal/2).\n"
    links = [seen("https://h.internal/1", title="Harbour diary"), seen("https://h.internal/2", title="Tax forms")]
    found = told(with_beyond(app, URL, *links, body=body))
    assert [(finding.rule, finding.words) for finding in found] == [("link-title", "there")]


def test_our_own_issues_are_told_by_what_was_in_them(app: App) -> None:
    """Their page is called by its subject, which says something else."""
    issue = "https://focus.example.org/issues/2026-11-20/"
    assert told(inspected(app, links=[seen(issue, title="Recipes for autumn")])) == []


def test_what_could_not_be_checked_is_told_once_for_each_reason(app: App) -> None:
    """Never as a warning."""
    urls = [f"https://h{number}.internal/" for number in range(6)]
    body = "\n" + " ".join(f"[harbour]({url})" for url in urls) + "\n"
    links = [
        seen(URL, title="The Last Night Train"),
        *(seen(url, LinkState.BLOCKED, "403 Forbidden") for url in urls[:4]),
        seen(urls[4], LinkState.UNREACHABLE, "no answer in time"),
        seen(urls[5], LinkState.BLOCKED, "inside a private network"),
    ]
    found = told(with_beyond(app, URL, *links, body=body))
    assert [(finding.severity, finding.words) for finding in found] == [(Severity.UNCHECKED, "")] * 3
    assert [finding.what for finding in found] == [
        "could not check 4 links (h0.internal, h1.internal, h2.internal and 1 more): 403 Forbidden",
        "could not check one link (h4.internal): no answer in time",
        "could not check one link inside a private network (h5.internal)",
    ]
    assert [finding.spot.line for finding in found] == [0, 8, 8]


def test_a_network_that_cannot_be_reached_is_told_once(app: App) -> None:
    """For all links together; nothing blocks. Of one link alone it is not so certain."""
    other = "https://other.internal/"
    down = [seen(url, LinkState.UNREACHABLE, "the network could not be reached") for url in (URL, other)]
    (finding,) = told(with_beyond(app, URL, *down, body=f"\n[Train]({other})\n"))
    assert finding.what == "could not check 2 links: the network could not be reached"
    assert finding.severity is Severity.UNCHECKED
    (finding,) = told(with_beyond(app, URL, down[0]))
    assert finding.what == "could not check one link (meridian.internal): neither its server nor any other answered"
