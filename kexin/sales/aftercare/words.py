"""What was seen of a matter, in words of the reader's language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _t

from kexin.core.templatetags.kexin import day
from kexin.sales.aftercare.choices import CareMatter


def _day(value: Any) -> str:
    return day(dt.date.fromisoformat(value)) if value else "–"


def matter_label(code: object) -> str:
    """The words for a matter; the code itself where the vocabulary has forgotten it."""
    return str(CareMatter(code).label) if code in CareMatter.values else str(code or "")


def told(matter: str, facts: Mapping[str, Any]) -> str:
    """One sentence; empty where nothing more is to be said."""
    if matter == CareMatter.MATURITY:
        return _t("Matures on %(day)s.") % {"day": _day(facts.get("day"))}
    if matter == CareMatter.FALL:
        return _t("%(percent)s %% below the net value of the purchase on %(bought)s (as of %(day)s).") % {
            "percent": facts.get("percent", "–"),
            "bought": _day(facts.get("bought_on")),
            "day": _day(facts.get("day")),
        }
    if matter == CareMatter.RERATED:
        return f"R{facts.get('before', '–')} → R{facts.get('after', '–')}"
    if matter == CareMatter.TEXT:
        return _t("%(title)s, version %(number)s, in use from %(day)s.") % {
            "title": facts.get("title", ""),
            "number": facts.get("number", ""),
            "day": _day(facts.get("day")),
        }
    if matter == CareMatter.VISIT:
        return _t("Bought on %(day)s; no meeting since.") % {"day": _day(facts.get("bought_on"))}
    return str(facts.get("reason", ""))
