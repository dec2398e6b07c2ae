"""Canonical orders, rules and organisations for tests of the pure accounting core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.sale.build import build_order
from accounting.sale.built import Built
from accounts_mapping.rules.mapped_order import MappedOrder, map_order
from accounts_mapping.rules.resolve import MappingSnapshot
from accounts_mapping.rules.schema import Statuses, StoreRules
from stores import registry
from stores.canonical.customer import Address, Customer
from stores.canonical.order import Line, LineKind, Order, TotalRow
from stores.settings import StoreSettings
from xero.documents.facts import (
    NOT_CONNECTED,
    AccountFacts,
    ItemFacts,
    OrganisationFacts,
    TaxRateFacts,
)
from xero.documents.lines import DocumentLine, Totals

D = Decimal
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

RULES: dict[str, Any] = {
    "accounts": {
        "sales": "200", "shipping": "202", "discounts": "205", "other_income": "260",
        "rounding": "860", "gift_cards": "835", "store_credit": "836", "fixed_tax": "261",
    },
    "payment_accounts": {"checkmo": "970"},
    "tax": {
        "none": "EXEMPTOUTPUT",
        "out_of_scope": "BASEXCLUDED",
        "rules": [
            {"country": "*", "rate": rate, "tax_type": f"TAX{rate}"}
            for rate in ("5", "8.25", "10", "19", "20")
        ],
    },
}  # fmt: skip


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `changes` on top; mappings are merged, everything else replaced."""
    result = dict(base)
    for key, value in changes.items():
        inner = result.get(key)
        if isinstance(value, Mapping) and isinstance(inner, Mapping):
            result[key] = merged(inner, value)
        else:
            result[key] = value
    return result


def snapshot(
    rules: Mapping[str, Any] | None = None, platform: str = "magento", **store: Any
) -> MappingSnapshot:
    """The rules above with changes, for an Australian shop unless `store` says otherwise."""
    settings: dict[str, Any] = {
        "slug": "s1", "platform": platform, "url": "https://shop.example.com",
        "organisation": "Demo", "base_currency": "AUD", "country": "AU",
        "timezone": "Australia/Sydney", "number_prefix": "S1-",
    }  # fmt: skip
    usual = Statuses.proposed(registry.profile("magento"))
    filled = {"statuses": usual} | merged(RULES, rules or {})
    return MappingSnapshot(
        StoreSettings.model_validate(settings | store),
        StoreRules.model_validate(filled),
        registry.profile(platform),
    )


def books(
    rules: Mapping[str, Any] | None = None,
    organisation: OrganisationFacts = NOT_CONNECTED,
    items: Iterable[str | ItemFacts] = (),
    **store: Any,
) -> Books:
    """`items`: SKUs that Xero has as items of that code, or items with a SKU as their code."""
    known = [ItemFacts(item) if isinstance(item, str) else item for item in items]
    by_sku = {item.code: item for item in known}
    return Books(snapshot(rules, **store), organisation, by_sku)


def line(net: str, *, rate: str = "10", tax: str | None = None, **changes: Any) -> Line:
    """A goods line of quantity 1, taxed at `rate` on its net, without discount."""
    value = D(net)
    due = (value * D(rate) / 100).quantize(D("0.01"), "ROUND_HALF_UP") if tax is None else D(tax)
    made = Line(
        id="1", kind=LineKind.GOODS, name="Shirt", sku="SHIRT", quantity=D(1), net=value, tax=due,
        full_net=value, full_gross=value + due, unit_net=value, unit_gross=value + due,
        rate=D(rate), path="items[0]",
    )  # fmt: skip
    return replace(made, **changes)


def discounted(full: str, off: str, *, rate: str = "10", **changes: Any) -> Line:
    """A goods line with a net discount, taxed on the rest; gross before it is not stated."""
    paid = line(str(D(full) - D(off)), rate=rate)
    made = replace(paid, full_net=D(full), full_gross=None, unit_net=D(full), unit_gross=None)
    return replace(made, **changes)


def shipping(net: str, *, rate: str = "10", **changes: Any) -> Line:
    values = {"id": "shipping", "kind": LineKind.SHIPPING, "name": "Flat rate", "sku": ""}
    return line(net, rate=rate, **(values | changes))


