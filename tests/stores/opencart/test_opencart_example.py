"""The example configuration of OpenCart is one that can be imported, and fits its own rules."""

from __future__ import annotations

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.sale.build import build_order
from accounts_mapping.rules.resolve import MappingSnapshot
from connector.configuration.known import Known
from connector.configuration.reading import read_configuration
from stores import registry
from stores.canonical.records import ParseFacts, Stream
from tests.accounting.orders import codes
from tests.stores.opencart.opencart_records import ECO, VAT, Shop, opencart_order
from xero.documents.facts import NOT_CONNECTED


def test_an_order_with_vat_and_eco_tax_is_posted_by_the_example() -> None:
    profile = registry.profile("opencart")
    (section,) = read_configuration(profile.example, {}.get, Known()).stores
    books = Books(MappingSnapshot(section.profile, section.store_rules, profile), NOT_CONNECTED)
    shop = Shop(classes={"eco": (VAT, ECO)})
    record = opencart_order([("100", 2, "eco")], shop=shop, shipping=("5", "eco"),
                            date_added="2026-11-02 12:00:00")  # fmt: skip
    order = registry.reader("opencart").parse(
        Stream.ORDERS, record, ParseFacts(base_currency="GBP")
    )

    built = build_order(books, order, Contacts())  # type: ignore[arg-type]

    assert codes(built) == ["payment_waits_for_approval"]
    assert built.invoice is not None
    assert [line.account for line in built.invoice.lines] == ["200", "200", "260"]
