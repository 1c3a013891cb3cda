"""The sample of a quarter: a quota per unit and tier, drawn by chance that can be repeated (G-24, CF-14).

One statement chooses and keeps. The order within a unit and tier is the SHA-256 of seed and customer number: nobody
can prefer anybody, and the same seed draws the same sample from the same customers again.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.calendar import business_date
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.people.models import OrgUnit
from kexin.people.queries import units_below, units_in_reach
from kexin.service.models import Survey, SurveyVersion, SurveyWave
from kexin.service.surveys.choices import SurveyTrigger
from kexin.service.surveys.events import SampleAsked, SurveyInvited
from kexin.service.surveys.inviting import CLOCK
from kexin.service.surveys.policies import SurveyPolicy, parse_quotas

DRAW = "service.draw_wave"
_ELIGIBLE = """
SELECT c.party_id, c.unit_id, c.lead_post_id, c.tier, p.key_id,
       row_number() OVER (PARTITION BY c.unit_id, c.tier
                          ORDER BY sha256(convert_to(%(seed)s || c.customer_no, 'UTF8'))) AS place,
       coalesce((%(quotas)s::jsonb ->> c.tier)::int, (%(quotas)s::jsonb ->> '')::int) AS quota
  FROM party_customer c JOIN party_party p ON p.id = c.party_id
 WHERE c.status = 'active' AND c.kind = 'individual' AND c.unit_id = ANY(%(units)s)
   AND NOT EXISTS (SELECT 1 FROM service_surveyinvitation i
                    WHERE i.customer_id = c.party_id AND i.invited_at > %(since)s)
"""
_COUNT = f"SELECT count(*), count(*) FILTER (WHERE place <= quota) FROM ({_ELIGIBLE}) e"  # noqa: S608
_KEEP = f"""
INSERT INTO service_surveyinvitation
       (key, customer_id, key_id, survey_version_id, wave_id, trigger, subject_no, unit_id, post_id, tier, state,
        invited_at, expires_at, next_prompt_at, prompts, channel, by_staff, low, policy_id)
SELECT %(trigger)s || ':' || %(wave)s || ':' || e.party_id, e.party_id, e.key_id, %(version)s, %(wave)s, %(trigger)s,
       '', e.unit_id, e.lead_post_id, e.tier, 'open', %(now)s, %(until)s, %(now)s, 0, '', '', false, %(policy)s
  FROM ({_ELIGIBLE}) e WHERE e.place <= e.quota
    ON CONFLICT (key) DO NOTHING
RETURNING id, customer_id
"""  # noqa: S608


def quarter_of(day: dt.date) -> str:
    """``2026Q4``."""
    return f"{day.year}Q{(day.month + 2) // 3}"


@operation(DRAW, label=_("Draw the sample of a survey"), plain=("period",))
def draw_wave(*, actor: Actor, survey: Survey | int, unit_id: int, period: str = "", seed: str = "") -> SurveyWave:
    """Ask the quota of every unit below ``unit_id``. One sample per period and unit.

    RuleViolation: no version in force, nobody to be asked. Conflict: drawn already.
    """
    asked = survey if isinstance(survey, Survey) else Survey.objects.filter(pk=survey).first()
    unit = units_in_reach(actor, DRAW).filter(pk=unit_id).first()
    if unit is None or asked is None:
        raise NotFound
    return _drawn(asked, unit, actor, period.strip() or quarter_of(business_date()), seed.strip())


@operation("service.draw_quarter", label=_("Draw the sample of the quarter"))
def draw_quarter(*, actor: Actor) -> SurveyWave | None:
    """The clock's duty: the whole institution, once a quarter. None where it is done, not wanted, or nobody is left."""
    if not actor.everything:
        raise NotPermitted
    asked = Survey.objects.filter(trigger=SurveyTrigger.QUARTERLY, stopped_at=None).first()
    unit = OrgUnit.objects.filter(parent=None).order_by("pk").first()
    period = quarter_of(business_date())
    if asked is None or unit is None or not in_force(SurveyPolicy).automatic_sample:
        return None
    if SurveyWave.objects.filter(period=period, survey_version__survey=asked).exists():
        return None
    try:
        return _drawn(asked, unit, actor, period, "")
    except RuleViolation:
        return None


def _drawn(asked: Survey, unit: OrgUnit, actor: Actor, period: str, seed: str) -> SurveyWave:
    version = SurveyVersion.objects.in_force(asked, business_date())
    if version is None or asked.stopped_at is not None:
        raise RuleViolation(fields={"survey": _("No approved version of this survey is in force.")})
    if not period.isalnum() or len(period) > 20:
        raise RuleViolation(fields={"period": _("Letters and digits, 20 at most, for example 2026Q4.")})
    units = units_below(unit.pk)
    Survey.objects.select_for_update().get(pk=asked.pk)
    before = SurveyWave.objects.filter(period=period, survey_version__survey=asked)
    if any(set(units_below(each.unit_id)) & set(units) for each in before):
        raise Conflict(fields={"period": _("The sample of this period is drawn already.")})
    rules, now = in_force(SurveyPolicy), timezone.now()
    quotas = parse_quotas(rules.quotas)
    values: dict[str, Any] = {
        "seed": seed or secrets.token_hex(16), "quotas": json.dumps(quotas), "units": units,
        "since": now - dt.timedelta(days=rules.fatigue_days),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        eligible, count = cursor.fetchone()
        if not count:
            raise RuleViolation(_("Nobody can be asked: no active customers, or all were asked lately."))
        wave = SurveyWave.objects.create(
            period=period, survey_version=version, unit=unit, seed=values["seed"], quotas=quotas, eligible=eligible,
            count=count, drawn_at=now, drawn_by=actor.name, policy_id=rules.policy_version,
        )  # fmt: skip
        more: dict[str, Any] = {
            "trigger": SurveyTrigger(asked.trigger).value, "wave": wave.pk, "version": version.pk, "now": now,
            "until": now + dt.timedelta(days=rules.answer_days), "policy": rules.policy_version,
        }  # fmt: skip
        cursor.execute(_KEEP, {**values, **more})
        kept = cursor.fetchall()
    emit(SampleAsked(period, wave.pk, len(kept)))
    for pk, customer in kept:
        emit(SurveyInvited(customer, "", pk, asked.trigger, asked.name))
    return wave


def draw_if_due() -> SurveyWave | None:
    """Called by the clock each morning."""
    return draw_quarter(actor=system(CLOCK))
