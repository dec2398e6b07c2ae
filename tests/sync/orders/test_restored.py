"""A backup is put back that knows less than Xero: nothing is posted twice, nothing is held.

What happened since is found again in Xero's lists: payments and part payments, receipts without
invoices, overpayments, edits, cancellations and refunds. Each story says what happened between
the backup and its restoring; afterwards the books are as they were, and the next event of the
shop is posted as if nothing had been.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from sync.dispatch import conflicts, freshness
from sync.dispatch.gather import gather
from sync.dispatch.lookup import lookup
from sync.flow import steps
from sync.models import Dispatch, Posting, TrackedOrder
from sync.orders import actions
from sync.orders.build_due import enqueue_due
from tests.sync.backfill.test_backfill import begun, finish, go_on
from tests.sync.orders.test_money_of_edits import differs
from tests.sync.orders.test_refunds_and_cancellations import MUG, TWO_MUGS_AND_BEANS
from tests.sync.orders.test_refunds_and_cancellations import time as time
from tests.sync.standing import again, ledger, stands
from tests.sync.world import World, at_rest, books, forgotten, money
from xero.api.gateway import Gateway
from xero.documents.kinds import Kind
from xero.mirror import refresh as mirror

Doc = dict[str, Any]
Happens = Callable[[World, list[Doc]], None]
# Invoices that are asked for by their ids.
NOT_READ = {"kind": "error_before", "match": {"method": "GET", "path": "/Invoices$", "count": 0}}


def restored(world: World, happens: Callable[[], None]) -> list[str]:
    """The books after a backup was put back that was made before all this happened."""
    with forgotten(world):
        happens()
        world.sync()
        at_rest()
        before = stands(world)
    world.time.forward(minutes=7)
    world.sync()
    at_rest()
    assert stands(world) == before
    return before


def nobody_is_asked(world: World, *orders: Doc) -> None:
    for order in orders:
        row = world.row(order)
        assert row.label == "posted", (row.number, row.label, row.reasons, world.codes(order))
    assert not Posting.objects.filter(conflict=True).exists()
    assert not Posting.objects.filter(state__in=("held", "dead")).exists()


def three(world: World, **wish: Any) -> list[Doc]:
    return [world.place(customer=n, **wish) for n in (1, 2, 3)]


def without_invoices(world: World) -> None:
    """Money that comes in is all that is posted, to an account of a bank."""
    world.change_store(streams={"invoices": False})
    world.save_rules(payment_accounts={"checkmo": "090"})


# --- money that came in -----------------------------------------------------------------------


def test_receipts_without_invoices_are_found_again(world: World) -> None:
    without_invoices(world)
    old = world.place(customer=1)
    world.sync()
    orders: list[Doc] = []
    before = restored(world, lambda: orders.extend(three(world)))
    assert sum(line.startswith("receive ") for line in before) == 4
    nobody_is_asked(world, old, *orders)
    again(world)


def test_receipts_of_a_database_that_had_none_are_found_again(world: World) -> None:
    """All to one contact, of one amount and one day: told apart by their references."""
    without_invoices(world)
    world.save_rules(payment_accounts={"checkmo": "090"}, contacts={"strategy": "single"})
    orders: list[Doc] = []
    restored(world, lambda: orders.extend(three(world)))
    nobody_is_asked(world, *orders)
    new = world.place(customer=4)
    world.sync()
    assert len(stands(world)) == 4
    nobody_is_asked(world, *orders, new)


def test_a_receipt_costs_one_look_a_process_and_nothing_else(world: World) -> None:
    without_invoices(world)
    orders = three(world)
    world.sync()
    calls = world.calls()
    assert (calls["GET BankTransactions"], calls["PUT BankTransactions"]) == (1, 1)
    orders += [world.place(customer=n) for n in (4, 5)]
    world.time.forward(hours=2)
    world.sync()
    calls = world.calls()
    assert (calls["GET BankTransactions"], calls["PUT BankTransactions"]) == (1, 2)
    nobody_is_asked(world, *orders)


def overpaid(world: World, order: Doc, paid: str) -> None:
    amount = float(paid)
    order["payment"].update(amount_paid=amount, base_amount_paid=amount)
    world.shop.update_order(
        order["entity_id"], total_paid=amount, base_total_paid=amount, total_due=0, base_total_due=0
    )


def test_overpayments_are_found_again(world: World) -> None:
    orders = three(world, payment_method="stripe_payments")
    world.sync()

    def happens() -> None:
        for order in orders:
            overpaid(world, order, "50.00")

    before = restored(world, happens)
    assert sum(line.startswith("receive-overpayment") for line in before) == 3
    assert not Posting.objects.filter(conflict=True).exists()


def test_of_an_overpayment_that_grew_only_the_rest_is_posted(world: World) -> None:
    order = world.place(payment_method="stripe_payments")
    world.sync()
    with forgotten(world):
        overpaid(world, order, "50.00")
        world.sync()
    world.time.forward(minutes=1)
    overpaid(world, order, "60.00")
    world.sync()
    at_rest()
    over = [line for line in stands(world) if line.startswith("receive-overpayment")]
    assert sum(Decimal(line.rpartition(" ")[2]) for line in over) == Decimal("25.10")


@pytest.mark.parametrize("then", ["10.00", "34.90"])
def test_part_payments_of_invoices_that_the_backup_knew_are_not_made_twice(
    world: World, then: str
) -> None:
    orders = three(world, status="pending")
    world.sync()
    with forgotten(world):
        for order in orders:
            world.part_paid(order, "10.00")
        world.sync()
        assert len(world.payments()) == 3
    world.time.forward(minutes=7)
    for order in orders:
        world.part_paid(order, then)
    world.sync()
    at_rest()
    paid: dict[str, Decimal] = {}
    for one in world.payments():
        number = one["Invoice"]["InvoiceNumber"]
        paid[number] = paid.get(number, Decimal(0)) + one["Amount"]
    assert paid == {world.number(order): Decimal(then) for order in orders}
    nobody_is_asked(world, *orders)
    again(world)


def test_a_payment_beside_one_of_a_person_is_looked_up_once_and_sent(world: World) -> None:
    order = world.place(status="pending")
    world.sync()
    world.xero.person("pay", invoice=world.number(order), amount="5.00", reference="cash")
    world.time.forward(hours=2)
    world.part_paid(order, "10.00")
    world.sync()
    assert sorted(one["Amount"] for one in world.payments()) == [Decimal("5.00"), Decimal("10.00")]
    assert world.calls()["PUT Payments"] == 1
    assert Dispatch.objects.filter(kind="payment").count() == 2, "looked up, then sent"


# --- changes, cancellations, refunds ----------------------------------------------------------


def edits(world: World, orders: list[Doc]) -> None:
    for order in orders:
        world.shop.edit(order["entity_id"], [("MUG-STN", 2)])


def cancels(world: World, orders: list[Doc]) -> None:
    for order in orders:
        world.shop.update_order(order["entity_id"], state="canceled", status="canceled")


def cancels_a_month_later(world: World, orders: list[Doc]) -> None:
    world.time.forward(days=30)
    steps.keep_tokens_alive()
    cancels(world, orders)


def edits_and_pays(world: World, orders: list[Doc]) -> None:
    edits(world, orders)
    world.sync()
    world.time.forward(minutes=1)
    for order in orders:
        world.shop.pay(order["entity_id"])


def edits_and_is_part_paid(world: World, orders: list[Doc]) -> None:
    """What is due is what it was: the edit added what the payment took off."""
    edits(world, orders)
    world.sync()
    world.time.forward(minutes=1)
    for order in orders:
        world.part_paid(order, "24.95")


def cancels_and_opens_again(world: World, orders: list[Doc]) -> None:
    cancels(world, orders)
    world.sync()
    world.time.forward(minutes=1)
    for order in orders:
        world.shop.update_order(order["entity_id"], state="new", status="pending")


UNPAID: list[Happens] = [
    edits, cancels, cancels_a_month_later, edits_and_pays, edits_and_is_part_paid,
    cancels_and_opens_again,
]  # fmt: skip


@pytest.mark.parametrize("happens", UNPAID)
def test_what_the_shop_changed_since_is_ours(world: World, happens: Happens) -> None:
    orders = three(world, status="pending")
    world.sync()
    restored(world, lambda: happens(world, orders))
    nobody_is_asked(world, *orders)
    again(world)


@pytest.mark.parametrize("happens", UNPAID)
def test_also_where_the_backup_had_read_but_not_posted_the_order(
    world: World, happens: Happens
) -> None:
    orders = three(world, status="pending")
    world.pull()
    world.build()

    def both() -> None:
        world.work()
        happens(world, orders)

    restored(world, both)
    again(world)


# --- what the shop changed once more -----------------------------------------------------------


def nothing_more(_: World, __: list[Doc]) -> None:
    """The shop says what it said before."""


def edits_again(world: World, orders: list[Doc]) -> None:
    for order in orders:
        world.shop.edit(order["entity_id"], [("MUG-STN", 3)])


def pays(world: World, orders: list[Doc]) -> None:
    for order in orders:
        world.shop.pay(order["entity_id"])


def edits_again_and_pays(world: World, orders: list[Doc]) -> None:
    edits_again(world, orders)
    pays(world, orders)


@pytest.mark.parametrize("backfilled", [False, True])
@pytest.mark.parametrize("later", [False, True], ids=["in its month", "a month later"])
@pytest.mark.parametrize("then", [edits_again, edits_again_and_pays, cancels])
def test_a_forgotten_sale_that_the_shop_changed_since_is_ours(
    world: World, then: Happens, later: bool, backfilled: bool
) -> None:
    orders: list[Doc] = []
    world.sync()
    with forgotten(world):
        orders += three(world, status="pending")
        world.sync()
    world.time.forward(days=40 if later else 0, minutes=7)
    steps.keep_tokens_alive()
    then(world, orders)
    if backfilled:
        finish(world, begun(world, days=60))
    world.sync()
    at_rest()
    nobody_is_asked(world, *([] if then is cancels else orders))
    number = world.number(orders[0])
    standing = [line for line in stands(world) if f" {number}" in line]
    if then is not cancels:
        total, due = money(orders[0]["grand_total"]), money(orders[0]["total_due"])
        assert _net(world, number) == (total, due), standing
    else:
        assert _net(world, number) == (0, 0), standing
    again(world)


def test_a_forgotten_supplement_of_an_order_that_was_raised_once_more_is_ours(
    world: World,
) -> None:
    orders = three(world, items=[("MUG-STN", 1)])
    world.sync()
    with forgotten(world):
        edits(world, orders)
        world.sync()
        assert f"{world.number(orders[0])}-E1" in world.invoices()
    world.time.forward(minutes=7)
    edits_again(world, orders)
    world.sync()
    at_rest()
    nobody_is_asked(world, *orders)
    for order in orders:
        total, due = money(order["grand_total"]), money(order["total_due"])
        assert _net(world, world.number(order)) == (total, due)
    again(world)


@pytest.mark.parametrize("first_is_known", [True, False])
def test_forgotten_part_payments_are_told_from_those_of_people(
    world: World, first_is_known: bool
) -> None:
    orders = three(world, status="pending")
    world.sync()

    def first() -> None:
        for order in orders:
            world.part_paid(order, "10.00")
        world.sync()
        world.time.forward(minutes=7)

    if first_is_known:
        first()
    with forgotten(world):
        if not first_is_known:
            first()
        for order in orders:
            world.part_paid(order, "34.90")
        world.sync()
        assert len(world.payments()) == 6
    world.time.forward(minutes=7)
    world.sync()
    at_rest()
    nobody_is_asked(world, *orders)
    assert len(world.payments()) == 6
    again(world)


def test_a_receipt_is_no_other_orders_that_is_not_known_again_yet(world: World) -> None:
    """All to one contact, of one amount and one day, and one of them is forgotten."""
    without_invoices(world)
    world.save_rules(payment_accounts={"checkmo": "090"}, contacts={"strategy": "single"})
    world.sync()
    with forgotten(world):
        first = world.place(customer=1)
        world.sync()
    second = world.place(customer=2)
    world.pull()
    # The shop is read anew; of what it told before, only the newer order is built yet.
    TrackedOrder.objects.filter(pk=world.row(first).pk).update(build_at=None)
    world.sync()
    nobody_is_asked(world, second)
    assert len(stands(world)) == 2
    world.rebuild(first)
    world.sync()
    at_rest()
    nobody_is_asked(world, first, second)
    assert len(stands(world)) == 2


def _net(world: World, number: str) -> tuple[Decimal, Decimal]:
    """What all documents of an order come to, and what is due on them."""
    found = ledger(world)
    gone = ("VOIDED", "DELETED")
    sold = [one for one in found["Invoices"] if one["InvoiceNumber"].startswith(number)]
    sold = [one for one in sold if one["Status"] not in gone]
    notes = [one for one in found["CreditNotes"] if one["CreditNoteNumber"].startswith(number)]
    net = sum(money(one["Total"]) for one in sold) - sum(money(one["Total"]) for one in notes)
    left = sum(money(one["RemainingCredit"]) for one in notes)
    return Decimal(net), Decimal(sum(money(one["AmountDue"]) for one in sold) - left)


# --- refunds ------------------------------------------------------------------------------------


def refunds(world: World, orders: list[Doc]) -> None:
    for order in orders:
        world.time.forward(minutes=1)
        world.shop.refund(order["entity_id"], items=MUG)


def refunds_twice(world: World, orders: list[Doc]) -> None:
    refunds(world, orders)
    world.sync()
    for order in orders:
        world.time.forward(minutes=1)
        world.shop.refund(order["entity_id"])


def cancels_paid(world: World, orders: list[Doc]) -> None:
    world.save_rules(statuses={"refunded": ["canceled"]})
    cancels(world, orders)


PAID: list[Happens] = [refunds, refunds_twice, cancels_paid]


@pytest.mark.parametrize("happens", PAID)
def test_what_was_given_back_since_is_ours(world: World, happens: Happens) -> None:
    world.save_rules(statuses={"refunded": ["canceled"]})
    orders = three(world, items=TWO_MUGS_AND_BEANS)
    world.sync()
    before = restored(world, lambda: happens(world, orders))
    assert sum(line.startswith("refund ") for line in before) in (3, 6)
    nobody_is_asked(world, *orders)
    again(world)


def test_refunds_that_xero_refuses_in_unknown_words_are_looked_up_before_they_are_dead(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The credit note is known, and its refund is there; nothing told of it beforehand."""
    from sandbox.xero.documents import payments
    from sync.dispatch import doubt

    orders = three(world, items=TWO_MUGS_AND_BEANS)
    world.sync()
    monkeypatch.setattr(payments, "EXCEEDS", "This note has nothing more to give.")
    monkeypatch.setattr(doubt, "in_doubt", lambda *_: set())
    restored(world, lambda: refunds(world, orders))
    nobody_is_asked(world, *orders)


