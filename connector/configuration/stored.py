"""The configuration as the database has it."""

from __future__ import annotations

import re
from typing import Any

from accounts_mapping.models import MappingVersion, default_rules
from accounts_mapping.rules.schema import StoreRules
from connector.configuration.known import Known, KnownAlert, KnownOrganisation, KnownStore
from connector.configuration.schema import LoggingSection, RetriesSection
from stores import registry
from stores.models import Store
from sync.models import Preferences
from xero.models import Organisation, XeroApp

_ONE_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def xero_app() -> XeroApp | None:
    """The app's row: the one that is registered, else one that only has limits."""
    rows = XeroApp.objects.order_by("pk")
    return rows.exclude(client_id="").first() or rows.first()


def rules_of(store: Store) -> StoreRules:
    """The rules in force."""
    version = MappingVersion.objects.current(store)
    return version.rules if version else default_rules(registry.profile(store.platform))


def credentials_of(store: Store) -> dict[str, str]:
    stored: Any = store.credentials
    return dict(stored or {})


def preferences() -> Preferences:
    """The instance's preferences; not saved if there are none yet."""
    return Preferences.objects.filter(pk=1).first() or Preferences(pk=1)


def logging_of(row: Preferences) -> LoggingSection:
    return LoggingSection.model_validate(row.logging or {})


def retries_of(row: Preferences) -> RetriesSection:
    return RetriesSection.model_validate(row.retries or {})


def known_alerts(alerts: list[dict[str, Any]]) -> list[KnownAlert]:
    """The stored alerts, in order, with the variable that an export names for each address.

    It is the variable that the file had, so that entries may be moved and removed; an
    address that was written out gets ALERT_<n>_URL, n being its position.
    """
    names = [_variable_of(alert) for alert in alerts]
    for index, alert in enumerate(alerts):
        if alert.get("url") and not names[index]:
            number = index + 1
            while f"ALERT_{number}_URL" in names:
                number += 1
            names[index] = f"ALERT_{number}_URL"
    return [
        KnownAlert(variable=name, written=alert.get("written", ""), url=alert.get("url") or "")
        for name, alert in zip(names, alerts, strict=True)
    ]


def load_known() -> Known:
    """What reading a file depends on, in a handful of queries."""
    app = xero_app()
    secrets = {} if app is None else {key: getattr(app, key) for key in XERO_SECRETS}
    busy = set(Store.objects.filter(records__isnull=False).values_list("pk", flat=True).distinct())
    return Known(
        stores={
            store.slug: KnownStore(
                slug=store.slug,
                platform=store.platform,
                number_prefix=store.number_prefix,
                organisation_name=store.organisation_name,
                tenant_id=store.organisation.tenant_id if store.organisation else "",
                has_records=store.pk in busy,
                credentials=credentials_of(store),
                webhook_secret=store.webhook_secret or "",
            )
            for store in Store.objects.select_related("organisation")
        },
        organisations=[
            KnownOrganisation(tenant_id=tenant_id, name=name)
            for tenant_id, name in Organisation.objects.values_list("tenant_id", "name")
        ],
        alerts=known_alerts(preferences().alerts or []),
        xero={key: value for key, value in secrets.items() if value},
    )


XERO_SECRETS = ("client_id", "client_secret", "webhook_key")


def _variable_of(alert: dict[str, Any]) -> str:
    found = _ONE_VARIABLE.fullmatch(alert.get("written", ""))
    return found[1] if found else ""
