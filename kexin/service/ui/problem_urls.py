"""Addresses of known problems."""

from __future__ import annotations

from django.urls import path

from kexin.service.ui import problem_pages as pages

urlpatterns = [
    path("problems/", pages.problem_list, name="problems"),
    path("problems/new/", pages.new_problem, name="new_problem"),
    path("problems/export/", pages.export, name="export_problems"),
    path("problems/<int:pk>/", pages.problem_page, name="problem"),
    path("problems/<int:pk>/change/", pages.change, name="change_problem"),
    path("problems/<int:pk>/fix/", pages.fix, name="fix_problem"),
    path("problems/<int:pk>/accept/", pages.accept, name="accept_problem"),
    path("problems/<int:pk>/close/", pages.close, name="close_problem"),
    path("problems/<int:pk>/reopen/", pages.reopen, name="reopen_problem"),
    path("problems/<int:pk>/link/", pages.link, name="link_problem"),
    path("problems/<int:pk>/links/<int:link_id>/end/", pages.unlink, name="unlink_problem"),
    path("requests/<int:pk>/problems/", pages.beside_request, name="problems_beside"),
]
