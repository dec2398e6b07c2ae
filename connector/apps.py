from __future__ import annotations

import os

from django.apps import AppConfig


class ConnectorConfig(AppConfig):
    name = "connector"
    verbose_name = "Connector"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks; allow plain-http OAuth on loopback, and only there."""
        from connector import celery  # noqa: F401 - the app must be the current one
        from connector.doctor import system_checks

        # Xero may grant other scopes than were asked for; oauthlib would call that an error.
        os.environ.setdefault("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")
        if system_checks.xero_is_plain_http_on_loopback():
            os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
