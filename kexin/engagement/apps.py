from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngagementConfig(AppConfig):
    name = "kexin.engagement"
    label = "engagement"
    verbose_name = _("Engagement")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.core.ui.menu import register_menu
        from kexin.core.ui.panels import register_panel, register_tab
        from kexin.engagement import events, operations, policies, queries, rekeying, sentences, work  # noqa: F401
        from kexin.engagement.calls import events as call_events  # noqa: F401
        from kexin.engagement.calls import export, lists, moving, sources, working  # noqa: F401
        from kexin.engagement.calls import policies as call_policies  # noqa: F401
        from kexin.engagement.calls.queries import VIEW_CALLS
        from kexin.engagement.ui import panels
        from kexin.party.history import register_history
        from kexin.party.ui.more_actions import register_bulk_action

        sentences.register()
        rekeying.register()
        register_history("engagement_document", queries.VIEW_DOCUMENTS)
        register_history("engagement_note", queries.VIEW_NOTES)
        sources.register()
        register_bulk_action("call", _("Call list"), "engagement:pick_calls", "engagement.make_call_list", "phone")
        register_menu("work", _("Calls"), "engagement:calls", "phone", VIEW_CALLS, 15)
        register_history("engagement_contact", VIEW_CALLS)
        register_history("engagement_callentry", VIEW_CALLS)
        work.register()
        see = queries.VIEW_DOCUMENTS
        register_tab("customer", "documents", _("Documents"), 40, see)
        register_panel("customer", "documents", "main", 10, "documents", _("Documents"), see, panels.documents_panel)
        register_panel(
            "customer", "overview", "main", 20, "timeline", _("Timeline"), queries.VIEW_TIMELINE,
            panels.timeline_panel, "load",
        )  # fmt: skip
