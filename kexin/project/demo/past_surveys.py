"""Quarterly samples of satisfaction before the day of loading: invited, answered by some, low ones looked into.

Answers come in as raw ratings on their own scales; the score of each is what the rule itself makes of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from kexin.core.calendar import add
from kexin.core.choices import WorkStatus
from kexin.core.imports.staging import copy_text, line
from kexin.core.models import WorkItem
from kexin.core.policies import WorkPolicy
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.core.workflow import duty_holder
from kexin.people.models import OrgUnit
from kexin.project.demo.calendar_cn import day_number
from kexin.project.demo.folios import Folio, local
from kexin.project.demo.past_rows import Facts, json_text, reserve, sealed
from kexin.project.demo.said_conversations import WORDS_WHY
from kexin.project.demo.simulate import Bank
from kexin.service.models import SurveyInvitation, SurveyVersion
from kexin.service.surveys.choices import QuestionKind, SurveyTrigger
from kexin.service.surveys.content import Given
from kexin.service.surveys.policies import SurveyPolicy
from kexin.service.surveys.sampling import quarter_of
from kexin.service.surveys.scoring import is_low, score
from kexin.service.surveys.work import HEAD_DUTY, LOW, SUBJECT

PER_PORTFOLIO = 12  # invited of each portfolio in a quarter
ANSWERS = 0.44
RECENT = dt.timedelta(days=21)  # low scores younger than that are still being looked into
WAVE = (
    "id", "period", "survey_version_id", "unit_id", "seed", "quotas", "eligible", "count", "drawn_at", "drawn_by",
    "policy_id",
)  # fmt: skip
INVITATION = (
    "id", "key", "customer_id", "key_id", "survey_version_id", "wave_id", "trigger", "subject_no", "unit_id", "post_id",
    "tier", "state", "invited_at", "expires_at", "prompts", "channel", "started_at", "answered_at", "by_staff", "score",
    "nps", "low", "policy_id",
)  # fmt: skip
ANSWER = (
    "invitation_id", "customer_id", "key_id", "question", "dimension", "kind", "value", "least", "most", "picks",
    "text", "given", "said_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """One customer of a sample, and what came back: ``answers`` is empty where nothing did."""

    folio: Folio
    row: int
    answers: Mapping[str, Given]
    answered: dt.datetime | None


def bring_surveys(bank: Bank, folios: Sequence[Folio], facts: Facts) -> dict[str, int]:
    """A wave for each quarter of the past; how many rows of what."""
    version = SurveyVersion.objects.filter(survey__trigger=SurveyTrigger.QUARTERLY, state="approved").first()
    top = OrgUnit.objects.filter(parent=None).order_by("pk").first()
    people = [folio for folio in folios if not folio.corporate and folio.customers]
    if version is None or top is None or not people:
        return {}
    bringing = _Waves(bank, version, top.pk, facts)
    for period, drawn in _quarters(bank):
        bringing.wave(period, drawn, people)
    return bringing.write()


def _quarters(bank: Bank) -> Iterator[tuple[str, dt.datetime]]:
    """The fifth day of each quarter at ten, as far as it lies in the past."""
    day = dt.date(1970, 1, 1) + dt.timedelta(days=bank.span.first)
    while day < bank.today:
        first = dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        drawn = first + dt.timedelta(days=4)
        if bank.span.first <= day_number(drawn) < bank.span.now:
            yield quarter_of(drawn), local(day_number(drawn), 36_000)
        day = (first + dt.timedelta(days=100)).replace(day=1)


class _Waves:
    def __init__(self, bank: Bank, version: SurveyVersion, unit: int, facts: Facts) -> None:
        self.bank, self.version, self.unit, self.facts = bank, version, unit, facts
        self.rules, self.content = in_force(SurveyPolicy), version.parsed
        self.until = local(bank.span.now, 0)
        self.waves: list[bytes] = []
        self.invitations: list[bytes] = []
        self.answers: list[tuple[object, ...]] = []
        self.work: list[WorkItem] = []

    def wave(self, period: str, drawn: dt.datetime, folios: Sequence[Folio]) -> None:
        """One sample, drawn by the seed of the bank."""
        rng = np.random.default_rng([self.bank.seed, 720, int(drawn.timestamp()) // 86_400])
        asked = [each for folio in folios for each in self._drawn(folio, drawn, rng)]
        if not asked:
            return
        pk, first = reserve("service_surveywave", 1), reserve("service_surveyinvitation", len(asked))
        eligible = sum(int(folio.held(day_number(drawn.date())).sum()) for folio in folios)
        quotas = json_text([{"tier": "", "per_unit": PER_PORTFOLIO}])
        self.waves.append(
            line(
                (
                    pk, period, self.version.pk, self.unit, f"demo-{self.bank.seed}-{period}", quotas, eligible,
                    len(asked), drawn, "clock.surveys", self.rules.policy_version,
                )
            )
        )  # fmt: skip
        for number, each in enumerate(asked, first):
            self._invite(number, pk, each, drawn)

    def _drawn(self, folio: Folio, drawn: dt.datetime, rng: np.random.Generator) -> list[Asked]:
        held = np.flatnonzero(folio.held(day_number(drawn.date())))
        chosen = rng.permutation(held)[:PER_PORTFOLIO]
        found = []
        for row in sorted(int(each) for each in chosen):
            after = float(rng.exponential(60)) + 2
            answers = self._answers(rng) if rng.random() < ANSWERS else {}
            answered = drawn + dt.timedelta(hours=min(after, 24 * self.rules.answer_days - 2)) if answers else None
            if answered is not None and answered >= self.until:
                answers, answered = {}, None
            found.append(Asked(folio, row, answers, answered))
        return found

    def _answers(self, rng: np.random.Generator) -> dict[str, Given]:
        """Ratings around one opinion; one in fourteen is displeased."""
        mood = float(rng.normal(4.2, 1.2) if rng.random() < 0.07 else rng.normal(8.5, 1.0))
        found: dict[str, Given] = {}
        for each in self.content.questions:
            if each not in self.content.shown(found):
                continue
            if each.bounds is not None:
                least, most = each.bounds
                value = _near(mood * (most - least) / 10 + least * 0.4 + rng.normal(0, 0.7), least, most)
                found[each.code] = Given(value=Decimal(value))
            elif each.kind == QuestionKind.TEXT:
                if rng.random() < 0.2:
                    found[each.code] = Given(text=WORDS_WHY[int(rng.integers(0, len(WORDS_WHY)))])
            elif rng.random() < 0.6:
                found[each.code] = Given(picks=(each.options[int(rng.integers(0, len(each.options)))].code,))
        return found

    def _invite(self, number: int, wave: int, each: Asked, drawn: dt.datetime) -> None:
        folio, customer = each.folio, each.folio.customers[each.row]
        expires = drawn + dt.timedelta(days=self.rules.answer_days)
        scored = score(self.content, each.answers, self.rules.on_hundred)
        low = bool(each.answers) and is_low(
            scored, low_score=self.rules.low_score, low_recommendation=self.rules.low_recommendation
        )
        state = "answered" if each.answered else "expired" if expires < self.until else "open"
        self.invitations.append(
            line(
                (
                    number, f"quarterly:{wave}:{customer.pk}", customer.pk, customer.party.key_id, self.version.pk,
                    wave, SurveyTrigger.QUARTERLY.value, "", folio.unit, folio.post, customer.tier, state, drawn,
                    expires, 1, "", each.answered - dt.timedelta(minutes=3) if each.answered else None,
                    each.answered, "",
                    scored.score if each.answered else None, scored.nps if each.answered else None, low,
                    self.rules.policy_version,
                )
            )
        )  # fmt: skip
        about = {"invitation_id": number, "trigger": "quarterly", "survey": self.version.survey.name}
        self.facts.tell(drawn, "service.SurveyInvited", customer.pk, "", about, "clock.surveys")
        if each.answered is None:
            return
        who = f"customer.{customer.customer_no}"
        self.facts.tell(each.answered, "service.SurveyAnswered", customer.pk, "", {**about, "low": low}, who)
        for asked in self.content.questions:
            given = each.answers.get(asked.code)
            if given:
                least, most = asked.bounds or (None, None)
                self.answers.append(
                    (
                        number, customer.pk, customer.party.key_id, asked.code, asked.dimension, asked.kind,
                        given.value, least, most, f"{{{','.join(given.picks)}}}", given.text or None, True,
                        each.answered,
                    )
                )  # fmt: skip
        if low:
            self._look_into(number, each, scored.score, scored.nps)

    def _look_into(self, number: int, each: Asked, points: Decimal | None, nps: int | None) -> None:
        """The head's work, done long ago; what is recent is still open."""
        owner, opened = duty_holder(HEAD_DUTY, each.folio.unit), each.answered
        if owner is None or opened is None:
            return
        due = add(opened, Duration(self.rules.low_hours, "working_hours"))
        done = opened + dt.timedelta(hours=20) if self.until - opened > RECENT else None
        item = WorkItem(
            kind=LOW, customer_id=each.folio.customers[each.row].pk, unit_id=each.folio.unit, owner_post_id=owner,
            subject_kind=SUBJECT, subject_id=number, priority=3, opened_at=opened, due_at=due.at,
            ladder_id=in_force(WorkPolicy).policy_version, policy_id=self.rules.policy_version,
            details={
                "survey": self.version.survey.name, "survey_en": self.version.survey.name_en,
                "score": "" if points is None else f"{points:.0f}", "nps": "" if nps is None else str(nps),
                "number": "",
            },
        )  # fmt: skip
        if done is not None:
            item.status, item.outcome = WorkStatus.DONE, "improved" if number % 3 == 0 else "done"
            item.closed_at, item.closed_by = done, "demo"
        self.work.append(item)

    def write(self) -> dict[str, int]:
        """Everything at once."""
        copy_text("service_surveywave", WAVE, [b"".join(self.waves)])
        copy_text("service_surveyinvitation", INVITATION, [b"".join(self.invitations)])
        keys = [row[2] for row in self.answers]
        texts = sealed("service_surveyanswer", keys, {"text": [row[10] for row in self.answers]})["text"]  # type: ignore[arg-type,misc]
        lines = [line((*row[:10], text, *row[11:])) for row, text in zip(self.answers, texts, strict=True)]
        copy_text("service_surveyanswer", ANSWER, [b"".join(lines)])
        WorkItem.objects.bulk_create(self.work)
        return {
            "service_surveywave": len(self.waves),
            SurveyInvitation._meta.db_table: len(self.invitations),
            "service_surveyanswer": len(lines),
        }


def _near(value: float, least: int, most: int) -> int:
    return int(min(max(round(value), least), most))
