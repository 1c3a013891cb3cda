"""A small demo bank in the database: it ties to the cent, can be read and found, and its day has something to do."""

from __future__ import annotations

import datetime as dt
import stat
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet
import pytest
from django.db import connection
from django.test import Client, TestCase

from kexin.core.actor import system
from kexin.core.calendar import business_date
from kexin.core.errors import RuleViolation
from kexin.core.fields import decrypt_rows
from kexin.core.models import Approval, AuditEntry, PolicyVersion, WorkItem
from kexin.core.policies import SessionPolicy
from kexin.core.policy import in_force
from kexin.engagement.models import Document, Note
from kexin.engagement.operations import download_document
from kexin.holdings.assets import refresh_assets
from kexin.holdings.models import Account, Card
from kexin.party.models import ContactPoint, Customer, DuplicateCandidate, IdentityDocument, Party, PortfolioAssignment
from kexin.party.queries import search
from kexin.party.tokens import contact_token, identity_token, last4_token
from kexin.people.models import Employee, User
from kexin.project.demo import load, sign_ins, story, truth_file
from kexin.project.demo.simulate import prepare, simulate
from kexin.project.demo.staffing import latin_name, new_password

TODAY = dt.date(2026, 11, 20)
CUSTOMERS, MONTHS, SEED = 60, 3, 7


def load_small(today: dt.date = TODAY) -> load.Loaded:
    bank = prepare(CUSTOMERS, MONTHS, SEED, today)
    return load.load_bank(bank, actor=system("demo.load"), password=new_password(), progress=lambda *_: None)


def rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


OPENING = "(SELECT balance FROM holdings_balance b WHERE b.account_id = a.id AND b.day < DATE '2026-08-01')"
MOVED = (
    "(SELECT sum(CASE direction WHEN 'in' THEN amount ELSE -amount END) FROM holdings_transaction t"
    " WHERE t.account_id = a.id)"
)
SIGN = "CASE WHEN a.kind IN ('loan', 'card') THEN -1 ELSE 1 END"


