from django.utils.translation import gettext_lazy as _

from conurb.packs import PackConfig


class MarketConfig(PackConfig):
    name = "conurb.sames.market"
    label = "market"
    verbose_name = _("Market")
