"""Whether an order, what was posted for it, and what Xero holds agree: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from accounting.reason_kinds import INFORMATIVE
from accounting.reconcile.causes import Cause, Side
from accounting.reconcile.due import due_difference, due_of_cancelled
from accounting.reconcile.rows import (
    Compared,
    Difference,
    DocumentRow,
    Held,
    InXero,
    OrderRow,
    Standing,
    Verdict,
)
from xero.documents.kinds import CREDITS, SALES, TO_CUSTOMERS, Kind

_TAKEN_BACK = "reversed_in_xero"
_CANCELLED = frozenset({"reversed", "reversed_after_payment"})
_ENDED = ("VOIDED", "DELETED")


def judge(
    order: OrderRow, postings: Sequence[DocumentRow], found: InXero, compared: Compared
) -> Verdict:
    """What accounts for an order, and in what the two sides differ."""
    held = _held_in_xero(postings, found)
    count = _documents(held, postings, found)
    if order.excluded_as:
        by_hand = order.excluded_as == Cause.HANDLED_BY_HAND
        standing = Standing.BY_HAND if by_hand else Standing.LEFT_OUT
        return Verdict(standing, count, held=held)
    if not order.is_summary and not any(one.is_of(SALES) for one in held):
        return Verdict(_without_sale(order, postings), count, held=held)
    order = _without_mirrored(order, held)
    differences = _gone(order, held) or _differing(order, postings, held, found, compared)
    return Verdict(Standing.IN_XERO, count, tuple(differences), held)


def _held_in_xero(postings: Sequence[DocumentRow], found: InXero) -> tuple[Held, ...]:
    """Each document with totals once, by its id, as its latest posting left it.

    Those that we have voided or deleted ourselves are left out.
    """
    latest: dict[tuple[str, str], DocumentRow] = {}
    ended: set[str] = set()
    for posting in postings:
        if not posting.is_posted or posting.kind not in TO_CUSTOMERS:
            continue
        ours = posting.xero_status in _ENDED
        if ours or posting.expected_total is None:
            # A change of status: one that ends the document, or an approval.
            if ours:
                ended.add(posting.xero_id)
            continue
        # Two parts of one summary are two documents, each with its own number.
        latest[posting.xero_id, posting.key if posting.shared else ""] = posting
    return tuple(
        _held(posting, found) for (xero_id, _), posting in latest.items() if xero_id not in ended
    )


def _documents(held: Sequence[Held], postings: Sequence[DocumentRow], found: InXero) -> int:
    """How many documents of the order's own Xero has, payments among them."""
    held = [one for one in held if not one.posting.shared]
    listed = (one for rows in (found.payments.get(h.posting.xero_id, ()) for h in held)
              for one in rows)  # fmt: skip
    deleted = {one.payment_id for one in listed if one.status == "DELETED"}
    others = [p for p in postings if p.is_posted and p.kind not in TO_CUSTOMERS]
    return sum(one.there for one in held) + sum(p.xero_id not in deleted for p in others)


def _held(posting: DocumentRow, found: InXero) -> Held:
    if posting.shared:
        # What Xero has of the summary is compared with all of its parts together.
        return Held(
            posting, posting.xero_status, posting.total or 0, posting.tax, posting.due or 0,
            posting.day,
        )  # fmt: skip
    now = found.documents.get(posting.xero_id)
    if now is not None:
        return Held(posting, now.status, now.total, now.tax, now.due, now.day, now.stands)
    known = found.documents_at is not None and posting.kind != Kind.BANK_TRANSACTION
    missed = known and posting.posted_at is not None and posting.posted_at < found.documents_at  # type: ignore[operator]
    total = posting.expected_total if posting.total is None else posting.total
    return Held(
        posting, posting.xero_status, total or 0, posting.tax, posting.due or 0, posting.day,
        there=not missed,
    )  # fmt: skip


def _without_sale(order: OrderRow, postings: Sequence[DocumentRow]) -> Standing:
    """Nothing of the sale is in Xero: by rule, for a reason, until its day is over, or lost."""
    if order.waits:
        return Standing.HELD
    if order.state == "skipped" and order.reasons:
        return Standing.LEFT_OUT
    if _TAKEN_BACK in order.reasons and any(p.xero_status in _ENDED for p in postings):
        return Standing.LEFT_OUT
    told = set(order.reasons) - INFORMATIVE
    told |= {code for p in postings if p.state in ("held", "dead") for code in p.reasons}
    return Standing.HELD if told and order.state != "new" else Standing.MISSING


def _without_mirrored(order: OrderRow, held: Sequence[Held]) -> OrderRow:
    """Where what the shop issued itself was taken off the invoice by a line of its own, it is
    neither on the invoice nor paid."""
    if order.tendered and _sum(held, SALES) == order.invoiced - order.tendered:
        received = None if order.received is None else order.received - order.tendered
        return replace(order, invoiced=order.invoiced - order.tendered, received=received)
    return order


def _gone(order: OrderRow, held: Sequence[Held]) -> list[Difference]:
    """Documents that a person ended in Xero: everything else follows from that."""
    found = []
    for one in held:
        if not one.there:
            voided = one.status in _ENDED
            cause = Cause.VOIDED_IN_XERO if voided else Cause.GONE_FROM_XERO
            was = order.shop_status or one.posting.xero_status
            now = one.status if voided else ""
            found.append(Difference("status", was, now, Side.XERO, cause))
    return found


