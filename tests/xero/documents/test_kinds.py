"""The table of kinds: every row is complete, and every document fits the row of its kind."""

from __future__ import annotations

import ast
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

import connector
from accounting.summary.documents import PURPOSES
from sync.outbox.fill import document_key, rates_of
from xero.api import endpoints, replies
from xero.documents import kinds
from xero.documents.breakdown import breakdown_of
from xero.documents.documents import (
    BankTransaction,
    CreditNote,
    Document,
    DocumentStatusChange,
    Invoice,
    InvoiceUpdate,
    StockAdjustment,
)
from xero.documents.kinds import SPECS, Kind, Measure, Ref, counted_as
from xero.documents.lines import DocumentLine, TaxMode
from xero.documents.master_data import Contact, Item
from xero.documents.settling import Allocation, CreditNoteRefund, InvoicePayment

ROOT = Path(connector.__file__).resolve().parent.parent
PRODUCT = ("connector", "stores", "accounting", "accounts_mapping", "xero", "sync")
DAY = date(2026, 3, 1)
CONTACT = Ref(Kind.CONTACT, "S1:7")
LINES = (DocumentLine("Shirt", Decimal(2), Decimal("5.00"), "200", "OUTPUT", Decimal(10)),)
INVOICE = Invoice(
    "S1-7", CONTACT, DAY, DAY, TaxMode.EXCLUSIVE, "AUD", "AUTHORISED", "7", LINES
)  # fmt: skip
NOTE = CreditNote("S1-7-R1", CONTACT, DAY, TaxMode.EXCLUSIVE, "AUD", "AUTHORISED", "7", LINES)
# What is made of each dataclass: the document, its kind, verb and natural key.
MADE: list[tuple[Any, Kind, str, str]] = [
    (Contact("a", "Ann"), Kind.CONTACT, "PUT", "Ann"),
    (Contact("a", "Ann", "S1:7"), Kind.CONTACT, "PUT", "S1:7"),
    (Contact("a", "Ann", "S1:7", existing_id="c-1"), Kind.CONTACT, "POST", "S1:7"),
    (Item("SHIRT"), Kind.ITEM, "PUT", "SHIRT"),
    (Item("SHIRT", existing_id="i-1"), Kind.ITEM, "POST", "SHIRT"),
    (StockAdjustment("S1-A1", True, "c-1", DAY, "AUD", ()), Kind.STOCK_INCREASE, "PUT", "S1-A1"),
    (StockAdjustment("S1-A2", False, "c-1", DAY, "AUD", ()), Kind.STOCK_DECREASE, "PUT", "S1-A2"),
    (INVOICE, Kind.INVOICE, "PUT", "S1-7"),
    (InvoiceUpdate(Ref(Kind.INVOICE, "S1-7"), INVOICE), Kind.INVOICE, "POST", "S1-7"),
    (
        DocumentStatusChange(Kind.INVOICE, Ref(Kind.INVOICE, "S1-7"), "VOIDED"),
        Kind.INVOICE, "POST", "S1-7",
    ),
    (DocumentStatusChange(Kind.CREDIT_NOTE, "n-1", "VOIDED"), Kind.CREDIT_NOTE, "POST", "n-1"),
    (NOTE, Kind.CREDIT_NOTE, "PUT", "S1-7-R1"),
    (InvoicePayment("v-1", "090", DAY, Decimal("11.00"), "t1"), Kind.PAYMENT, "PUT", "t1"),
    (
        BankTransaction("RECEIVE", CONTACT, "090", DAY, TaxMode.EXCLUSIVE, "AUD", "7", LINES),
        Kind.BANK_TRANSACTION, "PUT", "7",
    ),
    (
        Allocation(Ref(Kind.CREDIT_NOTE, "S1-7-R1"), "v-1", Decimal("11.00"), DAY),
        Kind.ALLOCATION, "PUT", "S1-7-R1",
    ),
    (CreditNoteRefund("n-1", "090", DAY, Decimal("11.00"), "r1"), Kind.REFUND, "PUT", "r1"),
]  # fmt: skip
each = pytest.mark.parametrize("row", SPECS.values(), ids=list(SPECS))
every = pytest.mark.parametrize(
    ("document", "kind", "verb", "key"), MADE, ids=[f"{type(m[0]).__name__} {m[2]}" for m in MADE]
)


