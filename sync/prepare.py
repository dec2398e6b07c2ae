"""Before anything is built or sent: what is known of the organisation must be fresh enough."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, OuterRef, Subquery

from connector.lib import clock
from connector.lib.errors import Temporary
from sync import conflicts, settle, shop_customers
from sync.models import Dispatch, Posting
from sync.track import rebuild_held
from sync.track_products import rebuild_stuck
from xero import mirror, reference
from xero.documents import Kind
from xero.models import Lane, MirrorDocument, Organisation

# Kinds of which Xero takes the same twice.
_NO_KEY = (
    Kind.PAYMENT, Kind.REFUND, Kind.ALLOCATION, Kind.BANK_TRANSACTION, Kind.STOCK_INCREASE,
    Kind.STOCK_DECREASE,
)  # fmt: skip
MIRROR_MAX_AGE = timedelta(minutes=30)
# A person who clicks may have just changed something in Xero.
_MAX_AGE = {
    Lane.CLICK: timedelta(minutes=1), Lane.LIVE: MIRROR_MAX_AGE, Lane.BACKFILL: MIRROR_MAX_AGE,
}  # fmt: skip
_KINDS = (mirror.Kind.CONTACTS, mirror.Kind.INVOICES)
_ALSO_CREDITS = (*_KINDS, mirror.Kind.CREDIT_NOTES)
# What this process has read of which organisation: a database that was restored from a backup
# knows less than Xero, and is found out before the first payment of a new process.
_seen: set[tuple[int, str]] = set()


class BeingRead(Temporary):
    """Another process holds the right to read; it, or its lease, comes to an end soon."""


def prepare(organisation: Organisation, *, lane: Lane = Lane.LIVE) -> None:
    """Refresh accounts, lock dates, contacts and numbers where they are old.

    Raises the gateway's errors; a later call goes on where this one stopped.
    """
    if reference.refresh_if_due(organisation, lane=lane):
        for store in organisation.stores.filter(enabled=True):
            rebuild_held(store)
            rebuild_stuck(store)
    reference.ensure_lock_dates(organisation, lane=lane)
    _look(organisation, lane)
    items_known(organisation, lane=lane)


def items_known(organisation: Organisation, *, lane: Lane = Lane.LIVE) -> None:
    """Bring the list of items up to date where it is old and Xero may be asked for it."""
    asked = organisation.can("accounting.settings") or organisation.can("accounting.invoices")
    kind = mirror.Kind.ITEMS
    if asked and not mirror.is_fresh(organisation, kind, max_age=MIRROR_MAX_AGE):
        mirror.refresh(organisation, kind, lane=lane)


def looked(organisation: Organisation) -> bool:
    """Whether this process has seen what Xero has."""
    return all((organisation.pk, kind) in _seen for kind in _wanted(organisation))


def _wanted(organisation: Organisation) -> tuple[mirror.Kind, ...]:
    """The lists that matter: credit notes only if there are some of ours."""
    credits = Posting.objects.filter(organisation=organisation, kind=Kind.CREDIT_NOTE)
    return _ALSO_CREDITS if credits.exists() else _KINDS


def first_look(organisation: Organisation) -> None:
    """Before this process sends anything: what Xero has and this database may not know of.

    Raises as `prepare`, and BeingRead while another process is reading the same lists.
    """
    if not looked(organisation):
        _look(organisation, Lane.LIVE)
    if not looked(organisation):
        raise BeingRead("Another worker is reading Xero's lists.", retry_after=5)


def _look(
    organisation: Organisation, lane: Lane, told: frozenset[mirror.Kind] = frozenset()
) -> None:
    """Bring contacts and numbers up to date where they are old, not read by this process, or
    `told` to have changed."""
    first = not looked(organisation)
    for kind in dict.fromkeys((*_wanted(organisation), *told)):
        age = _MAX_AGE[lane] if (organisation.pk, kind) in _seen else timedelta(0)
        stale = kind in told or not mirror.is_fresh(organisation, kind, max_age=age)
        if stale and not _read(organisation, kind, lane):
            continue  # another process is reading it
        _seen.add((organisation.pk, kind))
    if first and looked(organisation):
        doubt_refused_payments(organisation)


def _read(organisation: Organisation, kind: mirror.Kind, lane: Lane) -> bool:
    """Bring one list up to date and see what is new in it; False if another process is at it."""
    since = mirror.known_up_to(organisation, kind)
    if not mirror.refresh(organisation, kind, lane=lane):
        return False
    if kind == mirror.Kind.CONTACTS:
        shop_customers.find(organisation, since)
        return True
    if kind == mirror.Kind.INVOICES:
        doubt_paid_invoices(organisation)
    conflicts.find(organisation, since)
    return True


def see_people(organisation: Organisation, *, lane: Lane = Lane.LIVE) -> bool:
    """See what people did to our documents just now; whether anything was read for it.

    Asked before what is left of a document is credited, allocated or given back: somebody may
    have paid or credited it since the last look. Raises as `prepare`.
    """
    kinds = [kind for kind in _wanted(organisation) if kind != mirror.Kind.CONTACTS]
    old = [
        kind
        for kind in kinds
        if not mirror.is_fresh(organisation, kind, max_age=_MAX_AGE[Lane.CLICK])
    ]
    return sum(_read(organisation, kind, lane) for kind in old) > 0


def watch(organisation: Organisation) -> None:
    """See what people did in Xero since the last look. Raises as `prepare`.

    It never spends what is kept of the day's calls for live orders.
    """
    told = organisation.mirror_cursors.filter(kind__in=_ALSO_CREDITS).told()
    kinds = frozenset(mirror.Kind(kind) for kind in told.values_list("kind", flat=True))
    _look(organisation, Lane.BACKFILL, kinds)


def doubt_refused_payments(organisation: Organisation) -> None:
    """Requests that wait to be sent again: the database may be an old copy, and Xero may have
    taken them since. Where nothing in Xero keeps two equal ones apart they are looked up."""
    waiting = Dispatch.objects.filter(organisation=organisation, state=Dispatch.State.RETRY)
    for dispatch in waiting.filter(kind__in=_NO_KEY):
        settle.unknown(dispatch, Dispatch.State.RETRY, clock.now())
    # An adjustment of stock that waits to be sent for the first time may have been, too.
    unsent = Posting.objects.filter(organisation=organisation, state=Posting.State.PENDING)
    unsent.filter(source_kind="stock").update(look_up=True)


def doubt_paid_invoices(organisation: Organisation) -> int:
    """Payments not sent yet, of invoices on which Xero says that less is due than we know.

    Somebody paid, or we did and do not remember: they are looked up first. How many.
    """
    due = MirrorDocument.objects.filter(
        organisation=organisation, kind="invoice", xero_id=OuterRef("parent__xero_id")
    ).values("amount_due")[:1]
    waiting = Posting.objects.filter(
        organisation=organisation,
        kind=Kind.PAYMENT,
        state=Posting.State.PENDING,
        look_up=False,
        parent__state=Posting.State.POSTED,
    ).annotate(due=Subquery(due))
    doubted = list(
        waiting.filter(due__lt=F("parent__amount_due_units")).values_list("pk", flat=True)
    )
    return Posting.objects.filter(pk__in=doubted).update(look_up=True)
