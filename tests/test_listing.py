"""Entries of people.yaml, names.yaml and sources.yaml, changed in the text: comments and every other byte stay."""

from __future__ import annotations

from datetime import date
from difflib import unified_diff
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.publication import listing, yamlfile
from newsletter.publication.listing import Values

PEOPLE = """\
# Authors we name.

- id: lin-yue # the one of Ningbo
  name: Lin Yue
  role: "senior fellow"
  # asked her in May
  institute: 'Harbour Institute'
  city: Ningbo

# met at the fair
- id: marta-quill
  name: Marta Quill
  role: >-
    violinist
    and teacher

- id: chen-ailing
  name: Chen Ailing
"""
NAMES = """\
- name: Ningbo
  variants: [Ning-po, 'Ningpo']
- name: Port Amity
  variants:
    - Port Amitie # French maps
    # seen once
    - Amity Port
  since: 2025-03-03
- {name: Calder Bay, variants: [Kalder Bay]}
"""
SOURCES = """\
- id: letters
  name: Letters
  kind: imap
  mailbox:
    host: imap.example.org
    user: desk@example.org # read only
    folder: News
  rights: summarise and link only
  quote_limit: 40
"""


def diff(before: str, after: str | None) -> list[str]:
    """The lines taken away and put in, in their order."""
    assert after is not None
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def test_a_changed_value_keeps_its_quotes_and_the_comment_behind_it() -> None:
    """Only the value's own characters change: its quotes, the comment behind it and all other lines stay."""
    after = listing.with_values(
        PEOPLE, "lin-yue", {"role": 'fellow "at sea"', "institute": "Harbour's", "city": "Xiamen"}
    )
    assert diff(PEOPLE, after) == [
        '-  role: "senior fellow"',
        '+  role: "fellow \\"at sea\\""',
        "-  institute: 'Harbour Institute'",
        "-  city: Ningbo",
        "+  institute: 'Harbour''s'",
        "+  city: Xiamen",
    ]


def test_a_value_that_is_the_same_is_not_touched() -> None:
    """Saving a form in which nothing was changed gives the very same bytes, however the values are written."""
    same = {"name": "Marta Quill", "role": "violinist and teacher", "city": None}
    assert listing.with_values(PEOPLE, "marta-quill", same) == PEOPLE
    assert listing.with_values(NAMES, "Port Amity", {"variants": ("Port Amitie", "Amity Port")}, "name") == NAMES


def test_a_new_key_stands_in_its_place_among_the_others() -> None:
    """It comes behind the keys that come before it in the order, not at the end."""
    order = ("id", "name", "role", "institute", "parent", "city")
    after = listing.with_values(PEOPLE, "lin-yue", {"parent": "University: Strait"}, order=order)
    assert diff(PEOPLE, after) == ['+  parent: "University: Strait"']
    assert after is not None
    assert after.index("parent") < after.index("city: Ningbo")


def test_a_key_is_taken_out_with_its_line() -> None:
    """A line that held nothing else goes as a whole, a text of several lines with all of them; the first key too."""
    assert diff(PEOPLE, listing.with_values(PEOPLE, "lin-yue", {"city": None})) == ["-  city: Ningbo"]
    after = listing.with_values(PEOPLE, "marta-quill", {"role": None})
    assert diff(PEOPLE, after) == ["-  role: >-", "-    violinist", "-    and teacher"]
    turned = "- role: captain\n  id: ida\n  name: Ida\n"
    assert listing.with_values(turned, "ida", {"role": None}) == "- id: ida\n  name: Ida\n"


def test_a_text_of_several_lines_becomes_another_one() -> None:
    """A folded text is replaced with its lines and without the blank one that parts the entries."""
    after = listing.with_values(PEOPLE, "marta-quill", {"role": "conductor", "city": "Oslo"})
    assert diff(PEOPLE, after) == [
        "-  role: >-",
        "-    violinist",
        "-    and teacher",
        "+  role: conductor",
        "+  city: Oslo",
    ]


