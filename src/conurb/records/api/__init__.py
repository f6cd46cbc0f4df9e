"""The JSON API of records: logs, keys and status for machines; checks and agreements."""

from ninja import Router

from conurb.records.api import checks, logs

router = Router()
router.add_router("", logs.router)
router.add_router("", checks.router)
