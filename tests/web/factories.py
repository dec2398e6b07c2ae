"""A small believable world for the pages: one app, organisations, stores, orders, documents."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import factory
from django.contrib.auth import get_user_model

from accounts_mapping.models import MappingVersion
from connector.lib import clock
from connector.lib.money import to_units
from stores.models import Cursor, SourceRecord, Store, as_text
from sync.models import Attempt, Dispatch, Posting, ShopWrite, TrackedOrder
from xero.models import Account, DayCount, Organisation, TokenSet, XeroApp

PASSWORD = "correct horse battery"
SCOPES = (
    "offline_access accounting.invoices accounting.payments accounting.contacts "
    "accounting.settings accounting.banktransactions"
)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"bea{n}")
    is_staff = True
    is_superuser = True
    password = factory.django.Password(PASSWORD)


class XeroAppFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = XeroApp
        django_get_or_create = ("client_id",)

    client_id = "0123456789ABCDEF0123456789ABCDEF"
    client_secret = "the-secret-that-no-page-shows"


class TokenSetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TokenSet

    app = factory.SubFactory(XeroAppFactory)
    access_token = "access-token-that-no-page-shows"
    refresh_token = "refresh-token-that-no-page-shows"
    expires_at = factory.LazyFunction(lambda: clock.now() + timedelta(minutes=20))
    scopes = SCOPES
    xero_user_id = factory.Sequence(lambda n: f"user-{n}")


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    tenant_id = factory.Sequence(lambda n: f"7f3e2a10-0000-4000-8000-{n:012d}")
    connection_id = factory.Sequence(lambda n: f"c0ffee00-0000-4000-8000-{n:012d}")
    name = "Demo Company (AU)"
    token_set = factory.SubFactory(TokenSetFactory)
    connected = True
    base_currency = "AUD"
    country = "AU"
    short_code = "!NLglS"
    reference_refreshed_at = factory.LazyFunction(lambda: clock.now() - timedelta(minutes=12))


class AccountFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Account

    organisation = factory.SubFactory(OrganisationFactory)
    account_id = factory.Faker("uuid4")
    code = factory.Sequence(lambda n: f"{200 + n}")
    name = "Sales"
    type = "REVENUE"
    account_class = "REVENUE"
    status = "ACTIVE"
    tax_type = "OUTPUT"


class StoreFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Store

    slug = factory.Sequence(lambda n: "au" if not n else f"shop-{n}")
    name = "AU shop"
    platform = "magento"
    number_prefix = factory.Sequence(lambda n: f"S{n + 1}-")
    organisation_name = "Demo Company (AU)"
    organisation = factory.SubFactory(OrganisationFactory)
    credentials = {"bearer": "shop-token-that-no-page-shows"}

    @factory.lazy_attribute
    def settings(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "platform": "magento",
            "url": "https://shop.example.com",
            "organisation": self.organisation_name,
            "base_currency": "AUD",
            "timezone": "Australia/Sydney",
            "country": "AU",
            "number_prefix": self.number_prefix,
        }


class CursorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Cursor

    store = factory.SubFactory(StoreFactory)
    stream = "orders"
    last_run_at = factory.LazyFunction(lambda: clock.now() - timedelta(minutes=3))


class MappingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MappingVersion

    store = factory.SubFactory(StoreFactory)
    number = 1
    document = {
        "statuses": {"invoice": ["processing", "complete"], "paid": ["processing", "complete"]},
        "accounts": {"sales": "200", "shipping": "202"},
        "payment_accounts": {"*": "091"},
        "tax": {"rules": [{"rate": "10", "tax_type": "OUTPUT"}], "rates": {"OUTPUT": "10"}},
    }


def magento_order(
    number: str = "000000001",
    *,
    name: str = "Ines Almeida",
    total: str = "110.00",
    status: str = "processing",
    product: str = "Merino jumper",
) -> dict[str, Any]:
    """A Magento order of one line at 10 % tax, without shipping, paid in full."""
    gross = Decimal(total)
    net = (gross / Decimal("1.1")).quantize(Decimal("0.01"))
    first, _, last = name.partition(" ")
    address = {
        "firstname": first, "lastname": last, "street": ["12 Harbour Street"], "city": "Sydney",
        "region": "New South Wales", "region_code": "NSW", "postcode": "2000",
        "country_id": "AU", "telephone": "+61 2 5550 1234", "address_type": "billing",
    }  # fmt: skip
    return {
        "entity_id": int(number),
        "increment_id": number,
        "status": status,
        "state": status,
        "order_currency_code": "AUD",
        "base_currency_code": "AUD",
        "base_to_order_rate": 1,
        "grand_total": gross,
        "base_grand_total": gross,
        "subtotal": net,
        "tax_amount": gross - net,
        "shipping_amount": 0,
        "shipping_tax_amount": 0,
        "shipping_incl_tax": 0,
        "discount_amount": 0,
        "total_due": 0,
        "total_paid": gross,
        "customer_email": f"{first.lower()}@example.com",
        "customer_firstname": first,
        "customer_lastname": last,
        "customer_is_guest": 1,
        "created_at": "2026-11-20 03:14:15",
        "updated_at": "2026-11-20 03:20:00",
        "billing_address": address,
        "payment": {"method": "stripe_payments", "amount_paid": gross, "last_trans_id": "ch_3Nk2"},
        "items": [
            {
                "item_id": 1, "sku": "JUMPER-M", "name": product, "product_type": "simple",
                "qty_ordered": 1, "price": net, "price_incl_tax": gross, "row_total": net,
                "row_total_incl_tax": gross, "tax_amount": gross - net, "tax_percent": 10,
                "discount_amount": 0, "discount_tax_compensation_amount": 0,
            }
        ],
        "extension_attributes": {
            "shipping_assignments": [{"shipping": {"address": address, "method": None}}]
        },
    }  # fmt: skip


class SourceRecordFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SourceRecord
        exclude = ("content",)

    store = factory.SubFactory(StoreFactory)
    stream = "orders"
    source_id = factory.Sequence(lambda n: str(n + 1))
    version = "2026-11-20T03:20:00+00:00"
    content = factory.LazyAttribute(lambda o: magento_order(f"{int(o.source_id):09d}"))
    body = factory.LazyAttribute(lambda o: as_text(o.content)[0])
    digest = factory.LazyAttribute(lambda o: as_text(o.content)[1])


class OrderFactory(factory.django.DjangoModelFactory):
    """An order in Xero's eyes `posted`; its documents are made by `InvoiceFactory`."""

    class Meta:
        model = TrackedOrder
        exclude = ("content", "total")

    store = factory.SubFactory(StoreFactory)
    source_id = factory.Sequence(lambda n: str(n + 1))
    number = factory.LazyAttribute(lambda o: f"{int(o.source_id):09d}")
    total = "110.00"
    customer_name = "Ines Almeida"
    customer_email = "ines@example.com"
    content = factory.LazyAttribute(
        lambda o: magento_order(o.number, name=o.customer_name, total=o.total)
    )
    record = factory.LazyAttribute(
        lambda o: SourceRecordFactory(store=o.store, source_id=o.source_id, content=o.content)
    )
    state = "ready"
    label = "posted"
    currency = "AUD"
    total_units = factory.LazyAttribute(lambda o: to_units(Decimal(o.total)))
    tax_units = factory.LazyAttribute(lambda o: o.total_units // 11)
    outstanding_units = 0
    shop_status = "processing"
    payment_method = "stripe_payments"
    placed_at = factory.Sequence(
        lambda n: datetime(2026, 11, 20, 3, 14, 15, tzinfo=UTC) - timedelta(minutes=17 * n)
    )
    shop_updated_at = factory.LazyAttribute(lambda o: o.placed_at)
    mapping_version = 1


class DispatchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Dispatch

    organisation = factory.SubFactory(OrganisationFactory)
    kind = "invoice"
    body = "{}"
    idempotency_key = factory.Faker("uuid4")
    state = "done"


class AttemptFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Attempt

    dispatch = factory.SubFactory(DispatchFactory)
    status = 200
    correlation_id = factory.Faker("uuid4")
    milliseconds = 412
    outcome = "ok"


class PostingFactory(factory.django.DjangoModelFactory):
    """One document of an order; posted, unless said otherwise."""

    class Meta:
        model = Posting

    order = factory.SubFactory(OrderFactory)
    store = factory.LazyAttribute(lambda o: o.order.store)
    organisation = factory.LazyAttribute(lambda o: o.order.store.organisation)
    source_kind = "order"
    source_id = factory.LazyAttribute(lambda o: o.order.source_id)
    purpose = "invoice"
    kind = "invoice"
    key = factory.LazyAttribute(lambda o: f"{o.store.number_prefix}{o.order.number}")
    payload = factory.LazyAttribute(lambda o: json.dumps({"InvoiceNumber": o.key}))
    expected = factory.LazyAttribute(
        lambda o: {
            "SubTotal": str(o.order.total - o.order.tax),
            "TotalTax": str(o.order.tax),
            "Total": str(o.order.total),
        }
    )
    state = "posted"
    xero_id = factory.LazyAttribute(
        lambda o: f"220ddca8-3144-4085-9a88-{int(o.source_id):012d}" if o.state == "posted" else ""
    )
    xero_total_units = factory.LazyAttribute(
        lambda o: o.order.total_units if o.state == "posted" else None
    )
    amount_due_units = factory.LazyAttribute(lambda o: 0 if o.state == "posted" else None)
    posted_at = factory.LazyAttribute(lambda o: clock.now() if o.state == "posted" else None)
    changed_at = factory.LazyFunction(clock.now)


def many_posted(store: Store, numbers: Iterable[int]) -> None:
    """Orders with their invoices, written at once: a list longer than one page of it."""
    orders = [
        OrderFactory.build(
            store=store, source_id=str(number),
            record=SourceRecordFactory.build(store=store, source_id=str(number)),
        ) for number in numbers
    ]  # fmt: skip
    SourceRecord.objects.bulk_create(order.record for order in orders)
    TrackedOrder.objects.bulk_create(orders)
    Posting.objects.bulk_create(PostingFactory.build(order=order) for order in orders)


class ShopWriteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ShopWrite

    order = factory.SubFactory(OrderFactory)
    store = factory.LazyAttribute(lambda o: o.order.store)
    posting = factory.LazyAttribute(lambda o: PostingFactory(order=o.order))
    what = "comment"
    target = factory.LazyAttribute(lambda o: o.order.source_id)
    payload = {"text": "Invoice S1-000000007 in Xero"}


class DayCountFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DayCount

    organisation = factory.SubFactory(OrganisationFactory)
    day = factory.LazyFunction(lambda: clock.now().date())
    calls = 137


def reason(code: str, message: str = "", field: str = "") -> dict[str, str]:
    """A stored reason."""
    return {"code": code, "message": message, "field": field}
