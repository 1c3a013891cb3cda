"""Reviews from a file: what customers wrote elsewhere, one row each; each is taken once, however often the file comes.

A platform's export has its own column heads, in Chinese or English; they are recognised by their words. A row without
text is refused alone. The number that the platform gave a review tells a repetition; where it gives none, source,
author, time and text together do.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from kexin.core import frame
from kexin.core.actor import Actor
from kexin.core.calendar import zone
from kexin.core.errors import RuleViolation, type_text
from kexin.core.imports.guess import file_format
from kexin.core.imports.profile import FileFormat
from kexin.core.imports.reasons import BadFile
from kexin.core.imports.sources import LINE, Limits, examine, pieces
from kexin.core.operation import operation
from kexin.service.conversations.choices import ConversationChannel
from kexin.service.conversations.incoming import known_words, take_words
from kexin.service.conversations.rules import LONGEST_WORDS
from kexin.service.rules import clean

LOADS = "service.load_reviews"
LARGEST, MOST_ROWS = 5_000_000, 2_000
LONGEST_NAME = 120
_LIMITS = Limits(LARGEST, 20 * LARGEST)
_HEADS = {
    "source": ("source", "platform", "site", "来源", "平台", "渠道"),
    "author": ("author", "user", "name", "nickname", "reviewer", "作者", "用户", "昵称", "评论人", "姓名"),
    "at": ("at", "date", "time", "posted", "created", "时间", "日期", "发布时间", "评论时间"),
    "rating": ("rating", "stars", "score", "评分", "星级", "打分"),
    "text": ("text", "review", "comment", "content", "内容", "评价", "评论", "正文"),
    "number": ("id", "number", "no", "reference", "review_id", "编号", "评论编号", "序号"),
}
_NOBODY = ("匿名", "匿名用户", "游客", "anonymous", "guest", "user")


@dataclass(frozen=True, slots=True)
class Review:
    """One row of a file."""

    line: int
    source: str
    author: str
    at: dt.datetime | None
    rating: str
    text: str
    number: str

    @property
    def reference(self) -> str:
        """By which the same review is known again."""
        if self.number:
            return f"{self.source}#{self.number}"
        whole = "\n".join((self.source, self.author, self.at.isoformat() if self.at else "", self.text))
        return f"{self.source}#{hashlib.sha256(whole.encode()).hexdigest()}"

    @property
    def said(self) -> str:
        """The words, after rating and day where there are such."""
        before = " · ".join(each for each in (self.rating, self.at.date().isoformat() if self.at else "") if each)
        return f"【{before}】{self.text}" if before else self.text

    @property
    def writer(self) -> str:
        """Who wrote it, as far as it can be told from others: a name without stars, else nobody but this review's."""
        hidden = not self.author or "*" in self.author or self.author.casefold() in _NOBODY
        return f"{self.source}:{self.reference if hidden else self.author}"


@dataclass(slots=True)
class ReviewsTaken:
    """How many were new, how many were known, and the lines that were refused."""

    taken: int = 0
    known: int = 0
    refused: list[tuple[int, type_text]] = field(default_factory=list)


def reviews_of(content: bytes, name: str) -> Iterator[Review]:
    """The rows of a CSV or XLSX file. The content lies readable in a file of this process only while it is read.

    Raises RuleViolation at ``file`` for what cannot be read, is too large, or has no column with the text.
    """
    if len(content) > LARGEST:
        raise RuleViolation(fields={"file": _("The file is larger than %(most)s MB.") % {"most": LARGEST // 1_000_000}})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"reviews{Path(name).suffix.lower()[:8]}"
        path.write_bytes(content)
        try:
            form = FileFormat(**file_format(path))
            facts = examine(path, form, _LIMITS)
            columns = _columns(facts.columns)
            if "text" not in columns:
                raise RuleViolation(fields={"file": _("No column holds the text of the review: call it text or 内容.")})
            count = 0
            for piece in pieces(facts, form, _LIMITS):
                for row in piece.table.to_pylist():
                    count += 1
                    if count > MOST_ROWS:
                        raise RuleViolation(fields={"file": _("The file has too many rows.")})
                    yield _review(row, columns)
        except BadFile as bad:
            raise RuleViolation(fields={"file": str(bad)}) from bad


def _columns(heads: Iterable[str]) -> dict[str, str]:
    """Which column holds what; the first that fits."""
    found: dict[str, str] = {}
    for head in heads:
        plain = "".join(head.casefold().split()).replace("-", "_")
        for name, words in _HEADS.items():
            if plain in words:
                found.setdefault(name, head)
    return found


def _review(row: dict[str, object], columns: dict[str, str]) -> Review:
    def cell(name: str) -> str:
        value = row.get(columns[name]) if name in columns else None
        return clean("" if value is None else str(value))

    return Review(
        line=int(str(row[LINE])),
        source=cell("source").replace("\n", " ")[:60],
        author=cell("author").replace("\n", " ")[:LONGEST_NAME],
        at=_moment(cell("at")),
        rating=cell("rating")[:20],
        text=cell("text"),
        number=cell("number")[:120],
    )


def _moment(text: str) -> dt.datetime | None:
    """A day or a moment as platforms write it; None where it is none."""
    plain = text.replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "").strip()
    try:
        found = parse_datetime(plain)
        day = parse_date(plain) if found is None else None
    except ValueError:
        return None
    if found is None and day is not None:
        found = dt.datetime.combine(day, dt.time(12))
    if found is not None and found.tzinfo is None:
        found = found.replace(tzinfo=zone())
    return found


@operation(LOADS, label=_("Take reviews in from a file"), plain=("name", "source"))
def load_reviews(*, actor: Actor, content: bytes, name: str, source: str = "") -> ReviewsTaken:
    """Each new review becomes a conversation of somebody not known; ``source`` for files that do not say it.

    Raises RuleViolation where the file cannot be read or nobody may answer: nothing of it is taken then.
    """
    found, now = ReviewsTaken(), timezone.now()
    for each in reviews_of(content, name):
        row = each if each.source else replace(each, source=clean(source)[:60])
        if not row.text:
            found.refused.append((row.line, _("It says nothing.")))
        elif len(row.said) > LONGEST_WORDS:
            found.refused.append((row.line, _("At most %(most)s characters.") % {"most": LONGEST_WORDS}))
        elif row.at is not None and row.at > now:
            found.refused.append((row.line, _("This lies in the future.")))
        elif known_words(ConversationChannel.THIRD, row.reference) is not None:
            found.known += 1
        else:
            take_words(
                ConversationChannel.THIRD,
                row.writer,
                row.said,
                reference=row.reference,
                name=" · ".join(part for part in (row.author, row.source) if part),
                said_at=row.at,
            )
            found.taken += 1
    act = frame.current.get()
    if act is not None:
        act.notes |= {"taken": found.taken, "known": found.known, "refused": len(found.refused)}
    return found
