"""The words of an article as HTML: headings, lists, emphasis, quotations and links of Markdown, nothing else.

HTML in the text stays text, pictures are not drawn, and a link leads to the web or within the product, never to a
script; no style stands in it, as the page's security policy demands.
"""

from __future__ import annotations

from functools import cache

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_ALLOWED = ("emphasis", "link", "heading", "list", "blockquote", "newline", "escape", "hr", "entity")


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("zero", {"html": False, "breaks": True}).enable([*_ALLOWED])
    reader.validateLink = _may_link  # type: ignore[method-assign,assignment]
    return reader


def _may_link(address: str) -> bool:
    lowered = address.strip().casefold()
    return lowered.startswith(("https://", "http://", "mailto:", "tel:")) or (
        lowered.startswith("/") and not lowered.startswith("//")
    )


def as_html(body: str) -> SafeString:
    """Headings begin below the page's own (# becomes the third level)."""
    reader = _reader()
    tokens = reader.parse(body)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + 2)}"
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("rel", "noopener noreferrer")
    return mark_safe(reader.renderer.render(tokens, reader.options, {}))  # noqa: S308  the reader escapes all else


def plain(body: str) -> str:
    """The words without the signs of Markdown, in one line: for search results and short answers."""
    found: list[str] = []
    for token in _reader().parse(body):
        for child in token.children or ():
            found.append(
                child.content if child.type in ("text", "code_inline") else " " if "break" in child.type else ""
            )
        if token.type == "inline":
            found.append(" ")
    return " ".join("".join(found).split())
