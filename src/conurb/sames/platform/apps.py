"""The pack of item 9.2: freight vehicle passes."""

from django.utils.translation import gettext_lazy as _

from conurb.packs import PackConfig


class PlatformConfig(PackConfig):
    name = "conurb.sames.platform"
    label = "platform"
    verbose_name = _("Freight vehicle passes")
