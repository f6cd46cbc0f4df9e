from django.utils.translation import gettext_lazy as _

from conurb.packs import PackConfig


class CityConfig(PackConfig):
    name = "conurb.sames.city"
    label = "city"
    verbose_name = _("One city")
