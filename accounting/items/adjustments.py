"""Documents of 0.00 that bring Xero's stock to what the shop has. Pure.

Up: a bill; down: a supplier's credit. Each item is moved at its average cost, so that the
value of what is there stays what it was; the first ones at the item's purchase price.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounting.books import Books
from accounting.lines.charge import trim_quantity
from accounting.postable import account_target, found, line_account_fits
from accounting.reasons import Reason
from accounts_mapping.rules.resolve import account_key
from connector.lib.money import ZERO, round_to, trim
from connector.lib.texts.said import said
from xero.documents.documents import StockAdjustment
from xero.documents.facts import ItemFacts
from xero.documents.kinds import Id
from xero.documents.lines import DocumentLine

MOST_LINES = 100
_NO_TAX = "NONE"


@dataclass(frozen=True, slots=True)
class Move:
    """How many more, or fewer, of an item Xero shall have."""

    sku: str
    item: ItemFacts
    quantity: Decimal


def unit_cost(item: ItemFacts) -> Decimal | None:
    """What one is worth: the average of those there are, else what one is bought for."""
    if item.on_hand and item.on_hand > 0 and item.cost_pool is not None:
        return trim(round_to(item.cost_pool / item.on_hand, 4))
    price = (item.details.get("PurchaseDetails") or {}).get("UnitPrice")
    return trim(price) if isinstance(price, Decimal) else None


def cost_unknown(move: Move) -> Reason | None:
    """Why an item cannot be moved up: nobody knows what it is worth."""
    if move.quantity < 0 or unit_cost(move.item) is not None:
        return None
    text = said(
        "Xero has none of %(code)s to tell what one costs. Enter a purchase price on the item in "
        "Xero, or the cost on the product in the shop.",
        code=move.item.code,
    )
    return Reason("stock_cost_unknown", text, "cost")


def adjust(
    books: Books, moves: Sequence[Move], *, day: date, contact: Id, numbers: Sequence[str]
) -> list[StockAdjustment]:
    """The documents of these moves, all with a known cost; `numbers` are used one by one.

    Raises Hold where accounts.stock_adjustment is not mapped or does not fit.
    """
    answer = found(account_key(books.snapshot, "stock_adjustment"))
    line_account_fits(books.organisation, answer)
    account = account_target(books.organisation, answer.value)
    up = [move for move in moves if move.quantity > 0]
    down = [move for move in moves if move.quantity < 0]
    currency = books.organisation.base_currency or books.snapshot.store.base_currency
    parts = [part for some in (up, down) for part in _parts(some)]
    return [
        StockAdjustment(number, part[0].quantity > 0, contact, day, currency, _lines(part, account))
        for part, number in zip(parts, numbers, strict=True)
    ]


def documents_needed(moves: Sequence[Move]) -> int:
    """How many documents these moves take: one number each."""
    up = sum(move.quantity > 0 for move in moves)
    down = sum(move.quantity < 0 for move in moves)
    return -(-up // MOST_LINES) + -(-down // MOST_LINES)


def _parts(moves: Sequence[Move]) -> list[Sequence[Move]]:
    return [moves[at : at + MOST_LINES] for at in range(0, len(moves), MOST_LINES)]


def _lines(moves: Sequence[Move], account: tuple[str, bool]) -> tuple[DocumentLine, ...]:
    lines = [
        DocumentLine(
            str(move.item.details.get("Name") or move.item.code),
            trim_quantity(abs(move.quantity)),
            unit_cost(move.item) or ZERO,
            str(move.item.details.get("InventoryAssetAccountCode", "")),
            _NO_TAX,
            item_code=move.item.code,
        )
        for move in moves
    ]
    worth = sum((line.amount for line in lines), ZERO)
    code, is_id = account
    back = DocumentLine("Stock adjustment", Decimal(1), -worth, code, _NO_TAX, account_is_id=is_id)
    return (*lines, back)
