"""What surveys enter into the floors below when the floor starts."""

from __future__ import annotations

from django.apps import apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Doors, work, sentences, shipped surveys, menu, the customer's panel."""
    from kexin.core.ui.menu import register_menu
    from kexin.core.ui.panels import register_head_action, register_panel
    from kexin.party.history import register_history
    from kexin.service.care import policies as budget  # noqa: F401
    from kexin.service.surveys import (  # noqa: F401  # noqa: F401
        authoring,
        events,
        exporting,
        handlers,
        policies,
        queries,
        sampling,
        sentences,
        texts,
        work,
    )
    from kexin.service.surveys.queries import ANSWERS, VIEW
    from kexin.service.surveys.results import RESULTS
    from kexin.service.surveys.shipping import after_migrate
    from kexin.service.ui import survey_answers

    work.register()
    sentences.register()
    register_history("service_surveyinvitation", ANSWERS)
    register_menu("service", _("Satisfaction"), "service:satisfaction", "mood-smile", RESULTS, 40)
    register_menu("service", _("Surveys"), "service:surveys", "forms", VIEW, 41)
    register_panel("customer", "service", "side", 40, "surveys", _("Satisfaction"), ANSWERS, survey_answers.panel)
    register_head_action(
        "customer", "survey", 40, _("Send a survey"), "service.invite_to_survey", "service:survey_send", "mood-smile"
    )
    post_migrate.connect(after_migrate, sender=apps.get_app_config("service"), dispatch_uid="service.surveys")
