from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SalesConfig(AppConfig):
    name = "kexin.sales"
    label = "sales"
    verbose_name = _("Sales")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.sales import wiring
        from kexin.sales.adapters.authority import local
        from kexin.sales.advice import wiring as advice_wiring
        from kexin.sales.dossier import sentences
        from kexin.sales.followup import wiring as followup_wiring
        from kexin.sales.operations import dossiers, stamping  # noqa: F401
        from kexin.sales.orders import wiring as orders_wiring
        from kexin.sales.oversight import wiring as oversight_wiring
        from kexin.sales.recordings import wiring as recordings_wiring
        from kexin.sales.referrals import wiring as referrals_wiring
        from kexin.sales.reviews import wiring as reviews_wiring

        local.register()
        sentences.register()
        orders_wiring.wire()
        advice_wiring.wire()
        referrals_wiring.wire()
        reviews_wiring.wire()
        wiring.register()
        recordings_wiring.wire()
        followup_wiring.wire()
        oversight_wiring.wire()
