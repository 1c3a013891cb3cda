from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SuitabilityConfig(AppConfig):
    name = "kexin.suitability"
    label = "suitability"
    verbose_name = _("Suitability")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.people.vocabulary import register_product_words
        from kexin.products.choices import ProductClass, Regime
        from kexin.suitability import policies  # noqa: F401  policies declare themselves

        register_product_words(ProductClass.choices, Regime.choices)
