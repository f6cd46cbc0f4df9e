"""The plan as JSON."""

from ninja import Router

router = Router(tags=["plan"])
