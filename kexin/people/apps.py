from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "kexin.people"
    label = "people"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.core.names import register_names
        from kexin.core.ui.menu import register_menu
        from kexin.core.vaultkeys import register_files
        from kexin.core.workflow import set_duty_holder, set_recipient
        from kexin.people import (  # noqa: F401  doors
            delegations,
            holders,
            operations,
            policies,
            queries,
            rekeying,
            rights,
            seller_queries,
            seller_work,
            service_accounts,
            signed,
        )
        from kexin.people.defaults import after_migrate
        from kexin.people.models import QualificationFile

        register_menu("manage", _("Organisation"), "people_organisation", "sitemap", "people.view_organisation", 10)
        register_menu("manage", _("Employees"), "people_employees", "id-badge-2", "people.view_employees", 12)
        register_menu("manage", _("Roles"), "people_roles", "shield", "people.view_roles", 14)
        register_menu("manage", _("Sellers"), "people_sellers", "certificate", "people.view_qualifications", 13)
        signed.connect()
        rekeying.register()
        register_files(QualificationFile, removed_on=None)
        service_accounts.register()
        register_names(
            people=queries.names_of,
            posts=queries.post_labels,
            takers=queries.posts_to_hand_to,
            posts_of_units=queries.posts_of_units,
            units=queries.unit_choices,
            units_below=queries.units_below,
            delegates=delegations.delegates_of,
        )
        set_duty_holder(holders.duty_holder)
        set_recipient(holders.recipient)
        post_migrate.connect(after_migrate, sender=self, dispatch_uid="people.defaults")
