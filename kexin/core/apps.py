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
            calendar_operations,
            policies,
            policy_operations,
            saved_views,
            work_operations,
        )
        from kexin.core.imports import runs  # noqa: F401
        from kexin.core.partitions import ensure_after_migrate
        from kexin.core.ui import gallery  # noqa: F401  its door too
        from kexin.core.ui.menu import register_menu

        register_menu("manage", _("Gallery"), "core:gallery", "palette", "core.view_gallery", 99)
        post_migrate.connect(ensure_after_migrate, sender=self, dispatch_uid="core.partitions")
