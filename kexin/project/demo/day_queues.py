"""A queue of the first sub-branch, through the doors: proposed, decided, staffed, one request sent there."""

from __future__ import annotations

from kexin.core.approval import decide_approval
from kexin.party.models import Customer
from kexin.people.models import Employee
from kexin.project.demo.casting import FIRST_UNIT, HEAD, LOBBY, cast, colleagues
from kexin.service.models import RequestQueue
from kexin.service.queues.editing import keep_queue_member, propose_queue, set_post_skills
from kexin.service.queues.giving import queue_request
from kexin.service.requests.callers import open_caller_request
from kexin.service.requests.opening import open_request


def tell_of_queues() -> None:
    """Cards and accounts go to the lobby; Lin sends one there, and the lobby takes a call of somebody not on file."""
    lin = cast("lin")
    head = next(iter(colleagues(HEAD, FIRST_UNIT)), None)
    lobby = colleagues(LOBBY, FIRST_UNIT)
    if head is None or not lobby:
        return
    unit = Employee.objects.select_related("unit").get(staff_no="lin").unit
    made = propose_queue(
        actor=head, unit_id=unit.pk, name="银行卡与账户", name_en="Cards and accounts", categories=["card", "account"],
        conversations=True, needs={"cards": 1}, reason="厅堂专人办理，理财经理不再转来转去",
    )  # fmt: skip
    decide_approval(made, actor=cast("wu"), approve=True, note="同意。")
    queue = RequestQueue.objects.get(unit=unit, retired_at=None)
    for number, each in enumerate(lobby):
        if each.post_id is None:
            continue
        keep_queue_member(queue, actor=head, post_id=each.post_id, capacity=8 + 4 * number)
        set_post_skills(each.post_id, actor=head, skills={"cards": 3 - number % 2, "electronic": 2})
    customer = Customer.objects.filter(lead_post=lin.post_id, status="active").order_by("customer_no").first()
    if customer is not None:
        row = open_request(
            customer, actor=lin, kind="consultation", category="card", channel="phone", subject="卡片磁条坏了，想换卡",
            text="下午能不能在网点当场换",
        )  # fmt: skip
        queue_request(row, actor=lin, queue_id=queue.pk, reason="客户下午到网点")
    open_caller_request(
        actor=lobby[0], name="李先生", phone="13900001234", kind="consultation", category="account", channel="phone",
        subject="开户要带哪些证件", text="尚未在本行开户，周末想来办理",
    )  # fmt: skip
