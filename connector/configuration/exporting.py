"""`config export`: the database as a file, in the order in which the file is documented.

Every setting is written, also where it is the default, so that the file shows how the
product works and keeps its meaning; what is unmapped or empty without a default is left
out. Secrets are written as variables: imported without them, the stored ones stay.
"""

from __future__ import annotations

from typing import Any

from accounts_mapping.sections.section import Writing
from connector.configuration.stored import (
    XERO_SECRETS,
    known_alerts,
    logging_of,
    preferences,
    retries_of,
    rules_of,
    xero_app,
)
from connector.configuration.variables import escaped
from connector.configuration.yaml_writer import Number, Reference, written
from stores.models import Store
from xero.models import XeroApp

_WRITING = Writing(number=Number, text=escaped)
_HEAD = """\
# Configuration. `manage.py config import FILE` applies it, `--dry-run` only says what it
# would change. Secrets are not in here: ${NAME} is taken from the environment, and where
# that is not set the stored secret stays.
"""


def exported() -> str:
    """The whole configuration as YAML text."""
    row = preferences()
    parts = [_HEAD, written({"version": Number("1")})]
    app = xero_app()
    if app is not None:
        parts += ["\n# The app registered at developer.xero.com\n", written({"xero": _xero(app)})]
    alerts = _alerts(row.alerts or [])
    if alerts:
        parts += ["\n", written({"alerts": alerts})]
    parts.append("\n")
    parts.append(
        written(
            {"logging": _WRITING.value(logging_of(row)), "retries": _WRITING.value(retries_of(row))}
        )
    )
    stores = list(Store.objects.order_by("pk"))
    parts.append("\nstores:\n" if stores else "\nstores: []\n")
    for store in stores:
        parts += ["\n", written([_store(store)])]
    return "".join(parts)


def variable(slug: str, key: str) -> str:
    """The name of the variable of a store's secret: STORE_AU_CONSUMER_KEY."""
    return f"STORE_{slug}_{key}".upper().replace("-", "_")


def _xero(app: XeroApp) -> dict[str, Any]:
    values: dict[str, Any] = {"mode": str(app.mode)}
    names = {"client_id": "XERO_CLIENT_ID", "client_secret": "XERO_CLIENT_SECRET"}
    for key in XERO_SECRETS:
        if getattr(app, key):
            values[key] = Reference(names.get(key, "XERO_WEBHOOK_KEY"))
    values["daily_call_limit"] = Number(str(app.daily_call_limit))
    values["live_reserve"] = f"{app.live_reserve}%"
    return values


def _alerts(alerts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for alert, known in zip(alerts, known_alerts(alerts), strict=True):
        to = {"url": Reference(known.variable)} if known.url else {"email": alert["email"]}
        found.append(to | {"severity": alert["severity"]})
    return found


def _store(store: Store) -> dict[str, Any]:
    """In the documented order: what it is, how it is reached, how it is posted."""
    settings = _WRITING.section(store.profile, rules_of(store))
    found = {key: settings.pop(key) for key in ("slug", "name", "platform", "url")}
    if store.credentials:
        keys = store.credentials
        found["credentials"] = {key: Reference(variable(store.slug, key)) for key in keys}
    if store.webhook_secret:
        found["webhook_secret"] = Reference(variable(store.slug, "webhook_secret"))
    return found | settings
