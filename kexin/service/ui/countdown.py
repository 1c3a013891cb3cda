"""How long is left, as words that a script keeps up to date."""

from __future__ import annotations

import datetime as dt

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext


def words(left: dt.timedelta) -> str:
    """“2 days 3 h”, “5 h 20 min”, “12 min”; the sign is told by the caller."""
    minutes = abs(int(left.total_seconds())) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        said = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        return f"{said} {_t('%(hours)s h') % {'hours': hours}}" if hours else said
    if hours:
        return f"{_t('%(hours)s h') % {'hours': hours}} {_t('%(minutes)s min') % {'minutes': rest}}"
    return _t("%(minutes)s min") % {"minutes": rest}


def countdown(due: dt.datetime, now: dt.datetime) -> SafeString:
    """A chip with the time left, or by how much it is late; ``countdown.js`` counts on."""
    late, left = now > due, due - now
    told = (_t("late by %(time)s") if late else _t("%(time)s left")) % {"time": words(left)}
    level = "bad" if late else "warn" if left < dt.timedelta(hours=4) else "calm"
    return format_html(
        '<time class="chip {} countdown" datetime="{}" data-countdown data-days="{}" data-hours="{}" data-minutes="{}"'
        ' data-left="{}" data-late="{}">{}</time>',
        level,
        due.isoformat(),
        ngettext("%(days)s day", "%(days)s days", 2),
        _t("%(hours)s h"),
        _t("%(minutes)s min"),
        _t("%(time)s left"),
        _t("late by %(time)s"),
        told,
    )
