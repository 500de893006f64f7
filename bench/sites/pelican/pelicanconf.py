"""The archive as Pelican builds it, with its cache, the fastest way it documents."""

from __future__ import annotations

from typing import Any

SITENAME = "Bench Weekly"
SITEURL = "https://archive.example.org"
ABOUT = "Prepared every week to be measured."
AUTHOR = "Nobody"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
PATH = "content"
ARTICLE_PATHS = ["issues"]
PAGE_PATHS = ["pages"]
STATIC_PATHS = ["images", "assets"]
THEME = "theme"
OUTPUT_PATH = "output"
USE_FOLDER_AS_CATEGORY = False

CACHE_CONTENT = True
LOAD_CONTENT_CACHE = True
CONTENT_CACHING_LAYER = "generator"
CHECK_MODIFIED_METHOD = "mtime"
STATIC_CHECK_IF_MODIFIED = True

ARTICLE_URL, ARTICLE_SAVE_AS = "issues/{slug}/", "issues/{slug}/index.html"
PAGE_URL, PAGE_SAVE_AS = "{slug}/", "{slug}/index.html"
TAG_URL, TAG_SAVE_AS = "topics/{slug}/", "topics/{slug}/index.html"
AUTHOR_URL, AUTHOR_SAVE_AS = "people/{slug}/", "people/{slug}/index.html"
CATEGORY_URL, CATEGORY_SAVE_AS = "numbers/{slug}/", "numbers/{slug}/index.html"  # a category for each year
YEAR_ARCHIVE_URL, YEAR_ARCHIVE_SAVE_AS = "issues/{date:%Y}/", "issues/{date:%Y}/index.html"
ARCHIVES_SAVE_AS = "issues/index.html"
TAGS_SAVE_AS = "topics/index.html"
AUTHORS_SAVE_AS = "people/index.html"
CATEGORIES_SAVE_AS = "numbers/index.html"
FEEDJSON_SAVE_AS = "feed.json"
SITEMAP_SAVE_AS = "sitemap.xml"
MISSING_SAVE_AS = "404.html"
DIRECT_TEMPLATES = ["index", "archives", "tags", "authors", "categories", "feedjson", "sitemap", "missing"]
DEFAULT_PAGINATION = 52
PAGINATED_TEMPLATES = {"tag": 52, "author": 52}
PAGINATION_PATTERNS = (
    (1, "{url}", "{save_as}"),
    (2, "{base_name}/older/{number}/", "{base_name}/older/{number}/index.html"),
)

FEED_DOMAIN = SITEURL
FEED_ALL_ATOM, FEED_ALL_RSS = "atom.xml", "feed.xml"
RSS_FEED_SUMMARY_ONLY = False
FEED_MAX_ITEMS = 20
CATEGORY_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TRANSLATION_FEED_ATOM = None

_places: dict[str, int] = {}


def neighbours(articles: list[Any], article: Any) -> tuple[Any, Any]:
    """The issues before and after this one. `articles` are all, the newest first."""
    if not _places:
        _places.update({one.slug: at for at, one in enumerate(articles)})
    at = _places[article.slug]
    return articles[at + 1] if at + 1 < len(articles) else None, articles[at - 1] if at else None


JINJA_GLOBALS = {"neighbours": neighbours}
