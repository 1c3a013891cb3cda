from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngagementConfig(AppConfig):
    name = "kexin.engagement"
    label = "engagement"
    verbose_name = _("Engagement")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.core.ui.panels import register_panel, register_tab
        from kexin.engagement import events, operations, policies, queries, rekeying, sentences, work  # noqa: F401
        from kexin.engagement.ui import panels
        from kexin.party.history import register_history

        sentences.register()
        rekeying.register()
        register_history("engagement_document", queries.VIEW_DOCUMENTS)
        register_history("engagement_note", queries.VIEW_NOTES)
        work.register()
        see = queries.VIEW_DOCUMENTS
        register_tab("customer", "documents", _("Documents"), 40, see)
        register_panel("customer", "documents", "main", 10, "documents", _("Documents"), see, panels.documents_panel)
        register_panel(
            "customer", "overview", "main", 20, "timeline", _("Timeline"), queries.VIEW_TIMELINE,
            panels.timeline_panel, "load",
        )  # fmt: skip
