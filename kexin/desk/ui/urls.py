"""The first page."""

from __future__ import annotations

from django.urls import path

from kexin.desk.ui import board, board_list, day, facing, workbench

app_name = "desk"

urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("today/", day.day_blocks, name="day"),
    path("board/", board.board_page, name="board"),
    path("board/customers/", board_list.board_list, name="board_list"),
    path("board/export/", board_list.board_export, name="board_export"),
    path("customers/<int:pk>/facing/", facing.facing_page, name="facing"),
    path("facing/leave/", facing.leave, name="leave_facing"),
]
