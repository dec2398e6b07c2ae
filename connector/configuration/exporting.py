"""`config export`: the database as a file, in the order in which the file is documented.

Every setting is written, also where it is the default, so that the file shows how the
product works and keeps its meaning; what is unmapped or empty without a default is left
out. Secrets are written as variables: imported without them, the stored ones stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from accounts_mapping.rules.conditions import ProductOverride, Rule, When
from accounts_mapping.rules.schema import RowAccount
from accounts_mapping.rules.tax_schema import SalesTax, TaxRule
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
from connector.lib.money import plain
from stores.models import SECRET_FIELDS, Store
from xero.models import XeroApp

# Written without the fields that are at their defaults: most of theirs are.
_ENTRIES = (TaxRule, Rule, When, ProductOverride, RowAccount, SalesTax)
# Left out where empty: they have no default that a reader would want to see.
_NO_DEFAULT = frozenset(
    {"accounts", "payment_accounts", "total_rows", "products", "lookups", "rules", "tracking"}
)
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
    parts.append(written({"logging": _plain(logging_of(row)), "retries": _plain(retries_of(row))}))
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
    return dict(_store_items(store))


def _store_items(store: Store) -> Iterator[tuple[str, Any]]:
    """In the documented order: what it is, how it is reached, how it is posted."""
    profile = store.profile
    for key in ("slug", "name", "platform", "url"):
        yield key, escaped(getattr(profile, key))
    if store.credentials:
        keys = store.credentials
        yield "credentials", {key: Reference(variable(store.slug, key)) for key in keys}
    if store.webhook_secret:
        yield "webhook_secret", Reference(variable(store.slug, "webhook_secret"))
    first = ("organisation", "environment", "base_currency", "country", "timezone")
    rest = [key for key in type(profile).model_fields if key not in first]
    for key in (*first, *rest):
        if key not in ("slug", "name", "platform", "url", *SECRET_FIELDS):
            value = _plain(getattr(profile, key))
            if value is not None:
                yield key, value
    for key, value in rules_of(store):
        converted = _plain(value)
        if key == "tax":
            converted = {k: v for k, v in converted.items() if v not in ({}, [])}
        if converted or key not in _NO_DEFAULT:
            yield key, converted


def _plain(value: Any) -> Any:
    """Settings → what the YAML writer takes; None is left out of mappings."""
    if isinstance(value, BaseModel):
        return _section(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return Number(plain(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return Number(str(value))
    return value


def _section(model: BaseModel) -> dict[str, Any]:
    found = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        is_default = isinstance(model, _ENTRIES) and value == field.default
        if value is None or is_default:
            continue
        # A condition with one text is written as the text.
        if isinstance(model, When | TaxRule) and isinstance(value, tuple) and len(value) == 1:
            value = value[0]
        found[field.alias or name] = _plain(value)
    return found
