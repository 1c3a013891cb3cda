"""Two files of one customer with conversations become one, and two again: who keeps what."""

from __future__ import annotations

from typing import Any

import pytest

from kexin.core.actor import system
from kexin.core.approval import decide_approval
from kexin.core.models import WorkItem
from kexin.party.data import ContactData, PartyData
from kexin.party.models import DuplicateCandidate, MergeRecord
from kexin.party.operations import create_customer, propose_merge, undo_merge
from kexin.service.conversations import answering
from kexin.service.conversations.incoming import take_in_words
from kexin.service.conversations.queries import conversation_thread, conversations_of
from kexin.service.models import Conversation, PhoneCall
from kexin.service.telephony.taking import take_in_call

pytestmark = pytest.mark.django_db
GATEWAY = system("gateway")
OTHER = "13900001111"


@pytest.fixture
def twin(bank: Any, chen: Any) -> Any:
    return create_customer(
        actor=bank.actor("mei"),
        data=PartyData(
            kind="individual",
            name="陈秀蘭",
            contacts=(
                ContactData(kind="mobile", value="13800005678"),
                ContactData(kind="mobile", value=OTHER, preferred=True),
            ),
        ),
        unit=bank.units["west"],
        lead_post=bank.posts["mei"],
        anyway=True,
    )


def write(number: str, text: str, reference: str) -> Conversation:
    said = take_in_words(actor=GATEWAY, channel="sms", address=number, text=text, reference=reference)
    return Conversation.objects.get(pk=said.conversation_id)


def test_conversations_go_with_the_file_and_come_back(bank: Any, chen: Any, twin: Any) -> None:
    lin, mei, he = bank.actor("lin"), bank.actor("mei"), bank.actor("he")
    hers = write(OTHER, "西支行的短信", "1")
    assert (hers.customer, hers.owner_post) == (twin, bank.posts["mei"])
    take_in_call(actor=GATEWAY, reference="c", fact="ringing", number=OTHER)
    take_in_call(actor=GATEWAY, reference="c", fact="ended")
    shared = write("13800005678", "两边都有的号码", "2")
    assert shared.customer is None  # whose it is nobody can tell
    asked = propose_merge(DuplicateCandidate.objects.get(), actor=he, keep=chen, choices={}, reason="同一人")
    decide_approval(asked, actor=bank.actor("wu"), approve=True)

    hers.refresh_from_db()
    assert (hers.customer, hers.owner_post) == (chen, bank.posts["mei"])  # first asked stays responsible
    assert PhoneCall.objects.get().customer == chen
    owed = WorkItem.objects.open().filter(subject_kind__in=("service.Conversation", "service.PhoneCall"))
    assert set(owed.exclude(subject_id=shared.pk).values_list("customer_id", flat=True)) == {chen.pk}
    assert conversations_of(lin, chen) == [hers]
    assert [str(each.row.text) for each in conversation_thread(lin, hers.pk).said] == ["西支行的短信"]  # its own key
    again = write(OTHER, "合并以后", "3")
    assert again == hers
    assert write("13800005678", "现在只有一个人", "4").pk == shared.pk
    assert write("13800005678", "x", "4").pk == shared.pk  # nothing twice
    answering.answer_conversation(hers, actor=mei, text="收到")
    begun = answering.start_conversation(chen, actor=lin, channel="chat", text="您好")

    undo_merge(MergeRecord.objects.get(), actor=he, reason="姐妹二人")
    hers.refresh_from_db()
    begun.refresh_from_db()
    assert (hers.customer, begun.customer) == (twin, chen)
    assert PhoneCall.objects.get().customer == twin
    assert [str(each.row.text) for each in conversation_thread(mei, hers.pk).said] == [
        "西支行的短信",
        "合并以后",
        "收到",
    ]
    assert conversations_of(lin, chen) == [begun]
