"""The WSGI application, for gunicorn: `gunicorn connector.wsgi`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "connector.settings")

application = get_wsgi_application()

from connector.doctor import key_check  # noqa: E402 - Django must be set up first

key_check.refuse_to_start()
