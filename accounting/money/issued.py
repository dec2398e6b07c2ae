"""What the shop issued itself and takes back: gift cards, store credit, reward points. Pure.

Such a tender is a payment from the account of the liability, or where that account takes no
payments a negative line on the invoice, on that account and without tax: both leave the tax
on the goods as it is. A card that was taxed when it was sold (`gift_cards.voucher: single`),
and an unknown one that counts as a discount, is a negative line taxed like the goods.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from accounting.books import Books
from accounting.gift_cards import CardMove, CardPart, CardUse, card_parts, merged_moves
from accounting.postable import active_account, found, system_account
from accounting.reasons import Hold, Reason
from accounts_mapping.rules.mapped_order import MappedOrder
from accounts_mapping.rules.resolve import Resolution
from accounts_mapping.rules.total_rows import SortedRows
from connector.lib.money import ZERO, round_to, trim
from connector.lib.texts.said import said
from stores.canonical.order import GiftCard, Order, TotalRow
from stores.canonical.refund import TenderBack

_ROW_ACCOUNTS = {"gift_card": "gift_cards", "store_credit": "store_credit", "reward": "rewards"}
_POLICY_ACCOUNTS = {"liability": "gift_cards", "expense": "gift_card_expense"}


class How(StrEnum):
    """What becomes of a tender."""

    PAYMENT = "payment"
    LINE = "line"  # negative, without tax, on the account of the liability
    GOODS = "goods"  # negative, taxed like the goods that it pays for
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """One such tender, or a part of one. `amount` is positive, in cents; `account` is where
    it comes from (None only where it is held, for `reason`). `code` is that of its row, `move`
    what it does to a gift card, `refillable` whether what goes back to the card is there again
    for the next order."""

    title: str
    amount: Decimal
    how: How
    account: Resolution | None = None
    reason: Reason | None = None
    code: str = ""
    move: CardMove | None = None
    refillable: bool = True


@dataclass(frozen=True, slots=True)
class IssuedTenders:
    """All of them, and what the order did with gift cards."""

    tenders: tuple[Redeemed, ...] = ()
    moves: tuple[CardMove, ...] = ()

    @property
    def on_lines(self) -> Decimal:
        """What is taken off the invoice by negative lines."""
        posted = (one.amount for one in self.tenders if one.how in (How.LINE, How.GOODS))
        return sum(posted, ZERO)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why tenders are held."""
        return tuple(dict.fromkeys(one.reason for one in self.tenders if one.reason is not None))


def issued_tenders(books: Books, mapped: MappedOrder, *, lines_only: bool = False) -> IssuedTenders:
    """What becomes of the tenders that the shop issued.

    `lines_only` is for a document that takes no payments. A tender whose account is unmapped
    or unfit is held by itself.
    """
    planned: list[Redeemed] = []
    moves: list[CardMove] = []
    # Counted from what is due in money, so that this and all of the total are whole cents.
    running = mapped.order.total
    for row, meaning, part in _parts(books, mapped.order, mapped.rows):
        amount = round_to(running + part.amount) - round_to(running)
        running += part.amount
        if amount <= 0:
            continue
        tender = _decided(books, row.title, amount, meaning, part, lines_only=lines_only)
        tender = replace(tender, code=row.code, move=part.move)
        planned.append(tender)
        if part.move is not None:
            waits = part.move.use is CardUse.UNKNOWN and tender.how is How.HELD
            moves.append(replace(part.move, use=CardUse.WAITING) if waits else part.move)
    return IssuedTenders(tuple(planned), merged_moves(moves))


def _parts(
    books: Books, order: Order, rows: SortedRows
) -> Iterator[tuple[TotalRow, str, CardPart]]:
    """The tender rows; gift cards by card, each in its known and unknown part."""
    cards = [(row, -row.amount) for row, meaning in rows.tenders if meaning == "gift_card"]
    listed = sum((card.amount for card in order.cards_redeemed), ZERO)
    by_code = bool(listed) and listed == sum((amount for _, amount in cards), ZERO)
    facts, opening = books.cards, books.snapshot.rules.gift_cards.opening_balance
    split = order.cards_redeemed if by_code else tuple(
        GiftCard("", amount, _in_base(order, amount)) for _, amount in cards if amount > 0
    )  # fmt: skip
    parts = card_parts(facts, opening, split)
    for row, meaning in rows.tenders:
        if meaning != "gift_card":
            yield row, meaning, CardPart(-row.amount, known=True, move=None)
        elif parts:
            for part in parts:
                yield row, meaning, part
            parts = []


def _in_base(order: Order, amount: Decimal) -> Decimal | None:
    if order.currency == order.base_currency:
        return amount
    return round_to(amount / order.rate, 4) if order.rate else None


def _decided(
    books: Books, title: str, amount: Decimal, meaning: str, part: CardPart, *, lines_only: bool
) -> Redeemed:
    gift_cards = books.snapshot.rules.gift_cards
    try:
        key = _ROW_ACCOUNTS[meaning]
        if meaning == "gift_card" and not part.known:
            if gift_cards.unknown == "hold":
                raise _unknown(amount)
            if gift_cards.unknown == "discount":
                made = _like_goods(books, title, amount, "discounts")
                return replace(made, refillable=False)
            key = _POLICY_ACCOUNTS[gift_cards.unknown]
            made = _from_account(books, title, amount, key, lines_only=lines_only)
            return replace(made, refillable=gift_cards.unknown == "liability")
        if meaning == "gift_card" and gift_cards.voucher == "single":
            return _like_goods(books, title, amount, "sales")
        return _from_account(books, title, amount, key, lines_only=lines_only)
    except Hold as hold:
        return Redeemed(title, amount, How.HELD, reason=hold.reason)


def issued_anew(
    books: Books, mapped: MappedOrder, back: TenderBack, amount: Decimal, *, lines_only: bool
) -> Redeemed:
    """What a refund gave back as a tender that had not paid for it. Raises Hold where its
    account is unmapped or does not fit."""
    key = _ROW_ACCOUNTS[str(mapped.meanings[back.code])]
    made = _from_account(books, back.title, amount, key, lines_only=lines_only)
    return replace(made, code=back.code)


def _like_goods(books: Books, title: str, amount: Decimal, key: str) -> Redeemed:
    # Its lines are made with the goods': an unfit account then holds the order, because a
    # line cannot follow later.
    return Redeemed(title, amount, How.GOODS, found(books.snapshot.accounts[key]))


def _from_account(
    books: Books, title: str, amount: Decimal, key: str, *, lines_only: bool
) -> Redeemed:
    answer = found(books.snapshot.accounts[key])
    facts = active_account(books.organisation, answer)
    if facts is not None and facts.system_account:
        raise system_account(facts, answer)
    payable = facts is None or facts.takes_payments
    how = How.PAYMENT if payable and not lines_only else How.LINE
    return Redeemed(title, amount, how, answer)


def _unknown(amount: Decimal) -> Hold:
    return Hold(
        "gift_card_unknown",
        said(
            "A gift card of %(amount)s was redeemed, and its sale is not known. Its payment waits; "
            "choose gift_cards.unknown: liability, discount or expense to post it, or state what "
            "was sold before as gift_cards.opening_balance.",
            amount=trim(amount),
        ),
        "gift_cards.unknown",
    )
