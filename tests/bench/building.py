"""The pure functions alone: parse, build, and the payloads as text. No database, one core."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from decimal import Decimal

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.sale.build import build_order
from accounts_mapping.rules.resolve import MappingSnapshot
from accounts_mapping.rules.schema import StoreRules
from sandbox.magento.orders.generate import Generator
from sandbox.shop.made_up.demand import Plan, Wish
from stores import registry
from stores.canonical.order import Order
from stores.canonical.records import ParseFacts, Stream
from stores.settings import StoreSettings
from tests.bench import world
from tests.bench.report import Row
from tests.bench.scenarios import Options
from xero.documents.facts import AccountFacts, OrganisationFacts, TaxRateFacts
from xero.documents.payloads import stored

_AIM = 3000
_ITEMS = (("MUG-STN", 2), ("KNIFE-20", 1))  # with shipping three lines


def measure(options: Options) -> list[Row]:
    """Each step apart, the median of several rounds."""
    rounds, count = options.pick(9, 3), options.pick(600, 300)
    generator = Generator(Plan(foreign=0, coupons=0, paid_only=True))
    wish = Wish(items=_ITEMS, coupon="", shipping="flat", status="complete", guest=False)
    record = generator.order(1, world.EPOCH, until=world.EPOCH, wish=wish).order
    text = json.dumps(record)
    reader, facts, books = registry.reader("magento"), ParseFacts(), _books()
    raw = json.loads(text, parse_float=Decimal)
    order = reader.parse(Stream.ORDERS, raw, facts)
    assert isinstance(order, Order)
    built = build_order(books, order, Contacts())
    assert built.invoice is not None, built.reasons
    assert len(built.invoice.lines) == 3, built.invoice.lines

    def per_second(step: Callable[[], object]) -> float:
        return statistics.median(_timed(step, count) for _ in range(rounds))

    def payloads() -> None:
        for document in build_order(books, order, Contacts()).documents:
            stored(document.payload())
            document.expected()

    steps = f"contact, invoice and payment; median of {rounds} × {count:,}"
    return [
        Row("build, documents as dataclasses", per_second(
            lambda: build_order(books, order, Contacts())), "/s", _AIM, note=steps),
        Row("build, payloads as JSON text and totals", per_second(payloads), "/s", _AIM),
        Row("parse of the JSON text", per_second(
            lambda: json.loads(text, parse_float=Decimal)), "/s", note=f"{len(text):,} bytes"),
        Row("parse of the record", per_second(
            lambda: reader.parse(Stream.ORDERS, raw, facts)), "/s"),
    ]  # fmt: skip


def _timed(step: Callable[[], object], count: int) -> float:
    started = time.process_time()
    for _ in range(count):
        step()
    return count / (time.process_time() - started)


def _books() -> Books:
    """A connected organisation with a small chart of accounts."""
    profile = StoreSettings.model_validate({
        "slug": "shop", "platform": "magento", "url": "http://localhost:1",
        "organisation": "Books", "base_currency": "AUD", "country": "AU",
        "timezone": "Australia/Sydney", "number_prefix": "S-",
    })  # fmt: skip
    accounts = {
        code: AccountFacts(code, code, code, kind, kind, "ACTIVE", payments_enabled=code == "090")
        for code, kind in (
            ("200", "REVENUE"), ("202", "REVENUE"), ("205", "REVENUE"), ("260", "REVENUE"),
            ("860", "LIABILITY"), ("090", "BANK"),
        )
    }  # fmt: skip
    classes = frozenset({"REVENUE", "LIABILITY", "ASSET"})
    rates = {
        name: TaxRateFacts(name, name, Decimal(rate), "ACTIVE", classes)
        for name, rate in (("OUTPUT", 10), ("EXEMPTOUTPUT", 0), ("BASEXCLUDED", 0))
    }
    organisation = OrganisationFacts(
        connected=True, name="Books", base_currency="AUD", country="AU", accounts=accounts,
        tax_rates=rates, currencies=frozenset({"AUD"}),
    )  # fmt: skip
    rules = StoreRules.model_validate(world.RULES)
    return Books(MappingSnapshot(profile, rules, registry.profile("magento"), 1), organisation)
