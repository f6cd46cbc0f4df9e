"""The pack of items 1.1 to 1.6: one planning map."""

from django.utils.translation import gettext_lazy as _

from conurb.packs import PackConfig


class PlanningConfig(PackConfig):
    name = "conurb.sames.planning"
    label = "planning"
    verbose_name = _("One planning map")
