"""Build the orders that are due and put their documents into the outbox.

An order is built under a claim on its row, so that a poll, a backfill and a click cannot
write two different outboxes for it. Reading and building happen outside any transaction; one
short transaction writes a chunk, and writes nothing if the claim was lost meanwhile.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

import structlog
from django.db import transaction

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.contacts.persons import person_of
from accounting.history import History
from accounting.orders import account_for
from accounting.reasons import Reason
from accounting.reconcile.expected import ShopFigures, figures_of
from accounting.sale.built import READY, SKIPPED
from accounting.sale.numbers import own_number
from accounts_mapping.models import snapshot
from connector.lib import clock, doorbell
from connector.lib.database.deadlocks import OF_NO_ROW
from connector.lib.errors import ConnectorError
from connector.lib.exact_json import printable
from stores.models import Store
from sync import away
from sync.claims import Claim
from sync.contacts.directory import load_contacts
from sync.dispatch import conflicts, freshness
from sync.items.known import KnownItems
from sync.models import TrackedOrder
from sync.orders import alone, edited, tracking
from sync.orders.gift_cards import load_cards, over_opening, write_cards
from sync.orders.ledger import Ledger
from sync.orders.reading import read, without_overrides
from sync.orders.recall.documents import Recalled, Sought, recall
from sync.orders.recall.payments import recall_payments, unread
from sync.orders.recognise.already import Already, reason_of
from sync.orders.recognise.earlier import find_earlier
from sync.orders.saving import save_rows
from sync.orders.work import GOES_BY, OrderWork, keep_claim, rows_of, take
from xero.documents.documents import CreditNote, DocumentStatusChange, InvoiceUpdate
from xero.documents.facts import OrganisationFacts
from xero.documents.settling import Allocation, CreditNoteRefund
from xero.models import Lane, Organisation

log = structlog.get_logger(__name__)
CHUNK = 100
# Documents that are planned by what Xero says is left of those before them.
_BY_WHAT_IS_LEFT = (Allocation, CreditNote, InvoiceUpdate, CreditNoteRefund, DocumentStatusChange)
_STRANGE = (
    "{number} exists in Xero and is not ours: it has a discount, or lines that do not make its "
    "total. Change the number prefix, or renumber that document."
)
_GIVEN_UP = (
    "The backfill that read it was cancelled before it was posted. Select it on the Orders page "
    "and choose “Sync to Xero” to post it, or begin a backfill of its days again."
)


def enqueue_due(store: Store, *, limit: int = CHUNK) -> int:
    """Build up to `limit` due orders of a store; how many were built.

    0 while the organisation's accounts and tax rates are not known: the orders wait. Of a store
    that is switched off only those that were undone, or asked for alone, as drafts.
    """
    organisation = store.organisation
    if organisation is None:
        return 0
    facts = organisation.facts()
    if not facts.connected:
        return 0
    claim = Claim(uuid.uuid4().hex, clock.now(), GOES_BY)
    works = [OrderWork(row) for row in take(store, claim, limit)]
    if not works:
        return 0
    books = _books(store, facts, works)
    read(store, books, works)
    try:
        _build_and_write(store, books, works, claim)
    except OF_NO_ROW as error:
        claim.put_back(rows_of(works), error)
        return 0
    except Exception:
        # An error that nobody foresaw, in one of them: alone, the others get through.
        log.exception("enqueue.chunk_failed", store_id=store.pk)
        for work in works:
            _alone(store, books, work, claim)
    doorbell.ring("sync.dispatch", organisation.pk)
    return len(works)


def _build_and_write(store: Store, books: Books, works: list[OrderWork], claim: Claim) -> None:
    """Build these orders and write all of it in one transaction."""
    assert store.organisation is not None
    conflicts.accept([work.row.pk for work in works if work.row.lane == Lane.CLICK])
    contacts, ledger, already = _build_all(store, books, works)
    while _recalled(store, books, works, contacts, ledger):
        contacts, ledger, already = _build_all(store, books, works)
    credited = ledger.credited_by_people(work.row for work in works)
    if (credited or _take_back(works, ledger)) and _seen_again(store.organisation, credited):
        contacts, ledger, already = _build_all(store, books, works)
    if edited.answered(store.organisation, books, works):
        contacts, ledger, already = _build_all(store, books, works)
    provided = tracking.provide(store.organisation, books.organisation, works)
    if provided is not None:
        books = replace(books, organisation=provided.facts)
        contacts, ledger, already = _build_all(store, books, works)
        ledger.again_at |= provided.again
    for work in works:
        if work.unread:
            work.plan = replace(work.plan, reasons=unread(work.plan.reasons))
    with transaction.atomic():
        kept = _keep_cards(store, books, claim, _as_planned(claim, works, ledger))
        ledger.write([work.planned for work in kept], contacts)
        already.write((work.row, work.found) for work in kept)
        write_cards(store, [(work.row, work.built) for work in kept if work.built is not None])
        save_rows(kept, ledger, books.snapshot, claim)


def _recalled(
    store: Store, books: Books, works: list[OrderWork], contacts: Contacts, ledger: Ledger
) -> bool:
    """Whether something that this database has forgotten was taken over. Orders of which Xero
    could not be asked are built again once it may answer."""
    assert store.organisation is not None
    sought = [*_sought(works)]
    documents = recall(store, books, sought, contacts, ledger)
    money = Recalled() if documents.taken else recall_payments(store, sought, ledger)
    for work in works:
        if work.row.pk in documents.unread | money.unread:
            work.again_at = ledger.again_at[work.row.pk] = away.over(store.organisation)
        work.unread = work.row.pk in money.unread
        if (number := documents.strange.get(work.row.pk)) is not None:
            work.hold(Reason("number_taken", _STRANGE.format(number=number), "number_prefix"))
    return documents.taken + money.taken > 0


def _take_back(works: list[OrderWork], ledger: Ledger) -> bool:
    """Whether anything that is in Xero is to be credited, changed, allocated or given back."""
    return any(
        isinstance(planned.document, _BY_WHAT_IS_LEFT)
        for work in works
        if work.plan.documents and ledger.history(work.row).is_sold
        for planned in work.plan.documents
    )


def _sought(works: list[OrderWork]) -> Iterator[Sought]:
    """Orders of which something may be in Xero that this database has forgotten."""
    for work in works:
        if work.decided or work.link is not None:
            continue
        if work.order is not None and work.built is not None:
            yield Sought(work.row, work.order, work.built, work.plan)


def _seen_again(organisation: Organisation, credits: bool) -> bool:
    """Look at what people did there meanwhile, their credit notes included; while Xero is away,
    what is known serves on."""
    if away.until(organisation) is not None:
        return False
    try:
        return freshness.see_people(organisation, credits=credits)
    except ConnectorError as error:
        away.notice(organisation, error)
        log.info("enqueue.not_seen", organisation_id=organisation.pk, error=str(error))
        return False


def _build_all(
    store: Store, books: Books, works: list[OrderWork]
) -> tuple[Contacts, Ledger, Already]:
    """Build the orders that nothing is decided of, by what is known of contacts and Xero."""
    assert store.organisation is not None
    persons = [person_of(books.snapshot, work.order) for work in works if work.order]
    contacts = load_contacts(store.organisation, store.pk, persons)
    ledger = Ledger(store, store.organisation)
    ledger.load(work.row.pk for work in works)
    _give_up(works, ledger)
    ledger.again_at |= {work.row.pk: work.again_at for work in works if work.again_at}
    cards = load_cards(store, [work.order for work in works if work.order])
    parsed = [(work.row, work.order) for work in works if work.order]
    items = KnownItems.load(store, parsed)
    ledger.know_earlier(find_earlier(store, books, parsed))
    new = [(row, order) for row, order in parsed if ledger.history(row).is_new]
    already = Already.load(store, books, new)
    for work in works:
        if work.order is None:
            continue
        known = replace(items.books(books, work.row), cards=cards.facts(work.order))
        _build(known, work, contacts, ledger, already)
        if work.built is not None and work.built.status == READY:
            cards.put(work.order.id, work.built.cards)
            items.sell(work.row, work.built)
        work.figures = _figures(known, work, ledger.history(work.row))
    return contacts, ledger, already


def _give_up(works: list[OrderWork], ledger: Ledger) -> None:
    """Orders of a backfill that was cancelled: what has begun is finished, nothing else is."""
    for work in works:
        if work.decided or not work.row.is_given_up:
            continue
        if any(ledger.history(work.row).frozen()):
            work.row.lane = Lane.LIVE
        else:
            work.hold(Reason("backfill_cancelled", _GIVEN_UP), SKIPPED)


def _build(
    books: Books, work: OrderWork, contacts: Contacts, ledger: Ledger, already: Already
) -> None:
    """The sale of one order, and what is still to be done for it; of one that is decided about,
    what a person has undone."""
    assert work.order is not None
    history = ledger.history(work.row)
    if work.decided and history.undone is None:
        return
    fitting = without_overrides(books) if work.row.tax_override_refused else books
    if not work.decided:
        work.link = already.link(work.row)
        work.number = history.number or own_number(books.snapshot, work.order)
    history = replace(history, linking=work.link is not None)
    outcome = account_for(fitting, work.order, contacts, history)
    work.built, work.plan, work.parts = outcome.built, outcome.plan, outcome.parts
    if work.link is not None:
        work.built = replace(work.built, contact=None)  # the invoice's contact is the order's
    elif work.built.has_sale and history.is_new:
        work.found = already.find(work.row, work.order, work.built)
        if work.found:
            work.hold(reason_of(work.found))
    answer = work.built.contact
    if answer is not None and answer.contact is not None:
        if ledger.sends_to_buyer(work.row, work.plan):
            contacts.add_new(answer.contact)
        else:
            # For what stands nobody is restored, and nobody made beside who was put away.
            work.built = replace(work.built, contact=None)


def _figures(books: Books, work: OrderWork, history: History) -> ShopFigures:
    """What the shop says, in the currency in which the order stands in Xero."""
    assert work.order is not None
    built = work.built
    stands_in = "" if work.decided else history.sold_in
    if built is not None and built.invoice is not None:
        stands_in = built.invoice.currency
    return figures_of(
        books, work.order, tax=built.tax if built else None, stands_in=stands_in,
        same=work.plan.same, mapped=built.mapped if built else None,
    )  # fmt: skip


def _books(store: Store, facts: OrganisationFacts, works: list[OrderWork]) -> Books:
    rules = snapshot(store)
    # One that was undone since they were chosen may be among those to look at, which stay drafts.
    if not store.enabled and not all(work.row.undo_at for work in works):
        rules = alone.as_draft(rules)
    return Books(rules, facts, today=clock.today(rules.store.timezone))


def _alone(store: Store, books: Books, work: OrderWork, claim: Claim) -> None:
    """One order by itself; where that fails it is held, with the error, and not described."""
    try:
        _build_and_write(store, books, [work], claim)
    except OF_NO_ROW as error:
        claim.put_back(rows_of([work]), error)
    except Exception as error:
        log.exception("enqueue.failed", order_id=work.row.pk)
        work.row.refresh_from_db()
        work.hold(Reason("unforeseen", printable(f"{type(error).__name__}: {error}")[:500]))
        work.order = None
        _build_and_write(store, books, [work], claim)


def _as_planned(claim: Claim, works: list[OrderWork], ledger: Ledger) -> list[OrderWork]:
    """Those that are still ours, and of which all stands as it did when they were planned. The
    others are let go, and planned upon what stands now."""
    kept = keep_claim(claim, works)
    moved = ledger.load_again(work.row.pk for work in kept)
    claim.let_go(rows_of(kept), moved)
    return [work for work in kept if work.row.pk not in moved]


def _keep_cards(
    store: Store, books: Books, claim: Claim, works: list[OrderWork]
) -> list[OrderWork]:
    """Let go of what used an opening balance that another process used meanwhile: it is built
    again."""
    built = [(work.row, work.built) for work in works if work.built is not None]
    over = over_opening(store, built, books.snapshot.rules.gift_cards.opening_balance)
    TrackedOrder.objects.filter(pk__in=over).release(claim.token)
    return [work for work in works if work.row.pk not in over]
