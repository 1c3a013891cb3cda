from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "kexin.portal"
    label = "portal"
    verbose_name = _("Portal")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.core.ui.panels import register_head_action, register_panel
        from kexin.party.history import register_history
        from kexin.portal import events, operations, policies, purposes, sentences  # noqa: F401
        from kexin.portal.operations.inviting import prompt_survey
        from kexin.portal.queries import VIEW_LINKS
        from kexin.portal.ui import staff
        from kexin.service.surveys.inviting import register_prompt
        from kexin.suitability.assessments.inviting import register_invitation_page

        purposes.register()
        register_prompt(prompt_survey)
        register_invitation_page(staff.assessment_page)
        sentences.register()
        register_head_action(
            "customer", "invite", 25, _("Invite the customer"), staff.INVITE, "invitations:invite", "qrcode"
        )
        register_head_action(
            "sale", "invite", 10, _("Open on the customer's phone"), staff.INVITE, "invitations:buy", "qrcode"
        )
        register_head_action(
            "plan", "invite", 10, _("Open on the customer's phone"), staff.INVITE, "invitations:plan", "qrcode"
        )
        register_history("portal_link", VIEW_LINKS)
        register_panel(
            "customer", "overview", "side", 60, "invitations", _("Invitations"), VIEW_LINKS, staff.links_panel
        )
