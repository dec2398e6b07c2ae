"""Which redeemed gift cards were sold by us, and how much of each: pure.

Amounts are in the shop's base currency, in which a shop keeps its cards' balances. A card is
known where an order that sold it was posted; what was sold before the cut-over is stated as
`gift_cards.opening_balance` and used up by unknown cards first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from connector.lib.money import ZERO, round_to
from stores.canonical.order import GiftCard, Order


class CardUse(StrEnum):
    """What an order did with a card."""

    SOLD = "sold"
    REDEEMED = "redeemed"
    OPENING = "opening"  # of unknown origin, covered by the opening balance
    UNKNOWN = "unknown"  # of unknown origin, posted as gift_cards.unknown says
    WAITING = "waiting"  # of unknown origin, held
    RETURNED = "returned"  # filled again by a refund
    RESTORED = "restored"  # likewise, of the opening balance


@dataclass(frozen=True, slots=True)
class CardMove:
    """`code` is empty where the shop does not state one; `amount` is in the base currency."""

    code: str
    use: CardUse
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What other orders left of the cards when one order is built.

    `balances` are of cards whose sale is known, by code; `opening_used` is the part of the
    opening balance that other orders used. `decided` are this order's own parts that an
    earlier build posted as of unknown origin: they stay so, whatever is known by now.
    """

    balances: Mapping[str, Decimal] = field(default_factory=dict)
    opening_used: Decimal = ZERO
    decided: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CardPart:
    """A part of a redeemed card in the order's currency, not rounded; `known` is whether its
    sale is. `move` is what becomes of it in the base currency (None where that is not told)."""

    amount: Decimal
    known: bool
    move: CardMove | None


def card_parts(facts: CardFacts, opening: Decimal, cards: Iterable[GiftCard]) -> list[CardPart]:
    """Redeemed cards, each split into what is known and what is not.

    `opening` is the opening balance as configured.
    """
    balances = dict(facts.balances)
    decided = dict(facts.decided)
    left = max(opening - facts.opening_used, ZERO)
    parts: list[CardPart] = []
    for card in cards:
        base = card.base_amount
        if base is None or base <= 0:
            parts.append(CardPart(card.amount, known=False, move=None))
            continue
        fixed = min(base, decided.get(card.code, ZERO))
        decided[card.code] = decided.get(card.code, ZERO) - fixed
        sold = min(base - fixed, max(balances.get(card.code, ZERO), ZERO)) if card.code else ZERO
        balances[card.code] = balances.get(card.code, ZERO) - sold
        before = min(base - fixed - sold, left)
        left -= before
        shares = (
            (CardUse.REDEEMED, sold), (CardUse.OPENING, before),
            (CardUse.UNKNOWN, base - sold - before),
        )  # fmt: skip
        parts += _parts(card, base, [(use, share) for use, share in shares if share])
    return parts


def _parts(card: GiftCard, base: Decimal, shares: list[tuple[CardUse, Decimal]]) -> list[CardPart]:
    """The card's amount split in the proportion of its base amounts; the last takes the rest."""
    parts: list[CardPart] = []
    rest = card.amount
    for place, (use, share) in enumerate(shares, start=1):
        amount = rest if place == len(shares) else round_to(card.amount * share / base)
        rest -= amount
        move = CardMove(card.code, use, share)
        parts.append(CardPart(amount, use is not CardUse.UNKNOWN, move))
    return parts


def sold_moves(order: Order) -> tuple[CardMove, ...]:
    """The cards that an order sold."""
    return tuple(
        CardMove(card.code, CardUse.SOLD, card.base_amount)
        for card in order.cards_sold
        if card.base_amount is not None and card.base_amount > 0
    )


def merged_moves(moves: Iterable[CardMove]) -> tuple[CardMove, ...]:
    """One move for each card and use."""
    sums: dict[tuple[str, CardUse], Decimal] = defaultdict(Decimal)
    for move in moves:
        sums[move.code, move.use] += move.amount
    return tuple(CardMove(code, use, amount) for (code, use), amount in sums.items())


class CardBook:
    """The moves of orders, in memory: a chunk's worth of the ledger, or a preview's list."""

    def __init__(self) -> None:
        self._moves: dict[str, tuple[CardMove, ...]] = {}
        self._balances: dict[str, Decimal] = defaultdict(Decimal)
        self._opening = ZERO

    def put(self, order_id: str, moves: Iterable[CardMove]) -> None:
        """Replace what an order did."""
        for move in self._moves.pop(order_id, ()):
            self._count(move, -1)
        for move in moves:
            self.add(order_id, move)

    def add(self, order_id: str, move: CardMove) -> None:
        self._moves[order_id] = (*self._moves.get(order_id, ()), move)
        self._count(move, 1)

    def moves(self, order_id: str) -> tuple[CardMove, ...]:
        return self._moves.get(order_id, ())

    def facts(self, order: Order) -> CardFacts:
        """What all other orders left, for the build of this one. What its own refunds filled
        again is counted: another order may have used that since."""
        wanted = [card.code for card in order.cards_redeemed if card.code]
        balances = {code: self._balances[code] for code in wanted if code in self._balances}
        opening, decided = self._opening, dict[str, Decimal]()
        for move in self._moves.get(order.id, ()):
            if move.use is CardUse.REDEEMED and move.code in balances:
                balances[move.code] += move.amount
            elif move.use is CardUse.OPENING:
                opening -= move.amount
            elif move.use is CardUse.UNKNOWN:
                decided[move.code] = move.amount
        return CardFacts(balances, opening, decided)

    def _count(self, move: CardMove, sign: int) -> None:
        if move.use is CardUse.SOLD:
            self._balances[move.code] += sign * move.amount
        elif move.use is CardUse.REDEEMED:
            self._balances[move.code] -= sign * move.amount
        elif move.use is CardUse.RETURNED:
            self._balances[move.code] += sign * move.amount
        elif move.use is CardUse.OPENING:
            self._opening += sign * move.amount
        elif move.use is CardUse.RESTORED:
            self._opening -= sign * move.amount
