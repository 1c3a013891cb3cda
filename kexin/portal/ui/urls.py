"""Addresses of the portal, on a host of its own. Nothing else is served there."""

from __future__ import annotations

from django.urls import path

from kexin.portal.ui import assessment, consents, entrance, messages, plans, purchases, requests, rooms

app_name = "portal"

urlpatterns = [
    path("", entrance.front, name="front"),
    path("open", entrance.opening, name="open"),
    path("app", entrance.from_app, name="app"),
    path("code/", entrance.code, name="code"),
    path("code/again/", entrance.again, name="again"),
    path("leave/", entrance.leave, name="leave"),
    path("ended/", entrance.ended, name="ended"),
    path("language/", entrance.language, name="language"),
    path("size/", entrance.size, name="size"),
    path("home/", rooms.home, name="home"),
    path("holdings/", rooms.holdings, name="holdings"),
    path("documents/", rooms.documents, name="documents"),
    path("documents/<int:pk>/", rooms.document, name="document"),
    path("messages/", messages.messages, name="messages"),
    path("messages/<int:pk>/", messages.message, name="message"),
    path("consents/", consents.consents, name="consents"),
    path("consents/<slug:channel>/", consents.say, name="consent"),
    path("assessment/", assessment.start, name="assessment"),
    path("assessment/begin/", assessment.begin, name="begin"),
    path("assessment/result/", assessment.result, name="result"),
    path("assessment/confirm/", assessment.confirm, name="confirm"),
    path("assessment/<int:pk>/", assessment.question, name="question"),
    path("assessment/<int:pk>/answer/", assessment.answer, name="answer"),
    path("assessment/<int:pk>/check/", assessment.check, name="check"),
    path("assessment/<int:pk>/submit/", assessment.submit, name="submit"),
    path("assessment/<int:pk>/leave/", assessment.give_up, name="give_up"),
    path("requests/", requests.own_list, name="requests"),
    path("requests/new/", requests.new, name="request_new"),
    path("requests/<int:pk>/", requests.one, name="request"),
    path("plans/", plans.plans, name="plans"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("purchases/", purchases.purchases, name="purchases"),
    path("purchases/<int:pk>/", purchases.purchase, name="purchase"),
    path("purchases/<int:pk>/risks/", purchases.risks, name="purchase_risks"),
    path("purchases/<int:pk>/confirm/", purchases.confirm, name="purchase_confirm"),
    path("purchases/<int:pk>/sign/", purchases.sign, name="purchase_sign"),
    path("purchases/<int:pk>/cancel/", purchases.cancel, name="purchase_cancel"),
    path("purchases/<int:pk>/redeem/", purchases.redeem, name="purchase_redeem"),
    path("purchases/<int:pk>/dividends/", purchases.dividends, name="purchase_dividends"),
    path("purchases/<int:pk>/withdraw/", purchases.withdraw, name="purchase_withdraw"),
]
