"""The shops' orders against Xero's ledger, order by order. Pure, and without the product's tables.

What an order comes to is summed over every document that carries its number. A document that
no order explains, a second one of the same purpose and a doubled contact are wrong too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.chaos.expecting import Expected

Doc = dict[str, Any]
Ledger = Mapping[str, list[Doc]]
_SALES = (("Invoices", "InvoiceNumber", 1), ("CreditNotes", "CreditNoteNumber", -1))
_GONE = ("VOIDED", "DELETED")
_SUFFIX = r"(?P<suffix>(?:-(?:R[^-]+|C|E\d+|[A-Z]))*)"


@dataclass
class Books:
    """One organisation's ledger by order: sums, and the standing documents by number."""

    sums: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    standing: dict[str, list[Doc]] = field(default_factory=lambda: defaultdict(list))
    strange: list[str] = field(default_factory=list)
    contacts: dict[str, str] = field(default_factory=dict)  # order → e-mail of its contact


def known_ids(ledger: Ledger) -> frozenset[str]:
    """What was there before: not ours to explain."""
    return frozenset(
        str(doc[key]) for kind, key in _IDS.items() for doc in ledger.get(kind, []) if doc.get(key)
    )


_IDS = {
    "Invoices": "InvoiceID", "CreditNotes": "CreditNoteID", "Payments": "PaymentID",
    "BankTransactions": "BankTransactionID", "Overpayments": "OverpaymentID",
    "Contacts": "ContactID",
}  # fmt: skip


def read(
    ledger: Ledger,
    prefixes: Iterable[str],
    references: Mapping[str, str],
    before: frozenset[str],
) -> Books:
    """Sum the ledger by order, under the numbers of their invoices. `references` gives those
    for what has no number of its own: bank transactions."""
    books = Books()
    any_of = "|".join(re.escape(prefix) for prefix in prefixes)
    pattern = re.compile(rf"(?P<order>(?:{any_of})\d+){_SUFFIX}")
    emails = {one["ContactID"]: one.get("EmailAddress", "") for one in ledger["Contacts"]}

    def order_of(number: str) -> str:
        found = pattern.fullmatch(number)
        if found is None:
            books.strange.append(f"a document of no order: {number!r}")
            return ""
        return found["order"]

    for kind, key, sign in _SALES:
        for doc in _new(ledger, kind, before):
            order = order_of(str(doc.get(key)))
            if not order:
                continue
            books.sums[order]["documents"] += 1
            if doc["Status"] in _GONE:
                continue
            sums = books.sums[order]
            books.standing[str(doc[key])].append(doc)
            sums["net"] += sign * doc["Total"]
            sums["tax"] += sign * doc["TotalTax"]
            sums["receivable"] += sign * doc["AmountDue" if sign > 0 else "RemainingCredit"]
            books.contacts[order] = emails.get(doc["Contact"]["ContactID"], "")
    for doc in _new(ledger, "Payments", before):
        _add_payment(books, doc, order_of)
    for doc in _new(ledger, "BankTransactions", before):
        if _add_bank(books, ledger, doc, references):
            books.contacts[references[str(doc["Reference"])]] = emails[doc["Contact"]["ContactID"]]
    return books


def _new(ledger: Ledger, kind: str, before: frozenset[str]) -> Iterator[Doc]:
    for doc in ledger[kind]:
        if str(doc[_IDS[kind]]) not in before:
            yield doc


def _add_payment(books: Books, doc: Doc, order_of: Any) -> None:
    if doc["Status"] == "DELETED":
        return
    credit = "CreditNote" in doc
    number = doc["CreditNote"]["CreditNoteNumber"] if credit else doc["Invoice"]["InvoiceNumber"]
    side = f"{'out' if credit else 'in'} {doc['Account']['Code']}"
    if order := order_of(str(number)):
        books.sums[order][side] += doc["Amount"]


def _add_bank(books: Books, ledger: Ledger, doc: Doc, references: Mapping[str, str]) -> bool:
    """Add money received: without an invoice, or beyond it. False where it is no order's."""
    if doc["Status"] == "DELETED":
        return False
    reference, kind = str(doc.get("Reference")), doc["Type"]
    order = references.get(reference, "")
    if not order or kind not in ("RECEIVE", "RECEIVE-OVERPAYMENT"):
        books.strange.append(f"a bank transaction of no order: {kind} {reference}")
        return False
    sums = books.sums[order]
    sums["documents"] += 1
    sums[f"in {doc['BankAccount'].get('Code')}"] += doc["Total"]
    if kind == "RECEIVE":
        sums["net"] += doc["Total"]
        sums["tax"] += doc["TotalTax"]
        return True
    for one in ledger["Overpayments"]:
        if one["OverpaymentID"] == doc.get("OverpaymentID"):
            sums["receivable"] -= one["RemainingCredit"]
    return True


def compare(
    books: Books, orders: Iterable[Expected], asked: Set[str] = frozenset()
) -> Iterator[str]:
    """One line for everything that is wrong; the sums of orders that are `asked` are open."""
    yield from books.strange
    for number, documents in books.standing.items():
        if len(documents) > 1:
            yield f"{len(documents)} documents {number}"
    known = set()
    for one in orders:
        known.add(one.key)
        yield from (f"{one.key}: {text}" for text in _compare(books, one, one.key in asked))
    for number in books.sums:
        if number not in known:
            yield f"documents of the order {number}, which no shop has"


def _compare(books: Books, one: Expected, asked: bool) -> Iterator[str]:
    sums = books.sums.get(one.key, Counter())
    found, wanted = _money(sums), _money(one.sums)
    if not sums["documents"] and one.may_be_absent:
        return
    if found != wanted and not asked:
        yield f"expected {_shown(wanted)}, in Xero {_shown(found)}"
    if one.sold and not sums["documents"]:
        yield "nothing in Xero"
    contact = books.contacts.get(one.key)
    if contact is not None and contact.lower() != one.email.lower():
        yield f"bought by {one.email}, in Xero {contact}"


def _money(sums: Counter[str]) -> dict[str, Decimal]:
    return {key: Decimal(amount) for key, amount in sums.items() if amount and key != "documents"}


def _shown(sums: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{key} {amount}" for key, amount in sorted(sums.items())) or "nothing"


def contacts(ledger: Ledger, emails: Iterable[str], before: frozenset[str]) -> Iterator[str]:
    """Contacts that are there twice, and those of nobody who bought."""
    bought = {email.lower() for email in emails}
    seen: Counter[str] = Counter()
    for one in _new(ledger, "Contacts", before):
        email = str(one.get("EmailAddress", "")).lower()
        seen[email] += 1
        if email not in bought:
            yield f"a contact of nobody who bought: {one['Name']} {email}"
    yield from (f"{count} contacts {email}" for email, count in seen.items() if count > 1)


def comments(order: Doc, key: str) -> Iterator[str]:
    """Comments that the shop was given twice."""
    texts = Counter(str(one.get("comment") or "") for one in order.get("status_histories") or ())
    yield from (
        f"{key}: the shop was told {count} times: {text}"
        for text, count in texts.items()
        if count > 1 and "Xero" in text
    )
