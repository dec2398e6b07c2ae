"""`reconcile`: a clean world has no difference; each kind of difference is found and explained."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts_mapping.models import save_rules
from accounts_mapping.rules.schema import StoreRules
from connector.lib import clock
from sync.management.commands.reconcile import Command
from sync.models import HandledDifference, Posting, ReconcileDay, ReconcileRun, TrackedOrder
from sync.orders import actions
from sync.reconcile import differences
from sync.reconcile.run import KEPT_RUNS, queue
from tests.sync.world import RULES, World, books
from xero.models import MirrorDocument


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
    books(world, skipped=[left_out])


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
        (voided["increment_id"], "status", "pending", "VOIDED", "voided_in_xero", "xero"),
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


def test_what_a_person_handled_counts_as_accounted_for_and_gets_nothing_more(
    world: World,
) -> None:
    posted, by_hand = world.place(customer=1), world.place(customer=2)
    world.save_rules(tax={"rules": [{"rate": "5", "tax_type": "OUTPUT"}]})
    world.sync()
    assert world.codes(posted) == ["tax_unmapped"]
    world.save_rules()
    world.rebuild(posted)
    world.work()
    row = TrackedOrder.objects.filter(pk=world.row(by_hand).pk)
    actions.handle_by_hand(row, None, "Entered as INV-7", "https://go.xero.com/x")
    actions.exclude(TrackedOrder.objects.filter(pk=world.row(posted).pk), None, "Enough")
    # given: both change in the shop, and a person makes the document by our number
    for order in (posted, by_hand):
        world.shop.update_order(order["entity_id"], status="complete", state="complete")
    world.xero.person("create_invoice", number=world.number(by_hand), total=34.90)
    world.sync()

    code, answer = reconcile("--store", "au")

    assert (code, answer["missing"], answer["extra"], answer["differences"]) == (0, [], [], [])
    assert [one["cause"] for one in answer["explained"]] == ["handled_by_hand"]
    assert (world.codes(by_hand), world.codes(posted)) == (["handled_by_hand"], ["do_not_sync"])
    assert world.row(posted).state == "excluded", "what is posted stays, and nobody is asked"
    assert len(world.invoices()) == 2
    run = ReconcileRun.objects.get()
    assert (run.by_hand, run.left_out, run.in_xero) == (1, 1, 0)
    # opened again it is built, and finds the invoice
    actions.reopen(row, None, "It was not")
    world.work()
    assert world.codes(by_hand)[0] == "already_in_xero"


def test_a_difference_that_was_handled_stays_so_until_a_side_changes(world: World) -> None:
    order = world.place(status="pending", payment_method="banktransfer")
    world.sync()
    world.xero.person("pay", invoice=world.number(order), amount=10)
    assert reconcile()[1]["differences"][0]["xero"] == "24.90"
    (found,) = ReconcileRun.objects.get().found.all()
    assert differences.handle(found, None, "Cash")
    assert not differences.handle(found, None, "Twice")
    code, answer = reconcile()
    assert (code, answer["differences"], len(answer["explained"])) == (0, [], 1)
    assert HandledDifference.objects.count() == 1
    world.xero.person("pay", invoice=world.number(order), amount=5)
    code, answer = reconcile()
    assert (code, told(answer)) == (
        1, {(order["increment_id"], "amount_due", "34.90", "19.90", "paid_in_xero", "xero")},
    )  # fmt: skip


def test_without_a_connection_what_is_known_is_compared_and_that_is_said(world: World) -> None:
    world.place(customer=1)
    world.sync()
    waiting = world.place(customer=2)
    world.xero.faults({"kind": "disconnect", "params": {"tenant": world.organisation.tenant_id}})
    world.sync()

    code, answer = reconcile("--store", "au")

    assert (code, answer["orders"], answer["documents"]) == (1, 2, 2)
    assert answer["missing"] == [waiting["increment_id"]]
    assert (answer["extra"], answer["differences"]) == ([], [])
    (note,) = answer["notes"]
    assert note.startswith("au: Xero could not be asked: ")
    assert "when each document was posted was compared instead" in note


def test_orders_and_lists_of_an_older_version_are_completed_once(world: World) -> None:
    """Their columns are worked out from the record, and Xero's list is read from its start."""
    order = world.place()
    world.sync()
    figures = TrackedOrder.objects.values("invoiced_units", "invoiced_tax_units", "received_units")
    (before,) = figures
    nothing = {"invoiced_units": None, "invoiced_tax_units": None, "received_units": None}
    TrackedOrder.objects.update(**nothing)
    Posting.objects.update(breakdown=None, document_date=None)
    MirrorDocument.objects.update(tax=None, date=None)
    assert reconcile() == (0, reconcile()[1])
    assert list(figures) == [before]
    assert MirrorDocument.objects.get(number=world.number(order)).tax is not None
    for _, shop, posted, there in (*sums("sale"), *sums("payment")):
        assert shop == posted == there


