from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProductsConfig(AppConfig):
    name = "kexin.products"
    label = "products"
    verbose_name = _("Products")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.products.values import events, operations, policies, queries  # noqa: F401  register themselves
