"""Addresses of the work at the desk, before those of one request."""

from __future__ import annotations

from django.urls import path

from kexin.service.ui import board_pages, desk_pages, macro_pages, many_requests, queue_pages

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
    path("requests/queues/", queue_pages.queue_list, name="queues"),
    path("requests/queues/new/", queue_pages.new_queue, name="new_queue"),
    path("requests/queues/<int:pk>/", queue_pages.queue_page, name="queue"),
    path("requests/queues/<int:pk>/change/", queue_pages.change_queue, name="change_queue"),
    path("requests/queues/<int:pk>/retire/", queue_pages.retire, name="retire_queue"),
    path("requests/queues/<int:pk>/members/new/", queue_pages.new_member, name="new_queue_member"),
    path("requests/queues/<int:pk>/members/<int:post_id>/", queue_pages.member, name="queue_member"),
    path("requests/queues/<int:pk>/members/<int:post_id>/remove/", queue_pages.remove, name="remove_queue_member"),
    path("requests/queues/<int:pk>/members/<int:post_id>/skills/", queue_pages.skills, name="post_skills"),
    path("requests/<int:pk>/queue/", queue_pages.send, name="send_to_queue"),
    path("requests/<int:pk>/take/", queue_pages.take, name="take_queued"),
    path("presence/<slug:subject>/<int:pk>/", desk_pages.presence, name="presence"),
    path("requests/<int:pk>/snooze/", desk_pages.snooze, name="snooze"),
    path("requests/<int:pk>/wake/", desk_pages.wake, name="wake"),
    path("requests/<int:pk>/link/", desk_pages.link, name="link"),
    path("requests/<int:pk>/link/<int:link_id>/end/", desk_pages.unlink, name="unlink"),
    path("requests/<int:pk>/follow/", desk_pages.follow, name="follow"),
    path("requests/<int:pk>/visited/", desk_pages.visited, name="visited"),
    path("requests/<int:pk>/macro/", desk_pages.use_macro, name="use_macro"),
]
