"""The node's own settings, for tests: static files as built, data in a folder of its own."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("CONURB_TESTING", "1")
os.environ.setdefault("CONURB_DATA", tempfile.mkdtemp(prefix="conurb-test-"))
if _worker := os.environ.get("PYTEST_XDIST_WORKER"):
    # each worker has a database of its own, so files of its own too
    _folder = Path(os.environ["CONURB_DATA"])
    if _folder.name != _worker:
        os.environ["CONURB_DATA"] = str(_folder / _worker)

from conurb.config.settings import *  # noqa: F403
