from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartyConfig(AppConfig):
    name = "kexin.party"
    label = "party"
    verbose_name = _("Party")
    default_auto_field = "django.db.models.BigAutoField"
