"""The WSGI application that granian serves: checks before Django, in the same processes."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conurb.config.settings")
django = get_wsgi_application()

from django.conf import settings  # noqa: E402  they need Django's settings
from django.db import connections  # noqa: E402

from conurb.background import worker  # noqa: E402
from conurb.records import check_app, index  # noqa: E402

# a process that was killed between a commit and the index left it behind
index.prepare()
connections.close_all()
application = check_app.mount(django)
if not settings.WORKER:
    worker.within()

# what was loaded stays loaded: the collector need not walk it again and again while it answers
gc.collect()
gc.freeze()
