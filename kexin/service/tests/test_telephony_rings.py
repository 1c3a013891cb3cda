"""A call that changes rings at the posts it concerns, when it is committed, and at no other."""

from __future__ import annotations

from typing import Any

import pytest

from kexin.core import live
from kexin.core.actor import system
from kexin.core.tests.test_live import hub, listened  # noqa: F401  fixtures
from kexin.service.telephony.extensions import assign_extension
from kexin.service.telephony.taking import take_in_call

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_call_rings_where_it_rings(hub: live.Hub, bank: Any, chen: Any) -> None:  # noqa: F811
    assign_extension(actor=bank.actor("zhou"), extension="8001", post_id=bank.posts["lin"].pk)
    mine = hub.join({f"calls:{bank.posts['lin'].pk}"})
    other = hub.join({f"calls:{bank.posts['sun'].pk}"})
    assert mine is not None
    assert other is not None
    listened(mine)
    listened(other)
    said = {"reference": "a", "number": "13800005678", "extension": "8001"}
    take_in_call(actor=system("exchange"), fact="ringing", **said)
    assert mine.wait(30)
    mine.clear()
    take_in_call(actor=system("exchange"), fact="ended", **said)
    assert mine.wait(30)
    assert not other.is_set()
    hub.leave({f"calls:{bank.posts['lin'].pk}"}, mine)
    hub.leave({f"calls:{bank.posts['sun'].pk}"}, other)
