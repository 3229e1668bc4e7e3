"""WSGI entry: the ordinary pages and the API. Refuses to serve under a role or with keys that break a promise."""

import os

from django.core.wsgi import get_wsgi_application

from fengqiao.config import checks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fengqiao.config.settings")
checks.refuse(checks.all_problems())
application = get_wsgi_application()