# --- rows -----------------------------------------------------------------------------------


def test_every_kind_has_its_row_in_the_order_of_sending() -> None:
    assert list(SPECS) == list(Kind)
    assert [row.kind for row in SPECS.values()] == list(Kind)
    assert SPECS["credit_note"].kind is Kind.CREDIT_NOTE  # as the database has it


@each
def test_a_row_is_complete(row: kinds.KindSpec) -> None:
    assert row.name == row.name.capitalize() != ""
    assert row.resource.name
    assert row.resource.envelope
    assert row.resource.id_field
    assert row.page.count("{}") == bool(row.page)
    assert row.has_balance <= bool(row.resource.keys), "it is found by its number"


@each
def test_a_row_agrees_with_those_that_it_names(row: kinds.KindSpec) -> None:
    if row.on is not None:
        assert SPECS[row.on].has_balance
        assert row.repeatable
    assert bool(row.address) <= (row.on is not None)
    assert row.has_balance <= row.is_document
    assert (row.measure is not None) <= row.is_document


def test_names_are_told_apart() -> None:
    assert len({row.name for row in SPECS.values()}) == len(Kind)


def test_the_sets_of_kinds_are_those_that_rules_rely_on() -> None:
    assert kinds.MASTER_DATA == (Kind.CONTACT, Kind.ITEM)
    assert kinds.SALES == (Kind.INVOICE, Kind.BANK_TRANSACTION)
    assert kinds.CREDITS == (Kind.CREDIT_NOTE,)
    assert kinds.TO_CUSTOMERS == (Kind.INVOICE, Kind.BANK_TRANSACTION, Kind.CREDIT_NOTE)
    assert kinds.WITH_BALANCE == (Kind.INVOICE, Kind.CREDIT_NOTE)
    assert kinds.MONEY == (Kind.PAYMENT, Kind.ALLOCATION, Kind.REFUND)
    assert kinds.OF_CREDIT == (Kind.ALLOCATION, Kind.REFUND)
    assert kinds.MOVED == (Kind.PAYMENT, Kind.REFUND)
    assert set(Kind) - set(kinds.REPEATABLE) == {
        Kind.CONTACT, Kind.ITEM, Kind.INVOICE, Kind.CREDIT_NOTE,
    }  # fmt: skip
    assert all(len(counted_as(measure)) > 0 for measure in Measure)


# --- Xero's resources -----------------------------------------------------------------------


@each
def test_answers_are_read_as_requests_are_wrapped(row: kinds.KindSpec) -> None:
    assert replies.SHAPES[row.resource.name] == row.resource


@each
def test_every_kind_can_be_sent_fifty_at_a_time(row: kinds.KindSpec) -> None:
    write = endpoints.WRITES[row.resource.name, "PUT"]
    assert write.batch
    assert bool(write.parent) == bool(row.address), "what stands in the address of the request"


@each
def test_a_history_is_written_under_its_document(row: kinds.KindSpec) -> None:
    if row.history:
        assert endpoints.WRITES[row.history, "PUT"].parent


# --- documents ------------------------------------------------------------------------------


def test_every_dataclass_and_every_kind_is_made() -> None:
    assert {type(document) for document, *_ in MADE} == set(get_args(Document))
    assert {kind for _, kind, *_ in MADE} == set(Kind)


@every
def test_a_document_says_what_it_is(document: Any, kind: Kind, verb: str, key: str) -> None:
    assert (document.kind, document.verb, document_key(document)) == (kind, verb, key)
    assert (SPECS[kind].resource.name, verb) in endpoints.WRITES


