from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "kexin.desk"
    label = "desk"
    verbose_name = _("Workbench")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.core.ui.menu import register_menu
        from kexin.core.ui.palette import register_command
        from kexin.core.ui.panels import register_head_action, register_panel
        from kexin.desk import (  # noqa: F401  doors
            board,
            board_export,
            day,
            events,
            facing,
            fourfold,
            linked,
            policies,
            queries,
            results,
        )
        from kexin.desk.reports import delivery, files, operations, work  # noqa: F401
        from kexin.desk.reports.queries import VIEW_REPORTS
        from kexin.desk.ui.linked import linked_panel
        from kexin.engagement.timeline import leave_out

        register_panel(
            "customer", "relations", "main", 7, "linked", _("Enterprises and their owners"), "holdings.view_accounts",
            linked_panel,
        )  # fmt: skip
        register_head_action(
            "customer", "facing", 20, _("Customer-facing view"), "desk.face_customer", "desk:facing", "device-tablet",
            key="v", posts=True,
        )  # fmt: skip

        register_menu(
            "work", _("Workbench"), "desk:workbench", "layout-dashboard", "desk.view_workbench", 10, phone=True
        )
        register_menu("work", _("Morning board"), "desk:board", "chart-bar", "holdings.view_figures", 15)
        register_menu("insight", _("My figures"), "desk:results", "report-money", "holdings.view_figures", 15)
        register_menu(
            "insight", _("Four in one"), "desk:fourfold", "layout-grid",
            fourfold.VIEW_FOURFOLD, 12, also=fourfold.VIEW_CUSTOMERS,
        )  # fmt: skip
        register_menu("insight", _("Reports"), "desk:reports", "report-analytics", VIEW_REPORTS, 10)
        register_command(
            "new_report", _("New report"), "desk:new_report", VIEW_REPORTS, "report-analytics",
            "report pivot 报表 baobiao 透视 统计",
        )  # fmt: skip
        files.register()
        work.register()
        for each in ("ReportDelivered", "ReportStopped"):
            leave_out(f"desk.{each}")  # facts of no customer
