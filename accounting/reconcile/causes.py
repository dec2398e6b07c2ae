"""Why the shop and Xero may differ: every cause in one table, in a bookkeeper's words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Where a difference arose."""

    STORE = "store"
    XERO = "xero"


class Cause(StrEnum):
    NOT_YET_SYNCED = "not_yet_synced"
    NOT_OURS = "not_ours"
    CHANGED_IN_XERO = "changed_in_xero"
    VOIDED_IN_XERO = "voided_in_xero"
    GONE_FROM_XERO = "gone_from_xero"
    PAID_IN_XERO = "paid_in_xero"
    PAYMENT_REMOVED = "payment_removed_in_xero"
    CREDITED_IN_XERO = "credited_in_xero"
    REFUND_AGAINST_DUE = "refund_put_against_due"
    CHANGED_IN_SHOP = "changed_in_shop"
    MISMATCH = "mismatch_at_posting"
    PAYMENT_HELD = "payment_held"
    REFUND_NOT_POSTED = "refund_not_posted"
    UNEXPLAINED = "unexplained"
    ROUNDING = "rounding_disclosed"
    WAITS_FOR_APPROVAL = "waits_for_approval"
    HANDLED_BY_HAND = "handled_by_hand"


# Differences of these causes are accounted for: nobody has to do anything.
EXPLAINED = frozenset({Cause.ROUNDING, Cause.WAITS_FOR_APPROVAL, Cause.HANDLED_BY_HAND})


@dataclass(frozen=True, slots=True)
class CauseKind:
    """`title` says what happened, `fix` what to do."""

    title: str
    fix: str


CAUSES: dict[Cause, CauseKind] = {
    Cause.NOT_YET_SYNCED: CauseKind(
        "Not in Xero yet",
        "It is on its way, or waits for its turn: open the order to see why. “Sync to Xero” sends "
        "it before everything else.",
    ),
    Cause.NOT_OURS: CauseKind(
        "In Xero under this store's number, but posted by nobody here",
        "Somebody made it in Xero, or it was posted before this database existed. Give it another "
        "number or void it in Xero; if it is right as it is, mark it as handled by hand.",
    ),
    Cause.CHANGED_IN_XERO: CauseKind(
        "Changed in Xero by a person after it was posted",
        "Open the document in Xero and look at its history. Put it back as it was, or, if the "
        "change is right, mark the difference as handled by hand. It is never overwritten.",
    ),
    Cause.VOIDED_IN_XERO: CauseKind(
        "Voided or deleted in Xero by a person",
        "It is not made again by itself. If the sale is valid, enter it in Xero and mark the order "
        "as handled by hand; if not, cancel the order in the shop.",
    ),
    Cause.GONE_FROM_XERO: CauseKind(
        "Xero no longer lists the document",
        "Search Xero for its number. If it is truly gone, enter the sale in Xero and mark the "
        "order as handled by hand.",
    ),
    Cause.PAID_IN_XERO: CauseKind(
        "A payment was entered in Xero by a person",
        "If the money came in, record it in the shop as well; if not, remove the payment in Xero.",
    ),
    Cause.PAYMENT_REMOVED: CauseKind(
        "A payment that was posted was removed in Xero",
        "If the money came in, enter the payment in Xero again and mark the difference as handled "
        "by hand.",
    ),
    Cause.CREDITED_IN_XERO: CauseKind(
        "A credit was put against the invoice in Xero by a person",
        "If the customer was given credit, refund the order in the shop too; if not, remove the "
        "credit in Xero.",
    ),
    Cause.REFUND_AGAINST_DUE: CauseKind(
        "A refund was put against what the order still owed; the shop asks for that money yet",
        "If the customer owes nothing more, there is nothing to do in Xero: mark the difference "
        "as handled by hand. If the shop gave back the whole refund, enter in Xero what the bank "
        "shows beyond the refund that is there. What the customer still pays becomes an "
        "overpayment in Xero.",
    ),
    Cause.CHANGED_IN_SHOP: CauseKind(
        "The order changed in the shop after it was posted",
        "Compare the two: correct the document in Xero, or set the order right in the shop. The "
        "order's page shows each version that the shop sent.",
    ),
    Cause.MISMATCH: CauseKind(
        "Xero computed another total than expected when it was posted",
        "The payment waits. Correct the document in Xero to the shop's total, then sync the order "
        "again.",
    ),
    Cause.PAYMENT_HELD: CauseKind(
        "The payment is held or was refused",
        "The order's page says what it waits for; a payment method without an account is mapped "
        "under payment_accounts, and the payment then follows by itself.",
    ),
    Cause.REFUND_NOT_POSTED: CauseKind(
        "The refund is not in Xero",
        "The order's page says why. Where it is not posted by rule, enter the credit note in Xero "
        "and mark the difference as handled by hand.",
    ),
    Cause.UNEXPLAINED: CauseKind(
        "The cause cannot be told",
        "Compare the order's page with the document in Xero, line by line.",
    ),
    Cause.ROUNDING: CauseKind(
        "Tax that differs by rounding, as disclosed on the order", "Nothing to do."
    ),
    Cause.WAITS_FOR_APPROVAL: CauseKind(
        "The invoice waits in Xero to be approved",
        "Approve it in Xero, then sync the order again: its payment follows.",
    ),
    Cause.HANDLED_BY_HAND: CauseKind("Handled in Xero by hand", "Nothing to do."),
}
