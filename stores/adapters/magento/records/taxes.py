"""The taxes of a Magento order by name: which percentage each line bears, and who gets it.

`extension_attributes.item_applied_taxes` lists, per taxable thing (an order item, shipping,
a fixed product tax), each tax with its own share of the amount
(Magento\\Tax\\Model\\Sales\\Order\\TaxManagement). Items also carry `itemized_taxes`, the order
`additional_itemized_taxes` in 2.4.7; older or hand-made records have neither.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connector.lib import money
from connector.lib.money import ZERO
from connector.lib.texts.said import figure, said
from stores.adapters.magento.records.amounts import OrderItem, Shipping
from stores.canonical.order import TaxShare
from stores.canonical.records import ParseError
from stores.raw import Raw


@dataclass(frozen=True, slots=True)
class FixedTax:
    """A fixed product tax (weee) on one item, for the whole quantity; `tax` is tax on it."""

    name: str
    amount: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Taxes:
    """The named taxes of one order, looked up by what they were charged on.

    `rates` are the percentages that its items bear, for what no record names the tax of.
    """

    by_item: dict[str, tuple[TaxShare, ...]]
    on_fixed: dict[str, tuple[TaxShare, ...]]
    shipping: tuple[TaxShare, ...]
    header: tuple[TaxShare, ...]
    rates: tuple[Decimal, ...] = ()

    def of_item(self, item: OrderItem) -> tuple[Decimal, tuple[TaxShare, ...]]:
        """The rate and the shares of a charged item."""
        shares = self.by_item.get(item.id) or _itemized(item.raw)
        stated = item.raw.optional("tax_percent")
        rate = stated if stated or not shares else _sum_of_rates(shares)
        if rate is None and not item.tax:
            rate = ZERO
        if rate is None or (item.tax and not rate):
            raise without_rate(item.raw, "tax_amount")
        if not shares and item.tax and len(self.header) == 1:
            shares = self.header
        return rate, fitted(shares, item.tax, rate)

    def of_shipping(self, order: Raw, part: Shipping) -> tuple[Decimal, tuple[TaxShare, ...]]:
        """The rate and the shares of the shipping line."""
        shares = self.shipping
        if not shares and len(self.header) == 1 and self._fits(part):
            shares = self.header
        rate = _sum_of_rates(shares) if shares else ZERO
        if part.tax and not rate:
            rate = self._explaining(part)
            shares = tuple(share for share in self.header if share.rate == rate)[:1]
        if part.tax and not rate:
            raise without_rate(order, "shipping_tax_amount")
        return rate, fitted(shares, part.tax, rate)

    def _explaining(self, part: Shipping) -> Decimal:
        """The rate of the order that explains the tax on shipping; 0 where none does, or two.

        Exactly is better than to a cent.
        """
        known = {*self.rates, *(share.rate for share in self.header if share.rate)}
        off = {rate: _off(part, rate) for rate in known}
        exact = [rate for rate in known if not off[rate]]
        close = exact or [rate for rate in known if off[rate] <= money.CENT]
        return close[0] if len(close) == 1 else ZERO

    def of_fixed(self, item: OrderItem, tax: FixedTax) -> tuple[Decimal, tuple[TaxShare, ...]]:
        """The rate and the shares of the tax that was charged on a fixed product tax."""
        shares = self.on_fixed.get(item.id) or self.by_item.get(item.id, ())
        rate = _sum_of_rates(shares) or item.raw.amount("tax_percent")
        if not rate:
            raise without_rate(item.raw, "weee_tax_applied")
        return rate, fitted(shares, tax.tax, rate)

    def _fits(self, part: Shipping) -> bool:
        """Whether the order's only rate explains the tax on shipping, to the cent."""
        net, tax = part.net, part.tax
        if not net and part.full_gross is not None:
            net, tax = part.full_net, part.full_gross - part.full_net
        rate = self.header[0].rate or ZERO
        return any(
            abs(money.round_to(basis * rate / 100) - tax) <= money.CENT
            for basis in (net, part.full_net)
        )


