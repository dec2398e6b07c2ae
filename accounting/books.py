"""What a build needs beside the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from accounting.gift_cards import CardFacts
from accounts_mapping.rules.resolve import MappingSnapshot
from xero.documents.facts import ItemFacts, OrganisationFacts


@dataclass(frozen=True, slots=True)
class Books:
    """What resolving needs beside the order: the mapping, the organisation, known items, and
    what is known of gift cards.

    `known_items` are the items that Xero is known to have, by the shop's SKU. With
    `stock_refused`, Xero refused the order's tracked items: its lines go without them.
    `today` is the day in the books' time zone: on it stands what no event of the shop dates.
    """

    snapshot: MappingSnapshot
    organisation: OrganisationFacts
    known_items: Mapping[str, ItemFacts] = field(default_factory=dict)
    stock_refused: bool = False
    today: date | None = None
    cards: CardFacts = field(default_factory=CardFacts)

    def item_code(self, sku: str) -> str:
        """The code by which a line names the SKU's item; "" where Xero has none."""
        item = self.known_items.get(sku)
        return item.code if item else ""

    def returning(self) -> Books:
        """The same for goods that come back: there is always room for them."""
        items = {
            sku: replace(item, on_hand=None, tracked_since=None)
            for sku, item in self.known_items.items()
        }
        return replace(self, known_items=items, stock_refused=False)

    def unlocked(self) -> Books:
        """The same without lock dates: for what stands in Xero already, whatever was locked
        since."""
        return replace(self, organisation=replace(self.organisation, lock_date=None))
