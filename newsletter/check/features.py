"""Which of the features that mail programs differ in a mail makes use of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from newsletter.check import css
from newsletter.check.colours import colour
from newsletter.check.css import Declaration, Selector
from newsletter.check.markup import Markup, Reach, Tag
from newsletter.check.support import as_tested

_PREFIXED = re.compile(r"-(?:webkit|moz|ms|o|premailer)-|mso-|panose-")
_FUNCTION = re.compile(r"([a-z-]+)\(")
_UNIT = re.compile(r"(?<![\w#.-])-?(?:\d*\.)?\d+(%|[a-z]+)\b|(?<![\w#.-])-?(?:\d*\.)?\d+(%)")
_SUFFIX = re.compile(r"\.([a-z]{2,5})(?:[?#]|$)")

# What the titles of the data do not say by themselves: their names for these, and the slugs.
_PROPERTIES = {
    "css-block-inline-size": "block-size inline-size",
    "css-border-radius-logical": "border-start-start-radius border-start-end-radius border-end-start-radius"
    " border-end-end-radius",
    "css-border-inline-block": "border-inline border-block",
    "css-column-layout-properties": "columns column-fill column-rule column-span column-width",
    "css-gap": "gap column-gap row-gap",
    "css-grid-template": "grid-template",
    "css-left-right-top-bottom": "left right top bottom",
    "css-margin-block-start-end": "margin-block-start margin-block-end",
    "css-margin-inline-block": "margin-inline margin-block",
    "css-margin-inline-start-end": "margin-inline-start margin-inline-end",
    "css-padding-block-start-end": "padding-block-start padding-block-end",
    "css-padding-inline-block": "padding-inline padding-block",
    "css-padding-inline-start-end": "padding-inline-start padding-inline-end",
    "css-color-scheme": "color-scheme",
}
_VALUES = {  # property and value
    ("display", "flex"): "css-display-flex",
    ("display", "inline-flex"): "css-display-flex",
    ("display", "grid"): "css-display-grid",
    ("display", "inline-grid"): "css-display-grid",
    ("display", "none"): "css-display-none",
    ("flex-direction", "column"): "css-flex-direction",
    ("flex-wrap", "wrap"): "css-flex-wrap",
}
_FUNCTIONS = {
    "calc": "css-unit-calc",
    "var": "css-variables",
    "rgb": "css-rgb",
    "rgba": "css-rgba",
    "clamp": "css-function-clamp",
    "min": "css-function-min",
    "max": "css-function-max",
    "light-dark": "css-function-light-dark",
    **dict.fromkeys(("lch", "oklch", "lab", "oklab"), "css-modern-color"),
    **{name: f"css-{name}" for name in ("linear-gradient", "radial-gradient", "conic-gradient")},
}
_MEDIA = {  # a part of the query
    "prefers-color-scheme": "css-at-media-prefers-color-scheme",
    "prefers-reduced-motion": "css-at-media-prefers-reduced-motion",
    "orientation": "css-at-media-orientation",
    "hover": "css-at-media-hover",
    "device-pixel-ratio": "css-at-media-device-pixel-ratio",
}
_COMBINATORS = {
    " ": "css-selector-descendant",
    ">": "css-selector-child",
    "+": "css-selector-adjacent-sibling",
    "~": "css-selector-general-sibling",
}
_ELEMENTS = {
    **dict.fromkeys(("ul", "ol", "dl"), "html-lists"),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "html-h1-h6"),
    **dict.fromkeys(
        (
            "article",
            "aside",
            "details",
            "figcaption",
            "figure",
            "footer",
            "header",
            "main",
            "mark",
            "nav",
            "section",
            "summary",
            "time",
        ),
        "html-semantics",
    ),
    "map": "html-image-maps",
    "embed": "html-object",
    "iframe": "html-object",
    "svg": "html-svg",
}
_BEHIND = "css-background-image"
_IMAGES = {"jpeg": "jpg", "tif": "tiff", "heic": "heif", "svg+xml": "svg", "x-icon": "ico"}


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a feature."""

    slug: str  # of `support.Feature`
    reach: Reach
    at: int | None  # in the source; None: in a style sheet or a comment


def uses(markup: Markup) -> Iterator[Use]:
    """Every use of a feature that is known to differ between programs; in no order."""
    for tag in markup.tags:
        for slug in _of_tag(tag):
            yield Use(slug, tag.reach, tag.at)
    for sheet in markup.sheets:
        styles = css.styles(sheet.css)
        media = [f"@media {sheet.media}"] if sheet.media else []
        found = [slug for head in (*media, *styles.at_rules) for slug in _of_at_rule(head)]
        for rule in styles.rules:
            found += [slug for one in rule.selectors for slug in _of_selector(one)]
            found += _of_declarations(rule.declarations)
        for slug in found:
            yield Use(slug, sheet.reach, None)


