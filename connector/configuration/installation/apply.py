"""Bring what is of no store to what a checked file, or a page, says, and say what that changed."""

from __future__ import annotations

from typing import Any

from connector.configuration.differences import (
    between,
    differences,
    secret_change,
    shown,
    values_of,
)
from connector.configuration.schema import FileSchema, XeroSection
from connector.configuration.stored import (
    XERO_SECRETS,
    known_alerts,
    logging_of,
    preferences,
    retries_of,
    xero_app,
)
from connector.models import InstallationChange
from xero.models import TokenSet, XeroApp

Alerts = list[dict[str, Any]]


class ApplyingInstallation:
    """`changes` is what it did, `notices` what a person should know beside it.

    Call `run` within a transaction: with what changed goes a row that says who changed it.
    """

    def __init__(
        self,
        configuration: FileSchema,
        author: Any = None,
        origin: str = InstallationChange.Origin.FILE,
    ) -> None:
        self.changes: list[str] = []
        self.notices: list[str] = []
        self._configuration = configuration
        self._author, self._origin = author, origin

    def run(self, alert_texts: list[str]) -> None:
        """`alert_texts` are the addresses of the alerts as the file has them. Sections that the
        file does not name stay as they are."""
        if self._configuration.xero is not None:
            self._xero(self._configuration.xero)
        self._preferences(alert_texts)
        if self.changes:
            InstallationChange.objects.create(
                author=self._author, origin=self._origin, changes=self.changes
            )

    def _xero(self, section: XeroSection) -> None:
        found = xero_app()
        app = found or XeroApp()
        before = app_values(app) if found else {}
        self.changes += [] if found else ["xero: created"]
        for key in XERO_SECRETS:
            # Absent: what is stored stays. Written as null: it is removed.
            if key in section.model_fields_set:
                self._secret(app, key, getattr(section, key) or "")
        app.mode = section.mode
        app.daily_call_limit = section.daily_call_limit
        app.live_reserve = int(section.live_reserve.removesuffix("%"))
        changed = list(differences(before, app_values(app), "xero"))
        if found is None or changed or any(line.startswith("xero.") for line in self.changes):
            app.save()
        self.changes += changed if found else []
        if not app.client_id or not app.client_secret:
            self.notices.append(
                "xero: client_id and client_secret are needed before an organisation is connected"
            )

    def _secret(self, app: XeroApp, key: str, new: str) -> None:
        if new == getattr(app, key):
            return
        self.changes.append(f"xero.{key}: {secret_change(getattr(app, key), new)}")
        if key == "client_id" and TokenSet.objects.filter(app_id=app.pk).exists():
            self.notices.append(
                "xero.client_id: organisations that were connected through the app before must be "
                "connected again"
            )
        setattr(app, key, new)

    def _preferences(self, alert_texts: list[str]) -> None:
        row, given = preferences(), self._configuration.model_fields_set
        before = row.alerts or []
        logging, retries, alerts = logging_of(row), retries_of(row), before
        if "logging" in given:
            logging = self._configuration.logging
        if "retries" in given:
            retries = self._configuration.retries
        if "alerts" in given:
            alerts = self._alerts(alert_texts)
        changes = between(logging_of(row), logging, "logging")
        changes += between(retries_of(row), retries, "retries")
        changes += _alert_changes(before, alerts)
        if changes or before != alerts:
            row.logging, row.retries, row.alerts = values_of(logging), values_of(retries), alerts
            row.save()
        self.changes += changes

    def _alerts(self, texts: list[str]) -> Alerts:
        """As they are stored; `written` remembers the variable that stands for an address."""
        stored = []
        for alert, text in zip(self._configuration.alerts, texts, strict=True):
            entry = alert.model_dump(mode="json", exclude_none=True)
            if alert.url and "${" in text:
                entry["written"] = text
            stored.append(entry)
        return stored


def _alert_changes(before: Alerts, after: Alerts) -> list[str]:
    """Line by line; an address may hold a token, so it is named and not shown."""
    lines = list(differences(_masked(before), _masked(after), "alerts"))
    for index, (old, new) in enumerate(zip(before, after, strict=False)):
        if old.get("url") and new.get("url") and old["url"] != new["url"]:
            lines.append(f"alerts[{index}].url: changed")
    return lines


def app_values(app: XeroApp) -> dict[str, Any]:
    """What the file says of the app, without its secrets."""
    return {
        "mode": str(app.mode),
        "daily_call_limit": app.daily_call_limit,
        "live_reserve": f"{app.live_reserve}%",
    }


def _masked(alerts: Alerts) -> Alerts:
    """Alerts to show: an address is only said to be there."""
    variables = [alert.variable for alert in known_alerts(alerts)]
    return [
        {key: alert[key] for key in ("email", "severity") if key in alert}
        | ({"url": shown(name)} if alert.get("url") else {})
        for alert, name in zip(alerts, variables, strict=True)
    ]
