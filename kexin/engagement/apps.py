from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EngagementConfig(AppConfig):
    name = "kexin.engagement"
    label = "engagement"
    verbose_name = _("Engagement")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.core.ui.menu import register_menu
        from kexin.core.ui.palette import register_command
        from kexin.core.ui.panels import register_head_action, register_panel, register_tab
        from kexin.core.ui.parts import register_part
        from kexin.engagement import (  # noqa: F401
            appointment_queries,
            events,
            following,
            operations,
            policies,
            queries,
            rekeying,
            reports,
            sentences,
            served,
            work,
        )
        from kexin.engagement.calls import contacts, export, lists, moving, sources, working  # noqa: F401
        from kexin.engagement.calls import events as call_events  # noqa: F401
        from kexin.engagement.calls import policies as call_policies  # noqa: F401
        from kexin.engagement.calls.queries import VIEW_CALLS
        from kexin.engagement.messages import events as message_events  # noqa: F401
        from kexin.engagement.messages import policies as message_policies  # noqa: F401
        from kexin.engagement.messages import sending  # noqa: F401
        from kexin.engagement.messages.queries import VIEW_MESSAGES
        from kexin.engagement.returns import policies as return_policies  # noqa: F401
        from kexin.engagement.returns import visits  # noqa: F401
        from kexin.engagement.ui import appointments, panels
        from kexin.party.history import register_history
        from kexin.party.ui.more_actions import register_bulk_action

        sentences.register()
        rekeying.register()
        reports.register()
        served.register()
        register_history("engagement_document", queries.VIEW_DOCUMENTS)
        register_history("engagement_note", queries.VIEW_NOTES)
        sources.register()
        register_bulk_action("call", _("Call list"), "engagement:pick_calls", "engagement.make_call_list", "phone")
        register_menu("work", _("Calls"), "engagement:calls", "phone", VIEW_CALLS, 15)
        register_menu("service", _("Messages out"), "engagement:messages", "send", VIEW_MESSAGES, 60)
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
        meet = "engagement.view_appointments"
        register_menu("work", _("Appointments"), "engagement:calendar", "calendar-event", meet, 25)
        register_command(
            "new_appointment", _("New appointment"), "engagement:new_appointment", "engagement.make_appointment",
            "calendar-plus", "appointment 预约 yuyue meeting 约见",
        )  # fmt: skip
        register_command(
            "new_reminder", _("Set a reminder"), "engagement:new_reminder", "engagement.add_reminder", "bell-plus",
            "reminder 提醒 tixing",
        )  # fmt: skip
        register_head_action(
            "customer", "appointment", 15, _("New appointment"), "engagement.make_appointment",
            "engagement:new_appointment_for", "calendar-plus",
        )  # fmt: skip
        register_panel(
            "customer", "overview", "side", 30, "appointments", _("Appointments"), meet,
            appointments.appointments_panel,
        )  # fmt: skip
        register_part("bar", "engagement/part_bell.html", "engagement.add_reminder")
        register_part("end", "engagement/part_reminder.html", "engagement.add_reminder")
        register_history("engagement_appointment", meet)
        register_history("engagement_returnwish", meet)
        register_history("engagement_reminder", appointment_queries.VIEW_REMINDERS)