def test_a_refund_that_xero_refuses_for_good_is_looked_up_once_and_then_dead(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sandbox.xero.documents import payments
    from sandbox.xero.wire import Invalid

    order = world.place(items=TWO_MUGS_AND_BEANS)
    world.sync()

    def never(*_: Any) -> None:
        raise Invalid("Not today.")

    monkeypatch.setattr(payments, "_new", never)
    refunds(world, [order])
    world.sync()
    posting = Posting.objects.get(kind="refund")
    assert (posting.state, posting.reasons[0]["message"]) == ("dead", "Xero: Not today.")
    assert world.calls()["PUT Payments"] == 3, "the payment, and the refund twice"


# --- how it is noticed ------------------------------------------------------------------------


def test_a_database_that_goes_back_under_a_running_process_is_noticed(world: World) -> None:
    """A backup of a minute ago, put back without stopping anything."""
    orders = three(world, status="pending")
    world.sync()
    seen = dict(freshness._seen)
    with forgotten(world):
        world.time.forward(minutes=1)
        for order in orders:
            world.part_paid(order, "10.00")
        world.new_process()
        world.sync()
        seen = dict(freshness._seen)
    freshness._seen.update(seen)
    assert not freshness.looked(world.organisation)
    world.sync()
    assert len(world.payments()) == 3
    nobody_is_asked(world, *orders)


def test_an_edit_of_a_person_since_the_backup_is_still_a_persons(world: World) -> None:
    order = world.place(status="pending")
    world.sync()
    line = {"Description": "By hand", "Quantity": 1, "UnitAmount": 40, "AccountCode": "200"}
    with forgotten(world):
        world.time.forward(minutes=1)
        world.xero.person(
            "edit_invoice", invoice=world.number(order), changes={"LineItems": [line]}
        )
    freshness.watch(world.organisation)
    assert world.posting(order).conflict
    world.sync()
    assert world.posting(order).conflict
    assert world.row(order).label == "held"


def edited_twice(world: World, *, lost: bool) -> tuple[Doc, Decimal, Decimal]:
    """An order that waits for a person: the backup knows the first change of its invoice as on its
    way; the second is forgotten, and the shop makes a third: nothing tells the second from a
    bookkeeper's (0032). With it, what the invoice was over first, and what it is over in Xero."""
    order = world.place(status="pending")
    known = money(order["grand_total"])
    world.sync()
    world.time.forward(minutes=31)
    edits(world, [order])
    world.pull()
    world.build()
    if lost:
        fault = {"method": "POST", "path": "/Invoices$"}
        world.xero.faults({"kind": "lose_answer", "match": fault})
        world.send()
        world.xero.faults()
    with forgotten(world):
        world.sync()
        world.time.forward(minutes=5)
        world.shop.edit(order["entity_id"], [("BEANS-250", 2)])
        world.sync()
        in_xero = money(world.invoices()[world.number(order)]["Total"])
    world.time.forward(minutes=1)
    world.shop.edit(order["entity_id"], [("MUG-STN", 1), ("BEANS-250", 1)])
    world.sync()
    world.time.forward(minutes=31)
    world.sync()
    at_rest()
    assert (world.row(order).label, world.posting(order).conflict) == ("held", True)
    return order, known, in_xero


LOST = pytest.mark.parametrize("lost", [True, False], ids=["its answer was lost", "not sent yet"])


@pytest.mark.stories
@LOST
def test_an_invoice_that_was_edited_twice_around_the_backup_may_be_kept(
    world: World, lost: bool
) -> None:
    """As a bookkeeper's would be: what the shop changed is added, and the comparison says what is
    over."""
    order, known, in_xero = edited_twice(world, lost=lost)
    actions.sync_now(TrackedOrder.objects.all(), None)
    world.work()
    at_rest()
    assert world.row(order).label == "posted"
    ordered = money(order["grand_total"])
    assert _net(world, world.number(order))[0] == in_xero + ordered - known
    assert [(one[0], one[1]) for one in differs(world)] == [(order["increment_id"], "total")]


@pytest.mark.stories
@LOST
def test_of_an_invoice_that_was_edited_twice_around_the_backup_the_difference_may_be_posted(
    world: World, lost: bool
) -> None:
    order, _, in_xero = edited_twice(world, lost=lost)
    assert actions.post_difference(TrackedOrder.objects.all(), None) == 1
    world.work()
    at_rest()
    assert world.row(order).label == "posted"
    assert money(world.invoices()[world.number(order)]["Total"]) == in_xero
    assert _net(world, world.number(order))[0] == money(order["grand_total"])
    assert differs(world) == []


def test_what_was_planned_before_a_person_must_decide_does_not_wait_for_ever(
    world: World,
) -> None:
    """A change and a payment are planned, and then a person's own change turns up in the list."""
    order = world.place(status="pending")
    world.sync()
    world.time.forward(minutes=7)
    edits(world, [order])
    world.shop.pay(order["entity_id"])
    world.pull()
    while enqueue_due(World.fresh(world.store)):
        pass
    assert Posting.objects.waiting().count() == 2
    line = {"Description": "By hand", "Quantity": 1, "UnitAmount": 40, "AccountCode": "200"}
    world.time.forward(minutes=7)
    world.xero.person("edit_invoice", invoice=world.number(order), changes={"LineItems": [line]})
    world.sync()
    at_rest()
    assert world.row(order).label == "held"
    conflicts.accept([world.row(order).pk])
    world.rebuild(order)
    world.sync()
    at_rest()
    assert sum(one["Amount"] for one in world.payments()) == money(order["grand_total"])
    assert f"{world.number(order)}-E1" in world.invoices()


def test_in_the_ordinary_run_nothing_is_looked_up(world: World) -> None:
    orders = three(world)
    orders += [world.place(customer=4, status="pending")]
    world.sync()
    world.part_paid(orders[3], "10.00")
    for order in orders[:3]:
        world.time.forward(minutes=1)
        world.shop.refund(order["entity_id"], items={}, shipping=Decimal("4.00"))
    world.sync()
    world.time.forward(hours=1)
    world.part_paid(orders[3], "20.00")
    world.sync()
    assert not Posting.objects.exclude(looked_at=None).exists()
    assert not Dispatch.objects.filter(tries__what="look-up").exists()
    paid = sorted(one["Amount"] for one in world.payments())
    assert paid[:5] == [Decimal("4.40")] * 3 + [Decimal("10.00")] * 2


def test_the_books_are_those_of_a_database_that_forgot_nothing(world: World) -> None:
    orders = three(world)
    with forgotten(world):
        world.sync()
    world.sync()
    books(world)
    assert len(orders) == 3


# --- what the backup knew as waiting to be sent -------------------------------------------------


@pytest.mark.parametrize("then", [edits_again, edits_again_and_pays, cancels])
def test_a_sale_that_waited_to_be_sent_and_changed_since_is_ours(
    world: World, then: Happens
) -> None:
    orders = three(world, status="pending")
    world.pull()
    world.build()
    with forgotten(world):
        world.work()
        assert len(world.invoices()) == 3
    world.time.forward(minutes=7)
    then(world, orders)
    world.sync()
    at_rest()
    stand_as_the_shop_says(world, orders, cancelled=then is cancels)
    again(world)


@pytest.mark.parametrize("known", ["nothing", "waiting", "held"])
@pytest.mark.parametrize("then", [nothing_more, edits_again, edits_again_and_pays, cancels])
def test_what_was_built_before_xero_could_be_asked_is_built_once_more(
    world: World, then: Happens, known: str
) -> None:
    """The database is put back, and Xero's lists cannot be read while the shop changes."""
    orders: list[Doc] = []
    world.sync()
    if known != "nothing":
        orders += three(world, status="pending")
        world.pull()
        world.build()
    with forgotten(world):
        orders += [] if orders else three(world, status="pending")
        world.sync()
        assert len(world.invoices()) == 3
    if known == "held":
        Posting.objects.filter(kind="invoice").update(state="held", look_up=True)
    world.time.forward(minutes=7)
    then(world, orders)
    world.pull()
    while enqueue_due(World.fresh(world.store)):
        pass
    world.sync()
    at_rest()
    stand_as_the_shop_says(world, orders, cancelled=then is cancels)
    again(world)


@pytest.mark.parametrize("then", [edits_again, edits_again_and_pays, cancels])
def test_what_could_not_be_read_when_it_was_built_is_read_later(
    world: World, then: Happens
) -> None:
    """The lists are known, and Xero goes away before the documents can be read whole."""
    orders: list[Doc] = []
    world.sync()
    with forgotten(world):
        orders += three(world, status="pending")
        world.sync()
    world.time.forward(minutes=7)
    then(world, orders)
    freshness.first_look(world.organisation)
    world.pull()
    world.xero.faults(NOT_READ)
    world.build()
    world.xero.faults()
    world.time.forward(minutes=20)
    world.sync()
    at_rest()
    stand_as_the_shop_says(world, orders, cancelled=then is cancels)
    again(world)


def test_part_payments_that_could_not_be_read_when_it_was_built_are_read_later(
    world: World,
) -> None:
    orders = three(world, status="pending")
    world.sync()
    for order in orders:
        world.part_paid(order, "10.00")
    world.sync()
    world.time.forward(minutes=7)
    with forgotten(world):
        for order in orders:
            world.part_paid(order, "34.90")
        world.sync()
    world.time.forward(minutes=7)
    freshness.first_look(world.organisation)
    world.pull()
    world.xero.faults(NOT_READ)
    world.build()
    world.xero.faults()
    assert all("asked again" in str(world.row(order).reasons) for order in orders)
    world.time.forward(minutes=20)
    world.sync()
    at_rest()
    stand_as_the_shop_says(world, orders, cancelled=False)
    again(world)


@pytest.mark.parametrize("then", [nothing_more, edits_again, edits_again_and_pays])
def test_a_sale_that_was_on_its_way_again_when_the_lists_were_read_is_ours(
    world: World, then: Happens
) -> None:
    """Xero's no to the number comes after its lists have been compared."""
    orders: list[Doc] = []
    three(world)
    world.sync()
    with forgotten(world):
        orders += three(world, status="pending")
        world.sync()
    world.time.forward(minutes=7)
    then(world, orders)
    world.pull()
    while enqueue_due(World.fresh(world.store)):
        pass
    assert gather(world.organisation) is not None
    world.sync()
    at_rest()
    stand_as_the_shop_says(world, orders, cancelled=False)
    again(world)


@pytest.mark.parametrize("backfilled", [False, True])
@pytest.mark.parametrize("then", [nothing_more, edits_again, cancels])
def test_a_sale_whose_contact_waited_to_be_sent_is_nobody_elses(
    world: World, then: Happens, backfilled: bool
) -> None:
    """The invoice in Xero is to a contact of which the database knows no id yet."""
    orders = three(world, status="pending")
    if backfilled:
        world.time.forward(days=10)
        steps.keep_tokens_alive()
        go_on(begun(world, days=20))
    else:
        world.pull()
    world.build()
    with forgotten(world):
        world.work()
        assert len(world.invoices()) == 3
    world.time.forward(minutes=7)
    then(world, orders)
    freshness.first_look(world.organisation)
    world.pull()
    world.build()
    world.sync()
    at_rest()
    stand_as_the_shop_says(world, orders, cancelled=then is cancels)
    again(world)


@pytest.mark.parametrize("backfilled", [False, True])
@pytest.mark.parametrize("then", [nothing_more, edits_again, cancels])
def test_a_sale_to_a_namesake_who_waited_to_be_sent_is_nobody_elses(
    world: World, then: Happens, backfilled: bool
) -> None:
    """Xero took the name for one of three buyers, and the others bear their e-mail behind it."""
    orders = three(world, status="pending")
    for number, order in enumerate(orders):
        world.bought_by(order, "Noah Singh", f"noah.{number}@example.com")
    if backfilled:
        world.time.forward(days=10)
        steps.keep_tokens_alive()
        go_on(begun(world, days=20))
    else:
        world.pull()
    world.build()
    Posting.objects.filter(kind="contact").update(name_key="noah singh", key="Noah Singh")
    with forgotten(world):
        world.work()
        assert len(world.invoices()) == 3
    world.time.forward(minutes=7)
    then(world, orders)
    freshness.first_look(world.organisation)
    world.pull()
    world.build()
    world.sync()
    at_rest()
    stand_as_the_shop_says(world, orders, cancelled=then is cancels)
    again(world)


@pytest.mark.parametrize("then", [nothing_more, edits_again, cancels])
def test_an_invoice_that_was_being_sent_and_was_edited_since_is_ours(
    world: World, then: Happens
) -> None:
    three(world)
    world.sync()
    orders = three(world, status="pending")
    world.pull()
    world.build()
    sent = gather(world.organisation)
    assert sent is not None
    assert sent.kind == "invoice"
    with forgotten(world):
        world.work()
        edits(world, orders)
        world.sync()
    world.time.forward(minutes=7)
    then(world, orders)
    world.sync()
    at_rest()
    stand_as_the_shop_says(world, orders, cancelled=then is cancels)
    again(world)


def test_a_forgotten_credit_note_of_a_refund_that_was_built_before_xero_could_be_asked(
    world: World,
) -> None:
    orders = three(world, items=TWO_MUGS_AND_BEANS)
    world.sync()
    with forgotten(world):
        refunds(world, orders)
        world.sync()
    world.time.forward(minutes=7)
    refunds(world, orders)
    world.pull()
    while enqueue_due(World.fresh(world.store)):
        pass
    world.sync()
    at_rest()
    nobody_is_asked(world, *orders)
    assert len(ledger(world)["CreditNotes"]) == 6
    again(world)


def stand_as_the_shop_says(world: World, orders: list[Doc], *, cancelled: bool) -> None:
    nobody_is_asked(world, *([] if cancelled else orders))
    for order in orders:
        wanted = money(order["grand_total"]), money(order["total_due"])
        assert _net(world, world.number(order)) == ((0, 0) if cancelled else wanted)


def test_the_rest_is_paid_while_a_forgotten_part_is_looked_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has gone of the invoice is the very part that is looked for: no person's, and the rest
    is paid once that is known."""
    orders: list[Doc] = []
    with forgotten(world):
        orders += three(world, status="pending")
        for order in orders:
            world.part_paid(order, "10.00")
        world.sync()
        assert len(world.payments()) == 3
    world.time.forward(minutes=7)
    look_up, met = lookup.look_up, []

    def meanwhile(dispatch: Dispatch, gateway: Gateway) -> None:
        if dispatch.kind == Kind.PAYMENT and not met:
            for order in orders:
                met.append(order)
                world.part_paid(order, "34.90")
            world.pull()
            world.build()
        look_up(dispatch, gateway)

    monkeypatch.setattr(lookup, "look_up", meanwhile)
    world.sync()
    assert len(met) == 3
    at_rest()
    assert (
        sorted(one["Amount"] for one in world.payments()) == [money(10)] * 3 + [money("24.90")] * 3
    )
    nobody_is_asked(world, *orders)
    again(world)


def test_a_forgotten_sale_that_the_shop_put_aside_since_is_ours(world: World) -> None:
    """In this status it would not be posted, but it was before: it stays, and is followed."""
    orders: list[Doc] = []

    def put_aside(order: Doc) -> None:
        world.shop.hold(order["entity_id"])

    with forgotten(world):
        orders += three(world, status="pending")
        world.sync()
        before = stands(world)
    world.time.forward(minutes=7)
    for order in orders:
        put_aside(order)
    new = world.place(customer=4, status="pending")
    put_aside(new)
    world.sync()
    at_rest()
    assert stands(world) == before, "what was never posted is not"
    nobody_is_asked(world, *orders)
    for order in orders:
        world.shop.unhold(order["entity_id"])
        world.time.forward(minutes=1)
        world.shop.cancel(order["entity_id"])
    world.sync()
    assert not world.invoices()


def test_what_was_held_before_xeros_contacts_could_be_read_is_built_once_more(
    world: World,
) -> None:
    """The invoices are listed already, and their buyers are nobody known here."""
    orders: list[Doc] = []
    world.sync()
    with forgotten(world):
        orders += three(world)
        world.sync()
        before = stands(world)
    world.time.forward(minutes=7)
    mirror.refresh(world.organisation, mirror.Kind.INVOICES)
    world.pull()
    world.xero.faults({"kind": "error_before", "match": {"path": "/Contacts$", "count": 0}})
    world.build()
    assert [world.codes(order)[:1] for order in orders] == [["already_in_xero"]] * 3
    world.xero.faults()
    world.time.forward(hours=1)
    steps.watch(world.organisation)
    world.sync()
    at_rest()
    assert stands(world) == before
    nobody_is_asked(world, *orders)
