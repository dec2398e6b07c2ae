"""What Magento 2 and Adobe Commerce are, to the rest of the product. Pure."""

from __future__ import annotations

from pathlib import Path

from stores.profile import (
    Credential,
    Field,
    HookScheme,
    PlatformProfile,
    ProductTypes,
    ShopStatuses,
    WayIn,
)

INTEGRATION = WayIn(
    (
        Credential("consumer_key", "consumer key"),
        Credential("consumer_secret", "consumer secret"),
        Credential("access_token", "access token"),
        Credential("access_token_secret", "access token secret"),
    ),
    (
        "System > Extensions > Integrations > Add New Integration: give it a name.",
        "On the tab API tick the rights to sales, stores, customers and catalog, or All.",
        "Save, then Activate and Allow, and copy the four keys. They do not expire.",
    ),
)
BEARER = WayIn(
    (Credential("bearer", "bearer token", in_the_clear=True),),
    (
        "Instead of the four keys: switch on Stores > Configuration > Services > OAuth > Allow "
        "OAuth Access Tokens to be used as standalone Bearer tokens.",
        "The token is the access token of an integration.",
    ),
)
# As `stores.signatures` verifies it.
HOOKS = HookScheme(
    'A call is a POST of JSON such as {"orders": [12], "refunds": [7]} with two headers: '
    "X-Timestamp, the time in Unix seconds, and X-Signature, the hex HMAC-SHA256 of that time, "
    "a full stop and the body under the webhook secret.",
    signed_headers=("X-Timestamp",),
)
PROFILE = PlatformProfile(
    kind="magento",
    label="Magento 2 / Adobe Commerce",
    ways_in=(INTEGRATION, BEARER),
    hooks=HOOKS,
    total_rows={
        "gift_cards_amount": "gift_card",
        "customer_balance_amount": "store_credit",
        "reward_currency_amount": "reward",
        "gw_price": "fee",
        "gw_items_price": "fee",
        "gw_card_price": "fee",
    },
    statuses=ShopStatuses(
        invoice=("processing", "complete"),
        reverse=("canceled",),
        paid=("processing", "complete"),
    ),
    statuses_hold=True,
    product_types=ProductTypes(
        of_others=frozenset({"configurable", "grouped"}),
        of_parts=frozenset({"bundle"}),
        without_stock=frozenset({"virtual", "downloadable", "bundle"}),
    ),
    fields={
        Field.ID: "entity_id",
        Field.NUMBER: "increment_id",
        Field.STATUS: "status",
        Field.UPDATED: "updated_at",
        Field.CURRENCY: "order_currency_code",
        Field.BASE_CURRENCY: "base_currency_code",
        Field.RATE: "base_to_order_rate",
        Field.TOTAL: "grand_total",
        Field.BASE_TOTAL: "base_grand_total",
        Field.PAYMENTS: "payment",
        Field.REFUNDED: "total_refunded",
        Field.REFUNDS: "creditmemos",
        Field.EMAIL: "customer_email",
        Field.PRODUCT_TYPE: "type_id",
        Field.PRODUCT_STATUS: "status",
    },
    example=Path(__file__).with_name("example.yaml").read_text(encoding="utf-8"),
)
