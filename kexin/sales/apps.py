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
        from kexin.sales.aftercare import wiring as aftercare_wiring
        from kexin.sales.conduct import wiring as conduct_wiring
        from kexin.sales.dossier import evidence, sentences
        from kexin.sales.dossier.parts import register_dossier_part
        from kexin.sales.followup import wiring as followup_wiring
        from kexin.sales.instructing import wiring as instructing_wiring
        from kexin.sales.notices import wiring as notices_wiring
        from kexin.sales.operations import dossiers, stamping  # noqa: F401
        from kexin.sales.orders import wiring as orders_wiring
        from kexin.sales.oversight import wiring as oversight_wiring
        from kexin.sales.quota import wiring as quota_wiring
        from kexin.sales.recordings import wiring as recordings_wiring
        from kexin.sales.referrals import wiring as referrals_wiring
        from kexin.sales.reviews import wiring as reviews_wiring
        from kexin.sales.withdrawing import wiring as withdrawing_wiring

        local.register()
        sentences.register()
        register_dossier_part("opinions", evidence.opinions, order=10)
        register_dossier_part("texts", evidence.texts, order=20)
        register_dossier_part("taken_back", evidence.taken_back, order=80)
        orders_wiring.wire()
        advice_wiring.wire()
        referrals_wiring.wire()
        reviews_wiring.wire()
        quota_wiring.wire()
        withdrawing_wiring.wire()
        instructing_wiring.wire()
        wiring.register()
        recordings_wiring.wire()
        followup_wiring.wire()
        oversight_wiring.wire()
        conduct_wiring.wire()
        aftercare_wiring.wire()
        notices_wiring.wire()
