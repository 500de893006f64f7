"""The theme as the formatted bodies of a mail need it."""

from __future__ import annotations

from newsletter.model.theme import Theme


def body_styles(theme: Theme) -> dict[str, str]:
    """The style attributes of a body in a mail, by tag: many clients drop a style element, none drops these."""
    ink, accent, line = theme.light.ink, theme.light.accent, theme.light.hairline
    return {
        "p": "margin:0 0 16px;",
        "p-last": "margin:0;",
        "a": f"color:{ink};text-decoration:underline;text-decoration-color:{accent};text-underline-offset:3px;",
        "heading": "margin:8px 0 8px;font-size:19px;line-height:1.35;font-weight:bold;",
        "blockquote": f"margin:0 0 16px;padding:0 0 0 16px;border-left:2px solid {line};",
        "ul": "margin:0 0 16px;padding:0 0 0 22px;",
        "ol": "margin:0 0 16px;padding:0 0 0 22px;",
        "li": "margin:0 0 6px;",
        "code": "font-family:Menlo,Consolas,monospace;font-size:90%;",
    }
