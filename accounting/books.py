"""What a build needs beside the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from accounting.gift_cards import CardFacts
from accounts_mapping.rules.resolve import MappingSnapshot
from stores.canonical.order import Line
from xero.documents.facts import ItemFacts, OrganisationFacts


@dataclass(frozen=True, slots=True)
class Books:
    """What resolving needs beside the order: the mapping, the organisation, known items, and
    what is known of gift cards.

    `known_items` are the items that Xero is known to have, by the shop's SKU. `items_by_id` are
    those of products whose lines name them by the shop's own id: None where it is known that a
    product has none. With
    `stock_refused`, Xero refused the order's tracked items: its lines go without them.
    `today` is the day in the books' time zone: on it stands what no event of the shop dates.
    """

    snapshot: MappingSnapshot
    organisation: OrganisationFacts
    known_items: Mapping[str, ItemFacts] = field(default_factory=dict)
    items_by_id: Mapping[str, ItemFacts | None] = field(default_factory=dict)
    stock_refused: bool = False
    today: date | None = None
    cards: CardFacts = field(default_factory=CardFacts)

    def item_of(self, line: Line) -> ItemFacts | None:
        """The item of what a line sold, if Xero is known to have one."""
        if line.product_id in self.items_by_id:
            return self.items_by_id[line.product_id]
        return self.known_items.get(line.sku)

    def items(self) -> list[ItemFacts]:
        """All that Xero is known to have."""
        return [*self.known_items.values(), *filter(None, self.items_by_id.values())]

    def uncounted(self) -> Books:
        """The same as if Xero had enough of each item."""

        def endless(item: ItemFacts) -> ItemFacts:
            return replace(item, on_hand=None, tracked_since=None)

        return replace(
            self,
            known_items={sku: endless(item) for sku, item in self.known_items.items()},
            items_by_id={key: item and endless(item) for key, item in self.items_by_id.items()},
        )

    def returning(self) -> Books:
        """The same for goods that come back: there is always room for them."""
        return replace(self.uncounted(), stock_refused=False)

    def unlocked(self) -> Books:
        """The same without lock dates: for what stands in Xero already, whatever was locked
        since."""
        return replace(self, organisation=replace(self.organisation, lock_date=None))
