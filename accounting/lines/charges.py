"""An order's lines and total rows as resolved charges: which account, which tax. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from accounting.books import Books
from accounting.lines.charge import Charge, Tracking
from accounting.lines.tax_lines import split_taxes
from accounting.lines.total_rows import less_discounts, rates_of, with_their_tax
from accounting.lines.tracked_items import Stock
from accounting.postable import (
    account_target,
    effective_rate,
    found,
    line_account_fits,
    no_rate,
    same_rate,
    tax_fits,
    tracking_fits,
)
from accounting.reasons import Hold
from accounts_mapping.rules.mapped_lines import MappedFee, MappedLine
from accounts_mapping.rules.mapped_order import MappedOrder
from accounts_mapping.rules.resolve import Resolution
from accounts_mapping.rules.texts import Tracked
from connector.lib.money import ZERO, minor_digits, round_to
from connector.lib.texts.said import figure, said
from stores.canonical.order import Line, LineKind, Order, TotalRow
from xero.documents.facts import ItemFacts
from xero.documents.lines import TaxMode


@dataclass(frozen=True, slots=True)
class Charges:
    """All charges of an order, and the tax that the shop charged on them: what it states in
    all, less what is posted as lines. `skipped` is tracking that Xero lacks, `oversold` says
    of each line why it goes without its tracked item."""

    all: list[Charge]
    tax: Decimal
    skipped: Tracking = ()
    oversold: tuple[str, ...] = ()


def charges_of(books: Books, mapped: MappedOrder, mode: TaxMode) -> Charges:
    """All charges of an order: its lines, its fees, and taxes that are lines of their own."""
    order, rows = mapped.order, mapped.rows
    fees = with_their_tax(order, rows)
    discounts = rows.discounts
    row_tax = sum((row.tax for row in (*(row for row, _ in fees), *discounts)), ZERO)
    split = split_taxes(books, mapped, row_tax)
    if books.snapshot.rules.tax.sales_tax is not None:
        fees = [(_untaxed(row), to) for row, to in fees]
        discounts = tuple(_untaxed(row) for row in discounts)
    resolver = _Resolver(books, mapped, mode)
    lines = less_discounts(split.lines, discounts)
    charges = [resolver.line(line, to) for line, to in zip(lines, mapped.lines, strict=True)]
    charges += [resolver.fee(row, to) for row, to in fees]
    stated = _stated_tax(order, row_tax)
    skipped = tuple(dict.fromkeys(resolver.skipped))
    oversold = tuple(resolver.stock.oversold)
    return Charges(charges + split.charges, stated - split.moved, skipped, oversold)


def _stated_tax(order: Order, row_tax: Decimal) -> Decimal:
    """The order's tax as stated, without fixed taxes where the shop counts them in."""
    lines = sum((line.tax for line in order.lines), row_tax)
    fixed = sum((tax.amount for line in order.lines for tax in line.fixed_taxes), ZERO)
    with_fixed = abs(order.tax - fixed - lines) < abs(order.tax - lines)
    return order.tax - fixed if with_fixed else order.tax


def _untaxed(row: TotalRow) -> TotalRow:
    return TotalRow(row.code, row.title, row.amount, row.path, counted=row.counted)