class LoadedBank(TestCase):
    """The bank as it was loaded, before its day began; loaded once for all tests of the class."""

    loaded: ClassVar[load.Loaded]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.loaded = load_small()

    def test_customers_were_assessed(self) -> None:
        """Results tie to the product's own rule; who was 65 was told no more than C3."""
        from kexin.suitability.assessments.standing import derived
        from kexin.suitability.models import RiskAssessment, RiskStanding
        from kexin.suitability.policies import AssessmentPolicy
        from kexin.suitability.questionnaires.scoring import score

        rules = in_force(AssessmentPolicy, TODAY)
        found = list(RiskAssessment.objects.select_related("questionnaire"))
        assert len(found) > 20
        assert any(row.valid_until < TODAY for row in found)
        for row in found:
            scored = score(row.questionnaire.parsed, row.answers, rules.parsed_bands, rules.parsed_ceilings)
            assert (row.points, row.grade, row.lowest) == (scored.points, scored.grade, scored.lowest)
            assert row.told_grade <= (3 if row.age and row.age >= 65 else 5)
        standing = RiskStanding.objects.all()[0]
        assert derived(standing.pk) == (standing.assessment_id, None, False)

    def test_every_account_ends_at_its_opening_and_what_moved(self) -> None:
        gaps = rows(
            f"SELECT a.id, a.balance, coalesce({OPENING}, 0) + coalesce({MOVED}, 0) * {SIGN} FROM holdings_account a"
            " WHERE EXISTS (SELECT FROM holdings_transaction t WHERE t.account_id = a.id)"
        )
        assert len(gaps) > 60
        assert [row for row in gaps if row[1] != row[2]] == []

    def test_stated_balances_agree_with_accounts_and_holdings(self) -> None:
        last = rows(
            "SELECT a.balance, a.balance_on, b.balance, b.day FROM holdings_account a JOIN LATERAL (SELECT * FROM"
            " holdings_balance b WHERE b.account_id = a.id ORDER BY day DESC LIMIT 1) b ON true"
        )
        assert len(last) > 100
        assert all((row[0], row[1]) == (row[2], row[3]) for row in last)
        valued = rows(
            "SELECT a.balance, sum(h.market_value) FROM holdings_account a"
            " JOIN holdings_holding h ON h.account_id = a.id GROUP BY a.id"
        )
        assert len(valued) > 10
        assert all(row[0] == row[1] for row in valued)

    def test_what_is_owed_is_a_positive_number(self) -> None:
        owed = list(Account.objects.filter(kind__in=("loan", "card")).values_list("balance", flat=True))
        assert len(owed) > 5
        assert all(balance >= 0 for balance in owed)

    def test_assets_of_lists_are_those_the_holdings_floor_counts(self) -> None:
        before = dict(Customer.objects.values_list("pk", "assets"))
        assert sum(before.values()) > Decimal(1_000_000)
        assert refresh_assets() == 0

    def test_the_database_has_what_was_simulated(self) -> None:
        tables = simulate(CUSTOMERS, MONTHS, SEED, TODAY).tables
        assert self.loaded.counts["party_customer"] == Customer.objects.count() == CUSTOMERS
        assert rows("SELECT count(*), sum(amount) FROM holdings_transaction")[0] == (
            tables["transactions"].num_rows,
            Decimal(sum(tables["transactions"]["amount"].to_pylist())) / 100,
        )
        assert rows("SELECT max(booked_on) < DATE '2026-11-20' FROM holdings_transaction") == [(True,)]
        assert rows("SELECT count(*) FROM holdings_balance") == [(tables["balances"].num_rows,)]

    def test_bookings_lie_in_months_of_their_own(self) -> None:
        stray = rows(
            "SELECT count(*) FROM holdings_transaction_default UNION ALL SELECT count(*) FROM holdings_balance_default"
        )
        assert stray == [(0,), (0,)]

    def test_personal_values_are_encrypted_and_tokens_are_the_party_floors_own(self) -> None:
        first = Customer.objects.select_related("party").order_by("pk")[0]
        (party,) = decrypt_rows(Party, [first.party])
        assert (party.name, party.sex, party.nationality) == ("陈秀兰", "F", "CN")
        raw = rows(f"SELECT name FROM party_party WHERE id = {party.pk}")[0][0]
        assert "陈秀兰".encode() not in bytes(raw)
        assert (first.born_year, first.birthday) == (party.born_on.year, party.born_on.month * 100 + party.born_on.day)
        for document in decrypt_rows(IdentityDocument, IdentityDocument.objects.all()):
            assert bytes(document.token) == identity_token(document.type, document.country, document.number)
            assert bytes(document.last4_token) == last4_token(document.number)
        for contact in decrypt_rows(ContactPoint, ContactPoint.objects.all()):
            assert bytes(contact.token) == contact_token(contact.kind, contact.value)
        assert ContactPoint.objects.filter(preferred=True).count() == CUSTOMERS

    def test_account_and_card_numbers_are_readable_under_the_owners_key(self) -> None:
        for model in (Account, Card):
            found = decrypt_rows(model, model.objects.select_related("customer__party"))
            assert len(found) > 5
            assert all(each.number.isdigit() and each.key_id == each.customer.party.key_id for each in found)

    def test_customers_are_found_by_pinyin(self) -> None:
        lin = story.cast("lin")
        found = [each.pk for each in search(lin, "cxl")]
        assert Customer.objects.order_by("pk").values_list("pk", flat=True)[0] in found

    def test_each_customer_has_one_lead_and_dated_history(self) -> None:
        leads = dict(
            Customer.objects.exclude(lead_post=None).exclude(status="closed").values_list("pk", "lead_post_id")
        )
        running = dict(PortfolioAssignment.objects.filter(ends_on=None).values_list("customer_id", "post_id"))
        assert len(leads) > 10
        assert running == leads

    def test_the_load_is_one_audit_entry_and_no_row_history(self) -> None:
        entries = list(AuditEntry.objects.filter(operation="core.load_demo"))
        assert len(entries) == 1
        assert "people.create_employee" in entries[0].inner_operations
        tracked = rows("SELECT count(*) FROM core_history WHERE table_name IN ('party_party', 'holdings_account')")
        assert tracked == [(0,)]
        assert new_password()[:9] not in str(entries[0].arguments)

    def test_a_bank_with_customers_is_refused_and_left_alone(self) -> None:
        with pytest.raises(RuleViolation):
            load_small()
        assert Customer.objects.count() == CUSTOMERS

    def test_everybody_sees_what_the_sign_ins_say(self) -> None:
        lin = story.cast("lin")
        expected = {
            "lin": Customer.objects.filter(lead_post=lin.post_id),
            "zhou": Customer.objects.filter(unit__code="S001"),
            "wu": Customer.objects.all(),
            "zheng": Customer.objects.none(),
            "lu": Customer.objects.none(),
        }
        for person, reach in expected.items():
            seen = Customer.objects.visible_to(story.cast(person), "party.view_customer")
            assert set(seen.values_list("pk", flat=True)) == set(reach.values_list("pk", flat=True)), person
            assert seen.exists() == (person not in ("zheng", "lu")), person

    def test_staff_who_left_hold_no_post(self) -> None:
        gone = Employee.objects.get(status="left")
        assert gone.left_on is not None
        assert gone.user is None
        assert gone.holdings.get().ends_on == gone.left_on

    def test_sign_ins_are_a_private_file(self) -> None:
        with TemporaryDirectory() as folder, self.settings(VAR=Path(folder)):
            path = sign_ins.write_sign_ins(self.loaded.staff.sign_ins, "a-word-for-all")
            assert path == Path(folder) / "demo-sign-ins.txt"
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            text = path.read_text(encoding="utf-8")
        assert text.count("a-word-for-all") == 1
        assert set(User.objects.values_list("username", flat=True)) <= set(text.split())

    def test_the_truth_names_customers_of_the_database(self) -> None:
        planted = {**dict.fromkeys(("customer_no", "kind", "detail", "note"), ""), "party_id": 1, "since": TODAY}
        known = dict(Customer.objects.values_list("pk", "customer_no"))
        for name in ("truth.parquet", "truth.csv"):
            with TemporaryDirectory() as folder:
                path = Path(folder) / name
                truth_file.write_truth(self.loaded.truth, [planted], path)
                found = (arrow_csv.read_csv(path) if path.suffix == ".csv" else parquet.read_table(path)).to_pylist()
            assert len(found) == self.loaded.truth.num_rows + 1
            assert all(known[row["party_id"]] == row["customer_no"] for row in found[:-1])


