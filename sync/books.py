"""What a build needs beside the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts_mapping.resolve import MappingSnapshot
from xero.facts import ItemFacts, OrganisationFacts


@dataclass(frozen=True, slots=True)
class Books:
    """What resolving needs beside the order: the mapping, the organisation, known items.

    `known_items` are the items that Xero is known to have, by the shop's SKU. With
    `stock_refused`, Xero refused the order's tracked items: its lines go without them.
    """

    snapshot: MappingSnapshot
    organisation: OrganisationFacts
    known_items: Mapping[str, ItemFacts] = field(default_factory=dict)
    stock_refused: bool = False

    def item_code(self, sku: str) -> str:
        """The code by which a line names the SKU's item; "" where Xero has none."""
        item = self.known_items.get(sku)
        return item.code if item else ""
