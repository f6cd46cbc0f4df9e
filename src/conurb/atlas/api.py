"""The JSON API of atlas: layers, versions, findings, files on their way, background work."""

from ninja import Router

from conurb.atlas import api_findings, api_imports, api_jobs, api_layers

router = Router()
router.add_router("", api_layers.router)
router.add_router("", api_findings.router)
router.add_router("", api_imports.router)
router.add_router("", api_jobs.router)
