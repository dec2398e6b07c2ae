from __future__ import annotations

from django.apps import AppConfig


class AccountsMappingConfig(AppConfig):
    name = "accounts_mapping"
    verbose_name = "Accounts mapping"
    default_auto_field = "django.db.models.BigAutoField"
