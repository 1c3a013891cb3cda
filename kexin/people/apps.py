from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "kexin.people"
    label = "people"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kexin.core.workflow import set_duty_holder
        from kexin.people import operations, policies, queries, signed  # noqa: F401  the doors register themselves
        from kexin.people.defaults import after_migrate

        signed.connect()
        set_duty_holder(queries.duty_holder)
        post_migrate.connect(after_migrate, sender=self, dispatch_uid="people.defaults")
