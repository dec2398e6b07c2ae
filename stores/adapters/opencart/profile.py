"""What OpenCart is, to the rest of the product. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from stores.adapters.opencart.pairing import read_code
from stores.canonical.records import Stream
from stores.php.signing import hook_secret
from stores.profile import (
    Coverage,
    Credential,
    Field,
    HookScheme,
    Pairing,
    PlatformProfile,
    ShopStatuses,
    WayIn,
    Written,
)

EXTENSION = WayIn(
    (Credential("key", "key"), Credential("secret", "secret")),
    (
        "Extensions > Installer: upload the Xero Connector for your version of OpenCart.",
        "Extensions > Extensions > Modules > Xero Connector: install it and open it.",
        "Copy the pairing code and paste it here, or copy key and secret.",
    ),
)
PAIRING = Pairing(
    read=read_code,
    where="Extensions > Extensions > Modules > Xero Connector shows it.",
)


def _secret_of(credentials: Mapping[str, str]) -> str:
    secret = credentials.get("secret", "").strip()
    return hook_secret(secret) if secret else ""


# As `stores.signatures` verifies it.
HOOKS = HookScheme(
    "The extension calls by itself once shop and connector are paired. Its secret follows from "
    "the store's own, and need not be entered.",
    signed_headers=("X-Timestamp",),
    secret_of=_secret_of,
)
PROFILE = PlatformProfile(
    kind="opencart",
    label="OpenCart",
    ways_in=(EXTENSION,),
    pairing=PAIRING,
    # OpenCart has no refunds: a status, a return or a lower total says so.
    streams=frozenset(Stream) - {Stream.REFUNDS},
    coverage={
        Stream.ORDERS: Coverage(
            blind_to=("changes by extensions that leave an order's date as it was",),
            recheck=timedelta(days=30),
        ),
        Stream.CUSTOMERS: Coverage(
            blind_to=("changes that were made past OpenCart, in its database",),
            recheck=timedelta(days=365),
            every=timedelta(days=7),
        ),
        Stream.PRODUCTS: Coverage(
            blind_to=("changes by extensions that leave a product's date as it was",),
            recheck=timedelta(days=3650),
            every=timedelta(days=7),
        ),
    },
    writes=frozenset(Written) - {Written.CUSTOMERS},
    hooks=HOOKS,
    total_rows={
        "coupon": "discount",
        "reward": "reward",
        "voucher": "gift_card",
        "credit": "store_credit",
        "handling": "fee",
        "low_order_fee": "fee",
    },
    # The ids of a new shop: Processing, Shipped, Complete and Processed are sales.
    statuses=ShopStatuses(
        invoice=("2", "3", "5", "15"),
        reverse=("7", "8", "10", "14", "16"),
        refunded=("11",),
        paid=("2", "3", "5", "15"),
    ),
    # An order states the tax of one piece, and that before coupons.
    tax_per_line=False,
    fields={
        Field.ID: "order.order_id",
        Field.NUMBER: "order.order_id",
        Field.STATUS: "order.order_status_id",
        Field.UPDATED: "order.date_modified",
        Field.CURRENCY: "order.currency_code",
        Field.BASE_CURRENCY: "x_base_currency",
        Field.RATE: "order.currency_value",
        Field.TOTAL: "order.total",
        Field.BASE_TOTAL: "order.total",
        Field.PAYMENTS: "order.payment_code",
        Field.REFUNDED: "return",
        Field.REFUNDS: "return",
        Field.EMAIL: "order.email",
        Field.PRODUCT_TYPE: "options",
        Field.PRODUCT_STATUS: "status",
    },
    example=Path(__file__).with_name("example.yaml").read_text(encoding="utf-8"),
)
