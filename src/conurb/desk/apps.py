from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "conurb.desk"
    label = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        """Offer the region's plain services, and teach the journal how acts on cases are told."""
        from django.conf import settings

        from conurb.desk import phrases, plain

        plain.offer_declared(settings.REGION_PATH)
        phrases.register()
