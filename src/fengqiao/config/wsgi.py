"""WSGI entry: the ordinary pages and the API. Refuses to serve under a role or with keys that break a promise."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from fengqiao.config import checks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.config.settings")
checks.refuse(checks.all_problems())
application = get_wsgi_application()

# A page makes some ten thousand short-lived objects, and what was loaded at the start stays for ever: going through all
# of it every 700 objects took a twentieth of the time of a page.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
