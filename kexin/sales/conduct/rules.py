"""Rules of acknowledging and reporting: pure functions."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from kexin.core.decision import ALLOWED, Decision, refused

LONGEST_WORDS = 500


def may_acknowledge(read: int, in_force: int, *, employee: bool) -> Decision:
    """Only an employee acknowledges, and only the version that is in force: the one that was read."""
    decision = ALLOWED
    if not employee:
        decision &= refused("employee", _("Only employees acknowledge the rules of conduct."))
    if read != in_force:
        decision &= refused("version", _("The rules have changed since you opened them. Read them once more."))
    return decision


def may_report(rule: str, known: Collection[str], words: str, *, by_seller: bool, employee: bool) -> Decision:
    """A colleague, never the seller, says which rule and what was seen."""
    decision = ALLOWED
    if not employee:
        decision &= refused("employee", _("Only employees report conduct."))
    if by_seller:
        decision &= refused("seller", _("Nobody reports a sale of their own."))
    if rule not in known:
        decision &= refused("rule", _("Choose one of the list."), "rule")
    if not words.strip():
        decision &= refused("words", _("Say what you saw or heard."), "words")
    if len(words) > LONGEST_WORDS:
        decision &= refused("long", _("At most %(most)s characters.") % {"most": LONGEST_WORDS}, "words")
    return decision
