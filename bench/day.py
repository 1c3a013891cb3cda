"""The manager's day in the measured bank: ``python -m bench.day`` (SIZE customers).

Every fifth account is a deposit that matures within a year; each of the manager's customers has two open matters.
Measured are the workbench, the maturity ladder and the morning board for a manager, the head of a tenth of the bank
and one who sees all of it; then a transfer of 240 customers with their open work, there and back.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterator

from bench.bank import JOINED, PASSWORD
from bench.fill import heard, opened_bank
from bench.measure import Timing, timed
from bench.pages import get
from bench.people import READERS, WORDS, actor_of, client_of
from bench.size import wanted

CALLS = int(os.environ.get("CALLS") or 25)
MOVED = 240
PAGES = (
    ("workbench", "/", "40"),
    ("what the day brings, below it", "/today/", ""),
    ("maturity ladder", "/maturities/", "50"),
    ("morning board", "/board/", "100"),
)


def fill() -> None:
    """Maturities, open matters of the manager's customers, and a second manager without customers."""
    from django.db import connection
    from django.utils import timezone

    from kexin.core.actor import system
    from kexin.core.calendar import business_date
    from kexin.core.models import Role, WorkItem
    from kexin.core.table_statistics import renew_statistics
    from kexin.holdings.maturities.gather import gather_maturities
    from kexin.holdings.models import Maturity
    from kexin.party.models import Customer
    from kexin.people.models import Employee, Post, PostHolder
    from kexin.people.operations import apply_grant, appoint, create_employee, create_post, create_user

    if Employee.objects.filter(staff_no="second").exists():
        return
    actor, today = system("bench"), business_date()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE holdings_account SET kind = 'term_deposit', matures_on = %s::date + (id * 7 %% 365)::int"
            " WHERE id %% 5 = 0 AND matures_on IS NULL",
            [today],
        )
        began = time.perf_counter()
        made = gather_maturities()
        heard(f"ladder gathered in {time.perf_counter() - began:.0f} s", made, made)
    post = PostHolder.objects.get(employee__staff_no="manager").post
    unit, now = post.unit, timezone.now()
    WorkItem.objects.bulk_create(
        WorkItem(
            kind="engagement.promise", owner_post_id=post.pk, unit_id=unit.pk, customer_id=pk, opened_at=now,
            due_at=now + dt.timedelta(days=(pk * 7 + nth) % 40 - 3),
        )
        for pk in Customer.objects.filter(lead_post=post).values_list("pk", flat=True)
        for nth in range(2)
    )  # fmt: skip
    employee = create_employee(
        actor=actor, staff_no="second", name="second", name_en="second", unit=unit, joined_on=JOINED
    )
    user = create_user(employee, actor=actor, password=PASSWORD)
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    place: Post = create_post(actor=actor, unit=unit, title="second", title_en="second")
    apply_grant(place, actor=actor, role=Role.objects.get(code="wealth_manager"), reach="portfolio")
    appoint(place, actor=actor, employee=employee, starts_on=JOINED)
    renew_statistics(Maturity._meta.db_table, "core_workitem", "holdings_account")


def pages() -> Iterator[tuple[str, str, Timing, str]]:
    """What, who, how long, aim."""
    for who in READERS:
        client = client_of(who)
        for what, url, aim in PAGES:
            yield what, who, timed([get(client, url)] * CALLS), aim
            heard(f"{who}: {what}", 1, 1)


def transfers() -> Iterator[tuple[str, float]]:
    """Seconds of the third signature, with which the customers change hands."""
    from kexin.party.choices import TransferReason
    from kexin.party.models import Customer, CustomerTransfer
    from kexin.party.operations.transfer import approve_transfer, propose_transfer, sign_transfer
    from kexin.people.models import PostHolder

    posts = {who: PostHolder.objects.get(employee__staff_no=who).post for who in ("manager", "second")}
    chosen = list(Customer.objects.filter(lead_post=posts["manager"]).order_by("pk").values_list("pk", flat=True))
    for giver, receiver in (("manager", "second"), ("second", "manager")):
        began = time.perf_counter()
        row: CustomerTransfer = propose_transfer(
            posts[giver],
            actor=actor_of(giver),
            receivers=[posts[receiver].pk],
            reason=TransferReason.BALANCE,
            customers=chosen[:MOVED],
        )
        yield f"{MOVED} customers proposed", time.perf_counter() - began
        sign_transfer(row, actor=actor_of(receiver), agree=True)
        began = time.perf_counter()
        done = approve_transfer(row, actor=actor_of("head"), approve=True)
        yield f"{MOVED} customers change hands, {done.carried}", time.perf_counter() - began


def main() -> None:
    """Print two tables."""
    size = wanted()
    with opened_bank(size):
        fill()
        print(f"{size.customers:,} customers.\n")
        print("| what | who | median ms | p95 ms | own CPU | SQL | aim |\n|---|---|--:|--:|--:|--:|--:|")
        for what, who, each, aim in pages():
            figures = f"{each.median:.1f} | {each.p95:.1f} | {each.cpu:.1f} | {each.queries}"
            print(f"| {what} | {WORDS[who]} | {figures} | {aim} |")
        print("\n| transfer | seconds | aim |\n|---|--:|--:|")
        for what, seconds in transfers():
            print(f"| {what} | {seconds:.2f} | 2 |")
        print(f"\nLoad of the machine: {os.getloadavg()[0]:.1f} (of {os.cpu_count()} cores).")


if __name__ == "__main__":
    main()
