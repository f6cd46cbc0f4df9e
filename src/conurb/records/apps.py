from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    name = "conurb.records"
    label = "records"
    verbose_name = _("Records")

    def ready(self) -> None:
        """Make the region's plain types known, and teach the journal how acts are told."""
        from conurb.records import phrases
        from conurb.records.actions.declaring import declare_plain

        declare_plain(settings.REGION_PATH)
        phrases.register()