def _of_tag(tag: Tag) -> Iterator[str]:
    known = as_tested().features
    if slug := _ELEMENTS.get(tag.name) or _known(f"html-{tag.name}"):
        yield slug
    if tag.name in ("input", "button") and (slug := _known(f"html-{tag.name}-{tag.attributes.get('type', 'text')}")):
        yield slug
    for name, value in tag.attributes.items():
        slug = f"html-{name}"
        if slug in known and known[slug].title.endswith("attribute"):
            yield slug
        if name in ("srcset", "sizes"):
            yield "html-srcset"
        if name in ("src", "background", "poster") and tag.name in ("img", "source", "td", "table", "body", "video"):
            yield from _of_picture(value)
    if tag.attributes.get("href", "").startswith("#"):
        yield "html-anchor-links"
    if tag.name == "meta" and tag.attributes.get("name") == "color-scheme":
        yield "html-meta-color-scheme"
    painted = "bgcolor" in tag.attributes
    yield from _of_declarations(css.declarations(tag.attributes.get("style", "")), painted)


def _of_picture(address: str) -> Iterator[str]:
    address = address.strip().lower()
    if address.startswith("data:image/"):
        yield "image-base64"
        suffix = re.split("[;,]", address.removeprefix("data:image/"))[0]
    else:
        found = _SUFFIX.search(address)
        suffix = found[1] if found else ""
    if slug := _known(f"image-{_IMAGES.get(suffix, suffix)}"):
        yield slug


def _of_at_rule(head: str) -> Iterator[str]:
    name, _, query = head.removeprefix("@").partition(" ")
    if slug := _known(f"css-at-{name.partition('(')[0]}"):
        yield slug
    if name == "media":
        yield from (slug for part, slug in _MEDIA.items() if part in query)


def _of_selector(selector: Selector) -> Iterator[str]:
    for part in selector.parts:
        if part.join in _COMBINATORS:
            yield _COMBINATORS[part.join]
        if part.attributes:
            yield "css-selector-attribute"
        if part.name == "*" and not (part.id or part.classes or part.attributes or part.pseudos):
            yield "css-selector-universal"
        for pseudo in part.pseudos:
            name = pseudo.strip(":").partition("(")[0]
            kind = "element" if _known(f"css-pseudo-element-{name}") else "class"
            if slug := _known(f"css-pseudo-{kind}-{name}"):
                yield slug


@lru_cache(maxsize=1024)  # most tags say what others say
def _of_declarations(declared: tuple[Declaration, ...], painted: bool = False) -> tuple[str, ...]:
    """The features of declarations that hold together. A picture behind a colour is one the mail can do without."""
    return tuple(_of_each(declared, painted))


def _of_each(declared: tuple[Declaration, ...], painted: bool) -> Iterator[str]:
    painted = painted or any(_is_paint(one) for one in declared)
    for one in declared:
        behind = one.name in ("background", "background-image")
        yield from (slug for slug in _of_declaration(one) if not (behind and (painted or slug == _BEHIND)))
        if behind and "url(" in one.value and not painted:
            yield _BEHIND


def _is_paint(one: Declaration) -> bool:
    parts = re.sub(r"(url|\w+-gradient)\((?:[^()]|\([^()]*\))*\)", " ", one.value).split()
    return one.name in ("background", "background-color") and any(colour(part) for part in parts)


def _of_declaration(one: Declaration) -> Iterator[str]:
    if _PREFIXED.match(one.name):
        return
    if one.name.startswith("--"):
        yield "css-variables"
        return
    if slug := _property_slug(one.name):
        yield slug
    value = one.value.lower()
    if slug := _VALUES.get((one.name, value)):
        yield slug
    for function in _FUNCTION.findall(value):
        if function in _FUNCTIONS:
            yield _FUNCTIONS[function]
        if function == "url":
            yield from _of_picture(value.partition("url(")[2].strip("'\" )"))
    for match in _UNIT.finditer(value):
        unit = {"%": "percent"}.get(match[1] or match[2], match[1])
        if slug := _known(f"css-unit-{unit}"):
            yield slug


@cache
def _property_slug(name: str) -> str | None:
    """The feature that a property is: its own, else that of the shorthand it belongs to."""
    own = _by_property().get(name)
    if own or name in ("font-family", "font-style"):
        return own
    if re.fullmatch(r"border-\w+-\w+-radius", name):
        return "css-border-radius"
    shorthand = name.rpartition("-")[0]
    return _property_slug(shorthand) if shorthand else None


@cache
def _by_property() -> dict[str, str]:
    found = {}
    for slug, feature in as_tested().features.items():
        if feature.category == "css":
            title = re.sub(r" (shorthand|property)$", "", feature.title)
            if re.fullmatch(r"[a-z]+(-[a-z]+)*", title):
                found[title] = slug
    found.update({name: slug for slug, names in _PROPERTIES.items() for name in names.split()})
    return found


def _known(slug: str) -> str | None:
    return slug if slug in as_tested().features else None
