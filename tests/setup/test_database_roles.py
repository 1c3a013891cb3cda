"""The four roles of a server of one's own, in a database of their own: who may do what, and that it is enough.

The embedded PostgreSQL lets only ``kexin`` and ``postgres`` in; the other roles are put on by a connection option.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from kexin.core.models import WorkItem
from kexin.project.postgres import ensure_running
from kexin.service.models import Complaint
from tests.setup.running import Installation, free_port
from tests.setup.test_postgres import eventually

pytestmark = pytest.mark.xdist_group("roles")  # one worker makes what they share

ROLES = Path(__file__).resolve().parents[2] / "deploy" / "database" / "roles.sql"
DATABASE = f"roles_{os.getpid()}"
UNITS = """
from tests.personas import build
build()
"""


@dataclass
class Server:
    """A database on the test cluster with its roles."""

    socket: str

    def url(self, role: str) -> str:
        return f"postgresql://postgres@/{DATABASE}?host={self.socket}&options=-crole%3D{role}"

    def connect(self, role: str) -> psycopg.Connection:
        return psycopg.connect(self.url(role), autocommit=True)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    address = ensure_running("test")
    socket = address.superuser_url.partition("host=")[2]
    with psycopg.connect(address.superuser_url, autocommit=True) as superuser:
        superuser.execute(f"CREATE DATABASE {DATABASE}")
    made = Server(socket)
    for _twice in range(2):  # again does no harm
        with made.connect("postgres") as superuser:
            superuser.execute(ROLES.read_text(encoding="utf-8").encode())
    yield made
    with psycopg.connect(address.superuser_url, autocommit=True) as superuser:
        superuser.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@pytest.fixture(scope="module")
def installation(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Prepared by the owner; afterwards everything signs in as kexin_app."""
    made = Installation(tmp_path_factory.mktemp("roles"), free_port(), {"DATABASE_URL": server.url("kexin_app")})
    too_early = made.run("serve")
    assert too_early.returncode == 1
    assert "may not make what" in too_early.stderr
    assert too_early.stderr.rstrip().endswith("run kexin migrate as the owner.")
    assert not list((made.var / "keys").glob("*.json"))

    done = made.run("migrate", DATABASE_URL=server.url("kexin"))
    assert done.returncode == 0, done.stderr
    return made