def row(code: str, amount: str, *, tax: str = "0", counted: bool = True) -> TotalRow:
    return TotalRow(code, code.capitalize(), D(amount), code, tax=D(tax), counted=counted)


HOME = Address(
    first_name="Jane", last_name="Doe", lines=("1 High St",), city="Sydney",
    region="New South Wales", region_code="NSW", postcode="2000", country="AU",
    phone="0400 000 000",
)  # fmt: skip


def order(*lines: Line, **changes: Any) -> Order:
    """A paid order of these lines by a guest in Sydney; total and tax are their sums."""
    lines = lines or (line("100.00"),)
    rows = changes.get("rows", ())
    total = sum((one.gross for one in lines), D(0)) + sum((r.amount + r.tax for r in rows), D(0))
    fixed = sum((tax.amount for one in lines for tax in one.fixed_taxes), D(0))
    values: dict[str, Any] = {
        "id": "7", "number": "1001", "status": "processing", "state": "processing",
        "currency": "AUD", "base_currency": "AUD", "total": total + fixed,
        "tax": sum((one.tax for one in lines), D(0)) + sum((r.tax for r in rows), D(0)),
        "placed_at": NOON, "updated_at": NOON, "lines": tuple(lines),
        "customer": Customer(email="jane@example.com", first_name="Jane", last_name="Doe"),
        "billing": HOME, "shipping": HOME, "payment_method": "checkmo",
    }  # fmt: skip
    return Order(**(values | changes))


def mapped(setting: Books, made: Order) -> MappedOrder:
    """What the rules of these books say of an order."""
    return map_order(setting.snapshot, setting.organisation, made)


def build(
    made: Order,
    rules: Mapping[str, Any] | None = None,
    organisation: OrganisationFacts = NOT_CONNECTED,
    contacts: Contacts | None = None,
    **store: Any,
) -> Built:
    return build_order(books(rules, organisation, **store), made, contacts or Contacts())


def codes(built: Built) -> list[str]:
    return [reason.code for reason in built.reasons]


def lines_of(built: Built) -> tuple[DocumentLine, ...]:
    assert built.invoice is not None, built.reasons
    return built.invoice.lines


def totals(built: Built) -> Totals:
    assert built.invoice is not None, built.reasons
    found = built.invoice.expected()
    assert found is not None
    return found


def shape(built: Built) -> list[tuple[str, str, str, str, str | None]]:
    """What matters of each line: quantity, unit price, account, tax type, stated tax."""
    return [
        (
            str(one.quantity), str(one.unit_amount), one.account, one.tax_type,
            None if one.tax_amount is None else str(one.tax_amount),
        )
        for one in lines_of(built)
    ]  # fmt: skip


def account(code: str, kind: str = "REVENUE", **changes: Any) -> AccountFacts:
    made = AccountFacts(
        f"00000000-0000-0000-0000-{code:>012}", code, f"Account {code}", kind, kind, "ACTIVE"
    )
    return replace(made, **changes)


def organisation(*accounts: AccountFacts, **changes: Any) -> OrganisationFacts:
    """A connected organisation in Australia with the accounts and tax types of the rules."""
    usual = [account(code) for code in ("200", "202", "205", "260")]
    usual += [account(code, "LIABILITY", payments_enabled=True) for code in ("835", "836")]
    usual += [account("261", "LIABILITY"), account("970", "ASSET", type="BANK")]
    usual += [account("860", "EXPENSE", system_account="ROUNDING")]
    by_code = {one.code: one for one in (*usual, *accounts)}
    everywhere = frozenset({"REVENUE", "LIABILITY", "ASSET", "EXPENSE", "EQUITY"})
    rates = {f"TAX{rate}": rate for rate in ("5", "8.25", "10", "19", "20")}
    rates |= {"EXEMPTOUTPUT": "0", "BASEXCLUDED": "0"}
    values: dict[str, Any] = {
        "connected": True, "name": "Demo Company (AU)", "base_currency": "AUD", "country": "AU",
        "accounts": by_code | {one.account_id: one for one in by_code.values()},
        "tax_rates": {
            kind: TaxRateFacts(kind, kind, D(rate), "ACTIVE", everywhere)
            for kind, rate in rates.items()
        },
        "currencies": frozenset({"AUD", "EUR"}),
    }  # fmt: skip
    return OrganisationFacts(**(values | changes))
