"""How the journal tells the acts on layers and their versions."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from conurb.journal.phrases import Detail, Phrase, lead_to, tell
from conurb.refusal import Words

Remark = tuple[Words, Words]


def _file(detail: Detail) -> list[Remark]:
    return [(_("File"), str(detail.get("file", "")))]


def _counted(detail: Detail) -> list[Remark]:
    return [
        (_("Features kept"), str(detail.get("kept", ""))),
        (_("Left out"), str(detail.get("dropped", ""))),
        (_("Repaired"), str(detail.get("repaired", ""))),
        (_("With problems"), str(detail.get("problems", ""))),
    ]


def _pruned(detail: Detail) -> list[Remark]:
    return [
        (_("Files removed"), str(detail.get("removed", ""))),
        (_("Days kept"), str(detail.get("days", ""))),
    ]


def register() -> None:
    """Teach the journal the verbs of this module, and where layers have their pages."""
    tell(
        {
            "layer.open": Phrase(_("opened the layer")),
            "layer.hand-in": Phrase(_("handed in a file for the layer"), _file),
            "layer.confirm": Phrase(_("confirmed what a file holds for the layer"), _file),
            "layer.discard": Phrase(_("gave up a file for the layer"), _file),
            "layer.store": Phrase(_("stored the version of a layer"), _counted),
            "layer.prune": Phrase(_("removed files of layers imported long ago"), _pruned),
            "layer-version.publish": Phrase(_("published the version of a layer")),
            "layer-version.withdraw": Phrase(_("gave up the version of a layer")),
        }
    )
    lead_to("layer", lambda key: reverse("atlas-layer", args=[key]))
    lead_to("layer-version", lambda key: reverse("atlas-version", args=[key]))