class _Resolver:
    """Turns the lines and fees of one order into charges."""

    def __init__(self, books: Books, mapped: MappedOrder, mode: TaxMode) -> None:
        self._books = books
        self._order = mapped.order
        self._elsewhere = mapped.tracking
        self._inclusive = mode is TaxMode.INCLUSIVE
        self.skipped: list[tuple[str, str]] = []
        self.stock = Stock(books, mapped.order)

    def line(self, line: Line, to: MappedLine) -> Charge:
        snapshot, organisation = self._books.snapshot, self._books.organisation
        account = found(to.account)
        facts = line_account_fits(organisation, account)
        answer = found(to.tax_type)
        _check_voucher(line, answer)
        tax_fits(organisation, facts, answer)
        rate = effective_rate(snapshot, organisation, answer.value, _percent(line))
        _check_rate(line, answer, rate, self._order.currency)
        target, is_id = account_target(organisation, account.value)
        item = self._item(line, to)
        return Charge(
            description=line.name,
            quantity=line.quantity,
            full=_full(line, self._inclusive),
            charged=line.gross if self._inclusive else line.net,
            tax=line.tax,
            account=target,
            tax_type=answer.value,
            rate=rate,
            unit=line.unit_gross if self._inclusive else line.unit_net,
            item_code=item.code if item else "",
            tracking=self._tracking(to.tracking),
            account_is_id=is_id,
            as_charged=answer.as_charged,
            shop_rate=line.percent,
            id=line.id,
            sources=_sources(account, answer, to.tracking),
            goods=line.kind is LineKind.GOODS,
            counted=item is not None and item.tracked,
            untaxed_discount=line.discounted_after_tax and bool(line.tax),
            discount_type=to.untaxed if isinstance(to.untaxed, Resolution) else None,
        )

    def fee(self, row: TotalRow, to: MappedFee) -> Charge:
        """A row of the total as a line, its rate being one that the shop charged elsewhere."""
        snapshot, organisation = self._books.snapshot, self._books.organisation
        account = found(to.account)
        facts = line_account_fits(organisation, account)
        rate = self._row_rate(row, to.tax_type)
        answer = to.tax_type or found(to.by_rate[rate])
        tax_fits(organisation, facts, answer)
        effective = effective_rate(snapshot, organisation, answer.value, rate)
        same_rate(answer, effective, rate, row.title)
        amount = row.amount + row.tax if self._inclusive else row.amount
        target, is_id = account_target(organisation, account.value)
        return Charge(
            row.title, Decimal(1), amount, amount, row.tax, target, answer.value, effective,
            tracking=self._tracking(self._elsewhere), account_is_id=is_id,
            as_charged=answer.as_charged, shop_rate=rate, id=row.code,
            sources=_sources(account, answer, self._elsewhere),
        )  # fmt: skip

    def _row_rate(self, row: TotalRow, answer: Resolution | None) -> Decimal:
        """The percentage that explains the row's tax: of the type it is mapped to if known,
        else one of the order's. Two that fit equally well are not guessed between."""
        if not row.tax:
            return ZERO
        if row.rate is not None:
            return row.rate
        rates = rates_of(self._order, row)
        if answer is not None:
            known = effective_rate(
                self._books.snapshot, self._books.organisation, answer.value, ZERO
            )
            if round_to(row.amount * known / 100) == round_to(row.tax):
                return known
        exact = [r for r in rates if round_to(row.amount * r / 100) == round_to(row.tax)]
        if len(exact or rates) == 1:
            return rates[0]  # the closest
        raise Hold(
            "tax_without_rate",
            said(
                "%(title)s carries %(tax)s tax, which fits several of the order's rates. Map it "
                "with its tax type as total_rows.%(code)s.",
                title=row.title,
                tax=row.tax,
                code=row.code,
            )
            if rates
            else said(
                "%(title)s carries %(tax)s tax, which is at none of the order's rates. Map it "
                "with its tax type as total_rows.%(code)s.",
                title=row.title,
                tax=row.tax,
                code=row.code,
            ),
            row.path,
        )

    def _item(self, line: Line, to: MappedLine) -> ItemFacts | None:
        """The item of goods that Xero is known to have, unless a rule says otherwise or there
        is not enough of it."""
        item = self._books.item_of(line) if line.kind is LineKind.GOODS else None
        return self.stock.take(item, line) if item is not None and to.names_item else None

    def _tracking(self, to: Tracked) -> Tracking:
        if not to.options:
            return ()
        wanted = to.options
        kept = tracking_fits(self._books.snapshot, self._books.organisation, wanted)
        names = {name.casefold() for name, _ in kept}
        self.skipped += [pair for pair in wanted if pair[0].casefold() not in names]
        return kept


def _percent(line: Line) -> Decimal:
    """The rate of a line; a hold where nothing says it."""
    if line.rate is None:
        raise no_rate(line)
    return line.rate


def _sources(account: Resolution, tax: Resolution, tracked: Tracked) -> tuple[tuple[str, str], ...]:
    return (
        ("AccountCode", account.source),
        ("TaxType", tax.source),
        *((f"Tracking.{name}", source) for name, source in tracked.sources),
    )


def _check_voucher(line: Line, answer: Resolution) -> None:
    """Hold where a card that is taxed when redeemed was taxed when sold."""
    if answer.source != "tax.out_of_scope" or not line.tax:
        return
    raise Hold(
        "gift_card_taxed",
        said(
            "%(name)s: a gift card was sold with %(tax)s tax, but with gift_cards.voucher: multi "
            "its tax falls due when it is redeemed. Sell it without tax in the shop, or choose "
            "gift_cards.voucher: single.",
            name=line.name,
            tax=line.tax,
        ),
        "gift_cards.voucher",
    )


def _check_rate(line: Line, answer: Resolution, effective: Decimal, currency: str) -> None:
    """Hold where the type's rate is not the shop's, or the shop's rate is not what it charged."""
    same_rate(answer, effective, line.percent, line.name)
    if answer.as_charged:
        return
    percent = line.percent
    if not line.tax and not _rounded_away(line, currency):
        raise Hold(
            "tax_rate_differs",
            said(
                "%(name)s: the shop states %(percent)s %% tax, but charged none on %(net)s. "
                "Correct the order in the shop, or say as_charged: true in a tax rule if this is "
                "meant.",
                name=line.name,
                percent=figure(percent.normalize()),
                net=line.net,
            ),
            line.path,
        )
    if line.tax and not line.rate:
        raise Hold(
            "tax_without_rate",
            said(
                "%(name)s carries %(tax)s tax, but the shop states no rate for it. Correct the "
                "order in the shop, or map the tax as a line of its own.",
                name=line.name,
                tax=line.tax,
            ),
            line.path,
        )


def _rounded_away(line: Line, currency: str) -> bool:
    """Whether the line's tax is less than one minor unit, or that of each piece less than half of
    one: some shops round piece by piece."""
    tax, unit = abs(line.net * line.percent / 100), Decimal(1).scaleb(-minor_digits(currency))
    return tax < unit or tax * 2 < unit * line.quantity


def _full(line: Line, inclusive: bool) -> Decimal:
    """The line before discounts, in the basis of the document.

    Where the shop states it in the other basis only, the discount is converted and what was
    charged is kept. A gross price that is a cent off without a discount is rounding.
    """
    charged = line.gross if inclusive else line.net
    full = line.full_gross if inclusive else line.full_net
    other, other_charged = (line.full_net, line.net) if inclusive else (line.full_gross, line.gross)
    if other == other_charged:
        return charged
    if full is not None:
        return full
    if other is None:
        return charged
    percent = 100 + line.percent
    factor = percent / 100 if inclusive else 100 / percent
    return charged + round_to((other - other_charged) * factor)
