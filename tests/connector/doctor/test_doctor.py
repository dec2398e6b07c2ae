"""`doctor`: one line for each check, how to fix what is wrong, and the exit code."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import responses
from django.core.management import call_command
from django.db import connection
from django.urls import path

from connector.configuration.importing import import_configuration
from connector.doctor import installation, patience
from connector.doctor.examine import examine, examine_store
from connector.doctor.findings import Severity
from connector.lib import clock
from connector.lib.errors import Misconfigured
from stores import registry
from stores.canonical.records import StoreFacts
from stores.models import SourceRecord, Store
from sync.models import TrackedOrder
from tests.connector.test_configuration_reading import STORE
from xero.models import Organisation, TokenSet, XeroApp

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

urlpatterns = [path("", lambda request: None)]

SCOPES = " ".join(
    f"accounting.{name}"
    for name in ("invoices", "payments", "contacts", "settings", "banktransactions")
)


def run() -> tuple[int, list[str]]:
    out = StringIO()
    try:
        call_command("doctor", stdout=out, no_color=True)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def line(lines: list[str], subject: str) -> str:
    return next(one for one in lines if one[2:].startswith(f"{subject}:"))


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store whose shop answers."""
    import_configuration(STORE + "    credentials: {bearer: hush}\n", lookup={}.get)
    facts = StoreFacts(name="Shop", version="2.4.7", currency="AUD", timezone="UTC")
    monkeypatch.setattr(registry.adapter_class("magento"), "probe", lambda self: facts)
    return Store.objects.get()


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Organisation:
    app = XeroApp.objects.create(client_id="id", client_secret="hush")
    tokens = TokenSet.objects.create(
        app=app, access_token="hush", scopes=SCOPES, expires_at=clock.now() + timedelta(hours=1)
    )
    monkeypatch.setattr("xero.login.identity.connections", lambda token: [token])
    return Organisation.objects.create(
        tenant_id="t", name="Demo", connected=True, token_set=tokens,
        reference_refreshed_at=clock.now(),
    )  # fmt: skip


def test_an_empty_database_has_nothing_to_fix():
    code, lines = run()
    assert (code, lines[-1]) == (0, "Nothing must be fixed.")
    assert line(lines, "settings").startswith("✓")
    assert line(lines, "database") == f"✓ database: {connection.vendor}, all migrations applied"
    assert line(lines, "Xero").startswith("! Xero: no app is entered yet → ")
    assert line(lines, "stores").startswith("! stores: none is configured yet → ")


def test_all_is_well(shop, connected):
    Store.objects.update(organisation=connected)
    code, lines = run()
    assert code == 0
    assert line(lines, "secrets") == "✓ secrets: 4 stored, all can be opened"
    assert line(lines, "Xero log-in") == "✓ Xero log-in: accepted, reaches 1 organisation"
    assert line(lines, "organisation Demo").startswith("✓")
    assert line(lines, "store au") == "✓ store au: Shop answers 2.4.7"
    assert line(lines, "mapping of au") == "✓ mapping of au: fits the organisation"
    assert line(lines, "work") == "✓ work: nothing waits for a person"
    assert "hush" not in "".join(lines)


def test_a_shop_that_refuses_is_to_be_fixed(shop, monkeypatch):
    def refuse(self: Any) -> StoreFacts:
        raise Misconfigured("The shop refuses the token.", code="x", hint="Enter it again.")

    monkeypatch.setattr(registry.adapter_class("magento"), "probe", refuse)
    code, lines = run()
    assert (code, lines[-1]) == (1, "1 to fix.")
    assert line(lines, "store au") == "✗ store au: The shop refuses the token. → Enter it again."


@responses.activate
def test_a_store_without_credentials_is_wrong_and_one_that_is_off_hinders_nothing():
    import_configuration(STORE, lookup={}.get)
    assert line(run()[1], "store au").startswith("✗ store au: has no credentials")
    import_configuration(STORE + "    enabled: false\n", lookup={}.get)
    code, lines = run()
    assert code == 0
    assert line(lines, "store au").startswith("! store au: is switched off; has no credentials")
    alone = [one for one in examine_store(Store.objects.get()) if one.subject == "store au"]
    assert alone[0].level is Severity.WRONG


def test_a_shop_that_stays_silent_does_not_keep_the_others_waiting(shop, monkeypatch):
    woken = threading.Event()
    monkeypatch.setattr(patience, "SECONDS", 0.05)
    monkeypatch.setattr(registry.adapter_class("magento"), "probe", lambda self: woken.wait(20))
    begun = time.monotonic()
    lines = run()[1]
    woken.set()
    assert time.monotonic() - begun < 5
    assert line(lines, "store au").startswith("! store au: no answer within the 0.05 seconds")
    assert line(lines, "work")


