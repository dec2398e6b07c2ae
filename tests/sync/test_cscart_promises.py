"""What is promised to a merchant of CS-Cart, row by row, through its add-on to the stand-in Xero.

Each test here and in the modules of `MODULES` names the rows that it proves. Rows whose proof is
another test, or a page that is the same for all platforms, say where in `ELSEWHERE`.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from connector.lib import clock
from sandbox.cscart import DemoShop
from sandbox.cscart.goods.taxes import STANDARD
from stores.adapter import WebhookCall
from stores.signatures import signature
from sync.backfill import actions as backfill
from sync.backfill import read as backfill_reading
from sync.flow import asked
from sync.ingest import calls
from sync.ingest.accept import accept
from sync.models import Backfill, TrackedOrder
from tests.sync.cscart_world import (
    PROVEN,
    configure,
    credit_notes,
    joined,
    later,
    moneys,
    number,
    opened,
    proves,
    sold,
)
from tests.sync.cscart_world import cs as cs
from tests.sync.cscart_world import shop as shop
from tests.sync.world import World, money

MODULES = ("tests.sync.test_cscart_promises", "tests.sync.test_cscart_goods")
ROOT = Path(__file__).resolve().parents[2]
ROWS = {
    f"E{n}" for first, last in ((1, 9), (11, 31), (38, 39), (41, 46), (48, 48), (50, 51))
    for n in range(first, last + 1)
}  # fmt: skip
ELSEWHERE = {
    "E9": ("tests/xero/login/test_oauth.py", "how Xero is logged in to asks no shop"),
    "E11": ("tests/connector/test_cscart_setup.py", "the add-on is installed and paired"),
    "E12": ("tests/web/test_xero_page.py", "a page: the app at Xero"),
    "E13": ("tests/web/test_xero_page.py", "a page: the addresses to copy"),
    "E14": ("tests/web/test_xero_page.py", "a page: id, secret, the button"),
    "E15": ("tests/web/test_xero_page.py", "a page: the organisation and how it stands"),
    "E50": (
        "tests/stores/cscart/test_cscart_steady_addon.py", "10,000 orders, and 50 changes an hour"
    ),
}  # fmt: skip


def test_every_row_has_its_proof() -> None:
    for module in MODULES:
        importlib.import_module(module)

    assert set(PROVEN) | set(ELSEWHERE) == ROWS
    assert not set(PROVEN) & set(ELSEWHERE)
    assert [path for path, _ in ELSEWHERE.values() if not (ROOT / path).is_file()] == []


# --- orders, money, credit --------------------------------------------------------------------


@proves("E2", "E3", "E7", "E8", "E22", "E23", "E25", "E41", "E42", "E48")
def test_an_order_is_an_invoice_with_its_lines_tax_and_money(cs: World, shop: DemoShop) -> None:
    orders = [sold(shop), sold(shop, payment_method="Bank transfer"), sold(shop, status="C")]
    spoilt = sold(shop)
    shop.update_order(int(spoilt["order_id"]), total="999.00")
    cs.sync()
    cs.sync()

    sales = cs.invoices()
    assert set(sales) == {number(one) for one in orders}
    for order in orders:
        sale = sales[number(order)]
        assert (money(sale["Total"]), sale["AmountDue"]) == (money(order["total"]), 0)
        assert money(sale["TotalTax"]) == money(Decimal(order["total"]) / 11)
        accounts = {line["AccountCode"]: line["TaxType"] for line in sale["LineItems"]}
        assert accounts == {"200": "OUTPUT", "202": "OUTPUT"}
    paid_to = {p["Invoice"]["InvoiceNumber"]: p["Account"]["Code"] for p in cs.payments()}
    assert paid_to == dict(zip(map(number, orders), ["970", "090", "970"], strict=True))
    held = TrackedOrder.objects.get(source_id=spoilt["order_id"])
    assert (held.label, len(held.reasons)) == ("held", 1)
    assert "unexplained" in held.reasons[0]["message"]


@proves("E24")
def test_a_discount_stands_on_its_account_and_takes_its_tax_along(
    cs: World, shop: DemoShop
) -> None:
    order = sold(shop, coupon="WELCOME10")
    cs.sync()

    sale = cs.invoices()[number(order)]
    (off,) = (line for line in sale["LineItems"] if line["AccountCode"] == "205")
    assert off["LineAmount"] < 0
    assert money(sale["Total"]) == money(order["total"])


@proves("E16", "E42")
def test_without_invoices_a_paid_order_is_money_at_the_bank(cs: World, shop: DemoShop) -> None:
    configure(shop, streams={"invoices": False})
    order = sold(shop, payment_method="Bank transfer")
    cs.sync()

    assert cs.invoices() == {}
    assert [money(one["Total"]) for one in moneys(cs)] == [money(order["total"])]


@proves("E16")
def test_an_order_that_is_edited_before_it_is_paid_is_changed_in_place(
    cs: World, shop: DemoShop
) -> None:
    configure(shop, statuses={"invoice": ["O", "P", "C"]})
    order = sold(shop, status="O")
    cs.sync()
    assert money(cs.invoices()[number(order)]["Total"]) == money(order["total"])
    before = money(order["total"])

    cs.time.forward(minutes=1)
    shop.edit(int(order["order_id"]), [("MUG-STN", 2)])
    later(cs)

    after = money(shop.order(int(order["order_id"]))["total"])
    assert after > before
    assert money(cs.invoices()[number(order)]["Total"]) == after


@proves("E17")
def test_payments_are_a_switch(cs: World, shop: DemoShop) -> None:
    configure(shop, streams={"payments": False})
    order = sold(shop)
    cs.sync()

    assert (list(cs.invoices()), cs.payments()) == ([number(order)], [])


@proves("E4", "E18", "E43")
@pytest.mark.parametrize("status", ["R", "I", "D"])
@pytest.mark.parametrize("on", [True, False])
def test_what_is_refunded_cancelled_or_declined_is_credited_where_that_is_on(
    cs: World, shop: DemoShop, status: str, on: bool
) -> None:
    configure(shop, streams={"credit_notes": on})
    order, never = sold(shop), sold(shop, status="O")
    cs.sync()
    cs.time.forward(minutes=1)
    shop.set_status(int(order["order_id"]), status)
    shop.set_status(int(never["order_id"]), "D" if status == "R" else status)
    later(cs)
    later(cs)

    assert credit_notes(cs) == ([money(order["total"])] if on else [])
    assert list(cs.invoices()) == [number(order)], "what was never invoiced has no credit"


@proves("E31")
@pytest.mark.parametrize(
    ("chosen", "taken"), [(["P"], "P"), (["C"], "C"), (["O"], "O"), (["*"], "POC")]
)
def test_the_statuses_that_are_chosen_make_invoices(
    cs: World, shop: DemoShop, chosen: list[str], taken: str
) -> None:
    configure(shop, statuses={"invoice": chosen})
    orders = {status: sold(shop, status=status) for status in "POC"}
    cs.sync()

    assert set(cs.invoices()) == {number(orders[status]) for status in taken}


# --- tax ----------------------------------------------------------------------------------------


@proves("E8", "E30")
@pytest.mark.parametrize("way", ["unit_price", "subtotal"])
@pytest.mark.parametrize("inclusive", [True, False])
def test_prices_with_tax_inside_and_on_top_are_told_apart(
    world: World, inclusive: bool, way: str
) -> None:
    with opened(inclusive=inclusive, tax_calculation=way) as shop:
        cs = joined(world, shop)
        order = sold(shop)
        cs.sync()

        sale = cs.invoices()[number(order)]
    assert sale["LineAmountTypes"] == ("Inclusive" if inclusive else "Exclusive")
    assert money(sale["Total"]) == money(order["total"])
    charged = sum(Decimal(str(tax["tax_subtotal"])) for tax in order["taxes"].values())
    assert money(sale["TotalTax"]) == money(charged)


@proves("E28", "E29")
@pytest.mark.parametrize("kind", ["default", "custom", "unknown"])
def test_the_tax_type_is_a_default_one_of_the_organisation_s_own_or_refused(
    cs: World, shop: DemoShop, kind: str
) -> None:
    code = {"default": "OUTPUT", "custom": "TAX001", "unknown": "NOSUCHTAX"}[kind]
    if kind == "custom":  # a rate that the organisation made itself
        shop.taxes.by_id[STANDARD] = replace(shop.taxes.by_id[STANDARD], rate=Decimal(15))
    configure(shop, tax={"rules": [], "default": code})
    order = sold(shop)
    cs.sync()

    row = TrackedOrder.objects.get(source_id=order["order_id"])
    if kind == "unknown":
        assert (row.label, cs.invoices()) == ("held", {})
        assert "NOSUCHTAX" in row.reasons[0]["message"]
    else:
        lines = cs.invoices()[number(order)]["LineItems"]
        assert {line["TaxType"] for line in lines} == {code}


# --- by hand, staged, from the past -------------------------------------------------------------


def wish(shop: DemoShop, kind: str, ident: str) -> str:
    """*Sync to Xero* in the shop's admin; what staff read there."""
    said = {"ask": "sync", "kind": kind, "ids": [ident], "person": "Ann", "reason": ""}
    body, now = json.dumps({**said, "call": ident + kind}).encode(), clock.now()
    stamp = str(int(now.timestamp()))
    secret = shop.keys.credentials.hook_secret
    headers = {"X-Timestamp": stamp, "X-Signature": signature(secret, stamp, body)}
    reply = accept("cs", WebhookCall(body, headers, "", now), asked.act)
    (done,) = json.loads(reply.body)["done"]
    return str(done["did"])


