"""`reconcile`: a clean world has no difference; each kind of difference is found and explained."""

from __future__ import annotations

import io
import json
from typing import Any

from django.core.management import call_command

from sync.models import ReconcileDay, ReconcileRun
from tests.sync.world import World, books


def reconcile(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and printed object of `reconcile --json`."""
    out, code = io.StringIO(), 0
    try:
        call_command("reconcile", "--json", *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    return code, json.loads(out.getvalue())


def told(answer: dict[str, Any]) -> set[tuple[str, ...]]:
    """Each difference as order, field, store, xero, cause, side."""
    names = ("order", "field", "store", "xero", "cause", "side")
    return {tuple(one[name] for name in names) for one in answer["differences"]}


def sums(measure: str) -> list[tuple[str, str, str, str]]:
    """Of the newest run: name, and what the shop says, what was posted and what Xero holds."""
    run = ReconcileRun.objects.latest("pk")
    rows = ReconcileDay.objects.filter(run=run, measure=measure).order_by("day", "name")
    return [(row.name, str(row.shop), str(row.posted), str(row.xero)) for row in rows]


def test_a_clean_world_has_no_difference_and_a_second_look_reads_little(world: World) -> None:
    for n in (1, 2, 3):
        world.place(customer=n)
    left_out = world.place(customer=4, status="canceled", payment_method="checkmo")
    world.sync()
    code, answer = reconcile("--store", "au")
    assert (code, answer) == (0, {
        "orders": 4, "documents": 6, "missing": [], "extra": [], "differences": [],
        "explained": [], "notes": [],
    })  # fmt: skip
    run = ReconcileRun.objects.get()
    assert (run.in_xero, run.left_out, run.held, run.state) == (3, 1, 0, "done")
    assert world.row(left_out).state == "skipped"
    for measure in ("sale", "payment"):
        assert sums(measure)
        for _, shop, posted, xero in sums(measure):
            assert shop == posted == xero
    calls = world.calls().total()
    assert reconcile()[0] == 0
    assert world.calls().total() - calls == 3, "invoices, credit notes, payments: one page each"
    books(world)


def test_each_kind_of_difference_is_found_with_its_cause_and_its_side(world: World) -> None:
    paid = [world.place(customer=n) for n in range(1, 3)]
    unpaid = [
        world.place(customer=n, status="pending", payment_method="banktransfer")
        for n in range(5, 11)
    ]
    world.sync()
    assert reconcile()[0] == 0
    removed = paid[0]
    today = world.posting(removed).document_date.isoformat()
    edited, voided, by_person, credited, more, redated = unpaid
    total = f"{unpaid[0]['grand_total']:.2f}"
    # given: what people do in Xero
    world.xero.person("delete_payment", invoice=world.number(removed))
    changes = {
        "LineItems": [
            {"Description": "Less", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200",
             "TaxType": "OUTPUT"}
        ]
    }  # fmt: skip
    world.xero.person("edit_invoice", invoice=world.number(edited), changes=changes)
    world.xero.person("void", invoice=world.number(voided))
    world.xero.person("pay", invoice=world.number(by_person))
    world.xero.person("credit", invoice=world.number(credited), amount=5)
    world.xero.person("edit_invoice", invoice=world.number(redated), changes={"Date": "2026-01-31"})
    world.xero.person("create_invoice", number="S1-GHOST", total=20)
    world.xero.person("create_invoice", number="INV-0001", total=20)
    # and in the shop: a total that went up, an order that waits for a mapping, one not sent yet
    world.save_rules(payment_accounts={"*": {"EUR": "090"}})
    unmapped = world.place(customer=11, payment_method="paypal_express")
    world.shop.update_order(more["entity_id"], grand_total=more["grand_total"] + 1)
    world.sync()
    new = world.place(customer=12)
    world.pull()

    code, answer = reconcile("--store", "au")

    assert (code, answer["orders"], answer["documents"]) == (1, 10, 9)
    assert answer["missing"] == [new["increment_id"]]
    assert answer["extra"] == ["S1-GHOST"]
    due = "amount_due"
    assert told(answer) == {
        (removed["increment_id"], due, "0.00", total, "payment_removed_in_xero", "xero"),
        (edited["increment_id"], "total", total, "11.00", "changed_in_xero", "xero"),
        (voided["increment_id"], "status", "AUTHORISED", "VOIDED", "voided_in_xero", "xero"),
        (by_person["increment_id"], due, total, "0.00", "paid_in_xero", "xero"),
        (credited["increment_id"], due, total, "29.90", "credited_in_xero", "xero"),
        (more["increment_id"], "total", "35.90", total, "changed_in_shop", "store"),
        (redated["increment_id"], "date", today, "2026-01-31", "changed_in_xero", "xero"),
        (unmapped["increment_id"], due, "0.00", total, "payment_held", "xero"),
    }
    # and nothing was changed by looking
    assert len(world.invoices()) == 10
    # what is missing, voided or not paid is seen in the sums of the day as well
    assert sums("sale") == [
        ("OUTPUT", "0.00", "0.00", "34.90"),  # the one that was given a date in January
        ("", "35.90", "0.00", "11.00"),
        ("OUTPUT", "279.20", "314.10", "209.40"),
    ]
    assert sums("payment") == [
        ("", "34.90", "0.00", "0.00"),  # not mapped
        ("090", "0.00", "0.00", "34.90"),  # by a person
        ("970", "69.80", "69.80", "34.90"),  # one was removed
    ]