def _differing(
    order: OrderRow, postings: Sequence[DocumentRow], held: Sequence[Held], found: InXero,
    compared: Compared,
) -> list[Difference]:  # fmt: skip
    net = _sum(held, SALES) - _sum(held, CREDITS)
    if (order.state == "skipped" or _CANCELLED & set(order.reasons)) and net:
        status = next(one.status for one in held if one.is_of(SALES))
        wanted = order.shop_status or "not posted"
        return [Difference("status", wanted, status, Side.STORE, Cause.CHANGED_IN_SHOP)]
    differences = _dates(held)
    if _TAKEN_BACK in order.reasons and not net:
        due = due_of_cancelled(order, postings, held, found) if compared.payments else None
        return [*differences, due] if due else differences
    total = None
    if order.state != "skipped":
        total = _total(order, postings, held, compared)
        tax = None if total else _tax(order, held, compared)
        differences += [one for one in (total, tax) if one]
    if compared.payments:
        due = due_difference(order, postings, held, found, total)
        differences += [due] if due else []
    return differences


def _dates(held: Sequence[Held]) -> list[Difference]:
    return [
        Difference(
            "date", one.posting.day.isoformat(), one.day.isoformat(), Side.XERO,
            Cause.CHANGED_IN_XERO,
        )
        for one in held
        if one.posting.day and one.day and one.posting.day != one.day
    ]  # fmt: skip


def _total(
    order: OrderRow, postings: Sequence[DocumentRow], held: Sequence[Held], compared: Compared
) -> Difference | None:
    sold, credited = _sum(held, SALES), _sum(held, CREDITS)
    refunded = order.refunded if compared.credits else 0
    if sold - credited == order.invoiced - refunded:
        return None
    if sold == order.invoiced:
        cause = _changed(held, "total", CREDITS) or _refund_cause(postings)
        return Difference("refunded", refunded, credited, Side.XERO, cause)
    shop, there = order.invoiced, sold
    if credited != refunded:
        shop, there = order.invoiced - refunded, sold - credited
    cause = _changed(held, "total", TO_CUSTOMERS) or Cause.CHANGED_IN_SHOP
    side = Side.STORE if cause is Cause.CHANGED_IN_SHOP else Side.XERO
    if cause is Cause.CHANGED_IN_SHOP and _unfinished(postings, TO_CUSTOMERS):
        cause, side = Cause.NOT_YET_SYNCED, Side.XERO
    return Difference("total", shop, there, side, cause)


def _tax(order: OrderRow, held: Sequence[Held], compared: Compared) -> Difference | None:
    """Where the totals agree. Credits are left out where the shop does not state their tax; a
    refund of tax alone has none."""
    kinds: Sequence[str] = TO_CUSTOMERS
    shop = order.tax
    if order.refunded_tax is None or not any(one.is_of(CREDITS) for one in held):
        kinds = SALES
    else:
        shop -= order.refunded_tax
    tax_alone = kinds is SALES and not order.refunded and compared.credits
    if tax_alone and order.refunded_tax:
        shop -= order.refunded_tax
    taxes = [(one, one.tax) for one in held if one.is_of(kinds)]
    if any(tax is None for _, tax in taxes):
        return None
    there = sum((tax or 0) * (-1 if one.is_of(CREDITS) else 1) for one, tax in taxes)
    if there == shop:
        return None
    predicted = sum(
        (one.posting.expected_tax or 0) * (-1 if one.is_of(CREDITS) else 1) for one, _ in taxes
    )
    cause = _changed(held, "tax", kinds)
    if cause is None:
        # As predicted, and that was within the bounds of rounding, or it was not posted.
        rounding = there == predicted and abs(there - shop) <= _MOST_ROUNDING * len(taxes)
        cause = Cause.ROUNDING if rounding else Cause.CHANGED_IN_SHOP
        if tax_alone and there == order.tax:
            cause = Cause.REFUND_NOT_POSTED
    side = Side.STORE if cause is Cause.CHANGED_IN_SHOP else Side.XERO
    return Difference("tax", shop, there, side, cause)


# 0.05: what rounding may come to on one document at most.
_MOST_ROUNDING = 500


def _changed(held: Sequence[Held], name: str, kinds: Sequence[str]) -> Cause | None:
    """Whether it was Xero's side that moved: since it was posted, or when it was."""
    ours = [one for one in held if one.is_of(kinds)]
    for one in ours:
        answered = getattr(one.posting, name)
        if answered is not None and getattr(one, name) != answered:
            return Cause.CHANGED_IN_XERO
    return Cause.MISMATCH if any(one.posting.differs for one in ours) else None


def _refund_cause(postings: Sequence[DocumentRow]) -> Cause:
    waiting = _unfinished(postings, CREDITS)
    return Cause.NOT_YET_SYNCED if waiting else Cause.REFUND_NOT_POSTED


def _unfinished(postings: Sequence[DocumentRow], kinds: Sequence[str]) -> bool:
    return any(p.kind in kinds and p.is_unfinished for p in postings)


def _sum(held: Sequence[Held], kinds: Sequence[str]) -> int:
    return sum(one.total for one in held if one.is_of(kinds))
