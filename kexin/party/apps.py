from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PartyConfig(AppConfig):
    name = "kexin.party"
    label = "party"
    verbose_name = _("Customers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.core.names import register_names
        from kexin.core.ui.menu import register_menu
        from kexin.core.ui.palette import register_command, register_source
        from kexin.core.ui.panels import register_head_slot, register_panel, register_tab
        from kexin.party import (  # noqa: F401  the doors register themselves
            events,
            history,
            names,
            operations,
            policies,
            queries,
            rekeying,
            reports,
            transfers,
            work,
        )
        from kexin.party.consents import events as consent_events  # noqa: F401
        from kexin.party.consents import operations as consent_operations  # noqa: F401
        from kexin.party.consents import policies as consent_policies  # noqa: F401
        from kexin.party.consents.queries import VIEW_RESTRICTIONS
        from kexin.party.ownership import customers_left
        from kexin.party.transfers import VIEW as VIEW_TRANSFERS
        from kexin.party.ui import (
            consent_pages,
            facts_pages,
            history_panel,
            lifecycle_pages,
            ownership_pages,
            pages,
            palette,
            relations_pages,
        )
        from kexin.people.operations.organisation import register_in_the_way

        register_in_the_way(customers_left)
        rekeying.register()
        reports.register()
        register_names(
            customers=names.numbers_of, called=names.called, customer_id=names.id_of, customer_url=names.url_of
        )
        view = "party.view_customer"
        register_menu("work", _("Customers"), "party:customers", "users", "party.view_customers", 20, phone=True)
        register_menu("work", _("Possible duplicates"), "party:duplicates", "copy", "party.view_duplicates", 60)
        register_menu("work", _("Unassigned pool"), "party:pool", "user-plus", "party.view_pool", 30)
        register_menu("work", _("Portfolio transfers"), "party:transfers", "arrows-exchange", VIEW_TRANSFERS, 32)
        register_source("customers", _("Customers"), "party.search_customers", palette.find_customers, 10)
        register_command(
            "new_customer", _("New customer"), "party:new", "party.create_customer", "user-plus", _("open file admit")
        )
        register_tab("customer", "overview", _("Overview"), 10)
        register_tab("customer", "profile", pgettext_lazy("customer", "File"), 60)
        register_tab("customer", "relations", _("Relations"), 50)
        history.register_own_tables()
        register_tab("customer", "history", _("History"), 90, history.VIEW_HISTORY)
        register_head_slot("customer", "since", 90, view, pages.assignment_fact)
        put = partial(register_panel, "customer")
        put("overview", "side", 30, "relations", _("Family and relations"), view, pages.relations_side_panel)
        put("relations", "main", 10, "graph", _("Relations"), view, relations_pages.relations_panel)
        put("profile", "main", 10, "profile", _("Documents and contacts"), view, pages.profile_panel)
        put("profile", "side", 10, "basics", _("Basic data"), view, pages.basics_panel)
        put("profile", "main", 20, "facts", _("Age of the facts"), view, facts_pages.facts_panel)
        put("profile", "side", 20, "lifecycle", _("Admission and exit"), view, lifecycle_pages.lifecycle_panel)
        put("profile", "side", 22, "consents", _("Consents"), view, consent_pages.consents_panel)
        put(
            "profile",
            "side",
            23,
            "restrictions",
            _("Restrictions"),
            VIEW_RESTRICTIONS,
            consent_pages.restrictions_panel,
        )
        put("profile", "side", 25, "ownership", _("Ownership"), view, ownership_pages.ownership_panel)
        put("profile", "side", 30, "leads", _("Lead managers"), view, lifecycle_pages.leads_panel)
        see_history = history.VIEW_HISTORY
        put("history", "main", 10, "history", _("History"), see_history, history_panel.history_panel)
