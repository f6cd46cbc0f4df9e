"""Keeping a layer: opening one, publishing a version, giving a draft up.

Verbs of the journal: layer.open, layer-version.publish, layer-version.withdraw.
"""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conurb.atlas.actions import finding
from conurb.atlas.models import Layer, LayerVersion
from conurb.atlas.owners import kinds_of
from conurb.journal.actions import record
from conurb.refusal import NotCompetentError, RefusedError
from conurb.region.competence import require_officer_of
from conurb.region.models import Authority, User, works_for_region

_STATES = LayerVersion.State


def kinds_for(actor: User) -> list[str]:
    """Return the kinds of layers that the actor's authority keeps."""
    if not works_for_region(actor) or actor.authority is None:
        return []
    return kinds_of(set(actor.authority.subjects.values_list("key", flat=True)))


def require_keeper(actor: User) -> Authority:
    """Return the actor's authority; raises NotCompetentError where it keeps no layers."""
    if not kinds_for(actor) or actor.authority is None:
        raise NotCompetentError(
            _("Layers are kept by the authorities for planning, land, roads, water and forests.")
        )
    return actor.authority


@transaction.atomic
def open_layer(
    actor: User,
    *,
    kind: str,
    name_zh: str,
    name_en: str = "",
    note_zh: str = "",
    note_en: str = "",
    is_demo: bool = False,
) -> Layer:
    """Open a layer of the actor's authority, in its city (or of the whole region)."""
    authority = require_keeper(actor)
    if kind not in kinds_for(actor):
        raise NotCompetentError(_("Your authority does not keep layers of this kind."))
    name_zh = name_zh.strip()
    if not name_zh:
        raise RefusedError(_("Give the layer a name."), status=422, field="name_zh")
    if Layer.everything.filter(authority=authority, name_zh=name_zh).exists():
        raise RefusedError(
            _("Your authority has a layer of this name. Hand the file in there as a new version."),
            status=422,
            field="name_zh",
        )
    layer = Layer.everything.create(
        key=secrets.token_hex(15),
        kind=kind,
        city=authority.city,
        authority=authority,
        name_zh=name_zh,
        name_en=name_en.strip(),
        note_zh=note_zh.strip(),
        note_en=note_en.strip(),
        is_demo=is_demo,
    )
    record(actor, "layer.open", urn=layer.urn, name=layer.name_zh, kind=kind)
    return layer


@transaction.atomic
def publish(actor: User, version: LayerVersion) -> LayerVersion:
    """Show a draft to everybody. Land-use plans and zones go through the joint review instead."""
    held = _held(actor, version)
    if held.layer.kind in {Layer.Kind.LAND_USE, Layer.Kind.ZONES}:
        raise RefusedError(
            _("A layer of this kind is published by the joint review. Submit it there.")
        )
    if held.state != _STATES.DRAFT:
        raise RefusedError(_("Only a draft can be published. Reload the page."))
    held.state, held.published_at = _STATES.PUBLISHED, timezone.now()
    held.save(update_fields=["state", "published_at"])
    record(actor, "layer-version.publish", urn=held.urn, name=_name(held))
    finding.ask_after(held)
    return held


@transaction.atomic
def withdraw(actor: User, version: LayerVersion) -> LayerVersion:
    """Give up a draft; its file and row stay, and only its authority sees them."""
    held = _held(actor, version)
    if held.state != _STATES.DRAFT:
        raise RefusedError(_("Only a draft can be given up. Reload the page."))
    held.state, held.withdrawn_at = _STATES.WITHDRAWN, timezone.now()
    held.save(update_fields=["state", "withdrawn_at"])
    record(actor, "layer-version.withdraw", urn=held.urn, name=_name(held))
    return held


def _held(actor: User, version: LayerVersion) -> LayerVersion:
    held = LayerVersion.everything.select_for_update().get(pk=version.pk)
    require_officer_of(actor, held.layer.authority)
    return held


def _name(version: LayerVersion) -> str:
    return f"{version.layer.name_zh} 第{version.number}版"
