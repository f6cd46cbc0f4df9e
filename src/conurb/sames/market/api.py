"""The JSON API of the pack."""

from ninja import Router

from conurb.sames.market import api_screening

router = Router()
router.add_router("", api_screening.router)
