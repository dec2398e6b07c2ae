"""From the first order to the account of all of them: sells, spoils, waits, and compares."""

from __future__ import annotations

import argparse
import contextlib
import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import yaml
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from connector.demo.remotes import Shop
from connector.lib import clock
from connector.processes.programs import python
from tests.chaos import (
    checking,
    edited_twice,
    faults,
    logged,
    report,
    resting,
    running,
    shops,
    shops_opencart,
    timing,
    verdict,
)
from tests.chaos.expecting import Rules
from tests.chaos.person import Person
from tests.chaos.processes import Process, Product
from tests.chaos.report import Log, say
from tests.chaos.running import Run, Stage
from tests.chaos.servers import Broker, PostgreSQL

# Of all orders, those that are there before the product is.
_PAST = 0.3


def run(options: argparse.Namespace, folder: Path, postgres: PostgreSQL, broker: Broker) -> bool:
    """Whether anything is wrong."""
    logs = folder / "logs"
    logs.mkdir()
    call_command("migrate", verbosity=0, interactive=False)
    timing.begin(options.seed, options.seconds, options.scale)
    chosen = _shops(options)
    product = Product(urlsplit(settings.PUBLIC_URL).port or 0, logs)
    with Log(folder / "events.jsonl") as log, _remotes(options, chosen, product.url, logs):
        person = Person(settings.PUBLIC_URL, chosen, log)
        stage = Stage(
            postgres, broker, product, faults.Xero(settings.XERO_API_URL, []), chosen, person, log,
            folder,
        )  # fmt: skip
        say(f"seed {options.seed}, {options.orders} orders, {options.seconds:g} s; "
            f"log of events: {log.path}")  # fmt: skip
        try:
            return _play(options, stage)
        finally:
            product.stop()


def _shops(options: argparse.Namespace) -> list[Shop]:
    platform = options.platform
    if options.shop:
        given = (options.slug, options.organisation, 0, 0, (), platform)
        return [_RealShop(*given, url_=options.shop)]
    return (shops_opencart if platform == "opencart" else shops).demo(options.orders)


def _past(shop: Shop) -> int:
    return round(shop.orders * _PAST)


class _RealShop(Shop):
    """A shop that is there already, at an address of its own."""

    def __init__(self, *given: Any, url_: str) -> None:
        super().__init__(*given)
        object.__setattr__(self, "_address", url_)

    @property
    def url(self) -> str:
        return str(object.__getattribute__(self, "_address"))


@contextlib.contextmanager
def _remotes(
    options: argparse.Namespace, chosen: list[Shop], web: str, logs: Path
) -> Iterator[None]:
    """The stand-in Xero and the demo shops, which nothing kills."""
    port = urlsplit(settings.XERO_API_URL).port
    command = python(
        "-m", "sandbox.xero", "--port", str(port), "--auto-consent", "--per-day", "5000",
    )  # fmt: skip
    started = [Process("xero", command, log=logs / "xero.log")]
    if not options.shop:
        started += [
            shops.process(
                shop, _past(shop), running.hook_url(web, shop.slug), log=logs / f"{shop.slug}.log"
            )
            for shop in chosen
        ]
    for one in started:
        one.start()
    try:
        running.wait_for(settings.XERO_API_URL)
        for shop in chosen:
            running.wait_for(shop.url)
        yield
    finally:
        for one in started:
            one.stop()


def _play(options: argparse.Namespace, stage: Stage) -> bool:
    product, person = stage.product, stage.person
    person.set_up(options.configuration)
    product.start()
    person.connect_first()
    for shop in stage.shops:
        if not shop.port and shop.platform == "opencart":
            shops_opencart.introduce(shop, running.hook_url(product.url, shop.slug))
    tenants = json.loads(stage.xero.read("config"))["organisations"]
    names = {shop.organisation for shop in stage.shops}
    stage.xero.tenants = [tenant for tenant, name in tenants.items() if name in names]
    before = {name: checking.known_ids(verdict.ledger_of(stage, name)) for name in names}
    stage.xero.tell(f"{product.url}/xero/webhook/")
    person.backfill()
    drivers = [_driver(options, stage, shop) for shop in stage.shops]
    for driver in drivers:
        driver.start()
    plan = [] if options.no_faults else faults.plan(
        options.seed, options.seconds, timing.until_midnight(), restores=not options.no_restore
    )  # fmt: skip
    say(f"{len(plan)} faults are planned")
    Run(stage, plan, options.seconds).play()
    for driver in drivers:
        driver.join(60)
    return _account(options, stage, before, [one.error for one in drivers if one.error])


def _driver(options: argparse.Namespace, stage: Stage, shop: Shop) -> Any:
    if options.shop:
        return shops.Script(
            shop, options.script, options.orders, options.seconds, options.seed, stage.log
        )
    count = shop.orders - _past(shop)
    hook = running.hook_url(stage.product.url, shop.slug)
    kind = shops_opencart.OpenCartDriver if shop.platform == "opencart" else shops.Driver
    return kind(shop, count, options.seconds, options.seed, hook, stage.log)


def _account(
    options: argparse.Namespace, stage: Stage, before: dict[str, frozenset[str]], wrong: list[str]
) -> bool:
    since, started = clock.now(), time.monotonic()
    say("The faults are over; waiting for rest.")

    def look(left: dict[str, int]) -> None:
        stage.log.note("rest", "look", left=left)
        stage.person.look()

    left = resting.wait(since, options.rest, look)
    say(f"at rest after {time.monotonic() - started:.0f} s" if not left else f"no rest: {left}")
    wrong += [f"left to do: {name} {count}" for name, count in left.items()]
    if left:
        wrong += resting.stuck()
    reconciled = verdict.reconcile()
    logged_errors = logged.unforeseen(stage.folder / "logs")
    wrong += [f"logged {count} times: {text}" for text, count in logged_errors.items()]
    orders, asked, found = _compare(options, stage, before)
    wrong += [*verdict.found_by_reconcile(reconciled, asked), *found]
    verdict.show(stage, orders, len(asked))
    for line in wrong:
        stage.log.note("wrong", line)
    if wrong:
        _keep(stage, before)
    report.wrong(wrong)
    return bool(wrong)


def _compare(
    options: argparse.Namespace, stage: Stage, before: dict[str, frozenset[str]]
) -> tuple[int, set[tuple[str, str]], list[str]]:
    """How many orders there are, those that may wait for a person, and what is wrong."""
    connections.close_all()
    rows = resting.rows()
    events = edited_twice.read(stage.log.path.read_text(encoding="utf-8"))
    stores = yaml.safe_load(options.configuration.read_text(encoding="utf-8"))["stores"]
    rules = {store["slug"]: Rules.of(store) for store in stores}
    orders, asked, wrong = 0, set[tuple[str, str]](), list[str]()
    for organisation, known in sorted(before.items()):
        there = [shop for shop in stage.shops if shop.organisation == organisation]
        found = verdict.Verdict(rules, there, verdict.ledger_of(stage, organisation), known)
        asked |= found.asked(rows, events)
        wrong += found.wrong(rows, asked)
        orders += found.orders
    return orders, asked, wrong


def _keep(stage: Stage, organisations: Iterable[str]) -> None:
    """Both sides as they stand, for whoever looks into it."""
    stage.postgres.dump(stage.folder / "end.dump")
    for number, name in enumerate(sorted(organisations), start=1):
        ledger = stage.xero.read(f"ledger?{urlencode({'tenant': name})}")
        (stage.folder / f"ledger-{number}.json").write_bytes(ledger)