def test_an_action_of_returns_that_the_shop_has_not_is_named_with_those_that_it_has(
    shop, connected
):
    text = STORE + "    credentials: {bearer: hush}\n    refunds: {return_actions: ['4']}\n"
    Store.objects.update(organisation=connected, facts={"return_actions": [["1", "Refunded"]]})
    report = import_configuration(text, lookup={}.get)
    said = 'refunds.return_actions: the shop has no action "4". It has 1 (Refunded)'
    assert f"stores.au.{said}" in report.notices
    assert line(run()[1], "mapping of au").startswith(f"! mapping of au: {said}")


def test_the_mapping_of_a_store_that_is_off_is_checked_before_it_is_let_go(shop, connected):
    import_configuration(
        STORE + "    enabled: false\n    accounts: {sales: '999'}\n", lookup={}.get
    )
    Store.objects.update(organisation=connected)
    code, lines = run()
    assert (code, lines[-1]) == (1, "1 to fix.")
    assert line(lines, "store au") == "! store au: is switched off; Shop answers 2.4.7"
    assert line(lines, "mapping of au").startswith("✗ mapping of au: accounts.sales")


def test_a_platform_without_an_adapter_is_one_line(settings):
    settings.STORE_ADAPTERS = {"magento": "stores.nowhere.Adapter"}
    import_configuration(STORE + "    credentials: {bearer: hush}\n", lookup={}.get)
    code, lines = run()
    assert code == 1
    assert line(lines, "store au").startswith(
        "✗ store au: The part of the program that reads these shops, stores.nowhere.Adapter"
    )


def test_an_organisation_that_a_store_needs_must_be_connected(shop, connected):
    connected.connected, connected.reason = False, "Ended in Xero."
    connected.save()
    assert line(run()[1], "organisation Demo").startswith("! organisation Demo: Ended in Xero.")
    Store.objects.update(organisation=connected)
    code, lines = run()
    assert code == 1
    assert line(lines, "organisation Demo").startswith("✗ organisation Demo: Ended in Xero. → ")


def test_old_reference_data_and_missing_scopes_are_to_be_fixed(connected):
    connected.reference_refreshed_at = clock.now() - timedelta(days=3)
    connected.save()
    TokenSet.objects.update(scopes=SCOPES.replace("accounting.payments", ""))
    found = [one for one in examine() if one.subject == "organisation Demo"]
    assert [(one.level, one.text.split(" on ")[0]) for one in found] == [
        (Severity.WRONG, "not granted: payments and refunds"),
        (Severity.WRONG, "accounts and tax rates were read last"),
    ]


def test_a_mapping_that_does_not_fit_is_to_be_fixed(shop, connected):
    Store.objects.update(organisation=connected)
    text = STORE + "    accounts: {sales: '200'}\n"
    import_configuration(text, lookup={}.get)
    code, lines = run()
    assert code == 1
    wrong = "✗ mapping of au: accounts.sales: Demo has no account 200."
    assert line(lines, "mapping of au").startswith(wrong)


def test_a_secret_that_no_key_opens_is_to_be_fixed(shop, settings):
    settings.FIELD_ENCRYPTION_KEYS = ["A" * 43 + "="]
    code, lines = run()
    assert code == 1
    assert line(lines, "secrets").startswith("✗ secrets: stores.Store.credentials cannot be")
    assert not [one for one in lines if "store au" in one]


def test_a_broker_that_is_down(settings):
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    code, lines = run()
    assert code == 1
    assert line(lines, "broker").startswith("✗ broker: does not answer")
    settings.CELERY_BROKER_URL = ""
    assert line(run()[1], "broker").startswith("! broker: the embedded one is not running")


def test_a_broker_that_answers(settings, embedded_broker):
    settings.CELERY_BROKER_URL = embedded_broker
    assert line(run()[1], "broker") == "✓ broker: answers"


def test_migrations_that_are_missing(monkeypatch):
    monkeypatch.setattr(
        installation.MigrationExecutor, "migration_plan", lambda self, goals: [1, 2]
    )
    code, lines = run()
    assert code == 1
    assert line(lines, "database") == (
        "✗ database: 2 migrations are not applied → Run `python manage.py migrate`."
    )
    assert line(lines, "settings")
    assert len(lines) == 4


def test_bad_settings_are_to_be_fixed(settings):
    settings.XERO_API_URL = "http://api.example.com"
    code, lines = run()
    assert code == 1
    assert line(lines, "settings").startswith("✗ settings: XERO_API_URL is plain http. → Use https")


def test_held_orders_are_mentioned(shop):
    record = SourceRecord.objects.create(
        store=shop, stream="orders", source_id="1", digest="d", body="{}"
    )
    TrackedOrder.objects.create(
        store=shop, source_id="1", number="1", record=record, state=TrackedOrder.State.HELD
    )
    code, lines = run()
    assert code == 0
    assert line(lines, "work").startswith("! work: 1 order and 0 documents held, 0 documents")
