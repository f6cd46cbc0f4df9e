from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from conurb.journal import phrases
from conurb.journal.phrases import Phrase


class PortalConfig(AppConfig):
    name = "conurb.portal"
    label = "portal"
    verbose_name = _("Portal")

    def ready(self) -> None:
        """Teach the journal how acts of the portal are told."""
        phrases.tell({"person.open": Phrase(_("opened an account at the first login"))})
