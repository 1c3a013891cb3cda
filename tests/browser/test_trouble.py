"""Hard moments on the page: a panel that fails, a session that ends, changes that would be lost, an impatient click."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.browser.conftest import Visit, assert_accessible


def test_a_panel_that_fails_says_so_and_can_be_tried_again(visit: Visit, chen: Any) -> None:
    page = visit("lin", "/customers/", trouble=(503,))
    page.context.route("**/panel/**", lambda route: route.fulfill(status=503, body="away"))
    page.goto(page.url.split("/customers/")[0] + f"/customers/{chen.pk}/")
    panel = page.locator("[data-panel]").first
    expect(panel).to_contain_text("系统正忙")
    assert_accessible(page)
    page.context.unroute("**/panel/**")
    panel.get_by_role("button", name="重试").click()
    expect(panel.get_by_role("button", name="重试")).to_have_count(0)
    expect(panel.locator("[data-panel-body]")).not_to_be_empty()
    expect(panel).not_to_contain_text("系统正忙")


def test_an_ended_session_leads_to_the_sign_in_page(visit: Visit) -> None:
    page = visit("lin", "/customers/", trouble=(401,))
    page.context.clear_cookies(name="kexin_session")
    page.keyboard.press("Control+k")
    page.wait_for_url("**/accounts/login/**")
    assert "next=" in page.url
    assert_accessible(page)


def test_unsaved_changes_are_asked_about(visit: Visit) -> None:
    page = visit("lin", "/customers/new/")
    questions: list[str] = []

    def stay(dialog: Any) -> None:
        questions.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_label("姓名").press_sequentially("周")
    page.evaluate("location.assign('/customers/')")
    expect(page.get_by_label("姓名")).to_have_value("周")
    assert questions == ["beforeunload"]


def test_an_impatient_second_click_sends_nothing(visit: Visit) -> None:
    page = visit("lin", "/customers/new/")
    let_through = page.evaluate(
        """() => {
            let sent = 0;
            addEventListener("submit", event => { if (!event.defaultPrevented) sent += 1; event.preventDefault(); });
            const form = document.querySelector("form[data-form]");
            form.requestSubmit();
            form.requestSubmit();
            return sent;
        }"""
    )
    assert let_through == 1


def test_a_conflict_in_a_part_of_the_page_shows_what_stands_now(visit: Visit) -> None:
    page = visit("gao", "/gallery/", trouble=(409,))
    body = "<table class='diff'><tbody><tr><th scope='row'>姓名</th><td>陈秀兰</td></tr></tbody></table>"
    page.context.route("**/gallery/peek/", lambda route: route.fulfill(status=409, body=body, content_type="text/html"))
    page.get_by_role("button", name="快速查看", exact=True).click()
    dialog = page.get_by_role("dialog", name="此记录刚被他人修改")
    expect(dialog).to_contain_text("陈秀兰")
    dialog.get_by_role("button", name="返回我的内容").click()
    expect(dialog).to_be_hidden()
