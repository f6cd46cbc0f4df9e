"""The JSON API of the pack."""

from ninja import Router

from conurb.sames.market import api_listings, api_screening

router = Router()
router.add_router("", api_listings.router)
router.add_router("", api_screening.router)
