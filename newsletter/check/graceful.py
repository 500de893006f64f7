"""What readers see where a feature is not shown: nothing worse, or what to say of it."""

from __future__ import annotations

from functools import cache

# Why a feature may be used although programs differ in it: what they show instead is as good to read. Nothing is said
# of these. A name that ends in "*" stands for all that begin like it.
GRACEFUL: tuple[tuple[str, str], ...] = (
    (
        "css-margin css-padding css-border css-border-collapse css-border-spacing css-width css-height css-max-width"
        " css-min-width css-max-height css-min-height css-background css-display css-direction css-vertical-align"
        " css-table-layout html-align html-valign html-width html-height html-body html-doctype html-table"
        " css-box-sizing html-background",
        "the tables that MJML writes around them give the same measures",
    ),
    (
        "css-font* css-line-height css-letter-spacing css-word-spacing css-text-align css-text-align-last"
        " css-text-indent css-text-transform css-text-decoration* css-text-underline* css-text-shadow"
        " css-text-emphasis* css-text-justify css-sytem-ui css-unit-ch css-list-style* css-hyphen* css-orphans"
        " css-widows css-tab-size html-lists html-abbr html-acronym html-dfn html-strike html-bdi html-ruby"
        " html-rt html-rp html-semantics",
        "the words are there, set a little otherwise",
    ),
    (
        "css-overflow-wrap css-word-wrap css-word-break css-white-space* css-text-wrap css-text-overflow html-wbr",
        "only lines break elsewhere",
    ),
    (
        "css-border-radius* css-box-shadow css-outline* css-opacity css-filter css-backdrop-filter css-transform"
        " css-transition css-animation css-at-keyframes css-mix-blend-mode css-background-blend-mode"
        " css-background-clip css-background-origin css-background-position css-background-repeat css-background-size"
        " css-border-image css-mask-image css-clip-path css-object-* css-cursor css-user-select css-accent-color"
        " css-shape-* css-scroll-snap css-resize css-empty-cells css-caption-side image-gif image-apng",
        "only decoration is lost",
    ),
    (
        "css-at-media* css-at-supports css-important css-comments html-style css-selector-* css-pseudo-class-*"
        " css-pseudo-element-first-* css-pseudo-element-marker css-pseudo-element-placeholder css-unit-initial",
        "what matters is said on the tags as well, and the style sheet only refines it",
    ),
    (
        "css-color-scheme html-meta-color-scheme css-function-light-dark",
        "the mail is shown in its light colours, or in a dark of the program's own, which the contrast check looks at",
    ),
    (
        "html-role html-aria-* html-lang html-dir html-target html-loading-attribute html-srcset html-mailto-links"
        " html-base html-picture",
        "programs that pass over them act on the rest, a picture on its img",
    ),
    (
        "css-display-none css-overflow",
        "what is hidden so is also made tiny by MJML, and only Gmail on foreign accounts shows it",
    ),
    (
        "css-margin-* css-padding-* css-border-inline* css-block-inline-size css-inline-size css-min-block-size"
        " css-min-inline-size css-max-block-size css-max-inline-size css-aspect-ratio css-intrinsic-size",
        "there is only a little more space, or less",
    ),
    (
        "html-input-* html-button-* html-select html-textarea html-required",
        "they go with a form, which is told by itself",
    ),
    (
        "css-align-items css-justify-content css-gap css-flex-direction css-flex-wrap css-grid-template"
        " css-left-right-top-bottom css-inset css-z-index css-clear",
        "they go with flex, grid, position and float, which are told by themselves",
    ),
)

# What readers see of those that are worth a word.
INSTEAD = {
    "css-display-flex": "what stands side by side is stacked there",
    "css-display-grid": "what stands side by side is stacked there",
    "css-position": "it stays where the text flows, perhaps over other words",
    "css-float": "what should stand aside pushes the text down",
    "css-background-image": "the place stays empty, and light text on it cannot be read",
    "css-linear-gradient": "the place stays empty, and light text on it cannot be read",
    "css-radial-gradient": "the place stays empty, and light text on it cannot be read",
    "css-variables": "colours and sizes that are given so are lost",
    "css-rgba": "the colour is lost",
    "css-modern-color": "the colour is lost",
    "css-unit-rem": "the size is lost, and text falls back to another",
    "css-unit-calc": "the size is lost",
    "css-visibility": "what should be hidden is shown",
    "css-at-font-face": "the text is set in another face",
    "css-at-import": "the styles are lost",
    "css-nesting": "the styles are lost",
    "html-link": "all styles of the file are lost",
    "html-form": "nobody can fill it in or send it",
    "html-video": "there is no film, at best a still",
    "html-audio": "there is nothing to hear",
    "html-object": "the place stays empty",
    "html-svg": "the drawing is not shown",
    "html-anchor-links": "the link leads nowhere",
    "html-image-maps": "only the whole picture can be clicked, or nothing",
    "html-marquee": "the words stand still",
    "image-svg": "the picture is not shown",
    "image-webp": "the picture is not shown",
    "image-avif": "the picture is not shown",
    "image-base64": "the picture is not shown",
    "image-heif": "the picture is not shown",
}
USUALLY = "the mail looks otherwise there than meant"


@cache
def is_graceful(slug: str) -> bool:
    """Whether nothing has to be said of a feature, wherever it is not shown."""
    return any(
        slug.startswith(name[:-1]) if name.endswith("*") else slug == name
        for names, _ in GRACEFUL
        for name in names.split()
    )
