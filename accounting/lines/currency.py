"""How amounts of an order come into the currency of the books. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from accounting.books import Books
from accounting.reasons import Hold
from accounts_mapping.rules.total_rows import SortedRows
from connector.lib.money import CENT, ZERO, minor_digits, round_to, trim
from connector.lib.texts.said import Figure, figure, said
from stores.canonical.order import Order
from stores.canonical.refund import Refund
from stores.profile import Field

# How far a shop's own base total may be from its rate before the two contradict each other.
_PLAUSIBLE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Conversion:
    """From `foreign` to the books' `currency`; `rate` is foreign units per base unit.

    `total` and `base_total` are the order's, as the shop states them. `base_tax` stands for
    the order's `tax`, None where the shop does not state it.
    """

    foreign: str
    currency: str
    rate: Decimal
    total: Decimal
    base_total: Decimal
    tax: Decimal
    base_tax: Decimal | None

    @property
    def places(self) -> int:
        """Decimals of the converted amounts: yen stay whole."""
        return min(2, minor_digits(self.currency))

    def amount(self, foreign: Decimal) -> Decimal:
        """An amount in the base currency; the order's whole total as the shop has it."""
        if foreign == self.total:
            return self.base_total
        return round_to(foreign / self.rate, self.places)

    def tax_of(self, posted: Decimal) -> Decimal:
        """The tax in the base currency: the shop's own, or its part of it."""
        if self.base_tax is None or not self.tax:
            return self.amount(posted)
        if posted == round_to(self.tax):
            return round_to(self.base_tax)
        return round_to(self.base_tax * posted / self.tax, self.places)


def conversion(books: Books, order: Order, stands_in: str = "") -> Conversion | None:
    """How the order is converted; None where its currency can be posted as it is.

    `stands_in` is the currency in which its sale is in Xero or on its way, "" before that. Holds
    where the currency is not enabled and the setting, or what the shop says, does not allow to
    convert it.
    """
    if stands_in == order.currency:
        return None
    if stands_in and stands_in == order.base_currency and _has_base(order):
        return _conversion(order)
    organisation = books.organisation
    enabled = {*organisation.currencies, organisation.base_currency}
    if not organisation.connected or order.currency in enabled:
        return None
    _may_be_converted(books, order)
    return _conversion(order)


def _may_be_converted(books: Books, order: Order) -> None:
    """Hold where an order in a currency that is not enabled cannot be converted."""
    invoiced, organisation = books.snapshot.store.streams.invoices, books.organisation
    field = "posting.currency_not_enabled"
    names = {"currency": order.currency, "name": organisation.name}
    if not invoiced:
        text = said(
            "%(currency)s is not enabled in %(name)s. Add the currency in Xero: only invoices are "
            "converted.",
            **names,
        )
        raise Hold("currency_not_enabled", text, field)
    if books.snapshot.rules.posting.currency_not_enabled != "convert":
        text = said(
            "%(currency)s is not enabled in %(name)s. Add the currency in Xero, or choose "
            "posting.currency_not_enabled: convert.",
            **names,
        )
        raise Hold("currency_not_enabled", text, field)
    if order.base_currency != organisation.base_currency:
        text = said(
            "%(currency)s is not enabled in %(name)s. Add the currency in Xero: it cannot be "
            "converted, because the shop's base currency is %(base)s and that of the books "
            "%(books)s.",
            base=order.base_currency, books=organisation.base_currency, **names,
        )  # fmt: skip
        raise Hold("currency_not_enabled", text, Field.BASE_CURRENCY)
    if not _has_base(order):
        text = said(
            "%(currency)s is not enabled in %(name)s. Add the currency in Xero: the order has "
            "neither a total in the base currency nor a rate to convert it by.",
            **names,
        )
        raise Hold("currency_not_enabled", text, Field.BASE_TOTAL)


def _has_base(order: Order) -> bool:
    """Whether the shop says what the order comes to in its base currency, or how to tell."""
    return order.rate is not None or bool(order.base_total and order.total)


def _conversion(order: Order) -> Conversion:
    places = min(2, minor_digits(order.base_currency))
    rate, base = order.rate, order.base_total
    if rate is None:
        assert base is not None
        if base <= 0:
            raise _contradiction(order, base, figure(ZERO))
        rate = round_to(order.total / base, 6)
    expected = round_to(order.total / rate, places)
    base = expected if base is None else round_to(base)
    if not _plausible(base, expected):
        raise _contradiction(order, base, expected)
    return Conversion(
        order.currency, order.base_currency, rate, order.total, base, order.tax, order.base_tax
    )


