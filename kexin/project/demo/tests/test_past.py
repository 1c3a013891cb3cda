"""The past of the front line comes in with the bank; its first morning is told through the doors."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar

from django.db.models import Count, F, Q, Sum
from django.test import TestCase

from kexin.core.actor import system
from kexin.core.calendar import business_date
from kexin.core.fields import decrypt_rows
from kexin.core.models import Approval, AuditEntry, Event, WorkItem
from kexin.core.policy import in_force
from kexin.engagement.calls.choices import EntryState
from kexin.engagement.models import Appointment, CallEntry, CallList, Contact, Reminder
from kexin.holdings.aum.entered import targets_reached
from kexin.holdings.aum.rebuild import rebuild
from kexin.holdings.maturities.nightly import gather_and_watch
from kexin.holdings.models import ExchangeRate
from kexin.party.models import (
    Customer,
    CustomerTransfer,
    PortfolioAssignment,
    PortfolioProtection,
    PortfolioShare,
    TransferSignature,
)
from kexin.project.demo import load, story
from kexin.project.demo.casting import cast, colleagues
from kexin.project.demo.day import tell_day
from kexin.project.demo.folios import read_folios
from kexin.project.demo.past_calls import draw_calls
from kexin.project.demo.simulate import prepare
from kexin.project.demo.staffing import new_password
from kexin.sales.choices import Gate
from kexin.sales.models import Sale, Visit
from kexin.sales.operations.passing import passed_gates
from kexin.service.complaints.choices import UNFINISHED
from kexin.service.complaints.closing import archive_needs
from kexin.service.complaints.letters import reply_pdf
from kexin.service.models import (
    CarePlan,
    Clock,
    Complaint,
    ComplaintLetter,
    Conversation,
    ConversationMessage,
    PhoneCall,
    Remediation,
    ServiceRequest,
    SurveyInvitation,
    SurveyWave,
)
from kexin.service.oversight.figures import asked_for, service_board
from kexin.service.surveys.answering import answers_of
from kexin.service.surveys.policies import SurveyPolicy
from kexin.service.surveys.scoring import score

CUSTOMERS, MONTHS, SEED = 240, 4, 7


class FirstMorning(TestCase):
    """A bank of 240 customers with its past, its desk and its first morning; loaded once for all tests."""

    loaded: ClassVar[load.Loaded]
    today: ClassVar[dt.date]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.today = business_date()
        bank = prepare(CUSTOMERS, MONTHS, SEED, cls.today)
        actor = system("demo.load")
        cls.loaded = load.load_bank(bank, actor=actor, password=new_password(), progress=lambda *_: None)
        story.tell_story(cls.today)
        rebuild(reason="demo")
        gather_and_watch(actor=actor)
        tell_day(cls.today)

    def test_more_than_half_of_the_calls_are_in_vain(self) -> None:
        before = Contact.objects.filter(on__lt=self.today)
        made = before.count()
        assert made > 1_000
        assert 0.50 <= before.filter(reached=False).count() / made <= 0.60  # 55 %
        assert not before.filter(reached=False).exclude(result__in=("no_answer", "busy", "off")).exists()
        hours = {
            each.astimezone(dt.timezone(dt.timedelta(hours=8))).hour for each in before.values_list("at", flat=True)
        }
        assert hours <= {9, 10, 11, 14, 15, 16, 17}
        assert not before.filter(on__week_day=1).exclude(on__month__in=(1, 2, 4, 5, 9, 10)).exists()

    def test_nobody_is_called_before_the_manager_led_the_customer(self) -> None:
        leads = {(row.customer_id, row.post_id): row for row in PortfolioAssignment.objects.all()}
        for contact in Contact.objects.filter(on__lt=self.today).only("customer_id", "post_id", "on"):
            row = leads[contact.customer_id, contact.post_id]
            assert row.starts_on <= contact.on
            assert row.ends_on is None or contact.on < row.ends_on

    def test_what_was_said_is_readable_under_the_customers_key(self) -> None:
        said = list(Contact.objects.filter(reached=True, note__isnull=False).select_related("customer")[:50])
        decrypt_rows(Contact, said, ("note",))
        assert len(said) == 50
        assert all(row.note and row.note.endswith(("。", "款")) for row in said)

    def test_each_contact_of_the_past_is_a_fact_of_its_day(self) -> None:
        told = Event.objects.filter(name="engagement.CallLogged", operation="core.load_demo")
        contacts = dict(Contact.objects.filter(on__lt=self.today).values_list("pk", "at"))
        assert told.count() == len(contacts)
        for fact in told[:200]:
            assert contacts[fact.payload["contact_id"]] == fact.at
        numbers = Contact.objects.order_by("-pk").values_list("pk", flat=True)
        assert numbers[0] > max(contacts)  # the morning's calls go on behind the past

    def test_closed_lists_hold_the_calls_of_their_month(self) -> None:
        closed = CallList.objects.exclude(closed_at=None)
        assert closed.exists()
        assert not CallEntry.objects.filter(call_list__in=closed, state=EntryState.OPEN).exists()
        for entry in CallEntry.objects.filter(call_list__in=closed).annotate(made=Count("contacts"))[:100]:
            assert entry.made == entry.attempts  # type: ignore[attr-defined]

    def test_meetings_of_the_past_have_outcomes_those_ahead_are_planned(self) -> None:
        past = Appointment.objects.exclude(state="planned")
        assert past.filter(state="kept").count() / past.count() > 0.7
        kept = list(past.filter(state="kept")[:20])
        decrypt_rows(Appointment, kept, ("outcome",))
        assert all(row.outcome for row in kept)
        lin = cast("lin")
        ahead = Appointment.objects.filter(post=lin.post_id, state="planned")
        assert ahead.filter(starts_at__date=self.today).count() >= 2
        assert ahead.filter(starts_at__date__gt=self.today).count() >= 5
        asked = WorkItem.objects.open().filter(kind="engagement.appointment_outcome", owner_post_id=lin.post_id or 0)
        assert asked.count() >= 1

    def test_shares_make_a_whole(self) -> None:
        running = PortfolioShare.objects.filter(ends_on=None).values("customer", "line").annotate(all=Sum("percent"))
        assert running.count() >= 4
        assert {row["all"] for row in running} == {Decimal(100)}

    def test_the_hand_over_after_the_leaver_has_three_persons(self) -> None:
        row = CustomerTransfer.objects.get(state="done")
        assert row.reason == "leaving"
        signed = list(TransferSignature.objects.filter(transfer=row).order_by("pk"))
        assert {each.role for each in signed} == {"giver", "receiver", "supervisor"}
        assert len({each.signed_by for each in signed}) == len(signed)
        led = PortfolioAssignment.objects.filter(customer__in=row.lines.values("customer"), starts_on=row.effective_on)
        assert led.count() == row.customers == row.lines.filter(moved=True).count()

    def test_two_hand_overs_wait_for_lin_and_for_zhou(self) -> None:
        lin, zhou = cast("lin"), cast("zhou")
        owed = TransferSignature.objects.filter(signed_by="")
        assert {(each.role, each.post_id) for each in owed} >= {("receiver", lin.post_id), ("supervisor", zhou.post_id)}

    def test_the_pool_holds_large_customers_and_a_claim_waits(self) -> None:
        returned = PortfolioAssignment.objects.filter(post=None, ends_on=None, reason__contains="收回待分配")
        assert returned.exists()
        assert not Customer.objects.filter(pk__in=returned.values("customer")).exclude(lead_post=None).exists()
        assert Approval.objects.filter(operation="party.claim_customer", status="open").count() <= 1
        assert PortfolioProtection.objects.count() == 2

    def test_targets_are_near_what_is_reached(self) -> None:
        lin = cast("lin")
        for each in targets_reached(lin, lin.post_ids, self.today):
            assert each.amount is not None
            assert each.percent is not None
            assert 80 <= each.percent <= 120

    def test_this_mornings_lists_are_worked_and_open(self) -> None:
        lin = cast("lin")
        mine = CallEntry.objects.filter(call_list__closed_at=None, post=lin.post_id)
        assert mine.filter(attempts__gt=0).exists()
        assert mine.filter(state=EntryState.OPEN).exists()
        assert Contact.objects.filter(on=self.today, by="lin").exists()
        steps = Visit.objects.filter(post=lin.post_id, next_on__isnull=False)
        assert Reminder.objects.filter(post=lin.post_id).count() == 4 + steps.count()

    def test_sales_are_in_progress_at_different_gates(self) -> None:
        lin = cast("lin")
        chen = Customer.objects.filter(lead_post=lin.post_id).order_by("pk")[0]
        running = {each.customer_id: passed_gates(each) for each in Sale.objects.filter(state="open")}
        assert len(running) <= 4
        assert len({len(passed) for passed in running.values()}) >= 2
        for customer, passed in running.items():
            assert passed[-1] in ((Gate.TOLD,) if customer == chen.pk else (Gate.SIGNED, Gate.RECORDED))
        done = AuditEntry.objects.filter(outcome="done", operation__startswith="sales.").values_list(
            "operation", flat=True
        )
        assert running
        assert {"sales.open_sale", "sales.tell_opinion"} <= set(done)

    def test_foreign_money_counts(self) -> None:
        assert set(ExchangeRate.objects.values_list("currency", flat=True)) == {"USD", "HKD"}

    def test_what_people_do_today_goes_through_the_doors(self) -> None:
        done = set(AuditEntry.objects.filter(outcome="done").values_list("operation", flat=True))
        assert done >= {
            "engagement.log_call",
            "engagement.make_appointment",
            "engagement.make_call_list",
            "holdings.set_target",
            "party.assign_portfolio",
            "party.propose_transfer",
            "party.protect_customer",
        }
        assert AuditEntry.objects.filter(operation="core.load_demo").count() == 1
        assert next(each.name for each in colleagues("理财经理", "S001")) == "lin"

    def test_the_past_is_the_same_for_the_same_seed(self) -> None:
        bank = prepare(CUSTOMERS, MONTHS, SEED, self.today)
        folio = read_folios(bank, self.loaded.staff, self.loaded.truth)[0]
        first, second = ([(c.row, c.at, c.result, c.note) for c in draw_calls(bank, folio)] for _ in range(2))
        other = [(c.row, c.at) for c in draw_calls(prepare(CUSTOMERS, MONTHS, SEED + 1, self.today), folio)]
        assert first == second
        assert other != [(row, at) for row, at, *_ in first]

    def test_requests_of_two_years_and_of_this_morning(self) -> None:
        """In every state, some late, some opened again, none in the future; each running clock is somebody's work."""
        rows = ServiceRequest.objects.all()
        now = dt.datetime.now(dt.UTC)
        assert rows.count() > 20
        assert not rows.filter(Q(received_at__gt=now) | Q(told_at__gt=now) | Q(closed_at__gt=now)).exists()
        assert {"open", "told", "closed"} <= set(rows.values_list("state", flat=True))
        assert rows.filter(snoozed_until__gt=now).exists()
        assert rows.filter(ticking=True, due_at__lt=now).exists()
        assert Clock.objects.filter(state="paused").exists()
        of_requests = Clock.objects.filter(state="running", request__isnull=False)
        running = set(of_requests.values_list("pk", flat=True))
        owed = WorkItem.objects.open().filter(kind="service.clock").values_list("subject_id", flat=True)
        assert set(owed) == running
        texts = decrypt_rows(ServiceRequest, list(rows[:20]), ("subject", "text"))
        assert all(str(row.subject) for row in texts)
        whole = service_board(system("demo.look"), asked_for(self.today - dt.timedelta(days=120), self.today))
        done = whole.period["whole", ""]
        assert done.told > 0
        assert 0 < done.at_once <= done.solved <= done.told

    def test_conversations_and_calls_of_two_years_and_of_this_morning(self) -> None:
        """Every way, none in the future, each call of the past written down; what is open is somebody's work."""
        now, rows = dt.datetime.now(dt.UTC), Conversation.objects.all()
        past = rows.filter(opened_at__lt=now - dt.timedelta(days=2))
        assert past.count() > 3
        assert not rows.filter(Q(last_at__gt=now) | Q(closed_at__gt=now)).exists()
        assert set(past.values_list("state", flat=True)) == {"closed"}
        assert len(set(past.values_list("channel", flat=True))) >= 2
        assert {"open", "waiting"} <= set(rows.values_list("state", flat=True))
        said = decrypt_rows(ConversationMessage, list(ConversationMessage.objects.all()[:40]), ("text",))
        assert all(str(each.text) for each in said)
        calls = PhoneCall.objects.all()
        assert set(calls.values_list("state", flat=True)) >= {"ended", "missed"}
        noted = calls.filter(conversation__isnull=False)
        assert noted.count() == past.filter(channel="phone").count()
        owed = WorkItem.objects.open()
        assert owed.filter(kind="service.answer").count() == rows.filter(state="open").count()
        assert owed.filter(kind="service.call_back").count() == calls.filter(state="missed").count()

    def test_survey_waves_of_the_quarters_and_care_plans(self) -> None:
        """Each score is what the rule makes of its answers; low ones were looked into or are still."""
        waves = SurveyWave.objects.all()
        assert waves.exists()
        for wave in waves:
            assert wave.invitations.count() == wave.count > 0
        answered = SurveyInvitation.objects.filter(state="answered")
        assert 0.25 < answered.count() / SurveyInvitation.objects.count() < 0.6
        assert not SurveyInvitation.objects.filter(answered_at__gt=dt.datetime.now(dt.UTC)).exists()
        rules = in_force(SurveyPolicy)
        for row in answered.select_related("survey_version__survey")[:20]:
            found = score(row.survey_version.parsed, answers_of(row), rules.on_hundred)
            assert (found.score, found.nps) == (row.score, row.nps)
        low = set(SurveyInvitation.objects.filter(low=True).values_list("pk", flat=True))
        assert set(WorkItem.objects.filter(kind="service.low_score").values_list("subject_id", flat=True)) == low
        assert sorted(CarePlan.objects.values_list("state", flat=True)) == ["proposed", "running", "running"]

    def test_complaints_of_two_years_and_of_this_morning(self) -> None:
        """In every state; each gone its whole way with its reply; each running limit is somebody's work."""
        rows, now = Complaint.objects.all(), dt.datetime.now(dt.UTC)
        assert {*UNFINISHED, "closed", "archived", "withdrawn", "merged"} - set(
            rows.values_list("state", flat=True)
        ) <= {
            "withdrawn"  # in a short past perhaps nobody took a complaint back
        }
        assert not rows.filter(Q(received_at__gt=now) | Q(told_at__gt=now) | Q(closed_at__gt=now)).exists()
        assert not rows.filter(archived_at__gt=now).exists()
        for row in rows.filter(state="archived"):
            assert not archive_needs(row)
        ended = rows.filter(state__in=("closed", "archived"))
        assert all(row.letters.get(round=row.round).state == "delivered" for row in ended)
        assert not ended.exclude(found_at__lt=F("told_at")).exists()
        assert not rows.filter(state="merged").exclude(joined_into__customer=F("customer")).exists()
        limits = Clock.objects.filter(state="running", complaint__isnull=False)
        owed = WorkItem.objects.open().filter(kind="service.complaint_clock").values_list("subject_id", flat=True)
        assert set(owed) == set(limits.values_list("pk", flat=True))
        assert rows.filter(hidden_from_unit=True).exists()
        assert rows.filter(regulatory_major="group").exists()
        assert rows.filter(course="mediation").exists()
        assert rows.filter(settlements__state="proposed", settlements__right__endswith="largest_settlement").exists()
        assert rows.filter(extensions__approved=None, extensions__isnull=False).exists()
        ning, row = cast("ning"), ended.order_by("pk")[0]
        assert reply_pdf(ning, row.pk)[1].startswith(b"%PDF")
        opened = decrypt_rows(ComplaintLetter, list(ComplaintLetter.objects.all()[:5]), ("facts", "decision"))
        assert all(str(each.facts) and str(each.decision) for each in opened)
        assert Remediation.objects.filter(state="verified").exists()
        assert Event.objects.filter(name="service.ComplaintClosed").count() >= ended.count() - 1
