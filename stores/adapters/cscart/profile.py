"""What CS-Cart and Multi-Vendor are, to the rest of the product. Pure."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from stores.canonical.records import By, Stream
from stores.profile import (
    Coverage,
    Credential,
    Field,
    HookScheme,
    PlatformProfile,
    ShopStatuses,
    WayIn,
    Written,
)

USER = WayIn(
    (Credential("email", "e-mail"), Credential("api_key", "API key", in_the_clear=True)),
    (
        "Customers > Administrators: add an administrator for the connection alone, with a user "
        "group that may view orders, users and the catalogue, and change orders.",
        "Open that administrator, tab API access: tick Yes, and save.",
        "Copy the API key that appears there, and enter it with the administrator's e-mail.",
    ),
)
# As `stores.signatures` verifies it.
HOOKS = HookScheme(
    'A call is a POST of JSON such as {"orders": [12]} with two headers: X-Timestamp, the time in '
    "Unix seconds, and X-Signature, the hex HMAC-SHA256 of that time, a full stop and the body "
    "under the webhook secret.",
    signed_headers=("X-Timestamp",),
)
PROFILE = PlatformProfile(
    kind="cscart",
    label="CS-Cart / Multi-Vendor",
    ways_in=(USER,),
    streams=frozenset({Stream.ORDERS, Stream.CUSTOMERS, Stream.PRODUCTS, Stream.STOCK}),
    coverage={
        Stream.ORDERS: Coverage(
            By.ID,
            blind_to=("changes",),
            recheck=timedelta(days=60),
            every=timedelta(minutes=4),
            in_turn=timedelta(minutes=165),
        ),
        Stream.CUSTOMERS: Coverage(
            By.PLACED,
            blind_to=("changes",),
            recheck=timedelta(days=3650),
            every=timedelta(hours=20),
            in_turn=timedelta(days=30),
        ),
    },
    writes=frozenset({Written.STATUSES, Written.STOCK}),
    hooks=HOOKS,
    total_rows={
        "payment_surcharge": "fee",
        "use_gift_certificates": "gift_card",
        "points_info": "reward",
    },
    statuses=ShopStatuses(invoice=("P", "C"), reverse=("I", "D", "F"), paid=("P", "C")),
    fields={
        Field.ID: "order_id",
        Field.NUMBER: "order_id",
        Field.STATUS: "status",
        Field.UPDATED: "updated_at",
        Field.CURRENCY: "base_currency",
        Field.BASE_CURRENCY: "base_currency",
        Field.RATE: "secondary_currency",
        Field.TOTAL: "total",
        Field.BASE_TOTAL: "total",
        Field.PAYMENTS: "payment_method",
        Field.REFUNDED: "credit_memo_id",
        Field.REFUNDS: "credit_memo_id",
        Field.EMAIL: "email",
        Field.PRODUCT_TYPE: "is_edp",
        Field.PRODUCT_STATUS: "status",
    },
    example=Path(__file__).with_name("example.yaml").read_text(encoding="utf-8"),
)