@proves("E38")
def test_orders_and_products_are_synced_at_a_click_in_the_shop(cs: World, shop: DemoShop) -> None:
    configure(shop, streams={"products": True})
    order, mug = sold(shop), shop.catalogue.find("MUG-STN")[0]

    assert "new here" in wish(shop, "order", order["order_id"])
    assert "new here" in wish(shop, "product", str(mug.id))
    calls.work_off(cs.fresh(cs.store))
    cs.work()

    assert list(cs.invoices()) == [number(order)]
    assert list(cs.items()) == ["MUG-STN"]


@proves("E39")
def test_nothing_is_posted_before_the_store_is_switched_on_and_everything_after(
    cs: World, shop: DemoShop
) -> None:
    cs.store.switch(on=False)
    first = sold(shop)
    cs.sync()
    assert cs.invoices() == {}

    cs.store.switch(on=True)
    second = sold(shop)
    later(cs)
    assert set(cs.invoices()) == {number(first), number(second)}


@proves("E51")
def test_past_orders_are_brought_in_by_a_span_of_days_and_what_is_new_follows(
    cs: World, shop: DemoShop
) -> None:
    now, today = clock.now(), clock.today("Australia/Sydney")
    before = sold(shop, created_at=now - timedelta(days=90))
    past = [sold(shop, created_at=now - timedelta(days=20, hours=n)) for n in range(5)]
    configure(shop, cut_over=str(today - timedelta(60)))
    row = backfill.plan(cs.fresh(cs.store), today - timedelta(30), today)
    backfill_reading.work(row)
    assert cs.invoices() == {}, "a forecast posts nothing"
    assert backfill.start(row)
    for _ in range(20):
        row = Backfill.objects.select_related("store__organisation__token_set").get(pk=row.pk)
        backfill_reading.work(row)
        if not row.is_unfinished:
            break
        cs.work()

    assert row.state == Backfill.State.DONE
    assert set(cs.invoices()) == {number(one) for one in past}
    new = sold(shop)
    later(cs)
    assert set(cs.invoices()) == {number(one) for one in (*past, new)}
    assert number(before) not in cs.invoices()
