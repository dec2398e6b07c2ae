from __future__ import annotations

from django.apps import AppConfig


class XeroConfig(AppConfig):
    name = "xero"
    verbose_name = "Xero"
    default_auto_field = "django.db.models.BigAutoField"
