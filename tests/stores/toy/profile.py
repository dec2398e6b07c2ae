"""What a toy shop is, to the rest of the product."""

from __future__ import annotations

from stores.canonical.records import Stream
from stores.profile import Credential, Field, HookScheme, PlatformProfile, ShopStatuses, WayIn

PROFILE = PlatformProfile(
    kind="toy", label="Toy shop", streams=frozenset({Stream.ORDERS}), writes=frozenset(),
    total_rows={"tip": "fee"}, fields={Field.NUMBER: "no", Field.TOTAL: "total"},
    ways_in=(WayIn((Credential("key", "toy key", True),), ("Look under the lid.",)),),
    hooks=HookScheme("A toy rings twice.", ("X-Timestamp",)),
    statuses=ShopStatuses(invoice=("played",), paid=("played",)), statuses_hold=True,
)  # fmt: skip
