"""What a link shows that does not lead anywhere, or not any more."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.site.live import Live


def link_is_not_ours(live: Live) -> Response:
    """For a token that none of our keys has signed for this purpose: cut short, made up, or of another kind of link."""
    return live.page("over.html", "own_gone_title", {"told": "own_gone_words"}, status=404)


def link_is_over(live: Live) -> Response:
    """For one that was right once."""
    return live.page("over.html", "own_over_title", {"told": "own_over_words"}, status=410)
