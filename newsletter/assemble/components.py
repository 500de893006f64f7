"""The MJML components that a template may use, where each may stand and what it may say.

A subset of MJML 4 (documentation.mjml.io): what mrml renders as npm's mjml does. What is missing is missing on purpose:
mj-font (no web fonts in mail), mj-include (use Jinja's include), mj-hero, mj-carousel, mj-accordion, mj-navbar
(broken or unreadable in too many clients), mj-image (use the macro `picture`: it writes width, height and alt).
"""

from __future__ import annotations

_BOX = {"padding", "padding-top", "padding-right", "padding-bottom", "padding-left", "css-class", "mj-class"}
_FONT = {"font-family", "font-size", "font-style", "font-weight", "line-height", "letter-spacing", "color"}
_BORDER = {"border", "border-top", "border-right", "border-bottom", "border-left", "border-radius"}

# component: (parents, attributes)
COMPONENTS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "mjml": (frozenset(), frozenset({"lang", "dir"})),
    "mj-head": (frozenset({"mjml"}), frozenset()),
    "mj-body": (frozenset({"mjml"}), frozenset({"background-color", "width", "css-class"})),
    "mj-title": (frozenset({"mj-head"}), frozenset()),
    "mj-preview": (frozenset({"mj-head"}), frozenset()),
    "mj-style": (frozenset({"mj-head"}), frozenset()),
    "mj-breakpoint": (frozenset({"mj-head"}), frozenset({"width"})),
    "mj-attributes": (frozenset({"mj-head"}), frozenset()),
    "mj-raw": (frozenset({"mj-head", "mj-body", "mj-section", "mj-column"}), frozenset()),
    "mj-wrapper": (
        frozenset({"mj-body"}),
        frozenset(_BOX | _BORDER | {"background-color", "full-width", "text-align"}),
    ),
    "mj-section": (
        frozenset({"mj-body", "mj-wrapper"}),
        frozenset(_BOX | _BORDER | {"background-color", "direction", "full-width", "text-align"}),
    ),
    "mj-group": (
        frozenset({"mj-section"}),
        frozenset({"width", "vertical-align", "background-color", "direction", "css-class", "mj-class"}),
    ),
    "mj-column": (
        frozenset({"mj-section", "mj-group"}),
        frozenset(_BOX | _BORDER | {"width", "vertical-align", "background-color", "inner-background-color"}),
    ),
    "mj-text": (
        frozenset({"mj-column"}),
        frozenset(
            _BOX | _FONT | {"align", "height", "text-decoration", "text-transform", "container-background-color"}
        ),
    ),
    "mj-button": (
        frozenset({"mj-column"}),
        frozenset(
            _BOX
            | _FONT
            | _BORDER
            | {"align", "background-color", "container-background-color", "height", "href", "inner-padding", "rel"}
            | {"target", "text-align", "text-decoration", "text-transform", "vertical-align", "width"}
        ),
    ),
    "mj-divider": (
        frozenset({"mj-column"}),
        frozenset(
            _BOX | {"align", "border-color", "border-style", "border-width", "width", "container-background-color"}
        ),
    ),
    "mj-spacer": (frozenset({"mj-column"}), frozenset(_BOX | {"height", "container-background-color"})),
    "mj-table": (
        frozenset({"mj-column"}),
        frozenset(
            _BOX
            | _FONT
            | {"align", "border", "cellpadding", "cellspacing", "container-background-color", "role", "table-layout"}
            | {"width"}
        ),
    ),
}

# Inside mj-attributes, components and these two set defaults; they may carry any component's attributes.
DEFAULTS = frozenset({"mj-all", "mj-class"})
ALL_ATTRIBUTES = frozenset({"name"}).union(*(attributes for _, attributes in COMPONENTS.values()))

# What holds HTML of our own and no component.
HTML_HOLDERS = frozenset({"mj-text", "mj-button", "mj-table", "mj-raw", "mj-title", "mj-preview", "mj-style"})
VOID = frozenset({"br", "hr", "img", "meta", "link", "wbr", "input", "area", "base", "col", "embed", "source", "track"})
EMPTY_COMPONENTS = frozenset({"mj-divider", "mj-spacer", "mj-breakpoint", "mj-all", "mj-class"})

REFUSED = {
    "mj-include": "use Jinja's {% include %}",
    "mj-font": "mail takes no web fonts; set a font stack in the theme",
    "mj-image": "use the macro parts.picture, which writes alt, width and height",
    "mj-html-attributes": "write the attribute where it belongs",
}
