"""Addresses of the work at the desk, before those of one request."""

from __future__ import annotations

from django.urls import path

from kexin.service.ui import board_pages, desk_pages, macro_pages, many_requests

urlpatterns = [
    path("service-board/", board_pages.board, name="board"),
    path("service-board/now/", board_pages.live, name="board_now"),
    path("service-board/export/", board_pages.export, name="export_board"),
    path("requests/many/<slug:act>/", many_requests.many, name="many"),
    path("requests/macros/", macro_pages.macro_list, name="macros"),
    path("requests/macros/new/", macro_pages.new_macro, name="new_macro"),
    path("requests/macros/<int:pk>/", macro_pages.macro_page, name="macro"),
    path("requests/macros/<int:pk>/review/", macro_pages.review, name="review_macro"),
    path("requests/macros/<int:pk>/retire/", macro_pages.retire, name="retire_macro"),
    path("presence/<slug:subject>/<int:pk>/", desk_pages.presence, name="presence"),
    path("requests/<int:pk>/snooze/", desk_pages.snooze, name="snooze"),
    path("requests/<int:pk>/wake/", desk_pages.wake, name="wake"),
    path("requests/<int:pk>/link/", desk_pages.link, name="link"),
    path("requests/<int:pk>/link/<int:link_id>/end/", desk_pages.unlink, name="unlink"),
    path("requests/<int:pk>/follow/", desk_pages.follow, name="follow"),
    path("requests/<int:pk>/visited/", desk_pages.visited, name="visited"),
    path("requests/<int:pk>/macro/", desk_pages.use_macro, name="use_macro"),
]