def test_the_product_works_as_the_role_that_may_only_read_and_write_rows(installation: Installation) -> None:
    serving = installation.serve()
    try:
        assert serving.status() == 200
        eventually(lambda: installation.findings()["job worker"]["good"] is True)
        unit = installation.run("manage", "shell", "-c", UNITS, PYTHONPATH=str(ROLES.parents[2]))
        assert unit.returncode == 0, unit.stderr
        sealed = installation.run("audit", "seal")
        assert sealed.returncode == 0, sealed.stderr
        verified = installation.run("audit", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        found = installation.findings()
        assert found["database role"]["good"] is True
        assert [about for about, finding in found.items() if finding["good"] is False] == []
    finally:
        assert serving.end(signal.SIGTERM)[0] == 0


def test_the_doctor_tells_roles_that_may_too_much_or_too_little(installation: Installation, server: Server) -> None:
    def said(role: str) -> dict[str, object]:
        findings = _findings(installation, server.url(role))
        return next(each for each in findings if each["about"] == "database role")

    assert said("kexin")["good"] is None
    assert "superuser" in str(said("postgres")["text"])
    with server.connect("kexin") as owner:
        owner.execute("GRANT DELETE ON core_auditlink TO kexin_app")
        assert "core_auditlink" in str(said("kexin_app")["text"])
        owner.execute("CREATE TABLE made_by_a_later_release (id bigint)")
        assert "made_by_a_later_release" in str(said("kexin_app")["text"])
        refused = installation.run("serve")
        assert refused.returncode == 1
        assert "made_by_a_later_release" in refused.stderr
    done = installation.run("migrate", DATABASE_URL=server.url("kexin"))
    assert done.returncode == 0, done.stderr
    assert said("kexin_app")["good"] is True


def _findings(installation: Installation, url: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(installation.run("doctor", "--json", DATABASE_URL=url).stdout)
    return found


APPEND_ONLY = ("core_auditentry", "core_auditlink", "core_auditcheckpoint", "core_event", "core_history")


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {} SET {column} = {column}",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "ALTER TABLE {} ADD COLUMN more int",
        "DROP TABLE {}",
        "SELECT * FROM {} FOR UPDATE",
    ],
)
@pytest.mark.usefixtures("installation")
def test_what_is_only_appended_to_cannot_be_changed(server: Server, table: str, change: str) -> None:
    with server.connect("kexin_app") as app:
        names = [
            name
            for (name,) in app.execute(
                "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [table]
            )
        ]
        for each in [table, *names]:
            (column,) = app.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [each]
            ).fetchone() or ("",)
            with pytest.raises(errors.InsufficientPrivilege):
                app.execute(change.format(each, column=column).encode())


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "DROP TABLE party_customer",
        "ALTER TABLE party_customer DISABLE TRIGGER ALL",
        "TRUNCATE party_customer",
        "INSERT INTO core_history (at, table_name, row_id, action, actor_name) VALUES (now(), 'x', 1, 'insert', 'x')",
        "DELETE FROM django_migrations",
        "SET session_replication_role = replica",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SELECT kexin_guard_append_only('party_customer')",
        "COPY party_customer TO PROGRAM 'cat'",
    ],
)
@pytest.mark.usefixtures("installation")
def test_the_products_role_has_no_hold_on_the_shape_of_the_database(server: Server, statement: str) -> None:
    with server.connect("kexin_app") as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement.encode())


@pytest.mark.usefixtures("installation")
def test_reports_read_business_and_nothing_else(server: Server) -> None:
    with server.connect("kexin_report") as report:
        for table in ("party_customer", "holdings_transaction", "people_orgunit", "core_workitem"):
            report.execute(f"SELECT count(*) FROM {table}".encode())
        for table in ("people_user", "django_session", "mfa_authenticator", "core_serviceaccount", "core_auditentry"):
            with pytest.raises(errors.InsufficientPrivilege):
                report.execute(f"SELECT count(*) FROM {table}".encode())
        for change in ("DELETE FROM core_workitem", "INSERT INTO people_orgunit DEFAULT VALUES"):
            with pytest.raises(errors.InsufficientPrivilege):
                report.execute(change.encode())


def test_months_are_made_by_the_role_that_may_make_nothing_else(installation: Installation, server: Server) -> None:
    assert installation.var.exists()
    with server.connect("kexin_app") as app:
        made = app.execute("SELECT kexin_ensure_partitions('core_event', '2031-01-01', '2031-02-01')").fetchone()
        assert made == (2,)
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute("DELETE FROM core_event_203101")


