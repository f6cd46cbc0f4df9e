"""The JSON API of atlas: layers and their versions, files on their way, work in the background."""

from ninja import Router

from conurb.atlas import api_imports, api_jobs, api_layers

router = Router()
router.add_router("", api_layers.router)
router.add_router("", api_imports.router)
router.add_router("", api_jobs.router)
