"""A configuration that no file ever held: made by the pages' forms, it goes out as a file and comes
back from it as it was."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.test import Client

from accounts_mapping.models import Draft, MappingVersion
from connector.configuration.exporting import exported
from connector.configuration.importing import import_configuration
from connector.configuration.versions.draft import draft
from connector.models import InstallationChange
from connector.pages.mapping.subjects import SUBJECTS
from stores.models import Store
from sync.models import Preferences
from tests.connector.test_configuration_reading import STORE
from tests.web.subjects.forms import form_with
from tests.web.subjects.test_round_trip import MORE, wrong
from xero.models import XeroApp

pytestmark = [pytest.mark.django_db, pytest.mark.stories]

PAGES = [*(f"/mapping/au/{one.slug}/" for one in SUBJECTS), "/stores/au/edit/"]
SETTINGS = """\
    name: "Shop: the ${first}"
    environment: sandbox
    country: AU
    shop_timezone: Europe/Berlin
    number_prefix: "S1-"
    cut_over: 2026-01-31
    only: {websites: [base], store_views: ["nz *"]}
    streams: {customers: both, products: true, stock: to_xero}
    schedule: {orders: 10m, stock: "0 4 * * 1-5"}
    fields: {orders: [note, po_number], products: []}
    write_back: {comment: true}
"""
APP = {
    "mode": "custom", "client_id": "F" * 32, "client_secret": "a secret", "live_reserve": "35",
    "daily_call_limit": "5000",
}  # fmt: skip
KEYS = {"bearer": "a ${bearer}", "webhook_secret": "a hook"}
NEW = {
    "name": "AU", "slug": "au", "url": "https://shop.example.com", "base_currency": "AUD",
    "timezone": "Australia/Sydney", "organisation": "Demo",
}  # fmt: skip
INSTALLATION = {
    "retries.attempts": "7", "retries.base": "45s", "retries.cap": "2d", "logging.debug": "on",
    "logging.retention_days": "90", "alerts-TOTAL_FORMS": "3",
    "alerts-0-email": "ana@example.com", "alerts-0-severity": "warning",
    "alerts-1-url": "slack://a/${b}", "alerts-1-severity": "info",
    "alerts-2-url": "json://c.example.com", "alerts-2-severity": "error",
}  # fmt: skip
VARIABLES = {
    "XERO_CLIENT_ID": APP["client_id"], "XERO_CLIENT_SECRET": APP["client_secret"],
    "STORE_AU_BEARER": KEYS["bearer"], "STORE_AU_WEBHOOK_SECRET": KEYS["webhook_secret"],
    "ALERT_2_URL": INSTALLATION["alerts-1-url"], "ALERT_3_URL": INSTALLATION["alerts-2-url"],
}  # fmt: skip
ROWS: tuple[type[models.Model], ...] = (
    Draft, MappingVersion, Store, Preferences, XeroApp, InstallationChange,
)  # fmt: skip


def start_over() -> None:
    for model in ROWS:
        model._base_manager.all().delete()


def sent(page: Client, address: str, form: Any) -> None:
    answer = page.post(address, form)
    assert answer.status_code == 302, (address, wrong(answer.text))


def test_what_is_made_in_the_browser_goes_round_by_a_file(page: Client) -> None:
    # What is typed into each page, as a page that has it would send it.
    import_configuration(STORE + SETTINGS.replace("${", "$${") + MORE, lookup={}.get)
    wanted = draft(Store.objects.get()).live
    typed = {address: form_with(page.get(address).text, "seen") for address in PAGES}
    start_over()

    sent(page, "/xero/", form_with(page.get("/xero/").text, "seen") | APP)
    sent(page, "/settings/", form_with(page.get("/settings/").text, "seen") | INSTALLATION)
    sent(page, "/add-store/?platform=magento", NEW | KEYS)
    for address in PAGES:
        shown = form_with(page.get(address).text, "seen")
        sent(page, address, typed[address] | {"seen": shown["seen"]})
    store = Store.objects.get()
    sent(page, "/mapping/au/draft/publish/", {"revision": draft(store).revision})
    sent(page, "/stores/au/switch/", {"on": "1"})

    made = exported()
    assert draft(Store.objects.get()).live == wanted
    assert not any(value in made for value in VARIABLES.values())
    start_over()
    import_configuration(made, lookup=VARIABLES.get)
    assert exported() == made
    # And what the file does not show.
    app, store, alerts = XeroApp.objects.get(), Store.objects.get(), Preferences.load().alerts
    assert (app.client_id, app.client_secret) == (APP["client_id"], APP["client_secret"])
    assert (store.credentials, store.webhook_secret, store.enabled) == (
        {"bearer": KEYS["bearer"]}, KEYS["webhook_secret"], True,
    )  # fmt: skip
    assert [one.get("url") for one in alerts] == [None, "slack://a/${b}", "json://c.example.com"]
