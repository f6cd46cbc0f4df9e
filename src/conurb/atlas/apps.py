from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AtlasConfig(AppConfig):
    name = "conurb.atlas"
    label = "atlas"
    verbose_name = _("Atlas")

    def ready(self) -> None:
        """Offer the work that atlas does in the background, and the words for the journal."""
        from conurb.atlas import finding_phrases
        from conurb.atlas.actions import finding
        from conurb.background.work import offer

        offer(finding.WORK)
        finding_phrases.register()
