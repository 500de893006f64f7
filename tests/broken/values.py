"""Values that are not of the kind their key asks for."""

from __future__ import annotations

from tests.breaking import (
    ITEMS,
    NUMBER,
    OPENING,
    PICTURE,
    SCHEDULE,
    SOURCES,
    Told,
    case,
    line,
    theme,
)
from tests.conftest import ISSUE

VALUES = (
    case(
        "a day that no calendar has",
        line(ITEMS, "published:", "  published: 2026-02-30"),
        Told(ITEMS, "2026-02-30", "'2026-02-30' is not a date", "write year-month-day"),
    ),
    case(
        "a date in words",
        line(NUMBER, "as_of:", "as_of: 24 November"),
        Told(NUMBER, "as_of:", "'24 November' is not a date", "as 2026-11-27"),
    ),
    case(
        "a date beyond reckoning",
        line(SCHEDULE, "skip:", "  skip: [9999-12-31]"),
        Told(SCHEDULE, "9999", "'9999-12-31' is not a date", "write year-month-day"),
    ),
    case(
        "a number in words",
        line(OPENING, "number:", "number: No. 128"),
        Told(OPENING, "number: No.", "`number` is 'No. 128', not a whole number", "write digits only"),
    ),
    case(
        "a number in other digits",
        line(OPENING, "number:", "number: １２８"),
        Told(OPENING, "number: １", "not a whole number", "write digits only"),
    ),
    case(
        "a number of 5,000 digits",
        line(OPENING, "number:", f"number: {'9' * 5000}"),
        Told(OPENING, "number: 9", "…', too large a number", "write a smaller one"),
    ),
    case(
        "a list for a number",
        line(SCHEDULE, "words:", "    words: { min: [250], max: 320 }"),
        Told(SCHEDULE, "[250]", "`min` is a list where one value is expected", "write one value"),
    ),
    case(
        "an issue number of nought",
        line(OPENING, "number:", "number: 0"),
        Told(OPENING, "number: 0", "the number 0 is below 1", "write the issue's number"),
    ),
    case(
        "perhaps, where yes or no is asked",
        line(SCHEDULE, "required:", "    required: perhaps"),
        Told(SCHEDULE, "perhaps", "`required` is 'perhaps', neither yes nor no", "write true or false"),
    ),
    case(
        "more words at least than at most",
        line(SCHEDULE, "words:", "    words: { min: 350, max: 320 }"),
        Told(SCHEDULE, "min: 350", "the least number of words is more than the most", "swap min and max"),
    ),
    case(
        "rights with a typing error, which takes no item from the blurbs",
        line(ITEMS, "rights:", "  rights: free to qoute"),
        Told(ITEMS, "qoute", "`rights` is 'free to qoute', which is not known", "did you mean 'free to quote'?"),
    ),
    case(
        "rights that nobody knows",
        line(ITEMS, "rights:", "  rights: xyz"),
        Told(ITEMS, "xyz", "`rights` is 'xyz', which is not known", "write one of: ours, free to quote"),
    ),
    case(
        "a role that nobody knows",
        line(SCHEDULE, "roles: [writer]", "    roles: [writer, approve]"),
        Told(SCHEDULE, "approve]", "'approve', which is not known", "did you mean 'approver'?"),
    ),
    case(
        "a kind of source that nobody knows",
        line(SOURCES, "kind:", "  kind: directory"),
        Told(
            SOURCES,
            "directory",
            "`kind` is 'directory', which is not known",
            "write one of: feed, page, list, folder, maildir, imap",
        ),
    ),
    case(
        "an unknown zone",
        line(SCHEDULE, "zone: Asia/Hong_Kong", "    zone: Hong Kong"),
        Told(SCHEDULE, "zone: Hong Kong", "'Hong Kong' is not a time zone", "America/New_York or Asia/Hong_Kong"),
    ),
    case(
        "a zone that is a path",
        line(SCHEDULE, "zone: Asia/Hong_Kong", "    zone: /etc/passwd"),
        Told(SCHEDULE, "/etc/passwd", "'/etc/passwd' is not a time zone", "use a name such as"),
    ),
    case(
        "an unknown weekday",
        line(SCHEDULE, "send:", '  send: { day: fryday, at: "08:00", zone: America/New_York }'),
        Told(SCHEDULE, "fryday", "'fryday' is not a weekday", "write its English name, as friday"),
    ),
    case(
        "a time of one digit",
        line(SCHEDULE, "send:", '  send: { day: friday, at: "8:00", zone: America/New_York }'),
        Told(SCHEDULE, '"8:00"', "'8:00' is not a time of day", 'as "08:00"'),
    ),
    case(
        "a time in words",
        line(SCHEDULE, "send:", "  send: { day: friday, at: 8 am, zone: America/New_York }"),
        Told(SCHEDULE, "8 am", "'8 am' is not a time of day", "write hours and minutes"),
    ),
    case(
        "a list for a time",
        line(SCHEDULE, "send:", "  send: { day: friday, at: [8], zone: America/New_York }"),
        Told(SCHEDULE, "[8]", "`at` is a list where one value is expected", "write one value"),
    ),
    case(
        "a site with a slash at its end",
        line(SCHEDULE, "site:", "site: https://focus.example.org/"),
        Told(SCHEDULE, "site:", "the site's address ends in more than its path", "end it without a slash"),
    ),
    case(
        "a site without https",
        line(SCHEDULE, "site:", "site: focus.example.org"),
        Told(SCHEDULE, "site:", "`site` is not a web address", "write it in full, as https://"),
    ),
    case(
        "a site too long for a header line",
        line(SCHEDULE, "site:", f"site: https://focus.example.org/{'a' * 900}"),
        Told(SCHEDULE, "site:", "the site's address has 926 characters", "keep it under 200"),
    ),
    case(
        "a bad mail address",
        line(SCHEDULE, "address: weekly", "  address: weekly at focus.example.org"),
        Told(SCHEDULE, "weekly at", "`address` is not a mail address", "name@example.org"),
    ),
    case(
        "a list_id that is no name of a list",
        line(SCHEDULE, "list_id:", "list_id: Focus Weekly"),
        Told(SCHEDULE, "list_id:", "'Focus Weekly' is not the name of a list", "write a label and your domain"),
    ),
    case(
        "an allowed host with a wildcard",
        line(SCHEDULE, "calendar:", 'gather: {allow_hosts: ["*.example.org"]}\ncalendar:'),
        Told(SCHEDULE, "gather:", "'*.example.org' is not the exact name of a host", "write it as feeds.example.org"),
    ),
    case(
        "items that are kept for no time",
        line(SCHEDULE, "calendar:", "gather: {keep_days: 0}\ncalendar:"),
        Told(SCHEDULE, "gather:", "`keep_days` is 0", "write how many days"),
    ),
    case(
        "a language that is none",
        line(SCHEDULE, "language:", "language: English"),
        Told(SCHEDULE, "language:", "'English' is not a language tag", "write it as en, zh-Hans"),
    ),
    case(
        "a language without standing texts",
        line(SCHEDULE, "language:", "language: xx"),
        Told(SCHEDULE, "language:", "no standing texts for the language 'xx'", "write one of: en, zh-Hans, zh-Hant"),
    ),
    case(
        "an issue's own language without standing texts",
        line(OPENING, "date:", f"date: {ISSUE}\nlanguage: fr"),
        Told(OPENING, "language: fr", "no standing texts for the language 'fr'", "or add templates/frame/fr.yaml"),
    ),
    case(
        "a greeting by name without a name",
        line(SCHEDULE, "named:", '  named: "Dear {nam},"'),
        Told(SCHEDULE, "named:", "the greeting by name does not hold {name}", 'write it as "Dear {name},"'),
    ),
    case(
        "a colour by its name",
        theme(
            "  light: { paper: red, card: '#ffffff', ink: '#1c1a17', muted: '#6b655c', hairline: '#ded8cc',\n"
            "           accent: '#a3231f', on_accent: '#ffffff', button: '#a3231f', tint: '#fbf0eb' }"
        ),
        Told(SCHEDULE, "paper: red", "'red' is not a colour", "write six hexadecimal digits in quotes"),
    ),
    case(
        "a colour that YAML takes for a comment",
        theme(
            "  light:\n    paper: #f4f1ea\n    card: '#ffffff'\n    ink: '#1c1a17'\n    muted: '#6b655c'\n"
            "    hairline: '#ded8cc'\n    accent: '#a3231f'\n    on_accent: '#ffffff'\n    button: '#a3231f'\n"
            "    tint: '#fbf0eb'"
        ),
        Told(SCHEDULE, "paper: #", "`paper` has no value", "a # that begins it needs quotes"),
    ),
    case(
        "a font with a style behind it",
        theme("  serif: Georgia; color:red"),
        Told(SCHEDULE, "serif:", "is not a list of fonts", "write names and commas"),
    ),
    case(
        "a logo that is not there",
        theme("  logo:\n    light: content/logo.png\n    alt: Focus"),
        Told(SCHEDULE, "light:", "there is no picture 'content/logo.png'", "below the publication's folder"),
    ),
    case(
        "a logo of no width",
        theme(f"  logo:\n    light: {PICTURE}\n    alt: Focus\n    width: 0"),
        Told(SCHEDULE, "width: 0", "a logo cannot be 0 pixels wide", "write 16 to 640"),
    ),
    case(
        "a letter of no width",
        theme("  width: 10"),
        Told(SCHEDULE, "width:", "`width` is 10, which is too small", "or more"),
    ),
)
