"""Words instead of codes: both languages of a legal basis, names of systems, whom work is about."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from kexin.core import names
from kexin.core.templatetags.kexin import one_language

BOTH = "中国人民银行令〔2025〕第3号第十七条；数值为建议值。PBOC Order 2025-3 Art. 17"


@pytest.mark.parametrize(
    ("text", "chinese", "english"),
    [
        (BOTH, "中国人民银行令〔2025〕第3号第十七条；数值为建议值。", "PBOC Order 2025-3 Art. 17"),
        ("需求 H-18（岗位分离）", "需求 H-18（岗位分离）", "需求 H-18（岗位分离）"),
        ("Own decision of 2026", "Own decision of 2026", "Own decision of 2026"),
        (None, "", ""),
    ],
)
def test_a_basis_in_the_readers_language(text: str | None, chinese: str, english: str) -> None:
    with override("zh-hans"):
        assert one_language(text) == chinese
    with override("en"):
        assert one_language(text) == english


@pytest.mark.django_db
def test_a_system_goes_by_what_it_does(bank: Any) -> None:
    lin = bank.actor("lin").name
    with override("zh-hans"):
        known = names.people(["clock.documents", lin, "nobody"])
    assert known["clock.documents"] == "系统：到期检查"
    assert known[lin] == "林晓雯"
    assert "nobody" not in known


@pytest.mark.django_db
def test_a_customer_is_called_as_the_reader_may_read(bank: Any, chen: Any) -> None:
    assert names.called(bank.actor("lin"), [chen.pk]) == {chen.pk: str(chen.party.name)}
    assert names.called(bank.actor("wu"), [chen.pk])[chen.pk] != str(chen.party.name)
    assert names.called(bank.actor("mei"), [chen.pk]) == {}
