"""The first page."""

from __future__ import annotations

from django.urls import path

from kexin.desk.ui import board, board_list, day, facing, fourfold, reports, results, workbench

app_name = "desk"

urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("today/", day.day_blocks, name="day"),
    path("board/", board.board_page, name="board"),
    path("board/customers/", board_list.board_list, name="board_list"),
    path("board/export/", board_list.board_export, name="board_export"),
    path("fourfold/", fourfold.fourfold_page, name="fourfold"),
    path("fourfold/customers/", fourfold.fourfold_list, name="fourfold_customers"),
    path("fourfold/customers/export/", fourfold.fourfold_customers_export, name="fourfold_customers_export"),
    path("fourfold/export/", fourfold.fourfold_export, name="fourfold_export"),
    path("figures/", results.results_page, name="results"),
    path("figures/export/", results.results_export, name="results_export"),
    path("reports/", reports.listing, name="reports"),
    path("reports/new/", reports.new, name="new_report"),
    path("reports/preview/", reports.preview, name="preview_report"),
    path("reports/save/", reports.save, name="save_report"),
    path("reports/export/", reports.export, name="export_report"),
    path("reports/<int:pk>/", reports.one, name="report"),
    path("reports/<int:pk>/keep/", reports.keep, name="keep_report"),
    path("reports/<int:pk>/rename/", reports.rename, name="rename_report"),
    path("reports/<int:pk>/share/", reports.share, name="share_report"),
    path("reports/<int:pk>/schedule/", reports.schedule, name="schedule_report"),
    path("reports/<int:pk>/copy/", reports.copy, name="copy_report"),
    path("reports/<int:pk>/delete/", reports.delete, name="delete_report"),
    path("reports/files/<int:pk>/", reports.file_page, name="report_file"),
    path("reports/files/<int:pk>/fetch/", reports.fetch, name="fetch_report"),
    path("customers/<int:pk>/facing/", facing.facing_page, name="facing"),
    path("facing/leave/", facing.leave, name="leave_facing"),
]
