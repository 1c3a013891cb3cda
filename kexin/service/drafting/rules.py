"""What is asked of the model, and what of its answer is accepted. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from kexin.service.conversations.rules import promised

NOTHING: Final = "NO_ANSWER"
_CITED: Final = re.compile(r"\[(K\d{4,20})\]")
REPLY: Final = (
    "You draft a reply for a bank's employee, who checks it before anything is sent. Use only what stands in the "
    "articles; after each statement name its article, as [K2026000001]. Where the articles do not answer, write "
    f"exactly {NOTHING}. Promise nothing, give no investment advice. Places such as 〔号码1〕 stand for what was taken "
    "out: copy them unchanged, invent none. Answer in the customer's language, in plain and friendly words."
)
SUMMARY: Final = (
    "You summarise a conversation for a bank's employee in at most six short lines: what is asked, what was said, "
    "what is open. Use only what stands there. Places such as 〔号码1〕 stand for what was taken out: copy them as "
    "they are."
)


def prompt(
    kind: str, said: Sequence[tuple[str, str]], articles: Sequence[tuple[str, str, str]]
) -> list[dict[str, str]]:
    """Messages for the endpoint. ``said``: who and what, masked; ``articles``: number, title, words."""
    talk = "\n".join(f"{who}: {text}" for who, text in said)
    known = "\n\n".join(f"[{number}] {title}\n{body}" for number, title, body in articles)
    asked = f"Conversation:\n{talk}" if kind == "summary" else f"Articles:\n{known}\n\nConversation:\n{talk}"
    system = SUMMARY if kind == "summary" else REPLY
    return [{"role": "system", "content": system}, {"role": "user", "content": asked}]


def fault_of(kind: str, text: str, numbers: Collection[str], longest: int, forbidden: Collection[str]) -> str:
    """Why an answer is no draft; empty where it is one."""
    if not text.strip():
        return "empty"
    if NOTHING in text:
        return "unknown"
    if len(text) > longest:
        return "long"
    cited = _CITED.findall(text)
    if any(each not in numbers for each in cited):
        return "invented"
    if kind == "reply" and not cited:
        return "uncited"
    return "promises" if promised(text, forbidden) else ""


def cited_in(text: str) -> list[str]:
    """Numbers of the articles that a text names, each once."""
    return list(dict.fromkeys(_CITED.findall(text)))


def without_citations(text: str) -> str:
    """The words as a customer reads them."""
    return re.sub(r"[ \t]*\[K\d{4,20}\]", "", text).strip()
