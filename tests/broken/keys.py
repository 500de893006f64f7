"""Keys that are unknown, missing or twice there."""

from __future__ import annotations

from tests.breaking import (
    NUMBER,
    OPENING,
    READ_MORE,
    SCHEDULE,
    Told,
    case,
    line,
    swapped,
    written,
)

KEYS = (
    case(
        "an unknown key with a near name",
        line(SCHEDULE, "tagline:", "taglin: A community space"),
        Told(SCHEDULE, "taglin:", "`taglin` is not a key that is known here", "did you mean `tagline`?"),
    ),
    case(
        "an unknown key without a near name",
        line(SCHEDULE, "tagline:", "zzz: A community space"),
        Told(SCHEDULE, "zzz:", "`zzz` is not a key that is known here", "remove it; known here: about, alarms"),
    ),
    case(
        "a required key misspelt, told once",
        line(SCHEDULE, "cut_off:", '  cutoff: { day: wednesday, at: "18:00", zone: Asia/Hong_Kong }'),
        Told(SCHEDULE, "cutoff:", "`cutoff` is not a key", "did you mean `cut_off`?"),
    ),
    case(
        "a misspelt key of a blurb",
        line(NUMBER, "caption:", "captoin: days"),
        Told(NUMBER, "captoin:", "`captoin` is not a key", "did you mean `caption`?"),
    ),
    case(
        "a misspelt key of issue.md",
        line(OPENING, "preheader:", "preheder: A calendar"),
        Told(OPENING, "preheder:", "`preheder` is not a key", "did you mean `preheader`?"),
    ),
    case(
        "a misspelt key of a picture",
        line(READ_MORE, "licence:", "  license: CC BY 4.0"),
        Told(READ_MORE, "license:", "`license` is not a key", "did you mean `licence`?"),
    ),
    case(
        "a key that belongs elsewhere",
        line(SCHEDULE, "skip:", "  extra:\n    - date: 2027-03-16\n      slug: spring\n      on: friday\n  skip: []"),
        Told(SCHEDULE, "on: friday", "`on` is not a key", "known here: at, date, slug"),
    ),
    case(
        "a missing key",
        line(SCHEDULE, "list_id:", ""),
        Told(SCHEDULE, 1, "`list_id` is missing", "add a line `list_id: ...`"),
    ),
    case(
        "a missing group",
        swapped(SCHEDULE, "greeting:\n", "tagline_old:\n"),
        Told(SCHEDULE, "tagline_old:", "`tagline_old` is not a key", "did you mean `tagline`?"),
        Told(SCHEDULE, 1, "`greeting` is missing", "add a line `greeting:` and below it, indented, plain, named"),
    ),
    case(
        "a missing key of a blurb",
        line(NUMBER, "caption:", "unit: days"),
        Told(NUMBER, 1, "`caption` is missing", "add a line such as `caption: days the pause runs`"),
    ),
    case(
        "a missing key of an entry",
        line(SCHEDULE, "zone: Asia/Hong_Kong", ""),
        Told(SCHEDULE, "- name: Hong Kong", "`zone` is missing", "add a line `zone: ...`"),
    ),
    case(
        "a picture without alt",
        line(READ_MORE, "alt:", ""),
        Told(READ_MORE, "image:", "`alt` is missing", "what the picture shows, for who cannot see it"),
    ),
    case(
        "a picture without credit and licence",
        line(READ_MORE, "credit:", ""),
        line(READ_MORE, "licence:", ""),
        Told(READ_MORE, "image:", "`credit` is missing", 'add a line such as `credit: "Photo: Ines Varga"`'),
        Told(READ_MORE, "image:", "`licence` is missing", "by which right we show it"),
    ),
    case(
        "a key without a value",
        line(OPENING, "subject:", "subject:"),
        Told(OPENING, "subject:", "`subject` has no value", "write it behind the colon"),
    ),
    case(
        "a value of nothing but quotes",
        line(OPENING, "subject:", 'subject: ""'),
        Told(OPENING, "subject:", "`subject` is empty", "write a text between the quotes"),
    ),
    case(
        "a list where a text is expected",
        line(OPENING, "subject:", "subject: [Two, capitals]"),
        Told(OPENING, "subject:", "`subject` is a list where one value is expected", "write one value"),
    ),
    case(
        "a group where a text is expected",
        line(OPENING, "subject:", "subject: { two: capitals }"),
        Told(OPENING, "subject:", "`subject` is a group of keys where one value", "write one value"),
    ),
    case(
        "a text where a list is expected",
        line(SCHEDULE, "roles: [writer]", "    roles: writer"),
        Told(SCHEDULE, "roles: writer", "`roles` is one value, not a list", "roles: [first, second]"),
    ),
    case(
        "a text where keys are expected",
        written(READ_MORE, "---\ntitle: A\nurl: https://example.org\nimage: quay.png\n---\n"),
        Told(READ_MORE, 4, "`image` is one value where keys are expected", "write key: value lines, indented"),
    ),
    case(
        "a list where keys are expected",
        line(SCHEDULE, "plain:", "  - plain: Dear reader,"),
        line(SCHEDULE, "named:", ""),
        Told(SCHEDULE, "greeting:", "`greeting` is a list where keys are expected", "write key: value lines"),
    ),
)
