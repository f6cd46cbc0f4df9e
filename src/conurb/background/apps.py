from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackgroundConfig(AppConfig):
    name = "conurb.background"
    label = "background"
    verbose_name = _("Background work")

    def ready(self) -> None:
        """Teach the journal how acts on jobs are told."""
        from conurb.journal.phrases import Phrase, tell

        tell({"job.cancel": Phrase(_("cancelled the background work"))})
