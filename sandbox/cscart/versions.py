"""What differs between CS-Cart's versions and editions, as far as orders and its API show it."""

from __future__ import annotations

from dataclasses import dataclass

ULTIMATE, MULTIVENDOR = "ultimate", "multivendor"
UNIT_PRICE, SUBTOTAL = "unit_price", "subtotal"


@dataclass(frozen=True, slots=True)
class Version:
    """One version.

    `dates_changes`: an order says when it changed, and of which storefront it is.
    `shipping_by_id`: the ways of shipping are keyed by their ids, each with a list of rates; else
    a list with a rate each.
    `variations`: each size is a product of its own; else a combination of options of one.
    `documents_in_order`: an order names its printed documents itself; else only its row does.
    """

    number: str
    dates_changes: bool
    shipping_by_id: bool
    variations: bool
    documents_in_order: bool


VERSIONS = {
    "4.3": Version(
        "4.3.9", dates_changes=False, shipping_by_id=True, variations=False,
        documents_in_order=True,
    ),
    "4.18": Version(
        "4.18.3", dates_changes=True, shipping_by_id=False, variations=True,
        documents_in_order=False,
    ),
}  # fmt: skip
