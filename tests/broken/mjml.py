"""MJML and HTML that the mail templates do not hold."""

from __future__ import annotations

from tests.breaking import (
    TEMPLATE,
    Told,
    case,
    swapped,
    template,
)

MJML = (
    case(
        "an unknown component",
        template('<mj-text align="left">{{ fields.question }}</mj-text>', "<mj-txt>{{ fields.question }}</mj-txt>"),
        Told(TEMPLATE, 4, "<mj-txt> is not a component that is known here", "did you mean <mj-text>?"),
    ),
    case(
        "an unknown component, closed by the right name",
        template('<mj-text align="left">', '<mj-txt align="left">'),
        Told(TEMPLATE, 4, "<mj-txt> is not a component that is known here", "did you mean <mj-text>?"),
    ),
    case(
        "an unknown component that is never closed",
        template("</mj-section>\n", "</mj-section>\n<mj-zzzz>\n"),
        Told(TEMPLATE, 11, "<mj-zzzz> is not a component that is known here", "the components are mj-attributes"),
    ),
    case(
        "a component in a wrong one",
        template("</mj-column>\n", "</mj-column>\n<mj-text>One</mj-text>\n"),
        Told(TEMPLATE, 10, "<mj-text> stands in <mj-section>", "it belongs in <mj-column>"),
    ),
    case(
        "a component outside every section",
        template("</mj-section>\n", "</mj-section>\n<mj-text>One</mj-text>\n"),
        Told(TEMPLATE, 11, "<mj-text> stands in <mj-body>", "it belongs in <mj-column>"),
    ),
    case(
        "a component in HTML",
        template("{{ body }}", "<mj-divider />"),
        Told(TEMPLATE, 6, "<mj-divider> stands in <mj-text>, which holds HTML only", "move it out of <mj-text>"),
    ),
    case(
        "a component that is not closed",
        template("</mj-column>\n", ""),
        Told(TEMPLATE, 9, "</mj-section> stands where </mj-column> of line 3 is expected", "close <mj-column> first"),
    ),
    case(
        "HTML that is not closed",
        template("{{ body }}", "<p>{{ body }}"),
        Told(TEMPLATE, 6, "</mj-text> stands where </p> of line 6 is expected", "close <p> first"),
    ),
    case(
        "a wrong closing tag",
        template("{{ body }}</mj-text>", "{{ body }}</mj-button>"),
        Told(TEMPLATE, 6, "</mj-button> stands where </mj-text> of line 6 is expected", "close <mj-text> first"),
    ),
    case(
        "a closing tag too many",
        template("</mj-section>\n", "</mj-section>\n</mj-section>\n"),
        Told(TEMPLATE, 11, "</mj-section> closes nothing", "remove it, or open it in this template"),
    ),
    case(
        "a template that ends inside a tag",
        template("</mj-section>\n", "</mj-section\n"),
        Told(TEMPLATE, 10, "a tag opens here and is not closed", "close it with >"),
    ),
    case(
        "an unknown attribute",
        template('align="left"', 'aling="left"'),
        Told(TEMPLATE, 4, "<mj-text> has no attribute aling", "did you mean align?"),
    ),
    case(
        "an attribute that is like none",
        template('align="left"', 'zzzz="left"'),
        Told(TEMPLATE, 4, "<mj-text> has no attribute zzzz", "it knows align, color"),
    ),
    case(
        "an attribute twice",
        template('align="left"', 'align="left" align="left"'),
        Told(TEMPLATE, 4, "<mj-text> says align twice", "keep one"),
    ),
    case(
        "an attribute without quotes",
        template('align="left"', "align=left"),
        Told(TEMPLATE, 4, "the value of align in <mj-text> has no quotes", 'write align="..."'),
    ),
    case(
        "an attribute without a value",
        template('align="left"', "align"),
        Told(TEMPLATE, 4, "the attribute align of <mj-text> has no value", 'write align="..."'),
    ),
    case(
        "a quote of an attribute that is not closed",
        template('align="left"', 'align="left color="#ffffff"'),
        Told(TEMPLATE, 4, "a quote or a bracket is missing in <mj-text>", "write each value between two quotes"),
    ),
    case(
        "a tag that swallows the next",
        template('<mj-text align="left">{{', "<mj-text {{"),
        Told(TEMPLATE, 4, "a quote or a bracket is missing in <mj-text>", "and > last"),
    ),
    case(
        "an attribute that is not ASCII",
        template('align="left"', 'align="ľeft"'),
        Told(TEMPLATE, 4, "the attribute align of <mj-text> holds 'ľeft', not ASCII", "print it with {{ ... }}"),
    ),
    case(
        "an event",
        template("{{ body }}", '<a href="{{ site }}" onclick="go()">{{ body }}</a>'),
        Told(TEMPLATE, 6, "<a> has the event onclick", "remove it"),
    ),
    case(
        "a script",
        template("{{ body }}", "<script>go()</script>"),
        Told(TEMPLATE, 6, "<script> has no place", "remove it"),
    ),
    case(
        "capitals",
        template("<mj-column>", "<MJ-Column>"),
        Told(TEMPLATE, 3, "not written in small letters", "write it in"),
    ),
    case(
        "text directly in a column",
        template("</mj-column>\n", "Hello there\n</mj-column>\n"),
        Told(TEMPLATE, 9, "the text 'Hello there' stands directly in <mj-column>", "put it in an <mj-text>"),
    ),
    case(
        "text outside every section",
        template("</mj-section>\n", "</mj-section>\n\nHello there\n"),
        Told(TEMPLATE, 12, "the text 'Hello there' stands directly in <mj-body>", "put it in an <mj-text>"),
    ),
    case(
        "HTML directly in a column",
        template("</mj-column>\n", "<p>One</p>\n</mj-column>\n"),
        Told(TEMPLATE, 9, "<p> stands directly in <mj-column>", "put it in an <mj-text>"),
    ),
    case("a bare <", template("{{ body }}", "1 < 2"), Told(TEMPLATE, 6, "a bare < stands in the text", "&lt;")),
    case(
        "a tag that closes itself", template("{{ body }}", "<p/>"), Told(TEMPLATE, 6, "<p/> closes itself", "<p></p>")
    ),
    case(
        "mj-include",
        template("</mj-column>\n", '<mj-include path="foot.mjml" />\n</mj-column>\n'),
        Told(TEMPLATE, 9, "<mj-include> is not used here", "use Jinja's {% include %}"),
    ),
    case(
        "mj-image",
        template("</mj-column>\n", '<mj-image src="quay.png" />\n</mj-column>\n'),
        Told(TEMPLATE, 9, "<mj-image> is not used here", "use the macro parts.picture"),
    ),
    case(
        "mj-font",
        swapped("templates/email/issue.mjml", "<mj-attributes>", '<mj-font name="A" href="B" />\n<mj-attributes>'),
        Told("templates/email/issue.mjml", "<mj-font", "<mj-font> is not used here", "set a font stack in the theme"),
    ),
    case(
        "a web font in a style",
        swapped("templates/email/issue.mjml", "</mj-style>", "@import url(a.css);\n</mj-style>"),
        Told("templates/email/issue.mjml", "@import", "asks for a web font", "set a font stack in the theme"),
    ),
    case(
        "an image without alt",
        template("{{ body }}", '<img src="{{ site }}" width="1" height="1">'),
        Told(TEMPLATE, 6, "<img> lacks alt, width or height", "the macro parts.picture does"),
    ),
    case(
        "an image without alt in a macro of ours",
        swapped("templates/email/parts.mjml", ' alt="{{ asset.alt }}"', ""),
        Told("templates/email/parts.mjml", "<img ", "<img> lacks alt, width or height", "write all three"),
    ),
    case("@@", template("{{ body }}", "a@@b"), Told(TEMPLATE, 6, "it holds @@", "write &#64;&#64;")),
    case(r"\u{", template("{{ body }}", r"\u{41}"), Told(TEMPLATE, 6, r"it holds \u{", "write &#92;u{")),
    case(
        "a doctype",
        template("<mj-section", "<!doctype html>\n<mj-section"),
        Told(TEMPLATE, 2, "<!doctype html>", "remove it"),
    ),
    case(
        "CDATA", template("{{ body }}", "<![CDATA[a]]>"), Told(TEMPLATE, 6, "has no place in a template", "remove it")
    ),
    case(
        "a comment that is not closed",
        template("<mj-column>\n", "<!-- a column\n<mj-column>\n"),
        Told(TEMPLATE, 3, "a comment opens here and is not closed", "close it with -->"),
    ),
    case(
        "a component in a comment",
        template("<mj-column>\n", "<!-- <mj-column> -->\n<mj-column>\n"),
        Told(TEMPLATE, 3, "a comment holds a component", "use {# ... #}"),
    ),
    case(
        "a component half inside a condition",
        template("{% endif %}\n", "<mj-text>\n{% endif %}\n</mj-text>\n"),
        Told(TEMPLATE, 5, "a component stands half inside this condition", "open and close it on the same side"),
    ),
)
