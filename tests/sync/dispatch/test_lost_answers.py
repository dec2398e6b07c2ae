"""Xero's answer is lost, late, wrong or half: one invoice, the right payments, every time."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError
from pytest_django import Settings

from sync.dispatch import settle
from sync.dispatch.lookup import by_kind
from sync.models import Attempt, Dispatch, Posting
from tests.sync.world import World, at_rest, books, in_xero, ledger_agrees, money
from xero import transport

KINDS = ["Contacts", "Invoices", "Payments"]


def put(kind: str, **match: object) -> dict[str, object]:
    return {"method": "PUT", "path": f"/{kind}$", **match}


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_is_lost_after_the_commit_posts_nothing_twice(
    world: World, kind: str
) -> None:
    orders = [world.place(customer=n) for n in (1, 2, 3)]
    world.xero.faults({"kind": "lose_answer", "match": put(kind)})
    world.sync()
    in_xero(world, *orders)
    assert world.calls()[f"PUT {kind}"] == 1
    assert Attempt.objects.filter(outcome="OutcomeUnknown").count() == 1
    adopted = Posting.objects.filter(kind=kind.lower()[:-1], adopted=True)
    assert adopted.count() == 3
    assert len(world.payments()) == 3
    books(world)


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_saved_in_part_before_a_500_is_completed(world: World, kind: str) -> None:
    orders = [world.place(customer=n) for n in (1, 2, 3, 4)]
    fault = {"kind": "error_after_partial", "match": put(kind), "params": {"saved": 2}}
    world.xero.faults(fault)
    world.sync()
    in_xero(world, *orders)
    assert world.calls()[f"PUT {kind}"] == 2
    assert Posting.objects.filter(kind=kind.lower()[:-1], adopted=True).count() == 2
    books(world)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["error_after", "html_answer"])
def test_a_502_that_was_carried_out_is_found(world: World, kind: str, fault: str) -> None:
    world.place()
    params = {"status": 502} | ({"commit": True} if fault == "html_answer" else {})
    world.xero.faults({"kind": fault, "match": put(kind), "params": params})
    world.sync()
    assert world.calls()[f"PUT {kind}"] == 1
    books(world)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("commit", [True, False])
def test_a_read_that_times_out_is_looked_up(
    world: World, kind: str, commit: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "CALL_SECONDS", 0.4)
    monkeypatch.setattr(transport, "_LEAST_WALL_SECONDS", 0.4)
    world.place()
    hang = {"kind": "hang", "match": put(kind), "params": {"seconds": 0.6, "commit": commit}}
    world.xero.faults(hang)
    world.sync()
    assert world.calls()[f"PUT {kind}"] == (1 if commit else 2)
    books(world)


@pytest.mark.parametrize("kind", KINDS)
def test_a_502_that_was_not_carried_out_is_sent_again_with_a_new_key(
    world: World, kind: str
) -> None:
    world.place()
    fault = {"kind": "error_before", "match": put(kind), "params": {"status": 502}}
    world.xero.faults(fault)
    world.sync()
    assert world.calls()[f"PUT {kind}"] == 2
    books(world)


def test_a_connection_that_is_refused_sends_the_same_bytes_with_the_same_key_later(
    world: World, settings: Settings
) -> None:
    world.place()
    world.pull()
    world.build()
    settings.XERO_API_URL = "http://127.0.0.1:9"
    world.send()
    waiting = Dispatch.objects.get()
    assert (waiting.kind, waiting.state, waiting.attempts) == ("contact", "retry", 1)
    assert world.writes() == 0
    settings.XERO_API_URL = world.xero.url
    world.work()
    same = Dispatch.objects.get(pk=waiting.pk)
    assert (same.body, same.idempotency_key) == (waiting.body, waiting.idempotency_key)
    books(world)


@pytest.mark.parametrize("kind", KINDS)
def test_a_forgotten_idempotency_key_duplicates_nothing(world: World, kind: str) -> None:
    world.place()
    world.xero.faults(
        {"kind": "lose_answer", "match": put(kind)},
        {"kind": "forget_keys", "match": {"method": "GET", "count": 0}},
    )
    world.sync()
    assert world.calls()[f"PUT {kind}"] == 1
    books(world)


@pytest.mark.parametrize("kind", KINDS)
def test_maintenance_is_waited_out_with_the_same_key(world: World, kind: str) -> None:
    world.place()
    world.xero.faults({"kind": "maintenance", "match": put(kind, count=2)})
    world.sync()
    assert world.calls()[f"PUT {kind}"] == 3
    retried = Dispatch.objects.get(kind=kind.lower()[:-1])
    assert retried.attempts == 3
    books(world)


def test_after_all_attempts_the_documents_are_dead_and_say_why(world: World) -> None:
    order = world.place()
    world.xero.faults({"kind": "maintenance", "match": put("Invoices", count=0)})
    world.pull()
    world.work(patience=timedelta(days=2))
    posting = world.posting(order)
    assert posting.state == "dead"
    assert "Given up after 12 attempts" in posting.reasons[0]["message"]
    assert world.row(order).label == "dead"
    assert world.invoices() == {}
    world.xero.faults()
    world.rebuild(order)
    world.work()
    assert world.calls()["PUT Invoices"] == 13
    books(world)


def test_a_payment_that_was_saved_but_not_answered_is_not_taken_for_its_twin(
    world: World,
) -> None:
    """Two equal tenders: the lost request held both, and both are found again."""
    order = world.place()
    world.pull()
    world.build()
    row = world.row(order)
    twin = Posting.objects.get(order=row, purpose="payment-1")
    half = money(order["grand_total"]) / 2
    halve(twin, half, "A")
    second = Posting.objects.get(pk=twin.pk)
    second.pk, second.purpose = None, "payment-2"
    second.save()
    halve(second, half, "B")
    fault = {"kind": "error_after_partial", "match": put("Payments"), "params": {"saved": 1}}
    world.xero.faults(fault)
    world.work()
    assert sorted((p["Reference"], p["Amount"]) for p in world.payments()) == [
        ("A", half),
        ("B", half),
    ]
    assert world.invoices()[world.number(order)]["AmountDue"] == 0
    ledger_agrees(world)
    at_rest()


def halve(posting: Posting, amount: Decimal, reference: str) -> None:
    """Make a payment's posting one tender of two."""
    body = json.loads(posting.payload)
    body |= {"Amount": {"$n": str(amount)}, "Reference": reference}
    posting.payload, posting.key = json.dumps(body), reference
    posting.save()


def test_an_answer_that_cannot_be_settled_is_looked_up_and_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.place()
    real = settle.posted
    broken = iter([True])

    def once(*args: object, **options: object) -> None:
        if next(broken, False):
            raise RuntimeError("a bug")
        real(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(settle, "posted", once)
    world.sync()
    assert world.calls()["PUT Contacts"] == 1
    books(world)


def test_a_mirror_that_cannot_be_written_loses_no_settled_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.place()

    def broken(*_: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(by_kind, "remember", broken)
    world.sync()
    assert world.calls()["PUT Invoices"] == 1
    books(world)
