"""The institution's own dated exceptions to the published calendar."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CalendarKind(models.TextChoices):
    WORKING = "working", _("Working days")
    TRADING = "trading", _("Trading days")


class CalendarDay(models.Model):
    """One day whose nature the institution states itself: it overrides the library."""

    kind = models.CharField(_("calendar"), max_length=8, choices=CalendarKind.choices, default=CalendarKind.WORKING)
    day = models.DateField(_("day"))
    is_open = models.BooleanField(_("open"))
    name = models.CharField(_("name"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("calendar day")
        constraints = [models.UniqueConstraint(fields=["kind", "day"], name="core_calendarday_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
