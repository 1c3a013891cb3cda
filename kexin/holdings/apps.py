from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoldingsConfig(AppConfig):
    name = "kexin.holdings"
    label = "holdings"
    verbose_name = _("Holdings")
    default_auto_field = "django.db.models.BigAutoField"