class ToldBank(TestCase):
    """The bank of the real business date with its day's story."""

    told: ClassVar[list[dict[str, object]]]

    @classmethod
    def setUpTestData(cls) -> None:
        load_small(business_date())
        cls.told = story.tell_story(business_date())

    def test_numbers_go_on_where_the_load_ended(self) -> None:
        numbers = list(Customer.objects.order_by("pk").values_list("customer_no", flat=True))
        assert len(numbers) == len(set(numbers)) == CUSTOMERS + len(self.told)
        assert numbers == sorted(numbers)

    def test_the_second_factor_is_relaxed_by_two_persons(self) -> None:
        assert in_force(SessionPolicy).mfa_for_customers is False
        version = PolicyVersion.objects.filter(code="core.session").latest("number")
        assert (version.drafted_by, version.approved_by) == ("zheng", "wu")
        assert "演示" in version.note

    def test_proposals_wait_for_somebody_else(self) -> None:
        waiting = {each.operation: each for each in Approval.objects.filter(status="open")}
        assert {"people.propose_grant", "core.propose_policy", "party.propose_merge"} <= set(waiting)
        owners = WorkItem.objects.open().filter(kind="core.approval")
        assert owners.count() == len(waiting)

    def test_duplicates_are_true_and_told(self) -> None:
        pairs = DuplicateCandidate.objects.select_related("first__party", "second__party")
        assert pairs.count() >= len(self.told) >= 2
        for pair in pairs:
            decrypt_rows(Party, [pair.first.party, pair.second.party])
            assert pair.first.party.name == pair.second.party.name
            assert pair.first.party.born_on == pair.second.party.born_on
        assert {row["party_id"] for row in self.told} <= set(pairs.values_list("second_id", flat=True))

    def test_mrs_chen_has_a_rich_file(self) -> None:
        chen = Customer.objects.order_by("pk")[0]
        assert Note.objects.filter(customer=chen).count() == 4
        assert Note.objects.filter(customer=chen, pinned=True).count() == 1
        documents = list(Document.objects.filter(customer=chen).order_by("pk"))
        assert len(documents) == 3
        _row, content = download_document(documents[0], actor=story.cast("lin"))
        assert b"".join(content).startswith(b"%PDF-1.4")
        expiring = WorkItem.objects.open().filter(customer_id=chen.pk, kind="engagement.document_expiring")
        assert expiring.count() == 1


def test_a_failure_half_way_leaves_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("the power failed")

    monkeypatch.setattr(load, "_let_representatives_dispose", broken)
    with pytest.raises(RuntimeError, match="power"):
        load_small()
    assert not Customer.objects.exists()
    assert not Employee.objects.exists()


def test_demo_accounts_sign_in_by_password_without_changing_it(db: None, client: Client) -> None:
    password = new_password()
    load.load_bank(prepare(3, 3, SEED, TODAY), actor=system("demo.load"), password=password, progress=lambda *_: None)
    assert not User.objects.filter(must_change_password=True).exists()
    answer = client.post("/accounts/login/", {"login": "lin", "password": password})
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize(
    ("name", "latin"), [("林知夏", "Lin Zhixia"), ("欧阳静", "Ouyang Jing"), ("陆致远", "Lu Zhiyuan")]
)
def test_names_in_latin_letters(name: str, latin: str) -> None:
    assert latin_name(name) == latin
