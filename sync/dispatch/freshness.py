"""Before anything is built or sent: what is known of the organisation must be fresh enough."""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.lib import clock
from sync.contacts import to_shop
from sync.dispatch import conflicts, doubt, forgotten
from sync.dispatch.requests import unknown
from sync.models import Dispatch, Posting
from sync.rebuild import rebuild_held, rebuild_stuck
from xero import reference
from xero.documents.kinds import REPEATABLE, Kind
from xero.mirror import refresh as mirror
from xero.mirror.known import compared, compared_up_to, is_fresh, read_at
from xero.models import Lane, Organisation
from xero.models.cursor import LIST_OF

MIRROR_MAX_AGE = timedelta(minutes=30)
# A person who clicks may have just changed something in Xero.
_MAX_AGE = {
    Lane.CLICK: timedelta(minutes=1), Lane.LIVE: MIRROR_MAX_AGE, Lane.BACKFILL: MIRROR_MAX_AGE,
}  # fmt: skip
_KINDS = (mirror.Kind.CONTACTS, mirror.Kind.INVOICES)
_ALSO_CREDITS = (*_KINDS, mirror.Kind.CREDIT_NOTES)
_DOCUMENTS = tuple(LIST_OF.values())
# Up to when this process has read which list of which organisation: a database that was restored
# from a backup knows less than Xero, and is found out before the first request of a new process,
# or of one under which it went back in time.
_seen: dict[tuple[int, str], datetime] = {}


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
    if asked and not is_fresh(organisation, kind, max_age=MIRROR_MAX_AGE):
        mirror.refresh(organisation, kind, lane=lane)


def looked(organisation: Organisation) -> bool:
    """Whether this process has seen what Xero has, and the database remembers it."""
    read = organisation.mirror_cursors.values_list("kind", "position")
    up_to = dict(read.filter(kind__in=_wanted(organisation)))
    return all(
        _has_seen(organisation, kind) and _remembers(organisation, kind, up_to.get(kind))
        for kind in _wanted(organisation)
    )


def _has_seen(organisation: Organisation, kind: mirror.Kind) -> bool:
    return (organisation.pk, kind) in _seen


def _remembers(organisation: Organisation, kind: mirror.Kind, up_to: datetime | None) -> bool:
    """Whether the list is known at least up to where this process has read it; contacts are read
    again from an earlier moment now and then."""
    if kind == mirror.Kind.CONTACTS:
        return True
    return up_to is not None and up_to >= _seen[organisation.pk, kind]


def _wanted(organisation: Organisation) -> tuple[mirror.Kind, ...]:
    """The lists that matter: credit notes, and money received without an invoice, only if there
    is some of ours."""
    ours = Posting.objects.filter(organisation=organisation)
    wanted = _ALSO_CREDITS if ours.filter(kind=Kind.CREDIT_NOTE).exists() else _KINDS
    received = ours.filter(kind=Kind.BANK_TRANSACTION).exists()
    if received and organisation.can("accounting.banktransactions"):
        return (*wanted, mirror.Kind.BANK_TRANSACTIONS)
    return wanted


def first_look(organisation: Organisation) -> None:
    """Before this process sends anything: what Xero has and this database may not know of.

    Raises as `prepare`, and mirror.BeingRead while another process is reading the same lists.
    """
    if not looked(organisation):
        _look(organisation, Lane.LIVE)
    if not looked(organisation):
        raise mirror.BeingRead("Xero's lists")


def _look(
    organisation: Organisation, lane: Lane, told: frozenset[mirror.Kind] = frozenset()
) -> None:
    """Bring contacts and numbers up to date where they are old, not read by this process, or
    `told` to have changed."""
    first = not looked(organisation)
    for kind in dict.fromkeys((*_wanted(organisation), *told)):
        stale = kind in told or not _is_fresh(organisation, kind, lane, first)
        if stale and not _read(organisation, kind, lane):
            continue  # another process is reading it
        if (up_to := read_at(organisation, kind)) is not None:
            _seen[organisation.pk, kind] = up_to
    if first and looked(organisation):
        doubt_what_waits(organisation)


def _is_fresh(organisation: Organisation, kind: mirror.Kind, lane: Lane, first: bool) -> bool:
    """Whether a list need not be read now. Money received is only looked through for what this
    database forgot, so once by each process."""
    up_to = read_at(organisation, kind)
    if not _has_seen(organisation, kind) or not _remembers(organisation, kind, up_to):
        return False
    if kind == mirror.Kind.BANK_TRANSACTIONS and not first:
        return True
    return is_fresh(organisation, kind, max_age=_MAX_AGE[lane])


def _read(organisation: Organisation, kind: mirror.Kind, lane: Lane) -> bool:
    """Bring one list up to date and see what is new in it; False if another process is at it."""
    since = compared_up_to(organisation, kind)
    if not mirror.refresh(organisation, kind, lane=lane):
        return False
    position = read_at(organisation, kind)
    if kind == mirror.Kind.CONTACTS:
        to_shop.find(organisation, since)
        read = organisation.contacts.all()
        read = read if since is None else read.filter(updated_utc__gte=since)
        forgotten.buyers_known(organisation, read.values("contact_id"))
    elif kind != mirror.Kind.BANK_TRANSACTIONS:
        conflicts.find(organisation, since)
        forgotten.find(organisation, since)
    compared(organisation, kind, position)
    return True


def see_people(
    organisation: Organisation, *, lane: Lane = Lane.LIVE, credits: bool = False
) -> bool:
    """See what people did to our documents just now; whether anything was read for it.

    Asked before what is left of a document is credited, allocated or given back: somebody may
    have paid or credited it since the last look. `credits`: somebody has, and it may have been
    us, though there is no credit note of ours here. Raises as `prepare`.
    """
    also = (mirror.Kind.CREDIT_NOTES,) if credits else ()
    kinds = [k for k in dict.fromkeys((*_wanted(organisation), *also)) if k in _DOCUMENTS]
    old = [kind for kind in kinds if not is_fresh(organisation, kind, max_age=_MAX_AGE[Lane.CLICK])]
    return sum(_read(organisation, kind, lane) for kind in old) > 0


def watch(organisation: Organisation) -> None:
    """See what people did in Xero since the last look. Raises as `prepare`.

    It never spends what is kept of the day's calls for live orders.
    """
    told = organisation.mirror_cursors.filter(kind__in=_ALSO_CREDITS).told()
    kinds = frozenset(mirror.Kind(kind) for kind in told.values_list("kind", flat=True))
    _look(organisation, Lane.BACKFILL, kinds)


def doubt_what_waits(organisation: Organisation) -> None:
    """The database may be an old copy, and Xero may have taken since what waits to be sent.
    Where nothing in Xero keeps two equal ones apart, it is looked up."""
    waiting = Dispatch.objects.filter(organisation=organisation, state=Dispatch.State.RETRY)
    for dispatch in waiting.filter(kind__in=REPEATABLE):
        unknown(dispatch, Dispatch.State.RETRY, clock.now())
    # An adjustment of stock that waits to be sent for the first time may have been, too.
    unsent = Posting.objects.filter(organisation=organisation, state=Posting.State.PENDING)
    unsent.filter(source_kind="stock").update(look_up=True)
    doubt.forget_look_ups(organisation)