def read_taxes(order: Raw) -> Taxes:
    """Index the named taxes of an order."""
    extra = order.child("extension_attributes")
    by_item: dict[str, tuple[TaxShare, ...]] = {}
    on_fixed: dict[str, tuple[TaxShare, ...]] = {}
    shipping: tuple[TaxShare, ...] = ()
    for entry in extra.children("item_applied_taxes"):
        shares = _applied(entry)
        kind = entry.text("type")
        if kind == "shipping":
            shipping += shares
        elif kind == "weee":
            on_fixed[entry.text("associated_item_id") or entry.text("item_id")] = shares
        elif kind == "product":
            by_item[entry.text("item_id")] = shares
    if not shipping:
        listed = extra.children("additional_itemized_taxes")
        shipping = tuple(_share(one) for one in listed if _is_shipping(one))
    percents = (raw.optional("tax_percent") for raw in order.children("items"))
    rates = tuple(dict.fromkeys(rate for rate in percents if rate))
    return Taxes(by_item, on_fixed, shipping, _applied(extra), rates)


def fixed_taxes(raw: Raw) -> tuple[FixedTax, ...]:
    """The fixed product taxes of an order item.

    `weee_tax_applied` is JSON inside a string: a list of `title`, `row_amount`,
    `row_amount_incl_tax` (Magento\\Weee\\Model\\Total\\Quote\\WeeeTax).
    """
    total = raw.optional("weee_tax_applied_row_amount")
    entries = [Raw(entry, raw.at("weee_tax_applied")) for entry in _weee_entries(raw)]
    taxes = tuple(tax for tax in map(_fixed_tax, entries) if tax.amount)
    listed = sum((tax.amount for tax in taxes), ZERO)
    if total is None or total == listed:
        return taxes
    if not taxes:
        return (FixedTax("Fixed product tax", total, ZERO),)
    raise raw.refusal(
        "weee_tax_applied_row_amount",
        said("but weee_tax_applied adds up to %(sum)s", sum=figure(listed)),
        "lines_differ",
    )


def _fixed_tax(entry: Raw) -> FixedTax:
    amount = entry.number("row_amount")
    with_tax = entry.optional("row_amount_incl_tax")
    tax = ZERO if with_tax is None else with_tax - amount
    return FixedTax(entry.text("title") or "Fixed product tax", amount, tax)


def _weee_entries(raw: Raw) -> list[dict[str, Any]]:
    value = raw.data.get("weee_tax_applied")
    if isinstance(value, str) and value:
        try:
            value = json.loads(value, parse_float=Decimal)
        except (ValueError, RecursionError):
            raise raw.refusal("weee_tax_applied", said("not JSON"), "bad_object") from None
    if not value:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise raw.refusal("weee_tax_applied", said("not a list of taxes"), "bad_list")
    return value


def fitted(shares: Sequence[TaxShare], tax: Decimal, rate: Decimal) -> tuple[TaxShare, ...]:
    """The shares so that they sum to the line's tax.

    A cent of rounding goes to the largest share. Shares that are about something else (an
    order's tax for a line's) become one share under their names.
    """
    if not shares:
        return (TaxShare("", rate, tax),) if tax else ()
    missing = tax - sum((share.amount for share in shares), ZERO)
    if abs(missing) > money.CENT * len(shares):
        return (TaxShare(" + ".join(share.name for share in shares), rate, tax),)
    largest = max(range(len(shares)), key=lambda index: shares[index].amount)
    return tuple(
        TaxShare(share.name, share.rate, share.amount + missing) if index == largest else share
        for index, share in enumerate(shares)
    )


def _off(part: Shipping, rate: Decimal) -> Decimal:
    """By how much a rate misses the tax on shipping, on what was charged or before discounts."""
    return min(
        abs(money.round_to(basis * rate / 100) - money.round_to(part.tax))
        for basis in (part.net, part.full_net)
    )


def without_rate(raw: Raw, key: str) -> ParseError:
    """The refusal of a tax whose percentage the record does not tell."""
    return raw.refusal(key, said("a tax, but no rate of it is given"), "tax_without_rate")


def _applied(entry: Raw) -> tuple[TaxShare, ...]:
    return tuple(_share(one) for one in entry.children("applied_taxes"))


def _itemized(item: Raw) -> tuple[TaxShare, ...]:
    listed = item.child("extension_attributes").children("itemized_taxes")
    return tuple(_share(one) for one in listed)


def _is_shipping(entry: Raw) -> bool:
    return entry.text("taxable_item_type") == "shipping"


def _share(entry: Raw) -> TaxShare:
    name = entry.text("title") or entry.text("code") or entry.text("tax_code")
    rate = entry.optional("percent" if entry.has("percent") else "tax_percent")
    key = "real_amount" if entry.has("real_amount") else "amount"
    return TaxShare(name, rate, entry.amount(key))


def _sum_of_rates(shares: Sequence[TaxShare]) -> Decimal:
    return sum((share.rate or ZERO for share in shares), ZERO)
