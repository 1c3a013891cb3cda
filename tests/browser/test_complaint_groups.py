"""A group complaint in the browser: offered, linked, added up, decided."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from kexin.service.complaints.receiving import ComplaintData, receive_complaint
from kexin.service.models import ComplaintGroup
from kexin.service.tests.test_complaint_figures import stored
from tests.browser.conftest import Visit, assert_accessible
from tests.browser.look import settle
from tests.browser.test_portal import shot
from tests.complaint_people import hire_officers


@pytest.mark.parametrize(("language", "theme", "width"), [("zh", "light", "1440"), ("en", "dark", "390")])
def test_offered_linked_and_decided(visit: Visit, bank: Any, chen: Any, language: str, theme: str, width: str) -> None:
    hire_officers(bank)
    receive_complaint(
        ComplaintData(
            triage="complaint", source="branch", channel="branch", subject="年费未告知", text="没有事先告知就收年费",
            subject_kind="unit", concerned_unit_id=bank.units["west"].pk,
        ),
        actor=bank.actor("sun"), customer=chen,
    )  # fmt: skip
    day = timezone.now() - dt.timedelta(days=2)
    stored(bank, chen, [day] * 11, concerned_unit=bank.units["west"], causes=[], subject="年费", amount=1200)
    look = {"language": language, "theme": theme, "width": width}
    page = visit("ning", "/complaints/groups/", **look)
    settle(page)
    shot(page, f"groups-{language}-{width}")
    assert_accessible(page)
    page.locator("a[href*='groups/new/?by=unit']").click()
    settle(page)
    shot(page, f"group-new-{language}-{width}")
    assert_accessible(page)
    page.locator("[name=title]").fill("年费未告知")
    page.locator("[name=reason]").fill("同一网点同一收费")
    page.locator("[data-submit]").click()
    settle(page)
    group = ComplaintGroup.objects.get()
    expect(page.locator("h1")).to_have_text("年费未告知")
    shot(page, f"group-{language}-{width}")
    assert_accessible(page)
    page.locator(f"a[href='/complaints/groups/{group.pk}/decide/']").click()
    page.locator("[name=reason]").fill("未达到报送标准")
    page.locator("[data-submit]").click()
    settle(page)
    expect(page.locator("main")).to_contain_text("未达到报送标准")