@every
def test_a_change_names_what_it_changes_by_its_id(
    document: Any, kind: Kind, verb: str, key: str
) -> None:
    resource = SPECS[kind].resource
    assert (resource.id_field in document.payload()) == (verb == "POST")
    assert (verb == "POST") <= endpoints.WRITES[resource.name, verb].needs_ids


@every
def test_what_stands_in_the_address_is_in_the_payload_until_it_is_sent(
    document: Any, kind: Kind, verb: str, key: str
) -> None:
    assert not SPECS[kind].address or SPECS[kind].address in document.payload()


@every
def test_a_natural_key_is_where_xero_keeps_it(
    document: Any, kind: Kind, verb: str, key: str
) -> None:
    payload, keys = document.payload(), SPECS[kind].resource.keys
    if keys and not isinstance(document, DocumentStatusChange):
        assert key in [payload.get(name) for name in keys]
    elif not keys and not SPECS[kind].address:
        assert payload["Reference"] == key


@every
def test_what_is_kept_beside_a_document_is_of_it(
    document: Any, kind: Kind, verb: str, key: str
) -> None:
    """Lines and their sums, or an account and its amount, or neither; and the date it bears."""
    charged, moved = document.charged(), document.moved()
    status = isinstance(document, DocumentStatusChange)
    assert (charged is not None) == (kind in kinds.TO_CUSTOMERS and not status)
    assert (moved is not None) == (kind in kinds.MOVED)
    if charged is not None:
        assert breakdown_of(document) == [["200", "OUTPUT", 100_000, 10_000]]
        assert document.expected().total == Decimal("11.00")
        assert rates_of(document) == ["10"]
    elif moved is not None:
        assert breakdown_of(document) == [["090", 110_000]]
    else:
        assert breakdown_of(document) is None
        assert rates_of(document) is None
    dated = bool(charged or moved) or kind is Kind.ALLOCATION
    assert document.dated() == (DAY if dated else None)


# --- no second table ------------------------------------------------------------------------


def kinds_in(nodes: list[Any]) -> tuple[Kind, ...] | None:
    """The kinds that an expression spells out; None if it has anything else in it."""
    found = []
    for node in nodes:
        one = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if not one or node.value.id != "Kind" or node.attr not in Kind.__members__:
            return None
        found.append(Kind[node.attr])
    return tuple(found) if len(found) > 1 else None


@cache
def spelled_out() -> list[tuple[str, bool, tuple[Kind, ...]]]:
    """Kinds that modules of the product list: where, whether as keys of a table, and which."""
    listed = []
    for path in sorted(path for package in PRODUCT for path in (ROOT / package).rglob("*.py")):
        if "migrations" in path.parts or path == Path(kinds.__file__):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            table = isinstance(node, ast.Dict)
            if table or isinstance(node, ast.Tuple | ast.Set | ast.List):
                found = kinds_in(node.keys if isinstance(node, ast.Dict) else node.elts)
                if found is not None:
                    listed.append((path.relative_to(ROOT).as_posix(), table, found))
    return listed


def test_a_table_by_kind_covers_the_kinds_that_it_must() -> None:
    assert {name: found for name, table, found in spelled_out() if table} == {
        "sync/dispatch/lookup/by_kind.py": tuple(Kind),
        "accounting/summary/documents.py": kinds.WITH_BALANCE,
        # What a first order makes.
        "sync/backfill/forecast.py": (Kind.CONTACT, Kind.INVOICE, Kind.PAYMENT),
    }
    assert tuple(PURPOSES) == kinds.WITH_BALANCE


def test_no_set_of_kinds_that_has_a_name_is_spelled_out_again() -> None:
    named = [
        set(kinds.MASTER_DATA), set(kinds.SALES), set(kinds.TO_CUSTOMERS), set(kinds.MONEY),
        set(kinds.OF_CREDIT), set(kinds.MOVED), set(kinds.REPEATABLE), set(kinds.WITH_BALANCE),
    ]  # fmt: skip
    assert [
        (name, found) for name, table, found in spelled_out() if not table and set(found) in named
    ] == []
