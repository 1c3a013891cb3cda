from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HoldingsConfig(AppConfig):
    name = "kexin.holdings"
    label = "holdings"
    verbose_name = _("Holdings")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.core.ui.menu import register_menu
        from kexin.core.ui.panels import register_head_action, register_head_slot, register_panel, register_tab
        from kexin.holdings import (  # noqa: F401  doors register themselves
            events,
            ledger_queries,
            operations,
            policies,
            queries,
            rekeying,
            reports,
            work,
        )
        from kexin.holdings.aum import entered, handlers, household  # noqa: F401
        from kexin.holdings.aum import queries as aum_queries
        from kexin.holdings.maturities import wiring
        from kexin.holdings.operations import rates, rebuild, targets, tiers  # noqa: F401
        from kexin.holdings.ui import aum, panels, slots
        from kexin.holdings.ui import household as household_ui
        from kexin.holdings.ui.tiers import tier_choices
        from kexin.party.history import register_history
        from kexin.party.tiers import set_tiers

        for table in ("account", "accountparty", "loan", "card", "standingorder"):
            register_history(f"holdings_{table}", queries.VIEW_ACCOUNTS)
        rekeying.register()
        see = "holdings.view_accounts"
        register_head_slot("customer", "tier", 10, aum_queries.VIEW_AUM, aum.tier_fact)
        register_head_slot("customer", "assets", 20, see, slots.assets_fact)
        register_head_slot("customer", "maturity", 30, see, slots.maturity_fact)
        register_head_action(
            "customer", "review", 30, _("Review of holdings"), "holdings.print_review_sheet", "holdings:review",
            "file-text", posts=True,
        )  # fmt: skip
        register_tab("customer", "assets", _("Assets and transactions"), 20, see)
        register_panel("customer", "overview", "main", 10, "assets", _("Assets"), see, panels.assets_panel, "load")
        register_panel("customer", "assets", "main", 5, "aum", _("AUM"), aum_queries.VIEW_AUM, aum.aum_panel, "load")
        register_panel("customer", "assets", "main", 10, "accounts", _("Accounts"), see, panels.accounts_panel, "load")
        register_panel(
            "customer", "assets", "main", 30, "obligations", _("Loans, cards, standing orders"), see,
            panels.obligations_panel,
        )  # fmt: skip
        register_panel("customer", "assets", "side", 10, "maturities", _("Maturities"), see, panels.maturities_panel)
        register_panel(
            "customer", "relations", "main", 5, "household", _("Household"), aum_queries.VIEW_AUM,
            household_ui.household_panel,
        )  # fmt: skip
        set_tiers(tier_choices)
        wiring.register()
        work.register()
        reports.register()
        register_menu("insight", _("Customer tiers"), "holdings:tiers", "stairs-up", aum_queries.VIEW_TIERS, 20)
        register_menu("insight", _("Targets"), "holdings:targets", "target-arrow", entered.VIEW_TARGETS, 30)
        register_menu("manage", _("Exchange rates"), "holdings:rates", "arrows-exchange", entered.VIEW_RATES, 70)