def test_one_run_at_a_time_and_only_the_newest_are_kept(world: World) -> None:
    world.place()
    world.sync()
    ReconcileRun.objects.bulk_create(
        ReconcileRun(store=world.store, state="done") for _ in range(KEPT_RUNS + 3)
    )
    assert reconcile()[0] == 0
    assert ReconcileRun.objects.count() == KEPT_RUNS
    busy = queue(world.store)
    until = clock.now() + timedelta(minutes=1)
    ReconcileRun.objects.filter(pk=busy.pk).update(state="running", claimed_until=until)
    with pytest.raises(CommandError, match="by another process"):
        reconcile()
    # its worker is gone: the next one does it anew
    world.time.forward(minutes=2)
    assert reconcile()[0] == 0
    assert ReconcileRun.objects.latest("pk").pk == busy.pk


def test_an_unknown_store_is_exit_1_and_wrong_usage_exit_2(world: World) -> None:
    with pytest.raises(CommandError, match="There is no store 'nowhere'") as refused:
        call_command("reconcile", "--store", "nowhere")
    assert refused.value.returncode == 1
    with pytest.raises(SystemExit) as stopped:
        Command().run_from_argv(["manage.py", "reconcile", "--nonsense"])
    assert stopped.value.code == 2
    assert not ReconcileRun.objects.exists()


def test_undo_is_told_before_it_is_marked(world: World) -> None:
    paid = world.place(customer=1)
    unpaid = world.place(customer=2, status="pending", payment_method="banktransfer")
    world.sync()
    out = io.StringIO()
    numbers = [order["increment_id"] for order in (paid, unpaid)]
    call_command("undo", "--store", "au", "--orders", *numbers, stdout=out)
    assert f"{world.number(unpaid)} is voided." in out.getvalue()
    assert "the same is paid back" in out.getvalue()
    assert "Nothing was done." in out.getvalue()
    assert not TrackedOrder.objects.exclude(undo_at=None).exists()
    day = world.posting(paid).document_date.isoformat()
    call_command("undo", "--store", "au", "--day", day, "--yes", stdout=out)
    assert TrackedOrder.objects.filter(undo_at__isnull=False, excluded_as="undone").count() == 2
    with pytest.raises(CommandError, match="has no order 77"):
        call_command("undo", "--store", "au", "--orders", "77")


def test_money_that_a_person_posts_is_no_difference_entered_or_not(world: World) -> None:
    """A method mapped to none: nothing waits, nothing is sent, and nobody is asked."""
    rules = {**RULES, "payment_accounts": {"banktransfer": "none", "*": "090"}}
    save_rules(world.store, StoreRules.model_validate(rules))
    entered, open_, partly, other = (
        world.place(customer=n, payment_method="banktransfer" if n < 4 else "checkmo")
        for n in range(1, 5)
    )
    world.sync()
    assert {world.row(one).label for one in (entered, open_, partly, other)} == {"posted"}
    assert [one["Invoice"]["InvoiceNumber"] for one in world.payments()] == [world.number(other)]
    assert reconcile()[0] == 0
    world.xero.person("pay", invoice=world.number(entered), account="090")
    world.xero.person("pay", invoice=world.number(partly), amount=5, account="090")
    world.time.forward(minutes=40)
    for order in (entered, open_, partly):
        world.shop.refund(order["entity_id"], items={"MUG-STN": 1})
    world.sync()
    code, answer = reconcile()
    assert (code, answer["differences"]) == (0, [])
    assert [one["Account"]["Code"] for one in world.payments()].count("090") == 3


def test_a_cancelled_order_that_was_credited_is_no_difference(world: World) -> None:
    unpaid, paid = world.place(status="pending"), world.place(customer=2)
    world.sync()
    world.time.forward(days=40)
    world.shop.cancel(unpaid["entity_id"])
    world.shop.update_order(paid["entity_id"], state="canceled", status="canceled")
    world.sync()
    notes = world.xero.ledger(world.organisation.tenant_id)["CreditNotes"]
    left = {one["CreditNoteNumber"]: str(one["RemainingCredit"]) for one in notes}
    assert left == {f"{world.number(unpaid)}-C": "0.00", f"{world.number(paid)}-C": "34.90"}
    code, answer = reconcile("--store", "au")
    assert (code, answer["differences"]) == (0, [])
