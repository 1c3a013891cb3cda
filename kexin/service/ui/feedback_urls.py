"""Addresses of feedback."""

from __future__ import annotations

from django.urls import path

from kexin.service.ui import feedback_pages as pages

urlpatterns = [
    path("feedback/", pages.list_page, name="feedback_list"),
    path("feedback/report/", pages.report_page, name="feedback_report"),
    path("feedback/plans/", pages.plans_page, name="feedback_plans"),
    path("feedback/plans/new/", pages.plan_page, name="feedback_plan_new"),
    path("feedback/plans/<int:pk>/done/", pages.done_page, name="feedback_plan_done"),
    path("feedback/plans/<int:pk>/effect/", pages.judge_page, name="feedback_plan_effect"),
    path("feedback/review/", pages.review_page, name="feedback_review"),
    path("feedback/<int:pk>/", pages.file_page, name="feedback"),
    path("feedback/<int:pk>/answer/", pages.answer_page, name="feedback_answer"),
    path("feedback/<int:pk>/grade/", pages.grade_page, name="feedback_grade"),
    path("feedback/<int:pk>/confirm/", pages.confirm_page, name="feedback_confirm"),
    path("feedback/<int:pk>/plan/", pages.plan_page, name="feedback_plan"),
    path("customers/<int:pk>/feedback/report/", pages.report_page, name="feedback_report_of"),
]
