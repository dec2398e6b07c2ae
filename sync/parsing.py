"""What a parser of a store's records needs beside them."""

from __future__ import annotations

from stores.canonical import ParseFacts
from stores.models import Store


def parse_facts(store: Store) -> ParseFacts:
    """What the last probe of the shop found, for the parser."""
    facts = store.facts
    return ParseFacts(
        shop_timezone=store.profile.shop_timezone,
        prices_include_tax=facts.get("prices_include_tax"),
        customer_groups=dict(facts.get("customer_groups", ())),
        store_views=dict(facts.get("store_views", ())),
    )