def test_spellings_in_a_list_are_changed_one_by_one() -> None:
    """Those that stay keep their quotes, their lines and their comments, between brackets and below each other."""
    after = listing.with_values(NAMES, "Ningbo", {"variants": ("Ningpo", "Ning Po, old")}, "name")
    assert diff(NAMES, after) == ["-  variants: [Ning-po, 'Ningpo']", "+  variants: ['Ningpo', \"Ning Po, old\"]"]
    after = listing.with_values(NAMES, "Port Amity", {"variants": ("Port Amitie", "Amityport", "P. Amity")}, "name")
    assert diff(NAMES, after) == ["-    - Amity Port", "+    - Amityport", "+    - P. Amity"]
    after = listing.with_values(NAMES, "Port Amity", {"variants": ()}, "name")
    assert after is not None
    assert "variants:\n" not in after
    after = listing.with_values(
        NAMES, "Calder Bay", {"variants": ("Calderbay", "Kalder Bay"), "since": date(2026, 1, 2)}, "name"
    )
    assert diff(NAMES, after)[1] == "+- {name: Calder Bay, variants: [Calderbay, Kalder Bay], since: 2026-01-02}"


def test_a_group_within_an_entry_is_changed_key_by_key() -> None:
    """The keys of a mailbox are set within it, and the mailbox goes as a whole."""
    box = {"user": "news@example.org", "folder": None, "port": 143, "tls": False}
    changes: Values = {"mailbox": box, "quote_limit": 60}
    after = listing.with_values(SOURCES, "letters", changes)
    assert diff(SOURCES, after) == [
        "-    user: desk@example.org # read only",
        "-    folder: News",
        "+    user: news@example.org # read only",
        "+    port: 143",
        "+    tls: false",
        "-  quote_limit: 40",
        "+  quote_limit: 60",
    ]
    without = listing.with_values(SOURCES, "letters", {"mailbox": None})
    assert without is not None
    assert "imap.example.org" not in without


def test_an_entry_is_added_in_the_style_of_its_file() -> None:
    """With a blank line where those part the entries, with the file's indent and line ends; a new file is headed."""
    new = {"id": "ana-sol", "name": "Ana Sol", "role": None, "city": "São Paulo"}
    after = listing.with_entry(PEOPLE, new, "# head\n")
    assert after == PEOPLE + "\n- id: ana-sol\n  name: Ana Sol\n  city: São Paulo\n"
    windows = "  - name: A\r\n  - name: B\r\n"
    after = listing.with_entry(windows, {"name": "C", "variants": ("c, d", "e")}, "")
    assert after == windows + '  - name: C\r\n    variants: ["c, d", e]\r\n'
    assert listing.with_entry("", {"name": "C"}, "# Names\n") == "# Names\n\n- name: C\n"


def test_an_entry_goes_with_the_comment_above_it_and_leaves_the_head_of_the_file() -> None:
    """What stands right above an entry is about it; the comment that heads the file stays, and so do blank lines."""
    assert diff(PEOPLE, listing.without(PEOPLE, "marta-quill")) == [f"-{line}" for line in PEOPLE.splitlines()[9:16]]
    first = listing.without(PEOPLE, "lin-yue")
    assert first is not None
    assert first.startswith("# Authors we name.\n\n# met at the fair\n- id: marta-quill")
    last = listing.without(PEOPLE, "chen-ailing")
    assert last is not None
    assert last.endswith("    and teacher\n")
    assert listing.without("# all\n- name: A\n", "A", "name") == "# all\n"


def test_line_ends_and_the_byte_order_mark_stay() -> None:
    """A file written on Windows stays one, its first entry included."""
    windows = "\ufeff" + PEOPLE.removeprefix("# Authors we name.\n\n").replace("\n", "\r\n")
    after = listing.with_values(windows, "lin-yue", {"city": "Xiamen", "parent": "U"})
    assert after == windows.replace("city: Ningbo\r\n", "city: Xiamen\r\n  parent: U\r\n")
    after = listing.without(windows, "lin-yue")
    assert after is not None
    assert "\n" not in after.replace("\r\n", "")
    assert "marta-quill" in after
    role = listing.with_values(windows, "marta-quill", {"role": "pianist"})
    assert role == windows.replace(">-\r\n    violinist\r\n    and teacher\r\n", "pianist\r\n")