CUSTOMER = """
import datetime as dt
from tests.personas import build
from kexin.party.data import ContactData, DocumentData, PartyData
from kexin.party.operations import create_customer
from kexin.portal.operations import invite_customer
bank = build()
data = PartyData(
    kind="individual", name="陈秀兰", born_on=dt.date(1979, 4, 12),
    documents=(DocumentData(type="CN-RIC", number="310101197904129963"),),
    contacts=(ContactData(kind="mobile", value="13800005678"),),
)
chen = create_customer(actor=bank.actor("lin"), data=data, unit=bank.units["east"], lead_post=bank.posts["lin"])
print("LINK", invite_customer(chen, actor=bank.actor("lin"), purpose="look", delivery="qr").address)
"""
VISIT = """
from kexin.core.actor import customer, system
from kexin.engagement.models import OutboundMessage
from kexin.portal.operations import end_session, enter_code, open_link, send_code
from kexin.portal.purposes import operations_of
from kexin.party.consents.operations import give_own_consent
from kexin.party.consents.queries import own_consents
from kexin.portal.queries import own_documents, own_holdings
from kexin.suitability.assessments.operations import answer_question, open_session, submit_assessment
door = system("portal.entrance")
session = open_link(actor=door, token="{token}", device="phone").session
send_code(session, actor=door)
code = str(OutboundMessage.objects.latest("pk").body)[:6]
assert enter_code(session, actor=door, code=code).cookie
me = customer(session.customer_id, session.customer.customer_no, operations_of("look"), session="s", address="")
own_holdings(me), own_documents(me), own_consents(me), give_own_consent(actor=me, channel="sms", granted=False)
asked = open_session(actor=me, channel="link", device="phone")
for each in asked.questionnaire.parsed.questions():
    answer_question(asked, actor=me, question=each.code, value="c")
print("GRADE", submit_assessment(asked, actor=me).grade)
end_session(session, actor=me)
"""


ASSESSED = """
import datetime as dt
from decimal import Decimal
from kexin.core.calendar import business_date
from kexin.party.models import Customer, IdentityDocument
from kexin.sales.models import Sale
from kexin.suitability.matching import sources
from tests.scenarios import test_a_sale_through_its_gates as gates
until = business_date() + dt.timedelta(90)
known = sources.Assessed("valid", 3, assessment_id=1, valid_until=until, horizon="d", experience=3, objective="growth")
sources.register_assessments(lambda rows, on: {row.pk: known for row in rows})
"""
OFFERED = (
    CUSTOMER.replace("陈秀兰", "赵兰")
    .replace("dt.date(1979, 4, 12)", "dt.date(1979, 4, 13)")
    .replace("310101197904129963", "310101197904130016")
    .replace("13800005678", "13900005679")
    + ASSESSED
    + """
from kexin.people.models import ProductAuthorisation, Qualification
from kexin.products.models import Product
from kexin.sales.operations.confirming import tell_opinion
day = business_date()
Customer.objects.filter(pk=chen.pk).update(assets=Decimal(800_000), status="active", born_year=1985, birthday=301)
IdentityDocument.objects.filter(party=chen.pk).update(long_term=True, expires_on=None)
lin = bank.employees["lin"]
Qualification.objects.create(
    employee=lin, kind="bank_wealth", number="W-1", issuer="x", issued_on=day, evidence="x", recorded_by="1004",
)
ProductAuthorisation.objects.create(
    employee=lin, classes=["wealth"], highest_grade=5, private=True, starts_on=day,
    ends_on=day + dt.timedelta(90), proposed_by="1004", granted_by="1005",
)
product = Product.objects.create(
    code="WY-90", name="WY", product_class="wealth", regime="investment", state="admitted", own_grade=2,
    issuer_grade=2, term_days=90, minimum_amount=Decimal(10_000),
)
gates.disclosure("x")
sale = gates.opened(bank, chen, product)
tell_opinion(sale, actor=bank.actor("lin"), mode="spoken")
print("SALE", sale.pk)
"""
)
PURCHASE = (
    ASSESSED
    + """
from kexin.sales.operations.confirming import confirm_sale
from kexin.sales.operations.signing import sign_sale
from kexin.sales.own import own_sales
sale = Sale.objects.get(pk={sale})
chen, me = sale.customer, gates.herself(sale.customer)
own_sales(me)
gates.read(sale, chen)
confirm_sale(sale, actor=me, confirmed=gates.STATEMENTS, turn=1)
proof = gates.Proof(gates.ProofMethod.APP, "app-1", session="portal.1")
print("SIGNED", sign_sale(sale, actor=me, drawing=gates.DRAWING, proof=proof).sale_no)
"""
)


