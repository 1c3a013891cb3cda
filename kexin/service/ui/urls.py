"""Addresses of the service floor."""

from __future__ import annotations

from django.urls import path

from kexin.service.ui import (
    caller_pages,
    care_urls,
    coaching_urls,
    conversation_urls,
    desk_urls,
    feedback_urls,
    phone_urls,
    problem_urls,
    request_acts,
    request_pages,
    support_urls,
    survey_urls,
    wecom_urls,
)

app_name = "service"

urlpatterns = [
    *desk_urls.urlpatterns,
    path("requests/", request_pages.request_list, name="requests"),
    path("requests/<int:pk>/", request_pages.request_page, name="request"),
    path("requests/new/", caller_pages.new_caller_request, name="new_caller_request"),
    path("requests/<int:pk>/customer/", caller_pages.identify, name="identify_caller"),
    path("requests/<int:pk>/contact/", request_acts.contact, name="contact"),
    path("requests/<int:pk>/note/", request_acts.note, name="note"),
    path("requests/<int:pk>/answer/", request_acts.answer, name="answer"),
    path("requests/<int:pk>/offer/", request_acts.offer, name="offer"),
    path("requests/<int:pk>/recall/", request_acts.recall, name="recall"),
    path("requests/<int:pk>/assign/", request_acts.assign, name="assign"),
    path("requests/<int:pk>/stage/", request_acts.move, name="move"),
    path("requests/<int:pk>/urgency/", request_acts.grade, name="grade"),
    path("requests/<int:pk>/clocks/<slug:code>/pause/", request_acts.pause, name="pause"),
    path("requests/<int:pk>/clocks/<slug:code>/resume/", request_acts.resume, name="resume"),
    path("requests/<int:pk>/result/", request_acts.tell, name="tell"),
    path("requests/<int:pk>/confirm/", request_acts.confirm, name="confirm"),
    path("requests/<int:pk>/withdraw/", request_acts.withdraw, name="withdraw"),
    path("requests/<int:pk>/join/", request_acts.join, name="join"),
    path("requests/<int:pk>/reopen/", request_acts.reopen, name="reopen"),
    path("customers/<int:pk>/requests/new/", request_acts.new_request, name="new"),
    *care_urls.urlpatterns,
    *coaching_urls.urlpatterns,
    *feedback_urls.urlpatterns,
    *problem_urls.urlpatterns,
    *support_urls.urlpatterns,
    *survey_urls.urlpatterns,
    *conversation_urls.urlpatterns,
    *phone_urls.urlpatterns,
    *wecom_urls.urlpatterns,
]
