"""Text that organisers write, made into safe HTML."""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "a", "h2", "h3", "h4", "hr", "code"}
ATTRIBUTES = {"a": {"href", "title"}}
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False})


@lru_cache(maxsize=512)
def to_html(source: str) -> Markup:
    """CommonMark to sanitised HTML.

    No raw HTML, no images (they would load from elsewhere), links to http(s) and mailto only. A first-level heading
    becomes a second-level one: the page has its own.
    """
    html = _markdown.render(source).replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704 - just sanitised
