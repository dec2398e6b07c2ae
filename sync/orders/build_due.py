"""Build the orders that are due and put their documents into the outbox.

An order is built under a claim on its row, so that a poll, a backfill and a click cannot
write two different outboxes for it. Reading and building happen outside any transaction; one
short transaction writes a chunk, and writes nothing if the claim was lost meanwhile.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Case, IntegerField, Value, When

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.contacts.persons import clean_name, person_of
from accounting.eligibility import skipped, unreadable_elsewhere
from accounting.orders import plan_sale
from accounting.plan.plan import Plan, plan_order
from accounting.reasons import Reason, gone, unanswered, unreadable
from accounting.reconcile.expected import ShopFigures, figures_of
from accounting.sale.built import HELD, READY, SKIPPED, Built, Standing
from accounting.sale.numbers import own_number
from accounting.summary.parts import Part
from accounts_mapping.models import snapshot
from accounts_mapping.rules.resolve import MappingSnapshot, about_products
from accounts_mapping.rules.unread import PassedBy, passed_by
from connector.lib import clock, doorbell
from connector.lib.bulk import update_each
from connector.lib.errors import ConnectorError
from connector.lib.exact_json import printable
from connector.lib.money import round_to, to_units
from stores import registry
from stores.canonical.order import Order
from stores.canonical.records import ParseError, ParseFacts, Stream
from stores.models import Store
from stores.profile import PlatformProfile
from sync import away
from sync.claims import LEASE
from sync.contacts.directory import load_contacts
from sync.dispatch import conflicts
from sync.dispatch import freshness as prepare
from sync.environment import environment_hold
from sync.ingest.missing_products import learn_products
from sync.items.known import Shelf
from sync.models import TrackedOrder
from sync.orders import explained, tracking
from sync.orders.already import Already, Found, reason_of
from sync.orders.earlier import find_earlier
from sync.orders.gift_cards import load_cards, over_opening, write_cards
from sync.orders.ledger import Ledger, Planned
from sync.orders.recall.documents import Sought, recall
from sync.orders.recall.payments import recall_payments
from sync.parsing import parse_facts, parsed, with_products
from xero.documents.documents import CreditNote, InvoiceUpdate, StatusChange
from xero.documents.facts import OrganisationFacts
from xero.documents.settling import Allocation, Refund
from xero.models import Lane, MirrorDocument, Organisation

log = structlog.get_logger(__name__)
CHUNK = 100
# Documents that are planned by what Xero says is left of those before them.
_BY_WHAT_IS_LEFT = (Allocation, CreditNote, InvoiceUpdate, Refund, StatusChange)
_GIVEN_UP = (
    "The backfill that read it was cancelled before it was posted. Select it on the Orders page "
    "and choose “Sync to Xero” to post it, or begin a backfill of its days again."
)
_LANE_ORDER = Case(
    *(When(lane=lane, then=Value(place)) for place, lane in enumerate(Lane.values)),
    output_field=IntegerField(),
)


@dataclass(slots=True)
class Work:
    """One claimed order on its way: its row, what the shop said, what became of it. `number` is
    the own number that its documents are called by, `again_at` when it is to be tried again."""

    row: TrackedOrder
    order: Order | None = None
    built: Built | None = None
    plan: Plan = field(default_factory=Plan)
    figures: ShopFigures | None = None
    number: str = ""
    again_at: datetime | None = None
    parts: tuple[Part, ...] = ()
    decided: bool = False
    found: list[Found] = field(default_factory=list)
    link: MirrorDocument | None = None

    def hold(self, reason: Reason, status: str = HELD) -> None:
        """Nothing is built of it, for this reason."""
        self.built, self.plan, self.decided = Built(status, (reason,)), Plan(), True
        self.parts = ()

    @property
    def planned(self) -> Planned:
        assert self.built is not None
        return Planned(self.row, self.built, self.plan, self.parts, self.link)


@dataclass(frozen=True, slots=True)
class _Claim:
    """Who builds, and since when: what is asked for later is not answered by this build."""

    token: str
    at: datetime


def enqueue_due(store: Store, *, limit: int = CHUNK) -> int:
    """Build up to `limit` due orders of a store; how many were built.

    0 while the organisation's accounts and tax rates are not known: the orders wait.
    """
    organisation = store.organisation
    if organisation is None or not store.enabled:
        return 0
    facts = organisation.facts()
    if not facts.connected:
        return 0
    claim = _Claim(uuid.uuid4().hex, clock.now())
    works = [Work(row) for row in _take(store, claim, limit)]
    if not works:
        return 0
    books = _books(store, facts)
    _read(store, books, works)
    try:
        _build_and_write(store, books, works, claim)
    except Exception:
        # An error that nobody foresaw, in one of them: alone, the others get through.
        log.exception("enqueue.chunk_failed", store_id=store.pk)
        for work in works:
            _alone(store, books, work, claim)
    doorbell.ring("sync.dispatch", organisation.pk)
    return len(works)


def _build_and_write(store: Store, books: Books, works: list[Work], claim: _Claim) -> None:
    """Build these orders and write all of it in one transaction."""
    assert store.organisation is not None
    conflicts.accept([work.row.pk for work in works if work.row.lane == Lane.CLICK])
    contacts, ledger, already = _build_all(store, books, works)
    while recall(store, books, sought := [*_sought(works)], contacts, ledger) or recall_payments(
        store, sought, ledger
    ):
        contacts, ledger, already = _build_all(store, books, works)
    if _take_back(works, ledger) and _seen_again(store.organisation):
        contacts, ledger, already = _build_all(store, books, works)
    in_conflict = [(w.row, w.built, w.plan.reversed) for w in works if w.plan.keep and w.built]
    if in_conflict and explained.take_over(in_conflict):
        contacts, ledger, already = _build_all(store, books, works)
    provided = tracking.provide(store.organisation, books.organisation, works)
    if provided is not None:
        books = replace(books, organisation=provided.facts)
        contacts, ledger, already = _build_all(store, books, works)
        ledger.again_at |= provided.again
    with transaction.atomic():
        kept = _keep_cards(store, books, claim, _keep_claim(claim, works))
        ledger.write([work.planned for work in kept], contacts)
        already.write((work.row, work.found) for work in kept)
        write_cards(store, [(work.row, work.built) for work in kept if work.built is not None])
        _save_rows(kept, ledger, books.snapshot, claim)


def _take_back(works: list[Work], ledger: Ledger) -> bool:
    """Whether anything that is in Xero is to be credited, changed, allocated or given back."""
    return any(
        isinstance(want.document, _BY_WHAT_IS_LEFT)
        for work in works
        if work.plan.wants and ledger.standing(work.row).posted
        for want in work.plan.wants
    )


def _sought(works: list[Work]) -> Iterator[Sought]:
    """Orders of which something may be in Xero that this database has forgotten."""
    for work in works:
        if work.decided or work.link is not None:
            continue
        if work.order is not None and work.built is not None:
            yield Sought(work.row, work.order, work.built, work.plan)


def _seen_again(organisation: Organisation) -> bool:
    """Look at what people did there meanwhile; while Xero is away, what is known serves on."""
    if away.until(organisation) is not None:
        return False
    try:
        return prepare.see_people(organisation)
    except ConnectorError as error:
        away.notice(organisation, error)
        log.info("enqueue.not_seen", organisation_id=organisation.pk, error=str(error))
        return False


def _build_all(store: Store, books: Books, works: list[Work]) -> tuple[Contacts, Ledger, Already]:
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
    shelf = Shelf.load(store, parsed)
    earlier = ledger.earlier(find_earlier(store, books, parsed))
    already = Already.load(store, books, [pair for pair in parsed if ledger.is_new(pair[0])])
    for work in works:
        stands_in, known = "", books
        if work.order is not None:
            known = replace(shelf.books(books, work.row), cards=cards.facts(work.order))
        if work.order is not None and not work.decided:
            standing = replace(ledger.standing(work.row), earlier=earlier.get(work.row.pk))
            stands_in = standing.currency
            work.number = standing.number or own_number(books.snapshot, work.order)
            _build(known, work, contacts, ledger, standing, already)
            if work.built is not None and work.built.status == READY:
                cards.put(work.order.id, work.built.cards)
                shelf.sell(work.row, work.built)
        if work.order is not None and work.built is not None and work.row.undo_at is not None:
            history = ledger.history(work.row)
            work.plan = plan_order(known, work.order, work.built, history, undo=True)
        if work.order is not None:
            tax = work.built.tax if work.built else None
            if work.built is not None and work.built.invoice is not None:
                stands_in = work.built.invoice.currency
            work.figures = figures_of(
                known, work.order, tax=tax, stands_in=stands_in, same=work.plan.same
            )
    return contacts, ledger, already


def _give_up(works: list[Work], ledger: Ledger) -> None:
    """Orders of a backfill that was cancelled: what has begun is finished, nothing else is."""
    for work in works:
        if work.decided or not work.row.is_given_up:
            continue
        if any(ledger.history(work.row).frozen()):
            work.row.lane = Lane.LIVE
        else:
            work.hold(Reason("backfill_cancelled", _GIVEN_UP), SKIPPED)


def _build(
    books: Books, work: Work, contacts: Contacts, ledger: Ledger, standing: Standing,
    already: Already,
) -> None:  # fmt: skip
    """The sale of one order, and what is still to be done for it."""
    assert work.order is not None
    fitting = _without_overrides(books) if work.row.tax_override_refused else books
    work.link = already.link(work.row)
    alone = ledger.alone(work.row) or work.row.undo_at is not None or work.link is not None
    sale = plan_sale(
        fitting, work.order, contacts, standing, ledger.history(work.row), alone=alone,
        approve=work.row.approved_at is not None,
    )  # fmt: skip
    work.built, work.plan, work.parts = sale.built, sale.plan, sale.parts
    if work.link is not None:
        work.built = replace(work.built, contact=None)  # the invoice's contact is the order's
    elif work.built.has_sale and ledger.is_new(work.row):
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


def _books(store: Store, facts: OrganisationFacts) -> Books:
    rules = snapshot(store)
    return Books(rules, facts, today=clock.today(rules.store.timezone))


def _alone(store: Store, books: Books, work: Work, claim: _Claim) -> None:
    """One order by itself; where that fails it is held, with the error, and not described."""
    try:
        _build_and_write(store, books, [work], claim)
    except Exception as error:
        log.exception("enqueue.failed", order_id=work.row.pk)
        work.row.refresh_from_db()
        work.hold(Reason("unforeseen", printable(f"{type(error).__name__}: {error}")[:500]))
        work.order = None
        _build_and_write(store, books, [work], claim)


def _take(store: Store, claim: _Claim, limit: int) -> list[TrackedOrder]:
    """Claim due orders, a person's first; the conditional update decides who has them."""
    now, token = claim.at, claim.token
    due = TrackedOrder.objects.filter(store=store).due(now)
    chosen = list(due.order_by(_LANE_ORDER, "build_at", "pk").values_list("pk", flat=True)[:limit])
    claimed = TrackedOrder.objects.filter(pk__in=chosen).due(now)
    if not chosen or not claimed.update(building_until=now + LEASE, building_by=token):
        return []
    rows = TrackedOrder.objects.filter(pk__in=chosen, building_by=token)
    return list(rows.select_related("record", "backfill").order_by("pk"))


