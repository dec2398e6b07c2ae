"""Organisations that are connected, stores that are configured, orders that are ingested."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from django.conf import settings
from django.db import transaction

from accounts_mapping.models import save_rules
from accounts_mapping.rules.schema import StoreRules
from connector.celery import app as celery
from connector.processes import tether
from connector.processes.broker import EmbeddedBroker
from sandbox.magento.orders.generate import generate_orders
from sandbox.shop.made_up.demand import Plan
from sandbox.xero import CLIENT_ID, CLIENT_SECRET
from stores import registry
from stores.canonical.records import Stream
from stores.models import Store
from stores.records import ingest
from stores.settings import StoreSettings
from sync.dispatch.freshness import prepare
from sync.ingest.orders import track
from sync.models import Posting, TrackedOrder
from xero.login import identity, oauth
from xero.models import Lane, Organisation, XeroApp

CALLBACK = "http://localhost:8000/xero/callback/"
PAGE = 100
LOG = "worker.log"
_STALLED_SECONDS = 45
EPOCH = datetime(2026, 7, 1, tzinfo=UTC)
RULES: dict[str, Any] = {
    "statuses": {"invoice": ["processing", "complete"], "reverse": ["canceled"]},
    "accounts": {
        "sales": "200", "shipping": "202", "discounts": "205", "rounding": "860",
        "other_income": "260",
    },
    "payment_accounts": {"*": "090"},
    "tax": {
        "none": "EXEMPTOUTPUT",
        "out_of_scope": "BASEXCLUDED",
        "rules": [
            {"rate": "10", "tax_type": "OUTPUT"},
            {"country": "export", "rate": "0", "tax_type": "EXEMPTEXPORT"},
        ],
    },
}  # fmt: skip


def connect(xero: str, count: int, *, daily: int = 5000) -> list[Organisation]:
    """Log in to the stand-in for each of `count` Australian organisations; all prepared."""
    app = XeroApp.objects.create(
        client_id=CLIENT_ID, client_secret=CLIENT_SECRET, daily_call_limit=daily
    )
    known = requests.get(f"{xero}/_sandbox/config", timeout=5).json()["organisations"]
    tenants = [tenant for tenant, name in known.items() if "(UK)" not in name][:count]
    for tenant in tenants:
        address, _ = identity.authorisation_address(app, CALLBACK)
        answer = requests.get(f"{address}&tenant={tenant}", allow_redirects=False, timeout=5)
        (code,) = parse_qs(urlsplit(answer.headers["Location"]).query)["code"]
        oauth.finish(app, code, CALLBACK)
    organisations = list(Organisation.objects.order_by("pk"))
    for organisation in organisations:
        prepare(organisation)
    return organisations


def add_store(organisation: Organisation, number: int, url: str = "", token: str = "") -> Store:
    """A Magento shop of the organisation; without a `url` it is only ingested into."""
    profile = StoreSettings.model_validate({
        "slug": f"shop{number}", "platform": "magento", "url": url or "http://localhost:1",
        "organisation": organisation.name, "base_currency": "AUD", "country": "AU",
        "timezone": "Australia/Sydney", "number_prefix": f"S{number}-",
        "credentials": {"bearer": token or "none"},
    })  # fmt: skip
    store = Store(organisation=organisation)
    store.apply(profile)
    store.save()
    save_rules(store, StoreRules.model_validate(RULES))
    return store


def orders(count: int, *, customers: int | None = None) -> Iterator[dict[str, Any]]:
    """Paid orders in the shop's own currency, four customers for five orders."""
    people = customers or max(1, count * 4 // 5)
    plan = Plan(customers=people, orders_per_customer=count / people, paid_only=True, foreign=0)
    for order in generate_orders(count, plan, epoch=EPOCH):
        # As read from the wire: numbers that are no integers are Decimals.
        yield json.loads(json.dumps(order), parse_float=Decimal)


def keep(store: Store, records: Iterable[Mapping[str, Any]], *, lane: Lane = Lane.BACKFILL) -> int:
    """Ingest and track page by page, as a pull does after it has read a page."""
    reader = registry.reader(store.platform)
    kept = 0
    records = iter(records)
    while page := list(islice(records, PAGE)):
        with transaction.atomic():
            rows = ingest(store, reader, Stream.ORDERS, page)
            kept += track(store, rows, lane=lane)
    return kept


def unfinished() -> int:
    """Orders to build and documents to send."""
    building = TrackedOrder.objects.filter(build_at__isnull=False)
    return building.count() + Posting.objects.waiting().count()


def posted_orders() -> int:
    return TrackedOrder.objects.filter(label=TrackedOrder.Label.POSTED).count()


def statistics(xero: str) -> Sequence[Mapping[str, Any]]:
    """What the stand-in counted, for each organisation that was called."""
    tenants = requests.get(f"{xero}/_sandbox/stats", timeout=30).json()["tenants"]
    return [tenant for tenant in tenants.values() if tenant["total"]]


def reset_statistics(xero: str) -> None:
    requests.post(f"{xero}/_sandbox/reset", json={"what": "stats"}, timeout=30).raise_for_status()


@contextmanager
def workers(count: int) -> Iterator[subprocess.Popen[bytes]]:
    """A broker, and a Celery worker with `count` processes and the beat, ready to work."""
    schedule = str(settings.DATA_DIR / "beat")
    with EmbeddedBroker(settings.DATA_DIR), (settings.DATA_DIR / LOG).open("wb") as log:
        process = subprocess.Popen(
            tether.command([
                sys.executable, "-m", "celery", "-A", "connector", "worker", "--beat",
                "--schedule", schedule, "--concurrency", str(count), "--loglevel", "WARNING",
                "--without-gossip", "--without-mingle", "--without-heartbeat",
            ]),
            stdout=subprocess.DEVNULL, stderr=log,
        )  # fmt: skip
        try:
            _wait_for_workers(process)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for_workers(process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if celery.control.ping(timeout=1):
            return
    raise RuntimeError("the worker did not start")


def wait_until_done() -> None:
    """Until nothing is left to do. RuntimeError, with what the worker logged, if it stalls."""
    left, since = unfinished(), time.monotonic()
    while left:
        time.sleep(0.1)
        if (now := unfinished()) != left:
            left, since = now, time.monotonic()
        elif time.monotonic() - since > _STALLED_SECONDS:
            lines = (settings.DATA_DIR / LOG).read_text(errors="replace").splitlines()
            errors = [line for line in lines if '"level": "error"' in line]
            raise RuntimeError(f"stalled with {left} left to do: {errors[:1]}")
