"""What CS-Cart and Multi-Vendor are, to the rest of the product. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from stores.adapters.cscart.pairing import read_code
from stores.canonical.records import By, Stream
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

ADDON = WayIn(
    (Credential("key", "key"), Credential("secret", "secret")),
    (
        "Add-ons > Manage add-ons: upload and install the Xero connector.",
        "Administration > Xero connector (or the add-on's page): copy the pairing code and paste "
        "it here, or copy key and secret.",
    ),
)
PAIRING = Pairing(read=read_code, where="The add-on's page, Xero connector, shows it.")
USER = WayIn(
    (Credential("email", "e-mail"), Credential("api_key", "API key", in_the_clear=True)),
    (
        "Customers > Administrators: add an administrator for the connection alone, with a user "
        "group that may view orders, users and the catalogue, and change orders.",
        "Open that administrator, tab API access: tick Yes, and save.",
        "Copy the API key that appears there, and enter it with the administrator's e-mail.",
    ),
)


def _secret_of(credentials: Mapping[str, str]) -> str:
    secret = credentials.get("secret", "").strip()
    return hook_secret(secret) if secret else ""


# As `stores.signatures` verifies it.
HOOKS = HookScheme(
    'A call is a POST of JSON such as {"orders": [12]} with two headers: X-Timestamp, the time in '
    "Unix seconds, and X-Signature, the hex HMAC-SHA256 of that time, a full stop and the body "
    "under the webhook secret. The add-on calls so by itself once it is paired: its secret follows "
    "from the store's own, and need not be entered.",
    signed_headers=("X-Timestamp",),
    secret_of=_secret_of,
)
# What the add-on's lists do not tell. What it calls about stands in them, and is read with all that
# came since: so orders take 20 requests an hour at most, however much happens.
WITH_ADDON = {
    Stream.ORDERS: Coverage(
        blind_to=("changes that were made past CS-Cart, in its database",),
        recheck=timedelta(days=30),
        shares=24,
        gathers=timedelta(seconds=210),
    ),
    Stream.CUSTOMERS: Coverage(
        blind_to=("changes that were made past CS-Cart, in its database",),
        recheck=timedelta(days=365),
        every=timedelta(days=7),
        gathers=timedelta(minutes=15),
    ),
    Stream.PRODUCTS: Coverage(
        blind_to=("changes that were made past CS-Cart, in its database",),
        recheck=timedelta(days=3650),
        every=timedelta(days=7),
        gathers=timedelta(minutes=15),
    ),
}
PROFILE = PlatformProfile(
    kind="cscart",
    label="CS-Cart / Multi-Vendor",
    ways_in=(USER, ADDON),
    together=True,
    pairing=PAIRING,
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
    writes=frozenset({Written.STATUSES, Written.STOCK, Written.SYNC_STATES}),
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