def _plausible(base: Decimal, expected: Decimal) -> bool:
    return abs(base - expected) <= max(abs(expected) * _PLAUSIBLE, 5 * CENT)


def _contradiction(order: Order, base: Decimal, expected: Decimal | Figure) -> Hold:
    text = said(
        "The order's total is %(total)s %(currency)s and %(base)s %(base_currency)s, but by its "
        "own rate it would be %(expected)s. Correct the order in the shop, or add the currency in "
        "Xero.",
        total=order.total,
        currency=order.currency,
        base=base,
        base_currency=order.base_currency,
        expected=expected,
    )
    return Hold("totals_do_not_add_up", text, Field.BASE_TOTAL)


def before_tenders(by: Conversion, rows: SortedRows) -> Conversion:
    """The same for the order before what the shop issued itself, as refunds are stated."""
    return replace(
        by, total=by.total + rows.tendered, base_total=by.base_total + tendered_in_base(rows, by)
    )


def of_refund(
    by: Conversion, refund: Refund, earlier: Sequence[Refund], base_given: Decimal
) -> Conversion:
    """How a refund of a converted sale is converted.

    `earlier` are credited already, and stand as `base_given`. The refund that completes the
    order's total takes what is left of it, tax included, so that all of them together are the
    sale to the cent. Holds where the shop's own figures contradict its rate.
    """
    base, tax = _refunded(by, refund), _tax_back(by, refund)
    if _complete(by, (*earlier, refund)):
        base = by.base_total - base_given
        if by.base_tax is not None and _complete_tax(by, (*earlier, refund)):
            tax = by.base_tax - sum((_tax_back(by, one) for one in earlier), ZERO)
    if base <= 0:
        raise _no_part(by, refund, base)
    return replace(by, total=refund.total, base_total=base, tax=refund.tax_back, base_tax=tax)


def refunded_in_base(by: Conversion, refunds: Sequence[Refund]) -> tuple[Decimal, Decimal]:
    """What these refunds of a sale come to together, and the tax in it. Holds as `of_refund`
    does."""
    total = sum((_refunded(by, refund) for refund in refunds), ZERO)
    tax = sum((_tax_back(by, refund) for refund in refunds), ZERO)
    if _complete(by, refunds):
        total = by.base_total
        if by.base_tax is not None and _complete_tax(by, refunds):
            tax = round_to(by.base_tax)
    return total, tax


def _complete(by: Conversion, refunds: Sequence[Refund]) -> bool:
    return round_to(sum((refund.total for refund in refunds), ZERO)) == round_to(by.total)


def _complete_tax(by: Conversion, refunds: Sequence[Refund]) -> bool:
    """Whether they give back all tax; goodwill and fees kept bring tax of their own."""
    tax = sum((refund.tax_back for refund in refunds), ZERO)
    return round_to(tax) == round_to(by.tax) and not any(one.adjustment for one in refunds)


def _tax_back(by: Conversion, refund: Refund) -> Decimal:
    stated = refund.base_tax
    return round_to(refund.tax_back / by.rate, by.places) if stated is None else round_to(stated)


def _refunded(by: Conversion, refund: Refund) -> Decimal:
    """A refund by the shop's own word, else at the order's rate."""
    expected = round_to(refund.total / by.rate, by.places)
    base = expected if refund.base_total is None else round_to(refund.base_total)
    if not _plausible(base, expected):
        raise _no_part(by, refund, base)
    return base


def _no_part(by: Conversion, refund: Refund, base: Decimal) -> Hold:
    text = said(
        "The refund is over %(total)s %(foreign)s and %(base)s %(currency)s, which is not the same "
        "at the order's rate of %(rate)s. Correct it in the shop, or credit it in Xero by hand.",
        total=refund.total,
        foreign=by.foreign,
        base=base,
        currency=by.currency,
        rate=figure(trim(by.rate)),
    )
    return Hold("refund_does_not_add_up", text, Field.REFUNDS)


def tendered_in_base(rows: SortedRows, by: Conversion) -> Decimal:
    """What store-issued tenders took off the total, in the base currency."""
    return round_to(rows.tendered / by.rate, by.places)