@pytest.fixture(scope="module")
def offered(installation: Installation) -> str:
    """The number of a sale whose opinion was told: for the tests of a purchase and of a complaint, in any order."""
    made = installation.run("manage", "shell", "-c", OFFERED, PYTHONPATH=str(ROLES.parents[2]))
    assert "SALE " in made.stdout, made.stderr
    return made.stdout.partition("SALE ")[2].split()[0]


def test_a_purchase_needs_no_more_than_the_portals_role_either(
    installation: Installation, server: Server, offered: str
) -> None:
    tests = {"PYTHONPATH": str(ROLES.parents[2])}
    script = PURCHASE.replace("{sale}", offered)
    bought = installation.run(
        "manage", "shell", "-c", script, KEXIN_PORTAL_PROCESS="1", DATABASE_URL=server.url("kexin_portal"), **tests
    )
    assert "SIGNED " in bought.stdout, bought.stderr


def test_a_whole_visit_of_a_customer_needs_no_more_than_the_portals_role(
    installation: Installation, server: Server
) -> None:
    made = installation.run("manage", "shell", "-c", CUSTOMER, PYTHONPATH=str(ROLES.parents[2]))
    assert "LINK " in made.stdout, made.stderr
    token = made.stdout.partition("#")[2].strip()
    visit = installation.run(
        "manage",
        "shell",
        "-c",
        VISIT.format(token=token),
        KEXIN_PORTAL_PROCESS="1",
        DATABASE_URL=server.url("kexin_portal"),
    )
    assert "GRADE 3" in visit.stdout, visit.stderr
    with server.connect("kexin_portal") as portal:
        for statement in (
            "SELECT count(*) FROM people_user",
            "SELECT count(*) FROM core_auditentry",
            "SELECT payload FROM core_event",
            "SELECT count(*) FROM engagement_note",
            "SELECT count(*) FROM django_session",
            "UPDATE party_customer SET status = status",
            "DELETE FROM portal_link",
            "UPDATE engagement_document SET title = title",
            "INSERT INTO holdings_account DEFAULT VALUES",
            "CREATE TABLE mine (id int)",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                portal.execute(statement.encode())


COMPLAINT = """
from kexin.core.actor import customer, system
from kexin.core.fields import decrypt_rows
from kexin.portal.operations.visiting import begin_visit, cases_of_visit, code_of, complain_as_visitor, open_visit
from kexin.portal.operations.visiting import ask_review_as_visitor, confirm_as_visitor, read_letter_as_visitor
from kexin.portal.operations.visiting import write_as_visitor
from kexin.portal.purposes import operations_of
from kexin.service.complaints import own
from kexin.service.complaints.closing import confirm_complaint
from kexin.service.complaints.letters import reply_pdf
from kexin.party.models import Customer
file = Customer.objects.get(pk={customer})
me = customer(file.pk, file.customer_no, operations_of("look"), session="s", address="")
door = system("portal.entrance")
"""
MADE = (
    COMPLAINT
    + """
row = own.send_own_complaint(actor=me, subject="存款变保险", text="到期才知道是保险，要求退回本金。", sale_no="{sale}")
again = own.send_own_complaint(actor=me, subject="还没人管", text="说了两遍还是没有人理会我。", sale_no="{sale}")
assert again.pk == row.pk, (again, row)
own.write_own_complaint_words(actor=me, complaint_id=row.pk, text="保单号 P-118")
own.own_matters(me), own.own_complaints(me), own.own_complaint(me, row.pk)
visit = begin_visit(actor=door, number="13700001234", device="phone")
opened = open_visit(actor=door, cookie=visit.cookie, code=code_of(visit.visitor))
said = {{"subject": "排队太久", "text": "柜台只开一个窗口，等了三个小时。"}}
case = complain_as_visitor(opened.visitor, actor=door, name="王芳", **said)
write_as_visitor(opened.visitor, actor=door, complaint_id=case.pk, text="带着孩子", file=None)
mailed = begin_visit(actor=door, email="wang@example.com", device="phone")
known = open_visit(actor=door, cookie=mailed.cookie, code=code_of(mailed.visitor)).visitor
by_mail = complain_as_visitor(known, actor=door, name="王芳", **said)
assert [each.pk for each in cases_of_visit(known)] == [by_mail.pk] and by_mail.pk != case.pk
print("CASES", row.pk, case.pk, opened.visitor.pk)
"""
)
ANSWERED = """
from tests.personas import build
from tests.complaint_people import hire_officers
from kexin.core.models import WorkItem
from decimal import Decimal
from kexin.service.complaints import investigating, letters, settling
from kexin.service.models import Complaint
bank = hire_officers(build())
ning, bai, wu, sun = (bank.actor(who) for who in ("ning", "bai", "wu", "sun"))
words = dict(facts="属实", basis="办法", reasons="告知不足", decision="致歉", outcome="upheld")
for pk in ({row}, {case}):
    Complaint.objects.filter(pk=pk).update(concerned_unit=bank.units["east"])
    investigating.assign_investigator(pk, actor=ning, post_id=bank.posts["bai"].pk)
    investigating.report_findings(pk, actor=bai, findings="录音显示未提示")
    settling.propose_settlement(pk, actor=ning, amount=Decimal("300"), terms="退还三百元")
    settling.approve_settlement(pk, actor=bai, approve=True)
    letters.draft_reply(pk, actor=ning, remedies=("review", "mediation", "arbitration", "court"), **words)
    letters.submit_reply(pk, actor=ning)
    letters.review_reply(pk, actor=wu, approve=True)
    letters.deliver_reply(pk, actor=ning, way="portal", proof="门户送达")
row = Complaint.objects.get(pk={row})
assert row.accused == ["1001"], row.accused
kept = WorkItem.objects.filter(details__complaint_id=row.pk).values_list("kept_from", flat=True)
assert kept and all(each == ["1001"] for each in kept), list(kept)
print("ANSWERED")
"""
CONFIRMED = (
    COMPLAINT
    + """
from kexin.portal.models import Visitor
from kexin.portal.operations.visitor_signing import ask_signing_code, code_shown, live_code
from kexin.portal.operations.visitor_signing import read_agreement_as_visitor, sign_as_visitor
from kexin.sales.signatures.choices import ProofMethod
from kexin.sales.signatures.signing import Proof
from kexin.sales.tests.test_signature_rules import drawn
from kexin.service.complaints.signing import own_settlement, sign_own_settlement
visitor = Visitor.objects.get(pk={visitor})
assert own.own_complaint(me, {row}).row.outcome == "upheld"
assert reply_pdf(me, {row})[1].startswith(b"%PDF")
assert read_letter_as_visitor(visitor, actor=door, complaint_id={case})[1].startswith(b"%PDF")
own.ask_own_review(actor=me, complaint_id={row}, text="请上级再看一看")
proof = Proof(method=ProofMethod.CODE)
sign_own_settlement(actor=me, complaint_id={row}, agreed=True, drawing=drawn(), proof=proof)
read_agreement_as_visitor(visitor, actor=door, complaint_id={case})
ask_signing_code(visitor, actor=door, complaint_id={case})
code = code_shown(live_code(visitor, {case}))
said = dict(agreed=True, drawing=drawn(), code=code, device={{}})
assert sign_as_visitor(visitor, actor=door, complaint_id={case}, **said) == "done"
assert b"signature.json" in read_agreement_as_visitor(visitor, actor=door, complaint_id={case})[1]
assert own_settlement(own.own_complaint(me, {row}).row).signature is not None
assert not own.may_ask_again(own.own_complaint(me, {row}).row)
confirm_complaint({row}, actor=me, agreed=False, channel="portal", text="不认可")
ask_review_as_visitor(visitor, actor=door, complaint_id={case}, text="不服")
confirm_as_visitor(visitor, actor=door, complaint_id={case}, agreed=True, text="认可")
print("CONFIRMED", *[each.state for each in cases_of_visit(visitor)])
"""
)

COMPLAINED = """
from tests.complaint_people import hire_officers
from tests.personas import build
from kexin.sales.models import Sale
hire_officers(build())
sale = Sale.objects.latest('pk')
print('MATTER', sale.sale_no, sale.customer_id)
"""
ARTICLES = """
WITH place AS (
    INSERT INTO service_articlecategory (name, name_en, path, place, closed)
    VALUES ('a', 'a', '', 0, false) RETURNING id
), made AS (
    INSERT INTO service_article (article_no, kind, audience, category_id, created_at, created_by)
    SELECT 'T-' || a, 'answer', a, place.id, now(), '1001' FROM place, unnest(ARRAY['customer', 'staff']) a RETURNING id
)
INSERT INTO service_articleversion (article_id, language, number, title, body, asked, change, state, drafted_by,
    writers, drafted_at, reviewed_by, note, in_use_from, review_on, withdrawn_reason, sha256, version)
SELECT made.id, 'zh', 1 + (state = 'draft')::int, 't', 'b', '[]', '', state, '1001', '[]', now(), '1005', '',
       current_date, current_date, '', 'x', 1
  FROM made, unnest(ARRAY['approved', 'draft']) state
"""


def test_a_complaint_needs_no_more_than_the_portals_role_which_reads_nothing_of_what_was_found(
    installation: Installation, server: Server, offered: str
) -> None:
    assert offered
    tests = {"PYTHONPATH": str(ROLES.parents[2])}
    matter = installation.run("manage", "shell", "-c", COMPLAINED, **tests)
    assert "MATTER " in matter.stdout, matter.stderr
    sale, customer = matter.stdout.partition("MATTER ")[2].split()[:2]
    portal = {"DATABASE_URL": server.url("kexin_portal"), "KEXIN_PORTAL_PROCESS": "1", **tests}

    made = installation.run("manage", "shell", "-c", MADE.format(customer=customer, sale=sale), **portal)
    assert "CASES " in made.stdout, made.stderr
    row, case, visitor = made.stdout.partition("CASES ")[2].split()[:3]
    answered = installation.run("manage", "shell", "-c", ANSWERED.format(row=row, case=case), **tests)
    assert "ANSWERED" in answered.stdout, answered.stderr
    script = CONFIRMED.format(customer=customer, row=row, case=case, visitor=visitor)
    confirmed = installation.run("manage", "shell", "-c", script, **portal)
    assert "CONFIRMED closed" in confirmed.stdout, confirmed.stderr
    with server.connect("kexin_portal") as role:
        for model in (Complaint, WorkItem):
            table, kept = model._meta.db_table, set(model.objects.none().staff_only)
            columns = {each.column for each in model._meta.concrete_fields}
            assert kept < columns
            for column in columns:
                asked = "SELECT has_column_privilege(%s, %s, 'SELECT') AND has_column_privilege(%s, %s, 'UPDATE')"
                assert role.execute(asked, [table, column] * 2).fetchone() == (column not in kept,), column
        assert role.execute("SELECT state, terms FROM service_settlement FOR UPDATE").rowcount == 2
        with pytest.raises(errors.InsufficientPrivilege):
            role.execute("SELECT approved_by FROM service_settlement")
        for table in ("service_remediation", "service_articlelink", "service_articlefile"):
            with pytest.raises(errors.InsufficientPrivilege):
                role.execute(f"SELECT count(*) FROM {table}".encode())
    with server.connect("kexin") as owner:
        owner.execute(ARTICLES)
    with server.connect("kexin_portal") as role:
        for table in ("service_article", "service_articleversion"):
            assert role.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() == (1,)
    with server.connect("kexin_app") as role:
        assert role.execute("SELECT count(*) FROM service_article").fetchone() == (2,)
        assert role.execute("SELECT count(*) FROM service_articleversion").fetchone() == (4,)
