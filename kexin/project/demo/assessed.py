"""Assessed customers of the demonstration bank: answers scored by the product's own rule, rows by two statements.

About seven persons in ten and four firms in ten were assessed within fourteen months, so that some results have ended
and some end soon; the elderly answer more cautiously, the wealthy more boldly, and some who answer boldly are capped.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from kexin.core.imports.staging import run, server
from kexin.core.partitions import ensure_partitions
from kexin.core.policy import in_force
from kexin.suitability.models import QuestionnaireVersion
from kexin.suitability.policies import AssessmentPolicy
from kexin.suitability.questionnaires.choices import QuestionnaireKind
from kexin.suitability.questionnaires.content import Content
from kexin.suitability.questionnaires.scoring import score

LETTERS = "abcde"
LONGEST = 425  # days back: a result older than a year has ended
PROFILES = 20  # sets of answers, from cautious to bold

_RESULTS = """
WITH profile AS (SELECT * FROM jsonb_to_recordset(%(profiles)s::jsonb)
                   AS p(no int, answers jsonb, points int, band int, grade int, lowest boolean, ceilings jsonb)),
chosen AS (
  SELECT k.party_id AS id, k.born_year, k.birthday,
         greatest(k.admitted_on, %(today)s::date - ((k.party_id * 7919 + 17) %% %(longest)s)::int) AS day,
         CASE WHEN k.born_year <= extract(year FROM %(today)s::date) - 65 THEN (k.party_id * 31 %% 13)
              WHEN k.assets >= 1000000 THEN 7 + (k.party_id * 31 %% 13)
              ELSE 3 + (k.party_id * 31 %% 14) END AS no
    FROM party_customer k
   WHERE k.status IN ('active', 'dormant') AND k.admitted_on IS NOT NULL
     AND (k.kind IN ('enterprise', 'institution')) = %(organisation)s
     AND (%(organisation)s OR (k.born_year IS NOT NULL AND k.birthday IS NOT NULL))
     AND (k.party_id * 104729) %% 100 < %(share)s),
aged AS (
  SELECT c.*, CASE WHEN %(organisation)s THEN NULL ELSE (extract(year FROM c.day) - c.born_year
         - (extract(month FROM c.day) * 100 + extract(day FROM c.day) < c.birthday)::int)::int END AS age FROM chosen c)
INSERT INTO suitability_riskassessment
  (customer_id, actor_kind, acted_by, device, address, session_id, kind, questionnaire_id, policy_id, answers, points,
   band, ceilings, grade, told_grade, lowest, age, previous_grade, needs_confirmation, submitted_at, submitted_on,
   of_day, valid_until, channel, invited_by)
SELECT a.id, 'customer', a.id, 'demo', '', NULL, %(kind)s, %(version)s, %(policy)s, p.answers, p.points, p.band,
       CASE WHEN a.age >= %(elder)s AND p.grade > %(cap)s THEN p.ceilings || '["elder"]'::jsonb ELSE p.ceilings END,
       p.grade, CASE WHEN a.age >= %(elder)s THEN least(p.grade, %(cap)s) ELSE p.grade END, p.lowest, a.age, NULL,
       false, (a.day + time '10:00' + make_interval(mins => (a.id * 13 %% 400)::int)) AT TIME ZONE 'Asia/Shanghai',
       a.day, 1, (a.day + interval '12 months' - interval '1 day')::date,
       (ARRAY['link', 'branch', 'app'])[1 + a.id %% 3], ''
  FROM aged a JOIN profile p ON p.no = a.no WHERE a.age IS NULL OR a.age >= %(adult)s
"""

_STANDINGS = """
INSERT INTO suitability_riskstanding
  (customer_id, assessment_id, grade, lowest, lifted, assessed_on, valid_until, pending_id)
SELECT customer_id, id, grade, lowest, false, submitted_on, valid_until, NULL FROM suitability_riskassessment
"""

_EVENTS = """
INSERT INTO core_event (at, name, customer_id, subject, payload, operation, actor_name)
SELECT r.submitted_at, 'suitability.AssessmentSubmitted', r.customer_id, k.customer_no,
       jsonb_build_object('customer_id', r.customer_id, 'subject', k.customer_no, 'assessment_id', r.id,
                          'grade', r.told_grade, 'previous', NULL, 'unconfirmed', false, 'valid_until', r.valid_until),
       'core.load_demo', 'customer.' || k.customer_no
  FROM suitability_riskassessment r JOIN party_customer k ON k.party_id = r.customer_id
"""


def profiles(content: Content, rules: AssessmentPolicy) -> list[dict[str, Any]]:
    """Sets of answers from cautious to bold, scored by the rule itself."""
    found = []
    for no in range(PROFILES):
        answers = {}
        for place, each in enumerate(content.questions()):
            step = min(4, max(0, (no * 5 + place * 3 + no * place % 4) // 24))
            answers[each.code] = each.options[min(step, len(each.options) - 1)].code
        scored = score(content, answers, rules.parsed_bands, rules.parsed_ceilings)
        found.append(
            {
                "no": no,
                "answers": answers,
                "points": scored.points,
                "band": scored.band,
                "grade": scored.grade,
                "lowest": scored.lowest,
                "ceilings": scored.codes,
            }
        )
    return found


def bring_assessments(today: dt.date) -> dict[str, int]:
    """Results, what they are worth, and what the timeline tells of them; how many. Inside the load."""
    rules = in_force(AssessmentPolicy, today)
    for kind, organisation, share in (
        (QuestionnaireKind.RISK_PERSON, False, 72),
        (QuestionnaireKind.RISK_ENTERPRISE, True, 40),
    ):
        version = QuestionnaireVersion.objects.in_force(kind, today)
        assert version is not None
        server().execute(
            _RESULTS,
            {
                "profiles": json.dumps(profiles(version.parsed, rules), ensure_ascii=False),
                "today": today,
                "longest": LONGEST,
                "organisation": organisation,
                "share": share,
                "kind": kind.value,
                "version": version.pk,
                "policy": rules.policy_version,
                "elder": rules.elder_age,
                "cap": rules.elder_cap or 5,
                "adult": rules.adult_age,
            },
        )
    ensure_partitions("core_event", (today - dt.timedelta(days=LONGEST)).replace(day=1), today.replace(day=1))
    run(_EVENTS)
    return {"assessments": run(_STANDINGS).rowcount}
