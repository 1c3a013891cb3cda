from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "kexin.desk"
    label = "desk"
    verbose_name = _("Workbench")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.core.ui.menu import register_menu
        from kexin.core.ui.panels import register_head_action
        from kexin.desk import board, board_export, day, facing, policies, queries  # noqa: F401  doors

        register_head_action(
            "customer", "facing", 20, _("Customer-facing view"), "desk.face_customer", "desk:facing", "device-tablet",
            key="v", posts=True,
        )  # fmt: skip

        register_menu(
            "work", _("Workbench"), "desk:workbench", "layout-dashboard", "desk.view_workbench", 10, phone=True
        )
        register_menu("work", _("Morning board"), "desk:board", "chart-bar", "holdings.view_figures", 15)
