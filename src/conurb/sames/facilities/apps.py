"""The pack of field 2 and of the infrastructure of 5.2: the network and its projects."""

from django.utils.translation import gettext_lazy as _

from conurb.packs import PackConfig


class FacilitiesConfig(PackConfig):
    name = "conurb.sames.facilities"
    label = "facilities"
    verbose_name = _("One network of facilities")