def _read(store: Store, books: Books, works: list[Work]) -> None:
    """Parse what the shop said. Where a rule is about products, once more with their facts."""
    facts = parse_facts(store)
    _parse(store, books, facts, works)
    if about_products(books.snapshot.rules):
        skus = {line.sku for work in works if work.order for line in work.order.lines}
        facts = with_products(store, facts, skus)
        _parse(store, books, facts, works)
        _learn(store, books, facts, works)
    for work in works:
        if work.order is None:
            continue
        if work.row.excluded_at is not None:
            work.hold(excluded(work.row), SKIPPED)
        elif hold := environment_hold(store, books):
            work.hold(hold)


def _learn(store: Store, books: Books, facts: ParseFacts, works: list[Work]) -> None:
    """Ask the shop for products that a rule must know of; hold what stays uncertain."""
    waiting = [work for work in works if _lacks(books, work).skus]
    if not waiting:
        return
    skus = {sku for work in waiting for sku in _lacks(books, work).skus}
    learnt = learn_products(store, facts, skus)
    _parse(store, books, learnt.facts, waiting)
    for work in waiting:
        left = _lacks(books, work)
        if left.skus and learnt.error:
            work.hold(unanswered(left, learnt.error))
            work.again_at = clock.now() + learnt.wait
        elif left.taxed:
            work.hold(gone(left))


