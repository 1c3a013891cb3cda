"""The words of a mail: HTML becomes plain text, so that nothing in it runs, loads or tracks; quotes are folded."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SILENT = {"script", "style", "head", "title", "noscript", "template", "svg", "object", "iframe"}
_BREAKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "hr", "section"}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0", re.IGNORECASE)
_VOID = {"br", "img", "hr", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr"}
_QUOTE_HEADS = (
    re.compile(r"^\s*-{2,}\s*(original message|forwarded message|原始邮件|转发邮件|原邮件)\s*-{2,}\s*$", re.IGNORECASE),
    re.compile(r"^\s*on\b.{4,200}\bwrote\s*:\s*$", re.IGNORECASE),
    re.compile(r"^\s*(在|于)?.{4,120}(写道|来信)\s*[:：]\s*$"),
    re.compile(r"^\s*_{10,}\s*$"),
)
_HEADER_LINE = re.compile(r"^\s*(from|发件人|sent|发送时间|日期|date)\s*[:：]\s*\S", re.IGNORECASE)


class _Reader(HTMLParser):
    """Collects what a reader would see. Pictures, styles and scripts leave nothing; a link shows where it leads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0
        self.open: list[tuple[str, bool]] = []
        self.quote = 0
        self.link = ""
        self.linked = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag in _VOID:
            if tag in _BREAKS:
                self._line()
            return
        hidden = tag in _SILENT or _HIDDEN.search(known.get("style", "")) is not None
        self.open.append((tag, hidden))
        self.silent += hidden
        if tag == "blockquote":
            self.quote += 1
            self._line()
        elif tag in _BREAKS:
            self._line()
        elif tag == "a" and known.get("href", "").lower().startswith(("http://", "https://")):
            self.link, self.linked = known["href"].strip(), ""

    def handle_endtag(self, tag: str) -> None:
        if all(name != tag for name, _hidden in self.open):
            return
        while self.open:
            name, hidden = self.open.pop()
            self.silent -= hidden
            self._ended(name)
            if name == tag:
                break

    def _ended(self, tag: str) -> None:
        if tag == "a" and self.link:
            if self.link.rstrip("/") not in self.linked:
                self.parts.append(f" <{self.link[:300]}>")
            self.link = ""
        elif tag == "blockquote":
            self._line()
            self.quote -= 1
        elif tag in _BREAKS:
            self._line()

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        text = re.sub(r"\s+", " ", data)
        if self.link:
            self.linked += text
        self.parts.append(text)

    def _line(self) -> None:
        self.parts.append("\n" + "> " * min(self.quote, 5))


def text_of_html(html: str) -> str:
    """What a reader would see of it, as lines; never fails."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(reader.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join("" if line in (">", "> >") else line for line in lines)).strip()


def folded(text: str) -> tuple[str, str]:
    """What was newly written, and what is repeated of earlier mails."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cut = next((place for place, line in enumerate(lines) if _begins_quote(lines, place, line)), len(lines))
    while cut and not lines[cut - 1].strip():
        cut -= 1
    new, old = "\n".join(lines[:cut]).strip(), "\n".join(lines[cut:]).strip()
    return (new, old) if new else (old, "")


def _begins_quote(lines: list[str], place: int, line: str) -> bool:
    if any(head.match(line) for head in _QUOTE_HEADS):
        return True
    if _HEADER_LINE.match(line):
        return sum(bool(_HEADER_LINE.match(each)) for each in lines[place : place + 4]) >= 2
    return line.lstrip().startswith(">") and all(
        not each.strip() or each.lstrip().startswith(">") for each in lines[place:]
    )
