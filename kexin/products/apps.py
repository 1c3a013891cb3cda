from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProductsConfig(AppConfig):
    name = "kexin.products"
    label = "products"
    verbose_name = _("Products")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.core.ui import approvals_pages
        from kexin.core.ui.menu import register_menu
        from kexin.core.ui.palette import register_command, register_source
        from kexin.core.ui.panels import register_panel, register_tab
        from kexin.products import events, operations, policies, queries, work  # noqa: F401  doors register themselves
        from kexin.products.alerts import events as alert_events  # noqa: F401
        from kexin.products.alerts import policies as alert_policies  # noqa: F401
        from kexin.products.alerts import queries as alert_queries
        from kexin.products.alerts import settling  # noqa: F401
        from kexin.products.alerts import work as alert_work
        from kexin.products.models import TradingTerms
        from kexin.products.models.product import SEE_DRAFTS
        from kexin.products.texts import events as text_events  # noqa: F401
        from kexin.products.texts import operations as text_operations  # noqa: F401
        from kexin.products.texts import policies as text_policies  # noqa: F401
        from kexin.products.texts import printing  # noqa: F401
        from kexin.products.texts import queries as text_queries
        from kexin.products.texts import work as text_work
        from kexin.products.ui import alert_pages, pages, palette
        from kexin.products.ui import performance as performance_ui
        from kexin.products.values import events as value_events  # noqa: F401
        from kexin.products.values import operations as value_operations  # noqa: F401
        from kexin.products.values import policies as value_policies  # noqa: F401
        from kexin.products.values import queries as value_queries

        work.register()
        text_work.register()
        alert_work.register()
        approvals_pages.register_words(
            **{
                each.name: each.verbose_name
                for each in TradingTerms._meta.fields
                if each.name not in ("product", "version")
            }
        )
        approvals_pages.register_words(
            product=_("Product"), what=_("What changes"), before=_("Before"), after=_("Now"), low=_("Benchmark from"),
            high=_("Benchmark up to"), basis=_("How it was reckoned"), from_on=_("From"), score=_("Weighted score"),
            scores=_("Scores"),
        )  # fmt: skip
        see = queries.VIEW
        register_menu("sales", _("Products"), "products:products", "package", see, 15)
        register_menu("sales", _("Product texts"), "product_texts:list", "file-text", text_queries.VIEW_TEXTS, 16)
        register_menu(
            "sales", _("Alerts on net values"), "product_alerts:list", "trending-down", alert_queries.VIEW_ALERTS, 17
        )
        register_source("products", _("Products"), see, palette.find_products, 30, 1)
        register_command(
            "new_product", _("New product"), "products:new", "products.draft_product", "plus", "xinchanpin chanpin"
        )
        register_tab("product", "overview", _("Overview"), 10, see)
        register_tab("product", "terms", _("Trading terms"), 20, see)
        register_tab("product", "risk", _("Risk"), 30, see)
        register_tab("product", "performance", _("Performance"), 15, value_queries.VIEW_NET_VALUES)
        register_panel(
            "product", "performance", "main", 10, "performance", _("Performance"), value_queries.VIEW_NET_VALUES,
            performance_ui.performance_panel, "load",
        )  # fmt: skip
        register_panel(
            "product", "performance", "main", 5, "alerts", _("Alerts on net values"), alert_queries.VIEW_ALERTS,
            alert_pages.alerts_panel, "load",
        )  # fmt: skip
        register_panel(
            "product", "overview", "side", 25, "texts", _("Texts in use"), text_queries.VIEW_TEXTS,
            performance_ui.texts_panel,
        )  # fmt: skip
        register_tab("product", "admission", _("Admission"), 80, SEE_DRAFTS)
        register_panel("product", "overview", "main", 10, "about", _("The product"), see, pages.about_panel, "load")
        register_panel(
            "product", "overview", "main", 20, "benchmark", _("Benchmark of performance"), see, pages.benchmark_panel
        )
        register_panel(
            "product", "overview", "side", 10, "parties", _("Who stands behind it"), see, pages.parties_panel
        )
        register_panel("product", "overview", "side", 20, "fees", _("Fees"), see, pages.fees_panel)
        register_panel("product", "overview", "side", 30, "record", _("What happened"), see, pages.record_panel)
        register_panel("product", "terms", "main", 10, "terms", _("Trading terms"), see, pages.terms_panel, "load")
        register_panel("product", "risk", "main", 10, "rating", _("Risk grade"), see, pages.rating_panel, "load")
        register_panel("product", "risk", "main", 20, "risks", _("Risks and controls"), see, pages.risks_panel)
        register_panel(
            "product", "admission", "main", 10, "admission", _("Admission"), SEE_DRAFTS, pages.admission_panel, "load"
        )
