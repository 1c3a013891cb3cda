from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SuitabilityConfig(AppConfig):
    name = "kexin.suitability"
    label = "suitability"
    verbose_name = _("Suitability")
    default_auto_field = "django.db.models.BigAutoField"