@pytest.mark.parametrize(
    "text",
    [
        "[{id: a, name: A}]",
        "- id: a\n  name: A\n- id: a\n  name: B\n",
        "id: a\n",
        "- id: a\n  name: [\n",
        "- &x\n  id: a\n",
    ],
    ids=["brackets", "twice", "no list", "not YAML", "anchor"],
)
def test_what_cannot_be_changed_safely_is_refused(text: str) -> None:
    """A file that is written in another way is never made to say something else."""
    assert listing.with_values(text, "a", {"name": "Z"}) is None
    assert listing.without(text, "a") is None


BRACES = """# Authors, each on a line.

- {id: ada, name: Ada, city: Rome} # first
- { "id": "ben", 'name': 'Ben', city: "Oslo", } # second
-   {id: cai, name: Cai,
     role: poet, # since May
     city: Bergen}
- {id: dot, name: Dot, city: }
- {id: eve, name: Eve, city}
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("name", "values", "gone", "came"),
    [
        ("ada", {"city": "Xi'an", "name": "Ada, of [L]"}, "name: Ada, city: Rome", 'name: "Ada, of [L]", city: Xi\'an'),
        ("ada", {"role": "poet {1}"}, "name: Ada,", 'name: Ada, role: "poet {1}",'),
        ("ada", {"city": None}, ", city: Rome}", "}"),
        ("ben", {"city": "Nice", "name": "B: n"}, "'Ben', city: \"Oslo\"", "'B: n', city: \"Nice\""),
        ("ben", {"role": "poet"}, "'Ben',", "'Ben', role: poet,"),
        ("cai", {"role": "writer"}, "poet", "writer"),
        ("cai", {"parent": "U"}, "Bergen}", "Bergen, parent: U}"),
        ("dot", {"city": "Rome"}, "city: }", "city: Rome }"),
        ("dot", {"parent": "U"}, "city: }", "city: , parent: U }"),
        ("eve", {"city": "Rome"}, "city}", "city: Rome}"),
        ("eve", {"city": None}, ", city}", "}"),
    ],
)
def test_an_entry_between_braces_is_changed_within_them(
    end: str, name: str, values: Values, gone: str, came: str
) -> None:
    """Comments, quotes, spaces, line ends and all other entries stay."""
    text = BRACES.replace("\n", end)
    start = text.index(f"name: {name.capitalize()}") if name != "ben" else text.index("'name'")
    assert gone in text[start:]
    wanted = text[:start] + text[start:].replace(gone, came, 1)
    assert listing.with_values(text, name, values, order=("id", "name", "role", "city", "parent")) == wanted
    assert name not in (listing.without(text, name) or name)


def test_no_comment_between_braces_or_brackets_goes_with_what_goes() -> None:
    """Rather is nothing changed."""
    text = "- {id: a, # whose\n   name: A,\n   city: B, # where\n   role: C}\n"
    assert listing.with_values(text, "a", {"name": None}) is None
    assert listing.with_values(text, "a", {"role": None}) is None
    assert listing.with_values(text, "a", {"city": None}) == text.replace(",\n   city: B,", ",", 1)
    listed = "- name: A\n  variants: [B, # old\n    C]\n"
    assert listing.with_values(listed, "A", {"variants": ("B",)}, "name") is None
    assert listing.with_values(listed, "A", {"variants": ("B", "D")}, "name") == listed.replace("C", "D")


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("# People.\n\n[{id: a, name: A}]\n", 3, "the whole list stands between brackets"),
        ("# People.\n- id: a\n  name: A\n- &x\n  id: b\n", 4, "anchor"),
        ("id: a\n", 1, "the file is not a list"),
        ("- id: b\n  name: B\n- {id: a, # whose\n   name: A}\n", 3, "in a way that a form cannot change"),
    ],
)
def test_what_stands_in_the_way_is_told_with_its_line(text: str, line: int, what: str) -> None:
    """And with what to do about it."""
    assert listing.with_values(text, "a", {"name": None}) is None
    found = listing.hindrance(text, "a")
    assert found[0] == line
    assert what in found[1]
    assert found[2]


def test_a_list_between_brackets_has_entries_that_a_form_can_show() -> None:
    """So that it says what stands in the way, and not that they are gone; a change of any makes it stale."""
    text = "[{id: a, name: A}, {id: b, name: B}]\n"
    entry = listing.find(text, "b")
    assert entry is not None
    assert (entry.at, entry.text) == (1, text)
    assert listing.find(text, "c") is None


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("[]", "# head\n\n- id: a\n"),
        ("# Ours.\r\n\r\n[]\r\n", "# Ours.\r\n\r\n- id: a\r\n"),
        ("# Ours.\n[] # none yet\n", "# Ours.\n # none yet\n\n- id: a\n"),
    ],
)
def test_the_first_entry_takes_the_place_of_an_empty_list(text: str, after: str) -> None:
    """Of its brackets alone: comments stay."""
    assert listing.with_entry(text, {"id": "a"}, "# head\n") == after


def test_an_unknown_entry_is_none() -> None:
    """There is nothing to find, to change or to take out."""
    assert listing.find(PEOPLE, "nobody") is None
    assert listing.with_values(PEOPLE, "nobody", {"name": "N"}) is None
    assert listing.without(PEOPLE, "nobody") is None


def test_the_digest_is_that_of_the_entry_alone() -> None:
    """A form on one person is not stale because another one was changed, and it is when a comment within was."""
    entry = listing.find(PEOPLE, "lin-yue")
    assert entry is not None
    assert entry.text.endswith("  city: Ningbo\n")
    assert "asked her in May" in entry.text
    other = listing.find(listing.with_values(PEOPLE, "marta-quill", {"name": "M"}) or "", "lin-yue")
    assert other == entry
    own = listing.find(PEOPLE.replace("asked her in May", "asked her in June"), "lin-yue")
    assert own is not None
    assert own.digest != entry.digest


def test_every_entry_of_the_sample_can_be_changed_and_taken_out() -> None:
    """The files of the sample are such as this can change: each entry by itself, and no other line."""
    for path, key in (("content/people.yaml", "id"), ("content/names.yaml", "name"), ("seeds/sources.yaml", "id")):
        text = Path(path).read_text(encoding="utf-8")
        entries = yamlfile.read(text).value
        assert isinstance(entries, list)
        for entry in entries:
            assert isinstance(entry, dict)
            assert isinstance(entry[key], str)
            assert len(diff(text, listing.with_values(text, str(entry[key]), {"city": "Bergen"}, key))) in (1, 2)
            assert all(line.startswith("-") for line in diff(text, listing.without(text, str(entry[key]), key)))


WORDS = (
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\u2028\u2029\ufeff"),
        min_size=1,
        max_size=30,
    )
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)


@settings(max_examples=25)  # each reads a file a dozen times
@given(
    st.dictionaries(st.sampled_from(["name", "role", "city", "parent"]), WORDS | st.none(), min_size=1), WORDS, WORDS
)
def test_what_is_written_is_read_back(values: dict[str, str | None], one: str, two: str) -> None:
    """Whatever words come from a form, the file says them, in every style there is, or is left alone."""
    values = {key: value for key, value in values.items() if key != "name" or value}
    for name in ("lin-yue", "marta-quill", "chen-ailing"):
        after = listing.with_values(PEOPLE, name, values)
        assert after is not None
        entries = yamlfile.read(after).value
        assert isinstance(entries, list)
        entry = next(entry for entry in entries if isinstance(entry, dict) and entry["id"] == name)
        assert {key: entry.get(key) for key in values} == values
    for name in ("Ningbo", "Port Amity", "Calder Bay"):
        assert listing.with_values(NAMES, name, {"variants": (one, "Amity Port", two)}, "name") is not None
