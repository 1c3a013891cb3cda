from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SuitabilityConfig(AppConfig):
    name = "kexin.suitability"
    label = "suitability"
    verbose_name = _("Suitability")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.suitability import policies  # noqa: F401  policies declare themselves
        from kexin.suitability.assessments import wiring
        from kexin.suitability.matching import wiring as matching
        from kexin.suitability.portfolio import wiring as portfolio
        from kexin.suitability.value import wiring as value

        wiring.register()
        matching.register()
        portfolio.register()
        value.register()
        post_migrate.connect(wiring.after_migrate, sender=self, dispatch_uid="suitability.questionnaires")
