from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AtlasConfig(AppConfig):
    name = "conurb.atlas"
    label = "atlas"
    verbose_name = _("Atlas")

    def ready(self) -> None:
        """Offer the work that atlas does in the background, and the words for the journal."""
        from conurb.atlas import finding_phrases, import_phrases
        from conurb.atlas.actions import deriving, finding, importing
        from conurb.background.work import offer

        offer(finding.WORK)
        offer(deriving.DOWNLOAD)
        offer(deriving.COMPARE)
        importing.offer_works()
        import_phrases.register()
        finding_phrases.register()