def _lacks(books: Books, work: Work) -> PassedBy:
    """Products that must be known to post the order, and are not."""
    if work.order is None or work.decided or work.row.excluded_at is not None:
        return PassedBy()
    if skipped(books.snapshot, work.order) is not None:
        return PassedBy()
    return passed_by(books.snapshot, books.organisation, work.order)


def _parse(store: Store, books: Books, facts: ParseFacts, works: list[Work]) -> None:
    reader = registry.reader(store.platform)
    for work in works:
        if work.decided:
            continue
        try:
            order = parsed(reader, Stream.ORDERS, work.row.record, facts)
        except ParseError as error:
            where = reader.whereabouts(work.row.record.record, facts)
            elsewhere = unreadable_elsewhere(books.snapshot, where)
            work.hold(elsewhere or unreadable(error), SKIPPED if elsewhere else HELD)
            continue
        assert isinstance(order, Order)
        work.order = order


def _without_overrides(books: Books) -> Books:
    """The same books for an order whose TaxAmount Xero refused: rounding lines instead."""
    rules = books.snapshot.rules
    posting = rules.posting.model_copy(update={"rounding": "rounding_line"})
    rules = rules.model_copy(update={"posting": posting})
    return replace(books, snapshot=replace(books.snapshot, rules=rules))


