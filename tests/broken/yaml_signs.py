"""What YAML itself refuses, or takes for something else than what was meant."""

from __future__ import annotations

from tests.breaking import (
    ITEMS,
    NAMES,
    OPENING,
    PEOPLE,
    SCHEDULE,
    Told,
    added,
    case,
    line,
    special,
    written,
)

YAML = (
    case(
        "a tab as indent",
        line(SCHEDULE, "plain:", "\tplain: Dear reader,"),
        Told(SCHEDULE, "\tplain:", "a tab indents this line", "use spaces"),
    ),
    case(
        "a tab in a list",
        line(SCHEDULE, "name: Daniel", "\tname: Daniel Achterberg"),
        Told(SCHEDULE, "\tname:", "a tab indents this line", "use spaces"),
    ),
    case(
        "an indent that only looks like spaces",
        line(SCHEDULE, "plain:", "\u00a0\u00a0plain: Dear reader,"),
        Told(SCHEDULE, "plain:", "only looks like a space", "use plain spaces"),
    ),
    case(
        "a line indented too far",
        line(SCHEDULE, "name: Mei", "     name: Mei Okafor"),
        Told(SCHEDULE, "name: Mei", "the indent does not fit", "in the same column"),
    ),
    case(
        "a line indented too little",
        line(SCHEDULE, "address: mei@", "   address: mei@focus.example.org"),
        Told(SCHEDULE, "address: mei@", "the indent does not fit", "in the same column"),
    ),
    case(
        "a key of the first level indented",
        line(SCHEDULE, "language:", " language: en"),
        Told(SCHEDULE, "language:", "the indent does not fit", "in the same column"),
    ),
    case(
        "a key twice",
        line(SCHEDULE, "tagline:", "tagline: One\ntagline: Two"),
        Told(SCHEDULE, "tagline: Two", "`tagline` stands here a second time", "keep one; the first is on line 4"),
    ),
    case(
        "a key twice in a group",
        line(SCHEDULE, "reply_to:", "  reply_to: a@example.org\n  reply_to: b@example.org"),
        Told(SCHEDULE, "b@example.org", "`reply_to` stands here a second time", "keep one"),
    ),
    case(
        "an alias",
        line(SCHEDULE, "name: Focus", "name: *brand"),
        Told(SCHEDULE, "name: *brand", "an alias, *brand", "write the value out"),
    ),
    case(
        "an anchor",
        line(SCHEDULE, "name: Focus", "name: &brand Focus"),
        Told(SCHEDULE, "&brand", "an anchor, &brand", "remove it"),
    ),
    case(
        "a tag",
        line(SCHEDULE, "name: Focus", "name: !!str Focus"),
        Told(SCHEDULE, "!!str", "a tag, which begins with !", "remove it, or put the text in quotes"),
    ),
    case(
        "an exclamation mark alone before a text",
        line(OPENING, "subject:", "subject: ! Two capitals"),
        Told(OPENING, "subject:", "a tag, which begins with !", "put the text in quotes"),
    ),
    case(
        "a second document",
        line(SCHEDULE, "sections:", "---\nsections:"),
        Told(SCHEDULE, "---", "a second document begins here", "remove the line ---"),
    ),
    case(
        "a document that is ended",
        line(SCHEDULE, "sections:", "...\nsections:"),
        Told(SCHEDULE, "sections:", "a second document begins here", "remove the line --- or ..."),
    ),
    case(
        "a quote that the next one closes",
        line(SCHEDULE, "named:", '  named: "Dear {name},'),
        Told(SCHEDULE, "named:", "the quote that is opened here closes only on line", "close it at the end"),
    ),
    case(
        "a quote that nothing closes",
        added(ITEMS, '\n- id: "last\n'),
        Told(ITEMS, '"last', "a quote is opened here and not closed", "close it at the end of the text"),
    ),
    case(
        "an apostrophe in single quotes",
        line(OPENING, "subject:", "subject: 'The capital's table'"),
        Told(OPENING, "subject:", "text stands behind a quote that is closed", "write '' for a quote inside it"),
    ),
    case(
        "a text that goes on behind its quote",
        line(OPENING, "subject:", 'subject: "Two" capitals'),
        Told(OPENING, "subject:", "text stands behind a quote that is closed", r"write \" for a quote inside it"),
    ),
    case(
        "a backslash in double quotes",
        line(OPENING, "subject:", r'subject: "Two \q capitals"'),
        Told(OPENING, "subject:", "a backslash in double quotes", r"write \\ for a backslash"),
    ),
    case(
        "a colon in a text",
        line(OPENING, "subject:", "subject: Two capitals: one table"),
        Told(OPENING, "subject:", "a colon stands where none may", "put the whole text in quotes"),
    ),
    case(
        "a colon in a text of a list",
        line(PEOPLE, "role:", "  role: fellow: senior"),
        Told(PEOPLE, "role: fellow", "a colon stands where none may", "put the whole text in quotes"),
    ),
    case(
        "a key without a colon",
        line(SCHEDULE, "language:", "language en"),
        Told(SCHEDULE, "language en", "a key has no colon", "write key: value"),
    ),
    case(
        "no space behind a colon",
        line(SCHEDULE, "language:", "language:en"),
        Told(SCHEDULE, "language:en", "a key has no colon", "with a space behind the colon"),
    ),
    case(
        "a bracket that is not closed",
        line(SCHEDULE, "skip:", "  skip: [2026-12-25, 2027-01-01"),
        Told(SCHEDULE, "skip:", "in brackets opens here and is not closed", "close it with ] or }"),
    ),
    case(
        "a brace that is not closed",
        line(SCHEDULE, "open:", '  open: { day: friday, at: "10:00", zone: America/New_York'),
        Told(SCHEDULE, "open:", "in brackets opens here and is not closed", "close it with ] or }"),
    ),
    case(
        "a comma missing in braces",
        line(SCHEDULE, "words:", "    words: { min: 250 max: 320 }"),
        Told(SCHEDULE, "min: 250", "a comma is missing inside brackets", "{key: value, key: value}"),
    ),
    case(
        "a bracket that was never opened",
        line(SCHEDULE, "skip:", "  skip: ]"),
        Told(SCHEDULE, "skip:", "a bracket or a comma stands where a value is expected", "remove it, or put"),
    ),
    case(
        "a text that begins with a bracket",
        line(OPENING, "subject:", "subject: [Breaking] Two capitals"),
        Told(OPENING, "subject:", "text stands behind a bracket", "put the whole text in quotes"),
    ),
    *(special(sign) for sign in "@`%*&|>-?"),
    case(
        "a text that begins with a hash",
        line(OPENING, "subject:", "subject: #capitals"),
        Told(OPENING, "subject:", "`subject` has no value", "a # that begins it needs quotes"),
    ),
    case(
        "a control character in a value",
        line(OPENING, "subject:", "subject: Two\x08capitals"),
        Told(OPENING, "subject:", "the control character U+0008", "delete it"),
    ),
    case(
        "a line separator, which YAML counts and no editor shows",
        line(OPENING, "subject:", "subject: Two\u2028capitals"),
        Told(OPENING, "subject:", "the control character U+2028", "delete it"),
    ),
    case(
        "an empty key",
        line(SCHEDULE, "tagline:", ": A community space"),
        Told(SCHEDULE, ": A comm", "a key is empty or not a word", "write key: value"),
    ),
    case(
        "a list for a key",
        line(SCHEDULE, "tagline:", "[a, b]: A community space"),
        Told(SCHEDULE, "[a, b]", "a key is empty or not a word", "write key: value"),
    ),
    case(
        "a merge key",
        line(SCHEDULE, "tagline:", "<<: { tagline: A community space }"),
        Told(SCHEDULE, "<<:", "`<<` is not a key", "remove it; known here: about, alarms, approval"),
    ),
    case(
        "lists in lists without end",
        line(SCHEDULE, "tagline:", f"tagline: {'[' * 40}{']' * 40}"),
        Told(SCHEDULE, "tagline:", "nested more than 20 deep", "compare it with the lines around it"),
    ),
    case(
        "an empty schedule.yaml",
        written(SCHEDULE, ""),
        Told(SCHEDULE, 1, "nothing stands here where keys are expected", "write key: value lines"),
    ),
    case(
        "a schedule.yaml that is a list",
        written(SCHEDULE, "- name\n- site\n"),
        Told(SCHEDULE, 1, "a list stands here where keys are expected", "write key: value lines"),
    ),
    case(
        "an items.yaml that is no list",
        written(ITEMS, "id: joint-readout\n"),
        Told(ITEMS, 1, "the file is not a list", "begin each entry with '- '"),
    ),
    case(
        "an items.yaml that cannot be read, which takes no item from the blurbs",
        line(ITEMS, "outlet:", "  outlet: [Ministry"),
        Told(ITEMS, "[Ministry", "in brackets opens here", "close it"),
    ),
    case(
        "a list of words where groups are expected",
        written(NAMES, "- Ningbo\n"),
        Told(NAMES, 1, "one value stands here where keys are expected", "write key: value lines"),
    ),
)
