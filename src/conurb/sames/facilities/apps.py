"""The pack of field 2 and of the infrastructure of 5.2: the network and its projects."""

from django.utils.translation import gettext_lazy as _

from conurb.packs import PackConfig


class FacilitiesConfig(PackConfig):
    name = "conurb.sames.facilities"
    label = "facilities"
    verbose_name = _("One network of facilities")

    def ready(self) -> None:
        """Register the pack, and the work that it has done in the background."""
        from conurb.background.work import offer_at

        super().ready()
        actions = "conurb.sames.facilities.actions"
        offer_at(
            {
                "facilities.appraise": f"{actions}.appraising.APPRAISING",
                "facilities.answer": f"{actions}.answering.ANSWERING",
                "facilities.green-wave": f"{actions}.signals.GREEN_WAVE",
            }
        )