def _keep_claim(claim: _Claim, works: list[Work]) -> list[Work]:
    """Extend the claim inside the transaction; what somebody else took over is left to them."""
    ids = [work.row.pk for work in works]
    mine = TrackedOrder.objects.filter(pk__in=ids, building_by=claim.token)
    # In the order of their keys, as others lock them; an update takes them as they lie.
    kept = set(mine.order_by("pk").select_for_update().values_list("pk", flat=True))
    mine.filter(pk__in=kept).update(building_until=clock.now() + LEASE)
    return [work for work in works if work.row.pk in kept]


def _keep_cards(store: Store, books: Books, claim: _Claim, works: list[Work]) -> list[Work]:
    """Let go of what used an opening balance that another process used meanwhile: it is built
    again."""
    built = [(work.row, work.built) for work in works if work.built is not None]
    over = over_opening(store, built, books.snapshot.rules.gift_cards.opening_balance)
    mine = TrackedOrder.objects.filter(pk__in=over, building_by=claim.token)
    mine.update(building_until=None, building_by="")
    return [work for work in works if work.row.pk not in over]


def _save_rows(works: list[Work], ledger: Ledger, rules: MappingSnapshot, claim: _Claim) -> None:
    """Write what became of the orders.

    One that was asked for again meanwhile (a newer record, a click, an answer) stays due.
    """
    for work in works:
        assert work.built is not None
        row = work.row
        outcome = ledger.outcome(row, work.planned)
        row.state, row.reasons = outcome.state, [_shown(r, rules.platform) for r in outcome.reasons]
        row.warnings = list(work.built.warnings)
        row.label = ledger.label(row)
        row.mapping_version = rules.version
        row.lane = Lane.LIVE  # a person's click, or a backfill, was for this once
        if work.order is not None:
            _describe(row, work.order)
            if not row.document_number and ledger.has_begun(row):
                row.document_number = work.number[:120]
        if work.figures is not None:
            put_figures(row, work.figures)
    rows = [work.row for work in works]
    update_each(rows, _BUILT_FIELDS)
    by_record = {row.record_id: row.pk for row in rows}
    mine = TrackedOrder.objects.filter(pk__in=by_record.values(), building_by=claim.token)
    done = mine.filter(record_id__in=by_record, build_at__lte=claim.at)
    for order, moment in ledger.again_at.items():
        done.filter(pk=order).update(build_at=moment)
    done.exclude(pk__in=ledger.again_at).update(build_at=None)
    mine.update(building_until=None, building_by="")


FIGURES = (
    "invoiced_units", "invoiced_tax_units", "tendered_units", "received_units", "refunded_units",
    "refunded_tax_units", "books_currency", "by_hand_units",
)  # fmt: skip
_BUILT_FIELDS = [
    "state", "reasons", "warnings", "label", "lane", "mapping_version", "currency", "total_units",
    "tax_units", "outstanding_units", "customer_name", "customer_email", "shop_status",
    "payment_method", "placed_at", "shop_updated_at", "document_number", *FIGURES,
]  # fmt: skip


def excluded(row: TrackedOrder) -> Reason:
    """The reason of an order that a person left out."""
    code = row.excluded_as or TrackedOrder.Excluded.DO_NOT_SYNC
    label = TrackedOrder.Excluded(code).label
    return Reason(code, f"{label}, marked by a person: {row.excluded_why or 'no note'}")


def put_figures(row: TrackedOrder, figures: ShopFigures) -> None:
    """The columns that a reconciliation compares."""
    tax = figures.refunded_tax
    row.invoiced_units = to_units(figures.invoiced)
    row.invoiced_tax_units = to_units(figures.tax)
    row.tendered_units = to_units(figures.tendered)
    row.received_units = to_units(figures.received)
    row.by_hand_units = to_units(figures.by_hand)
    row.refunded_units = to_units(figures.refunded)
    row.refunded_tax_units = None if tax is None else to_units(tax)
    row.books_currency = figures.currency


def _shown(reason: Reason, platform: PlatformProfile) -> dict[str, str]:
    """A reason for the row; what the shop said is quoted in it, whatever it was."""
    said = reason.of_records(platform).as_json()
    return {name: printable(text) for name, text in said.items()}


def _describe(row: TrackedOrder, order: Order) -> None:
    """The columns that the Orders list shows and searches."""
    customer = order.customer
    name = clean_name(f"{customer.first_name} {customer.last_name}") or clean_name(
        f"{order.billing.first_name} {order.billing.last_name}"
    )
    row.currency = order.currency[:10]
    row.total_units = to_units(round_to(order.total, 4))
    row.tax_units = to_units(round_to(order.tax, 4))
    due = order.outstanding
    row.outstanding_units = None if due is None else to_units(round_to(due, 4))
    row.customer_name = name or clean_name(customer.company)
    row.customer_email = printable(customer.email)[:255]
    row.shop_status = printable(order.status or order.state)[:100]
    row.payment_method = printable(order.payment_method)[:100]
    row.placed_at = order.placed_at
    row.shop_updated_at = order.updated_at
