from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanConfig(AppConfig):
    name = "conurb.plan"
    label = "plan"
    verbose_name = _("Plan")

    def ready(self) -> None:
        """Teach the journal how acts on the plan are told."""
        from conurb.plan import phrases

        phrases.register()
