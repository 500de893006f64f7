"""Jinja that does not find what it asks for, or cannot be read."""

from __future__ import annotations

from tests.breaking import (
    FOLDER,
    SECTION,
    TEMPLATE,
    Told,
    case,
    swapped,
    template,
    written,
)

JINJA = (
    case(
        "a template that is taken in and is not there",
        template("<mj-section", '{% include "email/zzzz.mjml" %}\n<mj-section'),
        Told(TEMPLATE, 2, "there is no template 'email/zzzz.mjml'", "name one that is there: email/"),
    ),
    case(
        "a template nearly named",
        template("email/parts.mjml", "email/prats.mjml"),
        Told(TEMPLATE, 1, "there is no template 'email/prats.mjml'", "did you mean 'email/parts.mjml'?"),
    ),
    case(
        "a template whose name is computed",
        template("<mj-section", "{% include name %}\n<mj-section"),
        Told(TEMPLATE, 2, "a template whose name is computed", "write the name in quotes"),
    ),
    case(
        "a template that takes itself in",
        template("<mj-section", '{% include "email/question.mjml" %}\n<mj-section'),
        Told(TEMPLATE, 2, "takes itself in without end", "remove the include, import or call"),
    ),
    case(
        "a value that is not there",
        template("{{ body }}", "{{ subjekt }}"),
        written(f"{FOLDER}/question.md", "---\nquestion: Why?\n---\nA body.\n"),
        Told(TEMPLATE, 6, "there is no value `subjekt` here", "did you mean `subject`?"),
    ),
    case(
        "a field that is not there",
        template("fields.question", "fields.queston"),
        Told(TEMPLATE, 4, "a Question has no `queston`", "did you mean `question`?"),
    ),
    case(
        "a frame text that is not there",
        template("t.unsubscribe", "t.unsubscrib"),
        Told(TEMPLATE, 8, "there is no `unsubscrib` among the frame texts", "did you mean `unsubscribe`?"),
    ),
    case(
        "a field of a value that is left out in this issue",
        template("fields.question", "author.credit"),
        Told(TEMPLATE, 4, "`credit` is asked of a value that is left out", "ask {% if ... %} first"),
    ),
    case(
        "a macro without what it needs",
        template("{{ t.unsubscribe }}", "{{ parts.link(site) }}"),
        Told(TEMPLATE, 8, "a macro is called here without `text`", "give it a value in the brackets"),
    ),
    case(
        "a macro that is not there",
        template("parts.meta()", "parts.mta()"),
        Told(TEMPLATE, 8, "there is no macro `mta` there", "did you mean `meta`?"),
    ),
    case(
        "a filter that is not there",
        template("fields.question", "fields.question|loud"),
        Told(TEMPLATE, 4, "there is no filter `loud`", "mend its name"),
    ),
    case(
        "a Jinja tag that is not closed",
        template("{% if body %}", "{% if body"),
        Told(TEMPLATE, 5, "a Jinja tag opens here and is not closed", "close it with %}"),
    ),
    case(
        "a printing tag that is half closed",
        template("{{ fields.question }}", "{{ fields.question }"),
        Told(TEMPLATE, 4, "a Jinja tag opens here and is not closed", "close it with %}, }}"),
    ),
    case(
        "a Jinja comment that is not closed",
        template("<mj-column>\n", "<mj-column>\n{# a column\n"),
        Told(TEMPLATE, 4, "a Jinja tag opens here and is not closed", "or #}"),
    ),
    case(
        "a condition that is not closed",
        template("{% endif %}\n", ""),
        Told(TEMPLATE, 5, "the block {% if %} opens here and is not closed", "close it with {% endif %}"),
    ),
    case(
        "an end of nothing",
        template("{% if body %}\n", ""),
        Told(TEMPLATE, 6, "{% endif %} closes nothing that is open", "remove it, or open its block above"),
    ),
    case(
        "an unknown Jinja tag",
        template("{% if body %}", "{% iff body %}"),
        Told(TEMPLATE, 5, "{% iff %} is not a tag that is known here", "did you mean if?"),
    ),
    case(
        "an expression that is none",
        template("fields.question", "fields."),
        Told(TEMPLATE, 4, "Jinja cannot read this", "mend the tag"),
    ),
    case(
        "a raw block",
        template("{{ body }}", "{% raw %}{{ body }}{% endraw %}"),
        Told(TEMPLATE, 6, "it holds a {% raw %} block", "remove it"),
    ),
    case(
        "a value that is left out in this issue",
        template("fields.question", "fields.promise"),
        Told(TEMPLATE, 4, "it prints a value that is left out in this issue", "ask {% if ... %} first"),
    ),
    case(
        "a value that is not text",
        template("fields.question", "fields"),
        Told(TEMPLATE, 4, "it prints a Question, which is not text", "print a field of it"),
    ),
    case(
        "a value that the sandbox guards",
        template("fields.question", "fields.__class__"),
        Told(TEMPLATE, 4, "this is not allowed in a template", "use plain values, filters and macros"),
    ),
    case(
        "a division by nought",
        template("fields.question", "1 // 0"),
        Told(TEMPLATE, 4, "this cannot be done here: integer division", "mend the expression"),
    ),
    case(
        "a name filled in nowhere",
        template("t.unsubscribe", "t.question_promise|fill(day=number)"),
        Told(TEMPLATE, 8, "the text holds {date}, and nothing is given for it", "add date=... to fill"),
    ),
    case(
        "a date of no date",
        template("fields.question", "name|date(t)"),
        Told(TEMPLATE, 4, "what is to be printed as a date is none", "on a date only"),
    ),
    case(
        "a date pattern that is not there",
        template("fields.question", 'date|date(t, "date_odd")'),
        Told(TEMPLATE, 4, "there is no date pattern `date_odd`", "use date_long, or add it there"),
    ),
    case(
        "a measure that is none",
        template("fields.question", 'name|verbatim|upper ~ "<"|verbatim'),
        Told(TEMPLATE, 4, "'<' cannot stand verbatim", "write a measure or a name"),
    ),
    case(
        "a header's slot in the body",
        template("fields.question", "slot.message_id"),
        Told(TEMPLATE, 4, "the slot message_id stands in a body", "it belongs in the headers"),
    ),
    case(
        "a template in Latin-1",
        written(TEMPLATE, SECTION.replace("{{ body }}", "caf\xe9").encode("latin-1")),
        Told(TEMPLATE, 6, "the template is not UTF-8 text", "save it as UTF-8"),
    ),
    case(
        "a control character in a template",
        template("{{ body }}", "caf\x07"),
        Told(TEMPLATE, 6, "the control character U+0007 stands here", "delete it"),
    ),
    case(
        "a template that no section uses",
        written("templates/email/zzzz.mjml", "{% if %}"),
        Told("templates/email/zzzz.mjml", 1, "Jinja cannot read this", "mend the tag"),
    ),
    case(
        "a field that is not there, in a text template",
        swapped("templates/text/question.txt", "{{ fields.question }}", "{{ fields.queston }}"),
        Told("templates/text/question.txt", "queston }}", "a Question has no `queston`", "did you mean `question`?"),
    ),
    case(
        "a condition that is not closed, in a page template",
        written("templates/web/question.html", "<p>\n{% if body %}\n{{ body }}\n</p>\n"),
        Told("templates/web/question.html", 2, "the block {% if %} opens here and is not closed", "{% endif %}"),
    ),
    case(
        "a reader's slot on the page for all",
        swapped("templates/web/question.html", "{{ fields.question }}", "{{ slot.greeting }}"),
        Told("templates/web/question.html", "slot.greeting", "on a page that all readers share", "remove it there"),
    ),
    case(
        "a text template in Latin-1",
        written("templates/text/question.txt", b"A\n\xe9\n"),
        Told("templates/text/question.txt", 2, "the template is not UTF-8 text", "save it as UTF-8"),
    ),
)
