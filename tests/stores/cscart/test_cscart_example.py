"""The example configuration of CS-Cart is one that can be imported, and fits its own rules."""

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
from tests.stores.cscart.cscart_records import A, on, order, product, tax
from xero.documents.facts import NOT_CONNECTED


def test_an_order_with_a_surcharge_is_posted_by_the_example() -> None:
    profile = registry.profile("cscart")
    keys = {"STORE_CS_EMAIL": "api@example.com", "STORE_CS_API_KEY": "k3y"}
    (section,) = read_configuration(profile.example, keys.get, Known()).stores
    books = Books(MappingSnapshot(section.profile, section.store_rules, profile), NOT_CONNECTED)
    gst = tax(11, {"P": 10, "PS": 1, "S": 0, "items": on(A)}, rate="10.000")
    record = order(
        "121.00", product(A, "110.00"), taxes={"6": gst}, payment_surcharge="11.00",
        timestamp="1793620800", b_country="AU", s_country="AU",
    )  # fmt: skip
    sold = registry.reader("cscart").parse(Stream.ORDERS, record, ParseFacts(base_currency="AUD"))

    built = build_order(books, sold, Contacts())  # type: ignore[arg-type]

    assert codes(built) == ["payment_waits_for_approval"]
    assert built.invoice is not None
    lines = [(line.account, line.tax_type) for line in built.invoice.lines]
    assert lines == [("200", "OUTPUT"), ("260", "OUTPUT")]
