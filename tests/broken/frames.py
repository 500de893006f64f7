"""The texts around an issue, in the publication's language."""

from __future__ import annotations

from tests.breaking import (
    FRAME,
    SCHEDULE,
    Told,
    case,
    line,
    written,
)

FRAMES = (
    case(
        "a colon in a frame text",
        written(FRAME, "unsubscribe: Leave: now\n"),
        Told(FRAME, 1, "a colon stands where none may", "put the whole text in quotes"),
    ),
    case(
        "a frame text that is a list",
        written(FRAME, "unsubscribe: [Leave]\n"),
        Told(FRAME, 1, "is not one text", "key: text"),
    ),
    case(
        "a frame text misspelt",
        written(FRAME, "direction: ltr\nunsubscibe: Leave\n"),
        Told(FRAME, 2, "`unsubscibe` is not a text that is known here", "did you mean `unsubscribe`?"),
    ),
    case(
        "a frame text with a name that nothing fills",
        written(FRAME, 'question_promise: "Answers come on {dat}."\n'),
        Told(FRAME, 1, "`question_promise` holds {dat}, which nothing fills", "write {date}"),
    ),
    case(
        "a frame text with a brace alone",
        written(FRAME, 'issue_number: "No. {number"\n'),
        Told(FRAME, 1, "`issue_number` holds a brace that stands alone", "as {date}"),
    ),
    case(
        "a date pattern with a letter for hours",
        written(FRAME, 'date_long: "d MMMM y h"\n'),
        Told(FRAME, 1, "`date_long` holds h, which is no pattern letter of a date", "use y, M, d and E"),
    ),
    case("a direction that is none", written(FRAME, "direction: left\n"), Told(FRAME, 1, "is 'left'", "ltr or rtl")),
    case("frame texts without names", written(FRAME, "Leave\n"), Told(FRAME, 1, "holds no texts by name", "key: text")),
    case("frame texts in Latin-1", written(FRAME, b"unsubscribe: \xe9\n"), Told(FRAME, 1, "not UTF-8 text", "save it")),
    case(
        "a new language that lacks texts",
        line(SCHEDULE, "language:", "language: fr"),
        written("templates/frame/fr.yaml", "direction: ltr\n"),
        Told("templates/frame/fr.yaml", 0, "these texts are missing: date_full, date_long", "add them"),
    ),
)
