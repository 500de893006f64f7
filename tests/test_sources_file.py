"""sources.yaml: what does not fit together is told, and a source is added without touching another byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.errors import ContentError
from newsletter.model.kinds import KINDS
from newsletter.model.shape import unfit_character
from newsletter.model.source import Mailbox, RightsPolicy, Source, SourceKind
from newsletter.model.urls import parse_url
from newsletter.publication import publication as publications
from newsletter.publication import yamlfile
from newsletter.publication.folder import Folder
from newsletter.publication.sources import added, all_added, troubles
from tests.conftest import ROOT

SOURCES = "seeds/sources.yaml"
SAMPLE = (ROOT / SOURCES).read_text("utf-8")
WIRE = Source(
    id="new-wire",
    name="New Wire",
    kind=SourceKind.FEED,
    url="https://wire.example.com/f",
    rights=RightsPolicy.SUMMARISE,
)
MAIL = Mailbox(host="imap.example.org", user="desk@example.org")


def read(text: str) -> tuple[Source, ...]:
    entries, _, mistakes = yamlfile.read_list(text.removeprefix("\ufeff").replace("\r\n", "\n"), Source, SOURCES)
    assert mistakes == []
    return entries


@pytest.mark.parametrize(
    ("changes", "key", "what", "todo"),
    [
        ({"url": None}, "kind", "a source of kind feed needs `url` or `path`", "add its address"),
        ({"path": "seeds/a.xml"}, "path", "`url` and `path` both say where the feed is", "keep one of them"),
        ({"kind": SourceKind.PAGE, "url": None}, "kind", "a source of kind page needs `url`", "add its address"),
        ({"kind": SourceKind.PAGE, "path": "seeds/a"}, "path", "a source of kind page has no `path`", "remove it"),
        ({"kind": SourceKind.LIST}, "kind", "a source of kind list needs `links`", "as links: main h2 a"),
        ({"links": "h2 a"}, "links", "a source of kind feed has no `links`", "write kind: list"),
        ({"kind": SourceKind.FOLDER, "url": None}, "kind", "a source of kind folder needs `path`", "add where it lies"),
        ({"kind": SourceKind.MAILDIR, "url": None}, "kind", "a source of kind maildir needs `path`", "add where"),
        ({"kind": SourceKind.IMAP, "url": None}, "kind", "a source of kind imap needs `mailbox`", "`mailbox:`"),
        ({"kind": SourceKind.IMAP, "mailbox": MAIL}, "url", "a source of kind imap has no `url`", "remove it"),
        ({"mailbox": MAIL}, "mailbox", "a source of kind feed has no `mailbox`", "change `kind`"),
        ({"url": None, "path": "/etc/passwd"}, "path", "'/etc/passwd' leads out of the publication's", "seeds/name"),
        ({"url": None, "path": "a/../../b"}, "path", "'a/../../b' leads out of the publication's", "seeds/name"),
        ({"quote_limit": -1}, "quote_limit", "cannot be limited to -1 words", "or remove it"),
        ({"fills": ("video",)}, "fills", "`fills` is for our own pieces", "write rights: ours"),
        ({"rights": RightsPolicy.OURS, "fills": ("vidoe",)}, "fills", "'vidoe' is no kind of", "did you mean 'video'?"),
        ({"rights": RightsPolicy.OURS, "fills": ("xyzzy",)}, "fills", "'xyzzy' is no kind of", "the kinds are beyond"),
    ],
)
def test_keys_that_do_not_fit_together_are_told(changes: dict[str, object], key: str, what: str, todo: str) -> None:
    """Each kind is read from its own place; what fills a section is our own."""
    (found,) = troubles(replace(WIRE, **changes))  # type: ignore[arg-type]
    assert found[0] == key
    assert what in found[1]
    assert todo in found[2]


@pytest.mark.parametrize(
    ("changes", "key", "what"),
    [
        ({"tls": False}, "mailbox.tls", "without TLS the password would be seen by everyone on the way"),
        ({"host": "imaps://imap.example.org"}, "mailbox.host", "is not the name of a host"),
        ({"port": 0}, "mailbox.port", "there is no port 0"),
        ({"port": 65_536}, "mailbox.port", "there is no port 65536"),
    ],
)
def test_a_mailbox_that_cannot_be_reached_safely_is_told(changes: dict[str, object], key: str, what: str) -> None:
    """Before a password is sent anywhere."""
    mailbox = replace(MAIL, **changes)  # type: ignore[arg-type]
    (found,) = troubles(replace(WIRE, kind=SourceKind.IMAP, url=None, mailbox=mailbox))
    assert found[0] == key
    assert what in found[1]


@pytest.mark.parametrize(
    "source",
    [
        WIRE,
        replace(WIRE, url=None, path="seeds/feeds/wire.xml"),
        replace(WIRE, kind=SourceKind.PAGE),
        replace(WIRE, kind=SourceKind.LIST, links="main h2 a"),
        replace(WIRE, kind=SourceKind.FOLDER, url=None, path="seeds/documents"),
        replace(WIRE, kind=SourceKind.MAILDIR, url=None, path="seeds/mail"),
        replace(WIRE, kind=SourceKind.IMAP, url=None, mailbox=MAIL),
        replace(WIRE, kind=SourceKind.IMAP, url=None, mailbox=replace(MAIL, host="localhost", tls=False, port=143)),
        replace(WIRE, rights=RightsPolicy.OURS, fills=("insight", "video")),
        *read(SAMPLE),
    ],
    ids=lambda source: f"{source.id}-{source.kind.value}",
)
def test_sources_that_fit_have_no_trouble(source: Source) -> None:
    """One of each kind, and every one of the sample."""
    assert troubles(source) == ()


def told(root: Path, text: str) -> list[str]:
    (root / SOURCES).write_text(text, "utf-8")
    _, mistakes = publications.read(Folder(root))
    return sorted({str(mistake) for mistake in mistakes})


def test_what_does_not_fit_is_told_with_its_line(publication: Path) -> None:
    """Beside the mistakes of single keys and ids that stand twice, all at once."""
    text = (
        "- {id: a, name: A, kind: page, rights: ours, path: b}\n"
        "- id: b\n  name: B\n  kind: imap\n  mailbox:\n    host: imap.example.org\n    user: b\n    tls: false\n"
        "  rights: ours\n  fills:\n    - note\n    - nose\n"
        "- id: b\n  name: C\n  kind: fead\n  rights: ours\n"
    )
    assert told(publication, text) == [
        f"{SOURCES}:10: 'nose' is no kind of section; did you mean 'note'?",
        f"{SOURCES}:13: 'b' is the id of two entries; rename this one or remove it; the other is on line 2",
        f"{SOURCES}:15: `kind` is 'fead', which is not known; did you mean 'feed'?",
        f"{SOURCES}:1: a source of kind page has no `path`; remove it, or change `kind`",
        f"{SOURCES}:1: a source of kind page needs `url`; add its address, as url: https://example.org/page",
        f"{SOURCES}:8: without TLS the password would be seen by everyone on the way; remove it; only a server on this "
        "machine (localhost) may be read without",
    ]


def test_the_samples_sources_are_in_order(publication: Path) -> None:
    """As they are."""
    assert told(publication, SAMPLE) == []


# Adding


def test_a_source_is_added_in_the_files_own_style() -> None:
    """Behind the others, a blank line between, every byte before it as it was."""
    longer = added(SAMPLE, replace(WIRE, zone="Europe/Amsterdam", quote_limit=40), "found on its page\n  25 November ")
    assert read(longer)[:-1] == read(SAMPLE)
    assert longer == SAMPLE + (
        "\n# found on its page\n# 25 November\n- id: new-wire\n  name: New Wire\n  kind: feed\n"
        "  url: https://wire.example.com/f\n  rights: summarise and link only\n  quote_limit: 40\n"
        "  zone: Europe/Amsterdam\n"
    )


def test_every_kind_of_source_can_be_added() -> None:
    """With the keys of its kind, and none that says what is usual."""
    text = added("", replace(WIRE, kind=SourceKind.LIST, links='main a[rel="bookmark"]'))
    text = added(text, replace(WIRE, id="mail", kind=SourceKind.IMAP, url=None, mailbox=replace(MAIL, folder="通讯")))
    assert text == (
        "# What is gathered. rights: ours | free to quote | summarise and link only | do not use\n\n"
        "- id: new-wire\n  name: New Wire\n  kind: list\n  url: https://wire.example.com/f\n"
        '  links: "main a[rel=\\"bookmark\\"]"\n  rights: summarise and link only\n\n'
        "- id: mail\n  name: New Wire\n  kind: imap\n  mailbox:\n    host: imap.example.org\n"
        "    user: desk@example.org\n    folder: 通讯\n  rights: summarise and link only\n"
    )


ENTRY = "- id: a\n  name: A\n  kind: page\n  url: https://a.example.com\n  rights: ours\n"
SECOND = ENTRY.replace("id: a", "id: b")


@pytest.mark.parametrize(
    ("text", "between"),
    [
        (ENTRY, "\n"),
        (ENTRY + "\n" + SECOND, "\n"),
        (ENTRY + "\n# b\n# is new\n" + SECOND, "\n"),
        (ENTRY + SECOND, ""),
        (ENTRY + "# b\n" + SECOND, ""),
        (ENTRY + "\n\n", ""),
        (ENTRY.rstrip("\n"), "\n\n"),
        (ENTRY + "# the end", "\n\n"),
        ("---\n" + ENTRY, "\n"),
        ("# nothing yet\n", "\n"),
        ("\ufeff" + ENTRY, "\n"),
    ],
)
def test_the_gap_before_a_new_source_is_the_usual_one(text: str, between: str) -> None:
    """A blank line where entries are parted by one, none where they are not."""
    longer = added(text, WIRE)
    assert longer.startswith(text + between + "- id: new-wire\n")
    assert read(longer)[-1] == WIRE


def test_line_ends_and_indent_are_kept() -> None:
    """A file from Windows stays one; a list that is indented stays so."""
    windows = added(ENTRY.replace("\n", "\r\n"), WIRE)
    assert windows.count("\r\n") == windows.count("\n")
    assert read(windows)[-1] == WIRE
    indented = added("".join(f"  {line}\n" for line in ENTRY.splitlines()), WIRE)
    assert "\n  - id: new-wire\n    name: New Wire\n" in indented
    assert read(indented)[-1] == WIRE


@pytest.mark.parametrize(
    ("text", "source", "what"),
    [
        (ENTRY, replace(WIRE, id="a"), f"{SOURCES}:1: 'a' is the id of another source; choose another id"),
        (ENTRY, replace(WIRE, url=None), "new-wire: a source of kind feed needs `url` or `path`"),
        ("[]\n", WIRE, "cannot be put at the end of this file; write the file as a list with '- ' in column one"),
        ("[{id: a}]\n", WIRE, "cannot be put at the end of this file"),
        (ENTRY + "...\n", WIRE, "cannot be put at the end of this file"),
        ("a: b\n", WIRE, "cannot be put at the end of this file"),
        ("- id: c\n  name: |+\n    C\n", WIRE, "cannot be put at the end of this file"),
        (ENTRY + "\t- id: c\n", WIRE, f"{SOURCES}:6: a tab indents this line; use spaces"),
        (ENTRY, replace(WIRE, name="A\0"), "the control character U+0000 stands in it; delete it"),
    ],
)
def test_a_source_that_cannot_be_added_is_told(text: str, source: Source, what: str) -> None:
    """Rather than a file that says something else."""
    with pytest.raises(ContentError) as refused:
        added(text, source)
    assert what in str(refused.value)


@pytest.mark.parametrize("text", ["", ENTRY, ENTRY + SECOND, SAMPLE], ids=["new", "one", "close", "sample"])
def test_many_sources_are_added_at_once(text: str) -> None:
    """Each as if alone, in the order given."""
    listed = [replace(WIRE, id=f"wire-{at}") for at in range(30)]
    one_by_one = text
    for source in listed:
        one_by_one = added(one_by_one, source)
    assert all_added(text, listed) == one_by_one


def test_two_new_sources_of_one_id_are_told() -> None:
    """None of them is added."""
    with pytest.raises(ContentError, match="'new-wire' is the id of another source; choose another id"):
        all_added(ENTRY, [WIRE, WIRE])


def one_line(text: str) -> str:
    return " ".join("".join(one for one in text if not unfit_character(one)).split("\n")).strip(" \t")


lines = st.text(max_size=40).map(one_line).filter(bool)
slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}", fullmatch=True)
tricky = st.sampled_from(
    ["no", "null", "~", "12:30", "1.10", "- x", "a: b", "a #b", "&x", "*y", "!z", "'", '"', "{", "\\"]
)
words = lines | tricky
urls = st.from_regex(r"https?://[a-z]{1,9}\.example\.com/[a-z0-9?&=;%'!$,.~:*()#-]{0,30}", fullmatch=True).map(
    parse_url
)
paths = words.filter(lambda path: not path.startswith(("/", "~")) and ".." not in path)
hosts = st.from_regex(r"[a-z]{1,9}\.example\.com", fullmatch=True)
boxes = st.builds(Mailbox, host=hosts, user=words, folder=words, port=st.integers(1, 65_535), tls=st.just(True))
places = st.one_of(
    st.fixed_dictionaries({"kind": st.sampled_from([SourceKind.FEED, SourceKind.PAGE]), "url": urls}),
    st.fixed_dictionaries({"kind": st.just(SourceKind.LIST), "url": urls, "links": words}),
    st.fixed_dictionaries({"kind": st.sampled_from([SourceKind.FOLDER, SourceKind.MAILDIR]), "path": paths}),
    st.fixed_dictionaries({"kind": st.just(SourceKind.IMAP), "mailbox": boxes}),
)
rights = st.one_of(
    st.fixed_dictionaries({"rights": st.sampled_from(RightsPolicy)}),
    st.fixed_dictionaries(
        {"rights": st.just(RightsPolicy.OURS), "fills": st.lists(st.sampled_from(sorted(KINDS)), max_size=3).map(tuple)}
    ),
)


@given(
    place=places,
    allowed=rights,
    name=words,
    key=slugs,
    limit=st.integers(0, 500),
    language=st.sampled_from(["en", "no", "zh-Hans"]),
    zone=st.sampled_from([None, "Asia/Hong_Kong"]),
    paused=st.booleans(),
    comment=st.none() | st.text(max_size=40),
)
def test_what_is_added_is_read_back(
    place: dict[str, object],
    allowed: dict[str, object],
    name: str,
    key: str,
    limit: int,
    language: str,
    zone: str | None,
    paused: bool,
    comment: str | None,
) -> None:
    """Whatever its values are, they come back as they were, and so do all sources before it."""
    rest: dict[str, Any] = {**place, **allowed}
    source = Source(id=key, name=name, quote_limit=limit, language=language, zone=zone, paused=paused, **rest)
    for text in ("", ENTRY.replace("id: a", "id: the-very-first")):
        longer = added(text, source, comment)
        assert longer.startswith(text)
        assert read(longer) == (*read(text), source)


def test_a_file_with_an_added_source_is_a_good_publication(publication: Path) -> None:
    """The whole of it, as the program reads it."""
    assert told(publication, added(SAMPLE, WIRE)) == []
