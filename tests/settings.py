"""The node's own settings, for tests: static files as built, data in a folder of its own."""

import os
import tempfile

os.environ.setdefault("CONURB_TESTING", "1")
os.environ.setdefault("CONURB_DATA", tempfile.mkdtemp(prefix="conurb-test-"))

from conurb.config.settings import *  # noqa: F403
