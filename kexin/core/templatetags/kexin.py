"""Template tags and filters that every page may use without loading them."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.template.loader import get_template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from kexin.core.calendar import business_date
from kexin.core.listing import listed, separator
from kexin.core.ui import icons, numbers
from kexin.core.ui.fields import control

register = template.Library()


@register.simple_tag
def icon(name: str, size: int = 18, extra: str = "") -> SafeString:
    """`{% icon "users" %}`: an icon of the Tabler outline set, inline."""
    return icons.draw(name, size, extra)


@register.simple_tag
def kept(name: str, **values: Any) -> SafeString:
    """`{% kept "core/parts/side.html" menu=menu %}`: a part drawn once per process, language and values.

    The part sees nothing but the values, so nothing of one reader can reach another; they must be hashable.
    """
    return _kept(name, get_language() or "", tuple(values.items()))


@functools.lru_cache(maxsize=256)
def _kept(name: str, language: str, values: tuple[tuple[str, Any], ...]) -> SafeString:
    return SafeString(get_template(name).render(dict(values)))


@register.simple_tag
def field(bound: BoundField, css: str = "") -> str:
    """`{% field form.name %}`: label, control, help and errors of one form field."""
    return get_template("core/parts/field.html").render({"shown": control(bound), "css": css})


@register.simple_tag(takes_context=True)
def actor_may(context: Context, operation: str) -> bool:
    """`{% actor_may "party.edit_customer" as editable %}`: may the signed-in actor do this at all?"""
    actor = context.get("actor")
    return bool(actor and actor.may(operation))


@register.filter
def money(value: Decimal | int | None, places: int = 2) -> str:
    """1234567.5 → 1,234,567.50; nothing → –."""
    return numbers.exact(value, places)


@register.simple_tag
def comma() -> str:
    """What stands between the words of a list: 、 in Chinese, a comma in English."""
    return separator()


@register.filter(name="listed")
def listed_words(words: Iterable[object]) -> str:
    """Several words in a row: a、b in Chinese, a, b in English."""
    return listed(words)


@register.filter
def amount(value: Decimal | int | None) -> str:
    """An amount by size: 元, 万, 亿 in Chinese; thousands separated, K, M, bn in English."""
    return numbers.by_size(value)


@register.filter
def change(value: Decimal | float | int | None, unit: str = "") -> SafeString:
    """A gain or loss with its arrow; the colour follows the reader's market."""
    if value is None:
        return SafeString("–")
    text = f"{numbers.signed(value)}{unit}"
    if value == 0:
        return format_html("<span>{}</span>", text)
    return format_html('<span class="{}">{}</span>', "up" if value > 0 else "down", text)


@register.filter
def count_change(value: int | None) -> str:
    """How many more or fewer: +3, −2, 0. Without a colour: more may be good or bad."""
    return "–" if value is None else numbers.signed(value)


@register.filter
def money_change(value: Decimal | None) -> SafeString:
    """A gain or loss of money to the cent, with its arrow: ▲ +719,000.40."""
    if value is None:
        return SafeString("–")
    if value == 0:
        return SafeString("0.00")
    text = numbers.exact(abs(value))
    return format_html(
        '<span class="{}">{}{}</span>', *(("up", "+", text) if value > 0 else ("down", numbers.MINUS, text))
    )


@register.filter
def day(value: date | datetime | None) -> str:
    """2026-11-23 as 2026-11-23: the form that sorts, reads alike in both languages and fits tables."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = localtime(value)
    return value.strftime("%Y-%m-%d")


@register.filter
def moment(value: datetime | None) -> str:
    """Date and minute in the institution's time zone."""
    return "–" if value is None else localtime(value).strftime("%Y-%m-%d %H:%M")


_TWO_LANGUAGES = re.compile(r"^(?P<zh>.*[\u3000-\u9fff\uff00-\uffef])\s*(?P<other>[A-Z][\x20-\x7e]+)$", re.DOTALL)


@register.filter
def one_language(text: str | None) -> str:
    """Of a text that says the same in Chinese and then in English, the part in the reader's language.

    The shipped policies give their legal basis so; what an institution writes in one language stays whole.
    """
    both = _TWO_LANGUAGES.match(text or "")
    if both is None:
        return text or ""
    return both["zh"] if (get_language() or "").startswith("zh") else both["other"]


@register.filter
def near_day(value: date | datetime | None) -> str:
    """Today, yesterday, tomorrow, else the date."""
    if value is None:
        return "–"
    when = localtime(value).date() if isinstance(value, datetime) else value
    names = {0: _t("today"), 1: _t("tomorrow"), -1: _t("yesterday")}
    return names.get((when - business_date()).days) or when.strftime("%Y-%m-%d")


@register.simple_tag
def chart(spec: Mapping[str, Any], label: str, size: str = "") -> SafeString:
    """`{% chart spec "Balance by day" %}`: a chart that can be shown as a table; `spec` see core/ui/charts.py."""
    return format_html(
        '<figure class="chart-box"><div class="chart {}" role="img" aria-label="{}" data-chart="{}"></div></figure>',
        size,
        label,
        json.dumps(spec, default=_chart_value, ensure_ascii=False, separators=(",", ":")),
    )


@register.simple_tag
def meter(value: float, most: float, label: str, level: str = "") -> SafeString:
    """A thin bar: how much of a limit is used. `level` is "", "warn" or "bad"."""
    return format_html(
        '<progress class="meter {}" value="{}" max="{}" aria-label="{}"></progress>',
        level,
        f"{min(max(value, 0), most):.4g}",
        f"{most:.4g}",
        label,
    )


@register.filter
def chips(values: Sequence[Any]) -> SafeString:
    """A row of quiet chips from (text, level) pairs or plain texts."""
    pairs = ((one[1], one[0]) if isinstance(one, tuple) else ("", one) for one in values)
    return format_html_join("", '<span class="chip {}">{}</span>', pairs)


def _chart_value(value: object) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)
