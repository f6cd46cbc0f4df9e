"""The JSON API of records: logs, keys and status for machines; checks and agreements."""

from ninja import Router

router = Router()
