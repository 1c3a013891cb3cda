from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "kexin.core"
    label = "core"
    verbose_name = _("Core")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.core import (  # noqa: F401  the doors register themselves
            approval,
            approval_queries,
            audit_operations,
            audit_queries,
            backup_operations,
            calendar_operations,
            policies,
            policy_operations,
            policy_queries,
            rotation,
            saved_views,
            service_accounts,
            work_operations,
        )
        from kexin.core.imports import runs, storage, uploads  # noqa: F401
        from kexin.core.partitions import ensure_after_migrate
        from kexin.core.ui import calendar_pages, gallery, imports_pages, work_pages  # noqa: F401  their doors too
        from kexin.core.ui.menu import register_menu

        storage.register()

        register_menu(
            "work",
            _("Work items"),
            "core:work",
            "checkbox",
            "core.view_work",
            30,
            badge=work_pages.open_count,
            phone=True,
        )
        register_menu("work", _("Approvals"), "core:approvals", "checks", "", 40)
        register_menu("conduct", _("Policies"), "core:policies", "adjustments", "core.view_policies", 80)
        register_menu("conduct", _("Audit"), "core:audit", "list-search", "core.view_audit", 90)
        register_menu("manage", _("Calendar"), "core:calendar", "calendar", "core.view_calendar", 30)
        register_menu("manage", _("Imports"), "core:imports", "database-import", "core.view_imports", 35)
        register_menu("manage", _("Service accounts"), "core:service_accounts", "key", "core.view_service_accounts", 40)
        register_menu("manage", _("Gallery"), "core:gallery", "palette", "core.view_gallery", 99)
        post_migrate.connect(ensure_after_migrate, sender=self, dispatch_uid="core.partitions")
