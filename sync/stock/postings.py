"""The outbox's side of stock: one posting for each adjustment, under a number made at random."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from accounting.books import Books
from accounting.contacts.matching import find_contact
from accounting.contacts.persons import Person, name_key
from accounting.dates import open_date
from accounting.items.adjustments import Move, adjust, cost_unknown, documents_needed
from accounting.reasons import Hold
from accounting.sale.built import READY, Built
from accounts_mapping.models import snapshot
from connector.lib import clock, doorbell
from connector.lib.errors import Misconfigured, Temporary
from connector.lib.money import ZERO, plain, to_units
from stores.models import Store
from sync.contacts.directory import load_contacts
from sync.contacts.postings import ContactPostings
from sync.environment import environment_hold
from sync.models import Posting, StockState, TrackedOrder
from sync.outbox.fill import document_key, expected_of
from sync.stock.states import StockSeen, keep_states
from xero.documents.documents import StockAdjustment
from xero.documents.payloads import loaded, stored
from xero.models import Lane, Organisation

CONTACT = "Stock adjustments"
_State = Posting.State


def withdraw_unsent(store: Store) -> bool:
    """Take back adjustments that have not left; False while one may be in Xero and it is not
    known whether."""
    ours = Posting.objects.filter(store=store, source_kind="stock")
    ours.filter(look_up=False).move(to=_State.VOIDED, frm=(_State.PENDING,))
    doubtful = ours.filter(state__in=(_State.PENDING, _State.HELD, _State.DEAD), look_up=True)
    on_the_way = ours.filter(state__in=(_State.SENDING, _State.RETRY, _State.UNKNOWN))
    return not doubtful.exists() and not on_the_way.exists()


def post_adjustments(
    store: Store,
    organisation: Organisation,
    seen: Sequence[StockSeen],
    *,
    still_ours: Callable[[], bool],
) -> int:
    """Put the adjustments into the outbox; how many products those are of that go out.

    Raises Misconfigured with the reason where none can be posted, and Temporary if another
    process has taken over, which `still_ours` tells.
    """
    books = Books(snapshot(store), organisation.facts())
    moves, states = _moves(seen)
    try:
        if moves and (hold := environment_hold(store, books)):
            raise Hold(hold.code, hold.message, hold.field)
        documents = _documents(store, organisation, books, moves) if moves else []
    except Hold as hold:
        reason = hold.reason
        raise Misconfigured(reason.message, code=reason.code, field=reason.field) from hold
    with transaction.atomic():
        if not still_ours():
            raise Temporary("Another process has taken over the stock of this store.")
        new = _replace(store, organisation, documents)
        keep_states(states)
    if documents:
        doorbell.ring("sync.dispatch", organisation.pk)
    # Each document has one line that is no product's.
    return sum(len(document.lines) - 1 for document in new)


def _moves(seen: Sequence[StockSeen]) -> tuple[list[Move], list[StockState]]:
    """Differences that can be posted, and what is then known of each product."""
    moves, states = [], []
    for one in seen:
        target = max(one.in_shop + one.sold, ZERO)
        move = Move(one.state.sku or one.item.code, one.item, target - one.in_xero)
        reason = cost_unknown(move) if move.quantity else None
        if move.quantity and reason is None:
            moves.append(move)
        one.state.shop_units = to_units(one.in_shop)
        one.state.xero_units = to_units(one.in_xero if reason else target)
        one.state.reasons = [reason.kept()] if reason else []
        states.append(one.state)
    return moves, states


def _documents(
    store: Store, organisation: Organisation, books: Books, moves: Sequence[Move]
) -> list[tuple[StockAdjustment, Posting]]:
    """The adjustments of today, each with the posting of the contact that it is of."""
    now = clock.now()
    today = now.astimezone(ZoneInfo(store.profile.timezone)).date()
    day = open_date(books, today, "stock adjustment").day
    prefix = f"{store.number_prefix}STOCK-{day:%Y%m%d}-"
    numbers = [f"{prefix}{uuid.uuid4().hex[:10]}" for _ in range(documents_needed(moves))]
    person = Person(f"shared:{name_key(CONTACT)}", CONTACT, CONTACT, shared=True)
    contacts = load_contacts(organisation, store.pk, [person])
    answer = find_contact(person, contacts, archived=books.snapshot.rules.contacts.archived)
    documents = adjust(books, moves, day=day, contact=answer.id, numbers=numbers)
    postings = ContactPostings(store, organisation, contacts)
    carrier = TrackedOrder(store=store, lane=Lane.LIVE)
    with transaction.atomic():
        parents = postings.write([(carrier, Built(READY, contact=answer))])
    return [(document, parents[person.key]) for document in documents]


def _replace(
    store: Store, organisation: Organisation, documents: Sequence[tuple[StockAdjustment, Posting]]
) -> list[StockAdjustment]:
    """New adjustments in place of those that Xero refused; which they are.

    One that would be the same again stays as it is, for a person.
    """
    ours = Posting.objects.filter(store=store, source_kind="stock", look_up=False)
    waiting = list(ours.filter(state__in=(_State.HELD, _State.DEAD)))
    refused = {_content(posting): posting.pk for posting in waiting}
    new, kept = [], set()
    for document, parent in documents:
        posting = _posting(store, organisation, document, parent)
        if (same := refused.get(_content(posting))) is not None:
            kept.add(same)
        else:
            new.append((document, posting))
    withdrawn = [posting.pk for posting in waiting if posting.pk not in kept]
    Posting.objects.filter(pk__in=withdrawn).move(to=_State.VOIDED, frm=(_State.HELD, _State.DEAD))
    Posting.objects.bulk_create(posting for _, posting in new)
    return [document for document, _ in new]


def _posting(
    store: Store, organisation: Organisation, document: StockAdjustment, parent: Posting
) -> Posting:
    return Posting(
        organisation=organisation,
        store=store,
        source_kind="stock",
        source_id=document.number,
        purpose="adjustment",
        kind=document.kind,
        key=document_key(document),
        parent=parent,
        payload=stored(document.payload()),
        expected=expected_of(document),
        lane=Lane.LIVE,
    )


def _content(posting: Posting) -> str:
    """What an adjustment says, whatever its number and day."""
    lines: list[dict[str, Any]] = loaded(posting.payload, lambda ref: ref)["LineItems"]
    told = [
        (line.get("ItemCode"), line.get("AccountCode"), line.get("AccountID"),
         plain(Decimal(line["Quantity"])), plain(Decimal(line["UnitAmount"])))
        for line in lines
    ]  # fmt: skip
    return f"{posting.kind} {told}"
