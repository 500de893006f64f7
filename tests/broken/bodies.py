"""Markdown that a mail does not hold."""

from __future__ import annotations

from tests.breaking import (
    OPENING,
    READ_MORE,
    Told,
    body,
    case,
    line,
    written,
)

BODIES = (
    case("raw HTML", body("One<br>two"), Told(OPENING, "One<br>", "raw HTML, <br>", "write it in Markdown")),
    case("an HTML comment", body("One\n\n<!-- two -->"), Told(OPENING, "<!--", "raw HTML", "write it in Markdown")),
    case(
        "raw HTML below a front matter with a mistake",
        line(OPENING, "subject:", "subject:"),
        body("One<br>two"),
        Told(OPENING, "subject:", "`subject` has no value", "write it behind the colon"),
        Told(OPENING, "One<br>", "raw HTML, <br>", "write it in Markdown"),
    ),
    case(
        "a javascript: link",
        body("See [this](javascript:alert)"),
        Told(OPENING, "alert", "links to 'javascript:alert', which is no address", "https://example.org/page"),
    ),
    case("an empty link", body("See [this]()"), Told(OPENING, "[this]", "without an address", "write it in full")),
    case(
        "a link without words",
        body("See [](https://example.org)"),
        Told(OPENING, "See []", "without any words", "write the words"),
    ),
    case("a link within the site", body("See [this](/about)"), Told(OPENING, "/about", "no address", "in full")),
    case(
        "a picture", body("![A quay](quay.png)"), Told(OPENING, "![A", "holds a picture", "front matter under image:")
    ),
    case(
        "a note written out", body("[^gazette-floor]: A note"), Told(OPENING, "A note", "a note out", "only the mark")
    ),
    case(
        "a code block", body("One\n\n    two"), Told(OPENING, "    two", "as code by its indent", "remove the spaces")
    ),
    case("a rule", body("One\n\n***"), Told(OPENING, "***", "draws a rule", "remove it")),
    case("too deep quotes", body(f"{'> ' * 9}One"), Told(OPENING, "> One", "more than 6 deep", "use fewer levels")),
    case(
        "too deep lists",
        body("\n".join(f"{'    ' * depth}- {depth}" for depth in range(8))),
        Told(OPENING, f"{'    ' * 6}- 6", "nested more than 6 deep", "use fewer levels"),
    ),
    case("open brackets", body("[" * 12), Told(OPENING, "[[[", "brackets open at once", "close or remove some")),
    case("a run of stars", body("*" * 500), Told(OPENING, "***", "marks of emphasis", "remove some")),
    case("a control character", body("One\x07two"), Told(OPENING, "One\x07", "the control character U+0007", "delete")),
    case("a noncharacter", body("One\ufdd0two"), Told(OPENING, "One\ufdd0", "the control character U+FDD0", "delete")),
    case(
        "a body without measure",
        written(READ_MORE, f"---\ntitle: A\nurl: https://example.org\n---\n{'word ' * 5000}\n"),
        Told(READ_MORE, 5, "the body has 25,001 characters", "keep it under 20,000"),
    ),
    case(
        "the second of two links that is wrong, on its own line",
        body("One [two](https://example.org)\nthree [four](ftp://example.org)"),
        Told(OPENING, "four", "links to 'ftp://example.org'", "https://example.org/page"),
    ),
)
