"""What speaks against the time of a meeting: other meetings of those who attend or of the customer, days off, hours."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.calendar import days, is_working, zone
from kexin.core.policy import in_force
from kexin.engagement.choices import AppointmentState
from kexin.engagement.models import Appointment
from kexin.engagement.policies import AppointmentPolicy, parse_time
from kexin.engagement.rules import hours_of_customers
from kexin.people.queries import post_labels

MOST = 3
UNUSUAL: Mapping[str, str | Promise] = {
    "early": _("Customers are not met that early."),
    "late": _("Customers are not met that late."),
}


def warnings_about(row: Appointment) -> list[str]:
    """Sentences, none where nothing speaks against it. ``row`` may be new; two reads and one for labels."""
    rules = in_force(AppointmentPolicy)
    begin, end = row.starts_at.astimezone(zone()), row.ends_at.astimezone(zone())
    found = [_clash(row, other, labels) for labels, other in _overlapping(row)]
    if row.customer_id is not None:
        codes = hours_of_customers(
            begin,
            end,
            parse_time(rules.earliest),
            parse_time(rules.latest),
            open_day=is_working(begin.date()),
        )
        if "closed" in codes:
            said = days().info(begin.date())
            found.append(_t("%(day)s is no working day (%(why)s).") % {"day": begin.date(), "why": said.nature.label})
        found += [str(UNUSUAL[each]) for each in codes if each in UNUSUAL]
    return found


def _overlapping(row: Appointment) -> list[tuple[Mapping[int, str], Appointment]]:
    posts = [row.post_id, *row.others]
    whose = Q(post__in=posts) | Q(others__overlap=posts)
    if row.customer_id is not None:
        whose |= Q(customer=row.customer_id)
    rows = Appointment.objects.filter(
        whose, state=AppointmentState.PLANNED, starts_at__lt=row.ends_at, ends_at__gt=row.starts_at
    )
    met = list(rows.exclude(pk=row.pk).order_by("starts_at")[:MOST])
    labels = post_labels({pk for each in met for pk in (each.post_id, *each.others)} & set(posts)) if met else {}
    return [(labels, each) for each in met]


def _clash(row: Appointment, other: Appointment, labels: Mapping[int, str]) -> str:
    """Who is taken from when until when; nothing is said of the other meeting."""
    who = next((labels[pk] for pk in (other.post_id, *other.others) if pk in labels), _t("The customer"))
    begin, end = (each.astimezone(zone()) for each in (other.starts_at, other.ends_at))
    return _t("%(who)s is taken from %(begin)s until %(end)s.") % {
        "who": who,
        "begin": f"{begin:%H:%M}",
        "end": f"{end:%H:%M}",
    }
