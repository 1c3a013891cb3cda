"""Pool, shares and transfers through the browser's door and the interface."""

from __future__ import annotations

import json

from kexin.core.models import WorkItem
from kexin.party.models import Customer, CustomerTransfer, PortfolioShare
from kexin.party.operations import assign_portfolio, protect_customer
from kexin.party.tests.test_transfer import (  # noqa: F401  the cast of the transfer tests
    _on_a_monday_morning,
    give,
    portfolio,
    tao,
)


def test_a_transfer_is_prepared_with_a_preview_and_signed_on_its_page(bank, client_of, tao, portfolio):  # noqa: F811
    zhou = client_of("zhou")
    asked = {"giver": bank.posts["lin"].pk, "receivers": [tao.pk, bank.posts["mei"].pk], "rule": "even"}
    asked |= {"reason": "leaving", "note": ""}
    page = zhou.post("/customers/transfers/new/", asked)
    assert page.status_code == 200
    assert [each.count for each in page.context["plan"].receivers] == [3, 3]
    assert not CustomerTransfer.objects.exists()
    made = zhou.post("/customers/transfers/new/", asked | {"do": "prepare"})
    transfer = CustomerTransfer.objects.get()
    assert made.headers["Location"] == f"/customers/transfers/{transfer.pk}/"
    for person, side in (("lin", "giver"), ("tao", "receiver"), ("mei", "receiver"), ("zhou", "supervisor")):
        browser = client_of(person)
        assert browser.get(f"/customers/transfers/{transfer.pk}/").context["file"].mine == side
        browser.post(f"/customers/transfers/{transfer.pk}/sign/", {"agree": "1", "side": side})
    transfer.refresh_from_db()
    assert transfer.state == "done"
    paper = client_of("tao").get(f"/customers/transfers/{transfer.pk}/list/").content.decode()
    assert paper.count("C000") == 6
    assert "陶然" in paper
    work = client_of("tao").get("/work-items/").content.decode()
    assert "城东支行陶然为您服务" in work


def test_pages_stay_within_their_budget(client_of, bank, tao, portfolio, django_assert_max_num_queries):  # noqa: F811
    transfer = give(bank, portfolio[:3])
    client = client_of("zhou")
    client.get("/customers/transfers/")
    for address, most in (
        ("/customers/transfers/", 15),
        (f"/customers/transfers/{transfer.pk}/", 26),
        ("/customers/pool/", 15),
        (f"/panel/customer/{portfolio[0].pk}/ownership/", 18),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200


def test_customers_of_two_managers_are_not_handed_over_in_one_go(bank, client_of, tao, portfolio):  # noqa: F811
    assign_portfolio(portfolio[0], actor=bank.actor("zhou"), post=None, reason="收回")
    answer = client_of("zhou").post("/customers/transfers/new/", {"pk": [each.pk for each in portfolio[:2]]})
    assert answer.status_code == 422
    one = client_of("zhou").post("/customers/transfers/new/", {"pk": [each.pk for each in portfolio[1:3]]})
    assert one.status_code == 200
    assert one.context["giver"] == bank.posts["lin"]


def test_whoever_comes_second_reads_who_was_faster(bank, client_of, tao, chen):  # noqa: F811
    assign_portfolio(chen, actor=bank.actor("zhou"), post=None, reason="收回")
    text = client_of("tao").get("/customers/pool/").content.decode()
    assert chen.customer_no in text
    assert "陈秀兰" not in text  # nobody's own customer yet
    client_of("tao").post("/customers/pool/claim/", {"pk": [chen.pk]})
    assert Customer.objects.get(pk=chen.pk).lead_post == tao
    again = client_of("lin").post("/customers/pool/claim/", {"pk": [chen.pk]}, follow=True)
    assert "陶然" in again.content.decode()


def test_shares_are_entered_and_a_wrong_sum_is_told_at_the_field(bank, client_of, chen):
    zhou = client_of("zhou")
    form = {"line": "wealth", "post_1": bank.posts["lin"].pk, "percent_1": "60", "reason": "协办"}
    wrong = zhou.post(f"/customers/{chen.pk}/shares/", form)
    assert wrong.status_code == 422
    assert "60" in str(wrong.context["form"].errors["percent_1"])
    assert zhou.post(f"/customers/{chen.pk}/shares/", form | {"percent_1": "100"}).status_code == 302
    assert PortfolioShare.objects.get().percent == 100
    protect_customer(chen, actor=bank.actor("zhou"), reason="行长直管客户")
    panel = zhou.get(f"/panel/customer/{chen.pk}/ownership/").content.decode()
    assert "行长直管客户" in panel
    assert client_of("mei").get(f"/panel/customer/{chen.pk}/ownership/").status_code == 404


def test_the_interface_does_the_same(bank, client_of, tao, portfolio):  # noqa: F811
    def call(person, method, path, body=None):
        browser = client_of(person)
        answer = browser.generic(
            method, f"/api/v1{path}", json.dumps(body) if body is not None else "", content_type="application/json"
        )
        return answer.status_code, answer.json()

    body = {"giver_post_id": bank.posts["lin"].pk, "receiver_post_ids": [tao.pk], "customer_ids": [portfolio[0].pk]}
    assert call("lin", "POST", "/transfer-plans", body)[1]["customers"] == 1
    status, made = call("lin", "POST", "/transfers", body | {"reason": "wish"})
    assert (status, made["state"]) == (201, "signing")
    at = f"/transfers/{made['id']}"
    assert call("mei", "GET", at)[0] == 404
    assert call("zhou", "POST", f"{at}/supervision", {"agree": True})[0] == 422
    assert call("tao", "POST", f"{at}/signature", {"agree": True})[0] == 200
    assert call("zhou", "POST", f"{at}/supervision", {"agree": True})[1]["state"] == "done"
    assert call("zhou", "GET", f"{at}/lines")[1]["items"][0]["moved"] is True
    assert call("tao", "GET", f"/customers/{portfolio[0].pk}/ownership")[1]["lead_post_id"] == tao.pk
    assert call("zhou", "GET", "/transfers")[1]["items"][0]["id"] == made["id"]
    assert call("zhou", "GET", "/pool")[1]["items"] == []
    assert WorkItem.objects.open().filter(kind="party.transfer_tell").count() == 1
