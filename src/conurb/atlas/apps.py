from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AtlasConfig(AppConfig):
    name = "conurb.atlas"
    label = "atlas"
    verbose_name = _("Atlas")

    def ready(self) -> None:
        """Offer the work that atlas does in the background, and the words for the journal."""
        from conurb.atlas import finding_phrases, import_phrases
        from conurb.background.repeating import repeat
        from conurb.background.work import offer_at

        actions = "conurb.atlas.actions"
        offer_at(
            {
                "atlas.read": f"{actions}.importing.READING_WORK",
                "atlas.convert": f"{actions}.importing.CONVERTING_WORK",
                "atlas.findings": f"{actions}.finding.WORK",
                "atlas-download": f"{actions}.deriving.DOWNLOAD",
                "atlas-compare": f"{actions}.deriving.COMPARE",
                "atlas.prune": f"{actions}.pruning.WORK",
            }
        )
        repeat("atlas.prune", timedelta(days=1))
        import_phrases.register()
        finding_phrases.register()
